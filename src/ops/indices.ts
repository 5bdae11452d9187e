import { add, type Dimension, equals, subtract } from '../graph/dimension.js'
import type { Expression, Range } from '../math/expression.js'
import { Misfit } from './misfit.js'

/** An index while it is bound: by a sum over it, or by the left side of an equation. */
export interface BoundIndex {
  readonly name: string
  readonly range: Range
  /** The first and the last value, where the equation says so. */
  readonly first?: Dimension
  readonly last?: Dimension
  /** How many values there are, once an axis says so. */
  size?: Dimension
  /** Whether it counts the examples of a batch. */
  isBatch?: boolean
}

/** An index with what is added to it: `i + 1`. */
export interface Position {
  readonly index: BoundIndex
  readonly offset: Dimension
}

/** How many values an index takes, if that is known. */
export function sizeOfIndex({ first, last, size }: BoundIndex): Dimension | undefined {
  return first !== undefined && last !== undefined ? add(subtract(last, first), 1) : size
}

/** The value that names the first place of an axis: places count from 1, unless the range starts at 0. */
export function firstPlace({ first }: BoundIndex): Dimension {
  return first === 0 ? 0 : 1
}

/** Which part of an axis an index reads; the whole axis where it has no range of its own. */
export function rangeOn({ index, offset }: Position, axis: Dimension): { start: Dimension; size: Dimension } {
  const { first, last, name, range } = index
  if (first === undefined || last === undefined) {
    if (offset !== 0)
      throw new Misfit(`the range of \`${name}\` is not given: write \`\\sum_{${name}=1}^{n}\``, range)
    const known = index.size ?? axis
    if (!equals(known, axis))
      throw new Misfit(`\`${name}\` counts axes of two sizes, ${text(known)} and ${text(axis)}`, range)
    index.size = axis
    return { start: 0, size: axis }
  }
  const size = add(subtract(last, first), 1)
  // `\sum_{k=0}^{n-1} r_{k+1}` counts from 1: counted from 0 it would end behind the axis.
  if (first === 0 && offset === 1 && equals(size, axis)) return { start: 0, size }
  return { start: subtract(add(first, offset), firstPlace(index)), size }
}

const text = (size: Dimension): string => (typeof size === 'number' ? String(size) : size.key)

/** The bound indices that an expression names: one, or one for each letter of `ij`. */
export function indicesIn(
  expression: Expression,
  bound: (name: string) => BoundIndex | undefined,
): readonly BoundIndex[] | undefined {
  if (expression.kind !== 'name' || expression.subscripts) return undefined
  const whole = bound(expression.name)
  if (whole) return [whole]
  const letters = expression.name.match(/\p{L}'*/gu) ?? []
  if (letters.join('') !== expression.name) return undefined
  const each = letters.flatMap(letter => bound(letter) ?? [])
  return each.length === letters.length ? each : undefined
}
