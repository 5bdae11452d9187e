import type { HostType, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'

type Lookup = (key: string, trace: Tracer) => Value | undefined

/** An object whose members are made when they are asked for; `missing` says why any other one is not known. */
export function namespace(
  trace: Tracer,
  name: string,
  lookup: Lookup,
  missing = 'TensorFlow.js 4.22 does not have it',
): HostObject {
  const known = new Map<string, Value>()
  const type: HostType = {
    name,
    members: {},
    missing,
    lookup: (_, key, tracer) => {
      if (!known.has(key)) known.set(key, lookup(key, tracer))
      return known.get(key)
    },
  }
  return trace.host(type, {})
}
