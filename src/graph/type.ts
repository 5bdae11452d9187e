import { type Dimension, dimensionText, equals } from './dimension.js'

export type DataType = 'float32' | 'int32' | 'bool' | 'string' | 'complex64'

/** The types that a tensor of numbers can have. */
export const isDataType = (text: string): text is DataType => ['float32', 'int32', 'bool'].includes(text)

export type Shape = readonly Dimension[]

/** The type of a tensor. `shape` is null where not even the rank is known. */
export interface TensorType {
  readonly dtype: DataType
  readonly shape: Shape | null
}

export function tensorType(shape: Shape | null, dtype: DataType = 'float32'): TensorType {
  return { dtype, shape }
}

/** `[N, 28, 28, 1]`; an unknown rank is `[…]`. */
/** Whether two shapes are equal for all values of their symbols. */
export const sameShape = (a: Shape | null, b: Shape | null): boolean =>
  !!a && !!b && a.length === b.length && a.every((size, axis) => equals(size, b[axis]!))

export function shapeText(shape: Shape | null): string {
  return shape ? `[${shape.map(dimensionText).join(', ')}]` : '[…]'
}
