import type { Tensor } from '../graph/tensor.js'
import type { TensorType } from '../graph/type.js'
import { sizeOf } from './shape.js'

/** Splits a shape around an axis: how many blocks come before, and how long one is. */
export function around(
  shape: readonly number[],
  at: number,
): { readonly outer: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, at)), inner: sizeOf(shape.slice(at + 1)) }
}

/** Takes elements along one axis: position `k` of the result is position `from(k)` of x, or `fill`. */
export function alongAxis(
  x: Tensor,
  type: TensorType,
  at: number,
  from: (k: number) => number,
  fill = 0,
): Tensor {
  const shape = type.shape as readonly number[]
  const { outer, inner } = around(x.shape, at)
  const [before, after] = [x.shape[at]!, shape[at]!]
  const data = new Float64Array(sizeOf(shape)).fill(fill)
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < after; k++) {
      const source = from(k)
      if (source < 0 || source >= before) continue
      const start = (o * before + source) * inner
      data.set(x.data.subarray(start, start + inner), (o * after + k) * inner)
    }
  }
  return { shape, data, dtype: x.dtype }
}
