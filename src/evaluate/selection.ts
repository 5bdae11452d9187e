import type { Tensor } from '../graph/tensor.js'
import { sizeOf, stridesOf } from '../ops/shape.js'

/** Positions along one axis, ascending; null stands for all of them. */
export type Positions = readonly number[] | null

/** A box of elements of a tensor: the positions that are meant along each axis. */
export type Selection = readonly Positions[]

export const everything = (shape: readonly number[]): Selection => shape.map(() => null)

/** Sizes of a selection of a tensor of the given shape. */
export function selectedShape(shape: readonly number[], selection: Selection): readonly number[] {
  return shape.map((size, axis) => selection[axis]?.length ?? size)
}

/** The smallest box that holds both. */
export function union(a: Selection, b: Selection): Selection {
  return a.map((positions, axis) => {
    const other = b[axis] ?? null
    if (positions === null || other === null) return null
    return positions === other ? positions : [...new Set([...positions, ...other])].sort((x, y) => x - y)
  })
}

/** The part of a tensor that `wanted` names, when the tensor itself is the part of a larger one that `held` names. */
export function take(tensor: Tensor, held: Selection, wanted: Selection): Tensor {
  const places = wanted.map((positions, axis) => {
    const own = held[axis] ?? null
    if (positions === own || positions === null) return null
    if (own === null) return positions
    const index = new Map(own.map((position, i) => [position, i]))
    const found = positions.map(position => index.get(position)!)
    return found.length === own.length ? null : found
  })
  if (places.every(positions => positions === null)) return tensor
  const shape = tensor.shape.map((size, axis) => places[axis]?.length ?? size)
  const steps = stridesOf(tensor.shape)
  let offsets = [0]
  for (const [axis, size] of shape.entries()) {
    const list = places[axis] ?? Array.from({ length: size }, (_, i) => i)
    offsets = offsets.flatMap(offset => list.map(position => offset + position * steps[axis]!))
  }
  const data = new Float64Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = tensor.data[offsets[i]!]!
  return { shape, data, dtype: tensor.dtype }
}

/** Offsets into the whole tensor, in row-major order of the selection. */
export function offsetsOf(shape: readonly number[], selection: Selection): Float64Array {
  const sizes = selectedShape(shape, selection)
  const steps = stridesOf(shape)
  const offsets = new Float64Array(sizeOf(sizes))
  let block = offsets.length
  let repeats = 1
  for (const [axis, size] of sizes.entries()) {
    block = size === 0 ? 0 : block / size
    for (let outer = 0, at = 0; outer < repeats; outer++) {
      for (let i = 0; i < size; i++) {
        const step = (selection[axis]?.[i] ?? i) * steps[axis]!
        for (let k = 0; k < block; k++) offsets[at++]! += step
      }
    }
    repeats *= size
  }
  return offsets
}
