import { apply, type Dimension, isPolynomial } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import type { DataType } from '../../graph/type.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { isTensor } from './types.js'

/** Numbers in nested lists, as `tf.tensor` takes them. */
interface Numbers {
  readonly shape: readonly number[]
  readonly values: readonly Dimension[]
  readonly dtype: DataType
}

export type ConstantFailure = Problem | { readonly unknown: UnknownValue }

/**
 * A number, a truth value, or nested lists of them as a tensor. Numbers are `float32` unless a type is asked for
 * (tfjs-core/src/util_base.ts, inferDtype); conversion to whole numbers cuts the fraction off.
 */
export function constantOf(trace: Tracer, value: Value, dtype: DataType | undefined): Node | ConstantFailure {
  const read = readNumbers(trace, value)
  if ('problem' in read || 'unknown' in read) return read
  const type = dtype ?? read.dtype
  const values = read.values.map(item => converted(item, type))
  if (read.shape.length === 0 && type === 'float32')
    return trace.builder.node('scalar', [], { value: values[0]! })
  return trace.builder.node('constant', [], { shape: read.shape, values, dtype: type })
}

function converted(value: Dimension, type: DataType): Dimension {
  if (type === 'int32') return apply('truncate', [value])
  return type === 'bool' && typeof value === 'number' ? Number(value !== 0) : value
}

function readNumbers(trace: Tracer, value: Value): Numbers | ConstantFailure {
  if (typeof value === 'number' || isPolynomial(value))
    return { shape: [], values: [value], dtype: 'float32' }
  if (typeof value === 'boolean') return { shape: [], values: [Number(value)], dtype: 'bool' }
  if (isUnknown(value)) return { unknown: value }
  if (isTensor(value)) return { problem: 'a list of numbers must not hold tensors' }
  const items = typeof value === 'string' ? undefined : trace.elements(value)
  if (!items) return { problem: 'it is not a tensor, a number or a list of numbers' }
  const parts: Numbers[] = []
  for (const item of items) {
    const part = readNumbers(trace, item.value)
    if ('problem' in part || 'unknown' in part) return part
    parts.push(part)
  }
  const [first] = parts
  if (!first) return { shape: [0], values: [], dtype: 'float32' }
  if (parts.some(({ shape }) => shape.join() !== first.shape.join()))
    return { problem: 'the lists of numbers are not all of one length' }
  return {
    shape: [parts.length, ...first.shape],
    values: parts.flatMap(({ values }) => values),
    dtype: first.dtype,
  }
}

export function isConstantFailure(value: Node | ConstantFailure): value is ConstantFailure {
  return 'unknown' in value || isProblem(value)
}
