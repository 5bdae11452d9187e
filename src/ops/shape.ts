import { type Dimension, equals } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type DataType, type Shape, shapeText, type TensorType } from '../graph/type.js'

/** The shape of an elementwise result: sizes are equal, or one of them is 1, or an axis is missing in front. */
export function broadcast(a: Shape, b: Shape): Shape | Problem {
  const rank = Math.max(a.length, b.length)
  const result: Dimension[] = []
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (equals(x, y) || y === 1) result.push(x)
    else if (x === 1) result.push(y)
    else return { problem: `the shapes ${shapeText(a)} and ${shapeText(b)} do not fit together` }
  }
  return result
}

export function broadcastAll(shapes: readonly Shape[]): Shape | Problem {
  let result: Shape = []
  for (const shape of shapes) {
    const next = broadcast(result, shape)
    if (isProblem(next)) return next
    result = next
  }
  return result
}

/** A negative axis counts from the end. */
export function resolveAxis(axis: Attribute | undefined, rank: number): number | Problem {
  if (typeof axis !== 'number' || !Number.isInteger(axis))
    return { problem: 'the axis is not a known whole number' }
  const resolved = axis < 0 ? axis + rank : axis
  return resolved >= 0 && resolved < rank
    ? resolved
    : { problem: `there is no axis ${axis} in a tensor of rank ${rank}` }
}

/** A list of axes, sorted; null means all. */
export function resolveAxes(axes: Attribute | undefined, rank: number): readonly number[] | Problem {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i)
  const resolved: number[] = []
  for (const axis of Array.isArray(axes) ? axes : [axes]) {
    const one = resolveAxis(axis, rank)
    if (typeof one !== 'number') return one
    resolved.push(one)
  }
  return [...new Set(resolved)].sort((a, b) => a - b)
}

/** The type of an elementwise op: broadcast shape, the wider data type. */
export function elementwiseType(inputs: readonly TensorType[], dtype?: DataType): TensorType | Problem {
  const shape = broadcastAll(inputs.map(input => input.shape ?? []))
  if (isProblem(shape)) return shape
  return { dtype: dtype ?? widest(inputs.map(input => input.dtype)), shape }
}

/**
 * The type of a function of real numbers. TensorFlow.js refuses whole numbers for some of them and cuts the results of
 * others to whole numbers; neither is the function, so the code has to cast first.
 */
export function realType(inputs: readonly TensorType[]): TensorType | Problem {
  return inputs.every(({ dtype }) => dtype === 'int32' || dtype === 'bool')
    ? {
        problem: `this function takes real numbers: cast the \`${inputs[0]!.dtype}\` tensor to float32 first`,
      }
    : elementwiseType(inputs, 'float32')
}

const widths: readonly DataType[] = ['bool', 'int32', 'float32', 'complex64', 'string']

/** The data type that holds both: TF.js's `upcastType`. */
export function widest(types: readonly DataType[]): DataType {
  return types.reduce((a, b) => (widths.indexOf(a) >= widths.indexOf(b) ? a : b), 'bool' as DataType)
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

/** Row-major steps per axis. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]!
  }
  return strides
}

/** Calls back with the offset into each operand for every element of the broadcast result, in order. */
export function forBroadcast(
  shape: readonly number[],
  operands: readonly (readonly number[])[],
  visit: (at: number, offsets: readonly number[]) => void,
): void {
  const steps = operands.map(operand => {
    const strides = stridesOf(operand)
    const lead = shape.length - operand.length
    return shape.map((_, i) => (i < lead || operand[i - lead] === 1 ? 0 : strides[i - lead]!))
  })
  const offsets = operands.map(() => 0)
  const index = new Array<number>(shape.length).fill(0)
  const size = sizeOf(shape)
  for (let at = 0; at < size; at++) {
    visit(at, offsets)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      for (let k = 0; k < offsets.length; k++) offsets[k]! += steps[k]![axis]!
      if (index[axis]! < shape[axis]!) break
      for (let k = 0; k < offsets.length; k++) offsets[k]! -= steps[k]![axis]! * shape[axis]!
      index[axis] = 0
    }
  }
}

/** Whether a tensor is as often repeated as a whole as it fits into the broadcast shape. */
function recurs(operand: readonly number[], shape: readonly number[]): boolean {
  const first = operand.findIndex(size => size !== 1)
  if (first < 0) return true
  const lead = shape.length - operand.length
  return operand.every((size, axis) => axis < first || size === shape[axis + lead])
}

/** Fills a new tensor by applying a function to broadcast operands. */
export function mapBroadcast(
  type: TensorType,
  inputs: readonly Tensor[],
  f: (...values: number[]) => number,
): Tensor {
  const shape = type.shape as readonly number[]
  const data = new Float64Array(sizeOf(shape))
  const [a, b] = inputs
  if (inputs.length === 1 && a) {
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i]!)
  } else if (inputs.length === 2 && a && b && recurs(a.shape, shape) && recurs(b.shape, shape)) {
    const [left, right] = [a.data.length, b.data.length]
    for (let i = 0, j = 0, k = 0; i < data.length; i++) {
      data[i] = f(a.data[j]!, b.data[k]!)
      if (++j === left) j = 0
      if (++k === right) k = 0
    }
  } else {
    forBroadcast(
      shape,
      inputs.map(input => input.shape),
      (at, offsets) => {
        data[at] = f(...inputs.map((input, k) => input.data[offsets[k]!]!))
      },
    )
  }
  return { shape, data, dtype: type.dtype }
}
