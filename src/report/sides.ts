import type { Finding } from '../compare/verdict.js'
import { expressionIn } from '../equations/equations.js'
import type { Formula } from '../equations/formula.js'
import { toText } from '../equations/unicode.js'
import type { Node } from '../graph/node.js'
import type { CheckOutcome } from '../pipeline.js'

/** What the paper says and what the code computes, as equations or, for a setting, as values. */
export interface Sides {
  readonly specified?: Formula | string
  readonly implemented?: Formula | string
}

/** The two sides of a finding in the names of the code, with the signs that differ marked. */
export function sidesOf(finding: Finding, { comparison }: CheckOutcome): Sides {
  if (!comparison) return {}
  const { specified, implemented } = finding
  const formula = (node: Node | undefined, other: Node | undefined): Formula | undefined => {
    if (!node) return undefined
    const shared = other ? nodesBelow(other) : new Set<Node>()
    const isMarked = (inner: Node) => other !== undefined && !shared.has(inner)
    return expressionIn(comparison.code, node, other ? [node, other] : [node], isMarked)
  }
  const [left, right] = [formula(specified, implemented), formula(implemented, specified)]
  if (left && right && toText(left) !== toText(right) && hasOwnNames(specified!, implemented!))
    return { specified: left, implemented: right }
  if (right && !specified) return { specified: nothing, implemented: right }
  return inWords(finding)
}

const nothing = 'nothing here'

/** The sides of a finding that equations do not show: the values of a setting, or what the clause states. */
function inWords({ diagnostic: { values }, clause, evidence }: Finding): Sides {
  const name = values.key ?? values.kind
  const before = evidence?.by === 'shape' ? 'shape ' : name === undefined ? '' : `${name} = `
  const isValue = evidence?.by === 'value' || evidence?.by === 'shape'
  const expected = isValue ? evidence.expected : (values.expected ?? clause?.statement)
  const actual = isValue ? evidence.actual : values.actual
  if (expected === undefined) return {}
  return {
    specified: `${before}${expected}`,
    implemented: actual === undefined ? nothing : `${before}${actual}`,
  }
}

/** Whether the parameters of both sides are the code's: those of another shape have no name that a reader knows. */
function hasOwnNames(specified: Node, implemented: Node): boolean {
  const parameters = (root: Node) =>
    [...nodesBelow(root)].filter(({ attributes }) => 'identity' in attributes)
  const known = new Set(parameters(implemented))
  return parameters(specified).every(node => known.has(node))
}

function nodesBelow(root: Node): ReadonlySet<Node> {
  const seen = new Set([root])
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return seen
}
