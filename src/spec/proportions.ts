import type { Expression, NameExpression } from '../math/expression.js'
import { nameOf } from '../ops/spelled-names.js'
import { indicesUsed, lettersOf } from './names.js'
import { type Fail, nameIn, type Statement } from './statements.js'

type Reduction = Extract<Expression, { kind: 'reduce' }>

/**
 * `p_i \propto e^{z_i}` is `p_i = e^{z_i} / \sum_i e^{z_i}`: numbers whose sum is 1. Where several indices count, a line such as
 * `\sum_j p_{ij} = 1` says over which.
 */
export function normalised(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  fail: Fail,
): readonly Statement[] {
  const sums = statements.flatMap(({ left, right, range }) =>
    left.kind === 'reduce' ? [{ left, right, range }] : [],
  )
  const names = new Set([
    ...declared,
    ...statements.flatMap(({ left }) => {
      const name = nameIn(left)
      return name ? [name.name, wholeOf(name)] : []
    }),
  ])
  const proportional = statements.filter(({ isProportional }) => isProportional)
  for (const { left, right, range } of sums) {
    const of = left.operator === 'sum' ? nameIn(left.body) : undefined
    const isOne = right.kind === 'number' && right.value === 1
    const isOfProportion = proportional.some(statement => {
      const name = nameIn(statement.left)
      return of && name && wholeOf(of) === wholeOf(name)
    })
    if (!isOne || !isOfProportion)
      fail(
        'the left side is not a name',
        range,
        'a sum that is 1 stands beside what is proportional: `p_i \\propto …`',
      )
  }
  return statements.flatMap((statement): readonly Statement[] => {
    if (statement.left.kind === 'reduce') return []
    if (!statement.isProportional) return [statement]
    const own = sums.filter(({ left }) => {
      const [of, name] = [nameIn(left.body), nameIn(statement.left)]
      return of && name && wholeOf(of) === wholeOf(name)
    })
    const total = totalOf(
      statement,
      own.map(({ left }) => left),
      names,
      fail,
    )
    if (!total) return []
    const { left, right, range } = statement
    const fraction: Expression = { kind: 'binary', operator: '/', left: right, right: total, range }
    return [{ ...statement, left, right: fraction }]
  })
}

const wholeOf = ({ stem, name, label }: NameExpression): string => nameOf(stem ?? name, [], label)

/** What the right side of a proportion is divided by. */
function totalOf(
  { left, right, family, range }: Statement,
  sums: readonly Reduction[],
  names: ReadonlySet<string>,
  fail: Fail,
): Expression | undefined {
  const name = nameIn(left)
  if (!name || family)
    return fail(
      family
        ? 'a proportion is of all places at once'
        : 'only a value is known up to a factor, not a function',
      range,
      family ? 'write it without `for`: `p_i \\propto …`' : 'write the factor and `=`',
    )
  const letters = lettersOf(name.subscripts?.flat() ?? []) ?? []
  const counted = letters.filter(letter => indicesUsed(right, names).has(letter))
  const [sum, ...others] = sums
  if (sum && others.length === 0) return sumLike(sum, name, right, fail)
  if (counted.length > 1)
    return fail(
      `over which of ${counted.map(letter => `\`${letter}\``).join(' and ')} the sum is 1 is not said`,
      left.range,
      `write it beside the equation: \`\\sum_${counted.at(-1)} ${nameOf(name.stem!, [letters])} = 1\``,
    )
  const [index] = counted
  if (index !== undefined)
    return { kind: 'reduce', operator: 'sum', indices: [{ index }], body: right, range: right.range }
  // Of a vector, over all its numbers.
  return { kind: 'call', name: 'sumOfVector', attributes: [], arguments: [right], range: right.range }
}

/** The sum of the right side over the indices of a sum that is said to be 1, whatever these are called there. */
function sumLike(
  { indices, condition, body, range }: Reduction,
  name: NameExpression,
  right: Expression,
  fail: Fail,
): Expression | undefined {
  const own = lettersOf(name.subscripts?.flat() ?? []) ?? []
  const there = lettersOf(nameIn(body)?.subscripts?.flat() ?? []) ?? []
  const places = indices.map(({ index }) => there.indexOf(index))
  if (condition || own.length !== there.length || places.some(place => place < 0))
    return fail('this does not say over which places of the value the sum is 1', range)
  const renamed = indices.map((entry, i) => ({ ...entry, index: own[places[i]!]! }))
  return { kind: 'reduce', operator: 'sum', indices: renamed, body: right, range }
}
