import { type Dimension, dimensionText } from './dimension.js'

export type DataType = 'float32' | 'int32' | 'bool' | 'string' | 'complex64'

/** What an axis counts, where it is known. */
export type AxisMeaning = 'batch' | 'time' | 'depth' | 'height' | 'width' | 'channel' | 'feature' | 'head'

/** What a value stands for, where it is known. */
export type Role =
  | 'logit'
  | 'probability'
  | 'log-probability'
  | 'log-variance'
  | 'distance'
  | 'mask'
  | 'index'
  | 'target'

export type Shape = readonly Dimension[]

/** The type of a tensor. `shape` is null where not even the rank is known. */
export interface TensorType {
  readonly dtype: DataType
  readonly shape: Shape | null
  /** Aligned with `shape`; an entry is undefined where the meaning of the axis is unknown. */
  readonly axes?: readonly (AxisMeaning | undefined)[]
  readonly role?: Role
}

export function tensorType(shape: Shape | null, dtype: DataType = 'float32'): TensorType {
  return { dtype, shape }
}

/** `[N, 28, 28, 1]`; an unknown rank is `[…]`. */
export function shapeText(shape: Shape | null): string {
  return shape ? `[${shape.map(dimensionText).join(', ')}]` : '[…]'
}
