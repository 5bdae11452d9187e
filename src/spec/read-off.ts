import { textOf } from '../library/config.js'
import { type Expression, replaceParts } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { isReadingProblem, resolve } from '../math/resolve.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { isFunctionOfTheLanguage } from '../ops/vocabulary.js'
import type { SpecContext } from './context.js'
import type { Known } from './lines.js'
import { undefinedNames } from './names.js'
import type { PlannedLine, PlannedPassage } from './plan.js'
import { placeWithin, scalarOf, spanOf, type YamlNode } from './yaml.js'

/** What an output says that is no step of its own, such as `h_T`, as a passage of one value; undefined where it is none. */
export function readExpression(
  context: SpecContext,
  node: YamlNode,
  { scope, functions, parameters }: Known,
): PlannedPassage | undefined {
  const text = textOf(scalarOf(node) ?? null)
  const tree = parseEquation(text)
  if (isSyntaxProblem(tree) || (tree.kind === 'name' && !tree.stem)) return undefined
  const declared = new Set([...scope.visible, ...context.symbols.keys()])
  const expression = resolve(
    replaceParts(tree, part => asPlaces(part, declared, functions)),
    {
      isValue: own => declared.has(own),
      isFunction: own => functions.has(own) || isFunctionOfTheLanguage(own),
    },
  )
  if (isReadingProblem(expression)) return undefined
  if (undefinedNames(expression, { declared, bound: new Set() }).length > 0) return undefined
  const line: PlannedLine = {
    kind: 'value',
    // No name that equations can use is spelled so.
    output: `(${text})`,
    indices: [],
    expression,
    parameters: [],
    numbers: new Map(),
    range: tree.range,
    statement: text,
    equation: tree,
  }
  return {
    lines: [line],
    claims: [],
    times: new Map(),
    scope,
    parameters: [...parameters.values()],
    draws: new Map(),
    at: (start, end) => placeWithin(node, context.file, text, start, end),
    span: spanOf(node, context.file),
  }
}

/** `g(n, m)` where g is a value: its place. */
function asPlaces(
  part: Expression,
  declared: ReadonlySet<string>,
  functions: ReadonlySet<string>,
): Expression | undefined {
  if (part.kind !== 'call' || functions.has(part.name) || part.attributes.length > 0) return undefined
  const stem = part.stem ?? part.name
  if (!declared.has(stem) || part.arguments.length === 0) return undefined
  const subscripts = [...(part.subscripts ?? []), part.arguments]
  const name = nameOf(
    stem,
    subscripts.map(items => items.map(subscriptText)),
  )
  return { kind: 'name', name, stem, subscripts, range: part.range }
}
