import { type Expression, type NameExpression, replaceParts } from '../math/expression.js'
import { subscriptText } from '../ops/spelled-names.js'
import { lettersOf } from './names.js'
import { renamed } from './rewriting.js'
import { nameIn, type Statement } from './statements.js'
import { itemsOf } from './times.js'

/** What stands for an axis of which a left side states all places, among the letters that count. */
export const wholeAxis = ':'

const isWhole = (item: Expression): boolean => item.kind === 'slice' && !item.first && !item.last

/** The letters of the subscripts on a left side, and `wholeAxis` for each `:` and `*`; undefined where there is anything else. */
export function placesOnLeft(items: readonly Expression[]): readonly string[] | undefined {
  const places = items.map(item => (isWhole(item) ? [wholeAxis] : lettersOf([item])))
  return places.every(each => each !== undefined) ? places.flat() : undefined
}

/**
 * `U_{*,i} = … for i = 1..n` states one value, of which i counts an axis, and `W_{:ij}` has three places: a range that ends at
 * letters which nothing else declares is all of an axis and an index for each.
 */
export function wholeAxes(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  return statements.map(statement => {
    const apart = (part: Expression) => lettersApart(part, declared)
    const left = statement.left.kind === 'call' ? statement.left : replaceParts(statement.left, apart)
    const own = { ...statement, left, right: replaceParts(statement.right, apart) }
    const { family, ...rest } = own
    const items = nameIn(left)?.subscripts?.at(-1) ?? []
    const isOfWhole = family && items.some(isWhole) && placesOnLeft(items)?.includes(family.index)
    return isOfWhole ? { ...rest, counts: family } : own
  })
}

function lettersApart(part: Expression, declared: ReadonlySet<string>): NameExpression | undefined {
  if (part.kind !== 'name' || !part.stem) return undefined
  const isJoined = (item: Expression): item is Extract<Expression, { kind: 'slice' }> =>
    item.kind === 'slice' &&
    item.first === undefined &&
    item.last?.kind === 'name' &&
    !declared.has(item.last.name) &&
    (lettersOf([item.last])?.length ?? 0) > 1
  if (!part.subscripts!.some(group => group.some(isJoined))) return undefined
  const subscripts = part.subscripts!.map(group =>
    group.flatMap((item): readonly Expression[] => {
      if (!isJoined(item)) return [item]
      const letters = itemsOf({
        kind: 'name',
        name: subscriptText(item.last!),
        subscripts: [[item.last!]],
        range: item.range,
      })
      return [{ kind: 'slice', range: item.range }, ...letters.map(({ expression }) => expression)]
    }),
  )
  return renamed(part, part.stem, subscripts)
}
