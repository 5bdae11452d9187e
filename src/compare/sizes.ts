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

/** Small sizes for symbols that are not given one, none of which another axis has: no two axes are taken for each other. */
export function smallSizes(
  given: ReadonlyMap<string, number>,
  fixed: ReadonlySet<number>,
): (name: string) => number {
  const known = new Map(given)
  let last = 3
  return name => {
    let value = known.get(name)
    if (value === undefined) {
      do last++
      while (fixed.has(last))
      value = last
      known.set(name, value)
    }
    return value
  }
}
