import { product } from '../graph/dimension.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'

/** A reproducible source of numbers in [0, 1): mulberry32, 32 bits of state, by Tommy Ettinger (public domain). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A tensor of numbers drawn evenly from an interval, or of whole numbers in it. */
export function randomTensor(
  shape: readonly number[],
  random: () => number,
  {
    range = [-1, 1],
    integers = false,
    dtype = 'float32',
  }: { range?: readonly [number, number]; integers?: boolean; dtype?: DataType } = {},
): Tensor {
  const data = new Float64Array(product(shape) as number)
  const [low, high] = range
  for (let i = 0; i < data.length; i++) {
    const value = low + (high - low) * random()
    data[i] = integers ? Math.floor(value) : value
  }
  return { shape, data, dtype }
}
