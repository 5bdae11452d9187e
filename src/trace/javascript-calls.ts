import type { HostCall, Tracer } from './host.js'
import type { ObjectValue, RecordObject, Value } from './value.js'

export type Natives = Readonly<Record<string, (call: HostCall) => Value>>

/** What a call is given at a place. */
export const argument = (call: HostCall, i: number): Value => call.arguments[i]?.value

/** The result of a call of something whose operands are not known. */
export function unclear(call: HostCall, name: string): Value {
  return call.trace.opaque(
    'unmodelled-call',
    { call: name, reason: 'it depends on values that are not known' },
    call.span,
  )
}

/** A record of native functions and constants. */
export function namespace(
  trace: Tracer,
  name: string,
  natives: Natives,
  constants: Readonly<Record<string, Value>> = {},
): RecordObject {
  const functions = Object.entries(natives).map(
    ([key, call]) => [key, trace.function(`${name}.${key}`, call)] as const,
  )
  return trace.record({ ...constants, ...Object.fromEntries(functions) })
}

/** A function that has native functions and constants as members: `Number` and `Number.isInteger`. */
export function callable(
  trace: Tracer,
  name: string,
  call: (call: HostCall) => Value,
  natives: Natives = {},
  constants: Readonly<Record<string, Value>> = {},
): ObjectValue {
  const object = trace.function(name, call)
  for (const [key, value] of Object.entries(constants)) trace.heap.setProperty(object, key, { value })
  for (const [key, native] of Object.entries(natives)) {
    trace.heap.setProperty(object, key, { value: trace.function(`${name}.${key}`, native) })
  }
  return object
}
