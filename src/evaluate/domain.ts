import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'

/** Which tensors an input may be: "for all inputs" means for all tensors of its domain. */
export type Domain =
  /** All real numbers; tried at draws from normal distributions. */
  | { readonly kind: 'real' }
  /** Between two numbers, of which the upper one may be infinite. */
  | { readonly kind: 'interval'; readonly low: number; readonly high: number }
  /** The whole numbers 0, 1, … below a number; of int32 inputs without a bound, and of bool (below 2). */
  | { readonly kind: 'whole'; readonly below: number | undefined }
  /** Along the last axis one element is 1 and the others are 0. */
  | { readonly kind: 'one-hot' }

/** The domain of a tensor of which only the data type is known. */
export function domainOf(dtype: DataType): Domain {
  if (dtype === 'bool') return { kind: 'whole', below: 2 }
  return dtype === 'int32' ? { kind: 'whole', below: undefined } : { kind: 'real' }
}

/** Whole numbers without a bound are tried up to here. */
const usualBound = 3

/** A tensor drawn from a domain; `reach` is the deviation of the normal distribution for real numbers. */
export function drawTensor(
  shape: readonly number[],
  dtype: DataType,
  domain: Domain,
  random: () => number,
  reach = 1,
): Tensor {
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1))
  switch (domain.kind) {
    case 'real':
      for (let i = 0; i < data.length; i++) data[i] = reach * normal(random)
      break
    case 'interval':
      for (let i = 0; i < data.length; i++) data[i] = domain.low + widthOf(domain, reach) * random()
      break
    case 'whole':
      for (let i = 0; i < data.length; i++) data[i] = Math.floor(random() * (domain.below ?? usualBound))
      break
    case 'one-hot': {
      const classes = shape.at(-1) ?? 1
      for (let row = 0; row < data.length; row += classes) data[row + Math.floor(random() * classes)] = 1
    }
  }
  return { shape, data, dtype }
}

/** How far above the lower bound numbers are drawn. */
const widthOf = ({ low, high }: { readonly low: number; readonly high: number }, reach: number): number =>
  Number.isFinite(high) ? high - low : 4 * reach

/** Box and Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
