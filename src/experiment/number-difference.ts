import type { Tensor } from '../graph/tensor.js'

/** The first place where two computations with the same weights have other numbers. */
export interface NumberDifference {
  readonly of: 'output' | 'gradient'
  /** Which output, or the gradient with respect to which learned tensor. */
  readonly name: string
  /** Which element. */
  readonly index: readonly number[]
  readonly code: number
  /** Of the spec; of the graph that was read from the code, where that is what it was compared with. */
  readonly other: number
  readonly mode: 'inference' | 'training'
}

export type Mode = NumberDifference['mode']

/** A tensor as two computations have it. */
export interface ComparedTensors extends Pick<NumberDifference, 'of' | 'name' | 'mode'> {
  readonly code: Tensor
  readonly other: Tensor
}

/** How far single precision may be from double precision, relative to the largest number of a tensor. */
const tolerance = 1e-3

/** The largest difference of the first tensors that differ. */
export function firstDifference(pairs: readonly ComparedTensors[]): NumberDifference | undefined {
  for (const { code, other, ...rest } of pairs) {
    if (code.shape.join() !== other.shape.join())
      return { ...rest, index: [], code: code.data.length, other: other.data.length }
    const largest = code.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value) || 0, Math.abs(other.data[i]!) || 0),
      1e-3,
    )
    let worst: number | undefined
    let most = tolerance * largest
    code.data.forEach((value, i) => {
      const expected = other.data[i]!
      if (Number.isNaN(value) && Number.isNaN(expected)) return
      const distance = Math.abs(value - expected)
      if (value === expected || (!Number.isNaN(distance) && distance <= most)) return
      most = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance
      worst = i
    })
    if (worst !== undefined)
      return {
        ...rest,
        index: placeOf(worst, code.shape),
        code: code.data[worst]!,
        other: other.data[worst]!,
      }
  }
  return undefined
}

function placeOf(at: number, shape: readonly number[]): readonly number[] {
  let rest = at
  return shape
    .toReversed()
    .map(size => {
      const own = rest % size
      rest = Math.floor(rest / size)
      return own
    })
    .reverse()
}
