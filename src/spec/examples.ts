import { type Expression, type NameExpression, partsOf, replaceParts } from '../math/expression.js'
import { printExpression } from '../math/print.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { lettersOf } from './names.js'
import { nameIn, type Statement } from './statements.js'

/**
 * `\hat y^{(i)} = w^\top x^{(i)} + b` beside `\frac{1}{N} \sum_{i=1}^{N} …`, where N counts examples: i counts them in the first
 * equation too, which then states one example, \hat y = w^\top x + b. Read as places of x it would be another model.
 */
export function ofOneExample(statements: readonly Statement[], examples: string): readonly Statement[] {
  const counters = new Set(statements.flatMap(({ right }) => [...countersIn(right, examples)]))
  if (counters.size === 0) return statements
  return statements.map(statement => {
    const left = nameIn(statement.left)
    const counter = [...counters].find(letter => left?.subscripts?.some(items => isOnly(items, letter)))
    if (left === undefined || counter === undefined) return statement
    const right = replaceParts(statement.right, part =>
      part.kind === 'name' ? withoutCounter(part, counter) : undefined,
    )
    const isRest = [...namesIn(right)].some(name => name === counter)
    return isRest ? statement : { ...statement, left: withoutCounter(left, counter) ?? left, right }
  })
}

/** The indices of sums that run over all examples. */
function* countersIn(expression: Expression, examples: string): Generator<string> {
  if (expression.kind === 'reduce')
    for (const { index, last } of expression.indices)
      if (last && printExpression(last) === examples) yield index
  for (const part of partsOf(expression)) yield* countersIn(part, examples)
}

const isOnly = (items: readonly Expression[], letter: string): boolean =>
  items.length === 1 && items[0]!.kind === 'name' && items[0]!.name === letter

function withoutCounter(name: NameExpression, counter: string): NameExpression | undefined {
  const { stem, subscripts, ...rest } = name
  const groups = subscripts?.filter(items => !isOnly(items, counter)) ?? []
  if (stem === undefined || !subscripts || groups.length === subscripts.length) return undefined
  const own = nameOf(
    stem,
    groups.map(items => items.map(subscriptText)),
    name.label,
  )
  return groups.length > 0 || name.label
    ? { ...rest, name: own, stem, subscripts: groups }
    : { ...rest, name: own }
}

/** The names in an expression, and the letters in the subscripts of its names: i and j of `W_{ij}`. */
function* namesIn(expression: Expression): Generator<string> {
  if (expression.kind === 'name') {
    if (!expression.subscripts) yield expression.name
    for (const items of expression.subscripts ?? []) {
      yield* lettersOf(items) ?? []
      for (const item of items) yield* namesIn(item)
    }
  }
  for (const part of partsOf(expression)) yield* namesIn(part)
}
