import { apply, type Dimension, isPolynomial } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import type { DataType } from '../../graph/type.js'
import { randomDraw, type Tracer } from '../../trace/host.js'
import { isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { numbersReadBack } from './readings.js'
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
  const readBack = isUnknown(value) ? numbersReadBack(trace, value, dtype) : undefined
  if (readBack) return readBack
  const read = readNumbers(trace, value)
  if ('unknown' in read) {
    const drawn = dtype === undefined || dtype === 'float32' ? randomNumbers(trace, value) : undefined
    return drawn && !isProblem(drawn) ? drawn : read
  }
  if ('problem' in read) return read
  const type = dtype ?? read.dtype
  const values = read.values.map(item => converted(item, type))
  if (read.shape.length === 0 && type === 'float32')
    return trace.builder.node('scalar', [], { value: values[0]! })
  return trace.builder.node('constant', [], { shape: read.shape, values, dtype: type })
}

/** Longer lists of drawn numbers are data, which no model starts with. */
const mostDraws = 32

/** The ops of operators on numbers. */
export const operatorOps: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  negate: 'negate',
}

/** Numbers of which some are computed from random draws, as draws of the graph; undefined for any other that is unknown. */
function randomNumbers(trace: Tracer, value: Value): Node | Problem | undefined {
  const { builder } = trace
  if (typeof value === 'number' || isPolynomial(value)) return builder.node('scalar', [], { value })
  const operation = isUnknown(value) ? trace.operation(value) : undefined
  if (isUnknown(value) && operation?.operator === randomDraw) return drawOf(trace, value)
  const op = operation ? operatorOps[operation.operator] : 'stack'
  const items = operation
    ? operation.operands
    : isUnknown(value) || typeof value === 'string'
      ? undefined
      : trace.elements(value)?.map(item => item.value)
  if (op === undefined || !items || items.length === 0 || items.length > mostDraws) return undefined
  const inputs: Node[] = []
  for (const item of items) {
    const input = randomNumbers(trace, item)
    if (!input || isProblem(input)) return input
    inputs.push(input)
  }
  return builder.node(op, inputs, op === 'stack' ? { axis: 0 } : {})
}

/** One draw between 0 and 1: the same node wherever its value is used. */
function drawOf(trace: Tracer, { path }: UnknownValue): Node | Problem {
  const { counters, seeds } = contextOf(trace)
  const key = `draw ${path}`
  const site = seeds.get(key) ?? counters.next('identity')
  seeds.set(key, site)
  const like = trace.builder.node('zeros', [], { shape: [] })
  return isProblem(like) ? like : trace.builder.node('uniform', [like], { low: 0, high: 1, site })
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
