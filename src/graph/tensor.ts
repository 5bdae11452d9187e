import type { DataType } from './type.js'

/** A tensor of numbers, row-major, in double precision whatever the declared type. Booleans are 0 and 1. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float64Array
  readonly dtype: DataType
}
