import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { SamplePoint } from './difference.js'
import { evaluate } from './evaluate.js'

/** Two lists of values as vectors, over some points. */
export interface Direction {
  /** The cosine of the angle between them; undefined where one of them is zero everywhere. */
  readonly cosine: number | undefined
  /** How long the second is, in lengths of the first. */
  readonly ratio: number
}

/** How much two lists of values of equal shapes have in common as directions, over all their numbers at all points. */
export function directionOf(
  first: readonly Node[],
  second: readonly Node[],
  points: Iterable<Pick<SamplePoint, 'symbol'> & Parameters<typeof evaluate>[1]>,
): Direction | Problem {
  let [dot, left, right] = [0, 0, 0]
  for (const point of points) {
    const values = evaluate([...first, ...second], point)
    if (isProblem(values)) return values
    for (const [i] of first.entries())
      for (const [k, a] of values[i]!.data.entries()) {
        const b = values[first.length + i]!.data[k]!
        if (!Number.isFinite(a) || !Number.isFinite(b)) continue
        dot += a * b
        left += a * a
        right += b * b
      }
  }
  const cosine = left === 0 || right === 0 ? undefined : dot / Math.sqrt(left * right)
  return { cosine, ratio: left === 0 ? 0 : Math.sqrt(right / left) }
}
