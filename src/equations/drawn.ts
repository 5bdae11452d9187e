import type { Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'

/** How draws of an op are stated, by its attributes. */
const distributions: Readonly<Record<string, (attributes: Node['attributes']) => string>> = {
  gaussian: ({ deviation }) => (deviation === 1 ? 'N(0, 1)' : `N(0, ${deviation}^2)`),
  uniform: ({ low, high }) => `U(${low}, ${high})`,
  randomNormal: ({ mean, deviation }) => (deviation === 1 ? `N(${mean}, 1)` : `N(${mean}, ${deviation}^2)`),
  randomUniform: ({ low, high }) => `U(${low}, ${high})`,
}

/** What a value is drawn from; equations draw for each example, if there are examples. */
export function drawText({ op, attributes }: Node, isForEach: boolean): Expression | Problem {
  const distribution = Object.hasOwn(distributions, op) ? distributions[op] : undefined
  if (!distribution) return { problem: `draws of \`${op}\` have no spelling` }
  if (!isForEach) return { problem: 'a draw that all examples share has no spelling' }
  const tree = parseEquation(distribution(attributes))
  return isSyntaxProblem(tree) ? { problem: `draws with these numbers have no spelling` } : tree
}
