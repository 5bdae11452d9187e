import type { HostCall, Tracer } from './host.js'
import { argument, namespace, unclear } from './javascript-calls.js'
import { hole, isObject, lockedKey, type ObjectValue, ownFields, type Value } from './value.js'

/** A value given as data from outside, such as a command-line argument. */
export function fromJson(trace: Tracer, value: unknown): Value {
  if (Array.isArray(value)) return trace.array(value.map(item => fromJson(trace, item)))
  if (typeof value !== 'object' || value === null) return value as Value
  return trace.record(
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(trace, item)])),
  )
}

/** What code writes as JSON and reads again is a copy of data; deeper data is not known, so that circles end. */
const deepest = 50

/** Longer texts are not known: a short program must not make long ones. */
const longest = 100_000

/** Stands for data that is not known. */
class NotData extends Error {}

/** The data of an object, without fields that JSON has not (ECMA-262, 25.5.2). */
function dataOf(call: HostCall, value: Value, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!isObject(value) || depth > deepest) throw new NotData()
  if (value.kind === 'closure' || value.kind === 'class' || value.kind === 'hostFunction') return undefined
  if (value.kind === 'host' || isNoted(value)) throw new NotData()
  if (call.trace.get(value, 'toJSON', call.span) !== undefined) throw new NotData()
  if (value.kind === 'array')
    return value.elements.map(element => (element === hole ? null : dataOf(call, element.value, depth + 1)))
  const fields = ownFields(value).map(
    ([key, { value: item, getter }]) =>
      [key, dataOf(call, getter ? call.trace.get(value, key, call.span) : item, depth + 1)] as const,
  )
  return Object.fromEntries(fields)
}

/** Whether something is noted of an object that data has not, such as fields that are not known. */
const isNoted = ({ properties }: ObjectValue): boolean =>
  [...properties.keys()].some(key => key.startsWith('\u0000') && key !== lockedKey)

function written(call: HostCall): Value {
  const [replacer, space] = [argument(call, 1), argument(call, 2)]
  const isSpace = space === undefined || typeof space === 'string' || typeof space === 'number'
  if ((replacer !== undefined && replacer !== null) || !isSpace) return unclear(call, 'JSON.stringify')
  try {
    const text = JSON.stringify(dataOf(call, argument(call, 0)), null, space)
    return text === undefined || text.length <= longest ? text : unclear(call, 'JSON.stringify')
  } catch (error) {
    if (error instanceof NotData) return unclear(call, 'JSON.stringify')
    throw error
  }
}

function read(call: HostCall): Value {
  const text = argument(call, 0)
  if (typeof text !== 'string') return unclear(call, 'JSON.parse')
  try {
    return fromJson(call.trace, JSON.parse(text))
  } catch {
    return unclear(call, 'JSON.parse')
  }
}

/** The global `JSON`. */
export const json = (trace: Tracer) => namespace(trace, 'JSON', { parse: read, stringify: written })
