import { type Dimension, isPolynomial, product, symbol } from '../../graph/dimension.js'
import type { DataType } from '../../graph/type.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type ArrayObject, isUnknown, type Value } from '../../trace/value.js'
import { tensorFunctions } from './functions/table.js'
import { callTensorFunction } from './tensor-functions.js'

/** Larger buffers are data, which no model starts with. */
const mostNumbers = 2 ** 16

/** What is read from the array in which a buffer of a type keeps its numbers. */
const stored: Readonly<Partial<Record<DataType, (x: number) => number>>> = {
  float32: Math.fround,
  int32: x => x | 0,
  bool: x => x & 255,
}

/**
 * `tf.buffer`: numbers that are written one by one (tfjs-core/src/tensor.ts, TensorBuffer). They are a list of the program,
 * so that branches and loops over it are followed as for any other.
 */
export function makeBuffer(call: HostCall): Value {
  const { trace } = call
  const [shape, type = 'float32', given] = call.arguments.map(({ value }) => value)
  const sizes = trace.elements(shape)?.map(({ value }) => sizeOf(value))
  if (!sizes?.every(size => size !== undefined)) return unfollowed(call, 'its sizes are not known')
  const read = typeof type === 'string' ? stored[type as DataType] : undefined
  if (!read) return unfollowed(call, 'the type of its numbers is not known')
  const size = product(sizes)
  if (typeof size === 'number' && size > mostNumbers) return unfollowed(call, 'it has too many numbers')
  if (given !== undefined && given !== null)
    return unfollowed(call, 'numbers that it is given are not modelled')
  // Of a buffer of open size nothing is in the list until something is written.
  const values = trace.array(typeof size === 'number' ? Array.from({ length: size }, () => 0) : [])
  const isBlank = () => typeof size !== 'number' && trace.elements(values) !== undefined
  const make = (name: string, args: readonly Value[], inner: HostCall) =>
    callTensorFunction(name, tensorFunctions[name]!, {
      ...inner,
      arguments: args.map(value => ({ value, span: inner.span })),
    })
  return trace.record({
    shape,
    dtype: type,
    size,
    rank: sizes.length,
    values,
    ...membersOf(trace, values, sizes, read),
    toTensor: trace.function(
      'toTensor',
      inner =>
        isBlank() ? make('zeros', [shape, type], inner) : make('tensor', [values, shape, type], inner),
      [values],
    ),
  })
}

/** A size of a buffer; an open one is a symbol. */
function sizeOf(value: Value): Dimension | undefined {
  if (isUnknown(value)) return value.reason ? undefined : symbol(value.path, true)
  return typeof value === 'number' || isPolynomial(value) ? value : undefined
}

/** Reading and writing; the last axis runs fastest, and a scalar has one place. */
function membersOf(
  trace: Tracer,
  values: ArrayObject,
  sizes: readonly Dimension[],
  read: (x: number) => number,
): Readonly<Record<string, Value>> {
  const placeOf = (indices: readonly Value[]): number | undefined =>
    indices.every(index => typeof index === 'number') && sizes.every(size => typeof size === 'number')
      ? indices.slice(0, sizes.length).reduce((place, index, axis) => place * sizes[axis]! + index, 0)
      : undefined
  const get = (call: HostCall): Value => {
    const place = placeOf(call.arguments.map(({ value }) => value))
    const value = place === undefined ? undefined : trace.elements(values)?.[place]?.value
    return typeof value === 'number' ? read(value) : trace.fresh('buffer.get(…)')
  }
  const set = (call: HostCall): Value => {
    const [value, ...indices] = call.arguments
    const place = placeOf(indices.map(index => index.value))
    if (place === undefined) trace.unknownArray(values, trace.fresh('a number of a buffer'))
    else if (trace.elements(values)?.[place]) trace.heap.setElement(values, place, value!)
    return undefined
  }
  return { get: trace.function('get', get, [values]), set: trace.function('set', set, [values]) }
}

function unfollowed({ trace, span }: HostCall, reason: string): Value {
  return trace.opaque('unmodelled-call', { call: 'tf.buffer', reason }, span)
}
