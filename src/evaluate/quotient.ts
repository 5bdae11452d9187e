import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'
import { sizeOf, stridesOf } from '../ops/shape.js'
import { type Classes, classAt, classCount, type Partition } from './partition.js'

/** A tensor of which only one element is held for each combination of classes of positions. */
export interface Quotient {
  /** Its sizes are the numbers of classes. */
  readonly value: Tensor
  /** One for each axis. */
  readonly partitions: readonly Partition[]
}

/** Which elements of a tensor are read, in which order. */
export interface Reading {
  /** Positions along each axis; −1 is outside. `null`: one of each class, in their order. */
  readonly positions: readonly (ArrayLike<number> | null)[]
  /** What is read outside. */
  readonly outside?: number
  /** Each element is multiplied by how many positions its class has along these axes, given their classes. */
  readonly weights?: readonly (Partition | undefined)[]
  /** The elements are positions of an axis that is held in these classes, and become the numbers of their classes. */
  readonly renamed?: Classes
  /** Which axis of the tensor each axis of the reading is, where the order is another. */
  readonly order?: readonly number[]
}

/** A whole tensor, each position of its own. */
export const whole = (value: Tensor): Quotient => ({ value, partitions: value.shape.map(() => null) })

/** All positions of an axis that is held in these classes. */
export const everyPosition = (own: Partition): Reading['positions'][number] =>
  own && Array.from({ length: own.length }, (_, position) => position)

/** The tensor with all its elements. */
export function unfold({ value, partitions }: Quotient): Tensor {
  return read({ value, partitions }, { positions: partitions.map(everyPosition) })
}

/** The sizes of the whole tensor. */
export const wholeShape = ({ value, partitions }: Quotient): readonly number[] =>
  value.shape.map((size, axis) => partitions[axis]?.length ?? size)

/** The first elements of the whole tensor, in row-major order, and no more than there are. */
export function firstElements(quotient: Quotient, most: number): readonly number[] {
  const { value, partitions } = quotient
  const shape = wholeShape(quotient)
  const steps = stridesOf(value.shape)
  return Array.from({ length: Math.min(most, sizeOf(shape)) }, (_, offset) => {
    let at = 0
    for (let axis = shape.length - 1, rest = offset; axis >= 0; axis--) {
      const position = rest % shape[axis]!
      at += classAt(partitions[axis]!, position) * steps[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    return value.data[at]!
  })
}

/** A quotient from a rule that gives the element at each offset into the whole tensor. */
export function quotient(
  shape: readonly number[],
  partitions: readonly Partition[],
  dtype: DataType,
  element: (offset: number) => number,
): Quotient {
  const held = shape.map((size, axis) => classCount(partitions[axis]!, size))
  const steps = stridesOf(shape)
  const data = gather(
    held,
    held.map((size, axis) =>
      Array.from({ length: size }, (_, i) => (partitions[axis]?.first[i] ?? i) * steps[axis]!),
    ),
  )
  for (let i = 0; i < data.length; i++) data[i] = element(data[i]!)
  return { value: { shape: held, data, dtype }, partitions }
}

/** The sizes of the part of a quotient that a reading names. */
export function readShape({ value }: Quotient, { positions, order }: Reading): readonly number[] {
  const axes = order ?? positions.map((_, axis) => axis)
  return axes.map(axis => positions[axis]?.length ?? value.shape[axis]!)
}

/** The part of a quotient that a reading names. */
export function read(own: Quotient, reading: Reading): Tensor {
  const { value, partitions } = own
  const { positions, outside = 0, weights, renamed, order } = reading
  const axes = order ?? positions.map((_, axis) => axis)
  const shape = readShape(own, reading)
  let { data } = value
  if (order || positions.some(list => list !== null)) {
    const steps = stridesOf(value.shape)
    const places = axes.map((axis, i) =>
      Float64Array.from({ length: shape[i]! }, (_, k) => {
        const list = positions[axis]
        if (!list) return k * steps[axis]!
        return list[k]! < 0 ? Number.NaN : classAt(partitions[axis]!, list[k]!) * steps[axis]!
      }),
    )
    const offsets = gather(shape, places)
    for (let i = 0; i < offsets.length; i++)
      offsets[i] = Number.isNaN(offsets[i]!) ? outside : value.data[offsets[i]!]!
    data = offsets
  }
  if (renamed) data = data.map(position => renamedAt(renamed, position))
  weights?.forEach((classes, i) => {
    if (classes) data = weighed(data, shape, i, classes.sizes)
  })
  return { shape, data, dtype: value.dtype }
}

/** Sums of one number per axis, for every combination in row-major order. */
function gather(shape: readonly number[], places: readonly ArrayLike<number>[]): Float64Array {
  const sums = new Float64Array(sizeOf(shape))
  let block = sums.length
  let repeats = 1
  for (const [axis, size] of shape.entries()) {
    block = size === 0 ? 0 : block / size
    for (let outer = 0, at = 0; outer < repeats; outer++) {
      for (let i = 0; i < size; i++) {
        const step = places[axis]![i]!
        for (let k = 0; k < block; k++) sums[at++]! += step
      }
    }
    repeats *= size
  }
  return sums
}

function weighed(
  data: Float64Array,
  shape: readonly number[],
  axis: number,
  sizes: readonly number[],
): Float64Array {
  const inner = sizeOf(shape.slice(axis + 1))
  return data.map((value, i) => value * sizes[Math.floor(i / inner) % sizes.length]!)
}

/** Positions that the axis does not have stay outside of the classes. */
function renamedAt({ length, first, classOf }: Classes, position: number): number {
  if (position >= length) return position - length + first.length
  return position >= 0 ? classOf(position) : position
}
