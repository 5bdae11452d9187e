import type { Node } from '../graph/node.js'
import { below } from './layouts.js'

/** The size of the batch, which every model leaves open. */
export const batch = 'N'

/** The sizes of axes that are numbers. */
export function fixedSizes(outputs: readonly Node[]): ReadonlySet<number> {
  const sizes = new Set<number>()
  for (const { type } of below(outputs))
    for (const size of type.shape ?? []) if (typeof size === 'number') sizes.add(size)
  return sizes
}

/**
 * Without powers, of which a root is a whole number, and half of one the same as its root or its square. The least are for
 * numbers that people read.
 */
const sizes = {
  even: [6, 10, 12, 14, 18, 20],
  odd: [5, 7, 11, 13, 15, 17],
  least: [2, 3, 5, 6, 7, 10],
} as const

/** Which sizes are tried for symbols. */
export type Sizes = keyof typeof sizes

/**
 * Small sizes for symbols that are not given one, none of which another axis has: no two axes are taken for each other.
 * What halves an axis is refused at odd sizes, and what rounds a half is exact at even ones.
 */
export function smallSizes(
  given: ReadonlyMap<string, number>,
  fixed: ReadonlySet<number>,
  tried: Sizes = 'even',
): (name: string) => number {
  const known = new Map(given)
  const small = sizes[tried].filter(size => !fixed.has(size))
  let last = Math.max(...sizes[tried], ...fixed)
  return name => {
    const value = known.get(name) ?? small.shift() ?? ++last
    known.set(name, value)
    return value
  }
}
