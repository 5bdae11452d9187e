import { isPolynomial } from '../graph/dimension.js'
import type { HostCall, HostType, Tracer } from './host.js'
import { argument, unclear } from './javascript-calls.js'
import { cursorOver } from './javascript-iteration.js'
import { wellKnown } from './javascript-symbols.js'
import {
  type HostObject,
  isReplaced,
  isUnknown,
  type Property,
  type UnknownValue,
  type Value,
} from './value.js'

/** What a map or set holds; `unknown` where that is not known. */
interface Entries {
  readonly entries: readonly (readonly [Value, Property])[]
  readonly unknown?: UnknownValue
}

type MapMethod = (object: HostObject<Entries>, call: HostCall, position: number | undefined) => Value

/** A method that looks for its first argument; it is not clear where whether two keys are the same is not known. */
const keyed =
  (name: string, action: MapMethod) =>
  (object: HostObject<Entries>, call: HostCall): Value => {
    const { entries, unknown } = object.state
    const key = argument(call, 0)
    const isOpen = (value: Value) => isUnknown(value) || isPolynomial(value)
    const at = entries.findIndex(([other]) => other === key)
    const isClear = at >= 0 || !isOpen(key)
    if (!unknown && isClear && !entries.some(([other], i) => i > at && isOpen(other)))
      return action(object, call, at < 0 ? undefined : at)
    const value = unclear(call, name)
    if (isUnknown(value) && !unknown && name !== 'get' && name !== 'has')
      call.trace.heap.setState(object, { ...object.state, unknown: value })
    return value
  }

/** An iterator over the entries, which finds those that are added while it runs. */
function visited(
  object: HostObject<Entries>,
  { trace }: HostCall,
  read: (entry: Entries['entries'][number]) => Property,
): Value {
  let seen = object.state.entries
  return cursorOver(trace, object, i => {
    const { entries, unknown } = object.state
    // Where something is taken out, the places of the others change.
    const isKept = seen === entries || seen.every(([key], at) => entries[at]?.[0] === key)
    if (unknown || !isKept) return 'open'
    seen = entries
    const entry = entries[i]
    return entry && read(entry)
  })
}

const entriesOf = (object: HostObject<Entries>, call: HostCall): Value =>
  visited(object, call, ([key, { value }]) => ({ value: call.trace.array([key, value]) }))

const valuesOf = (object: HostObject<Entries>, call: HostCall): Value =>
  visited(object, call, ([, property]) => property)

/** Calls a function for each entry, also for those that it adds. */
function forEach(object: HostObject<Entries>, call: HostCall): Value {
  const { trace, span } = call
  let seen = object.state.entries
  for (let i = 0; ; i++) {
    const { entries, unknown } = object.state
    const isKept = seen === entries || seen.every(([key], at) => entries[at]?.[0] === key)
    // Where something is taken out, which are left to visit is not known: any of them may be, any number of times.
    if (unknown || !isKept) return trace.call(unknown ?? unclear(call, 'forEach'), [...call.arguments], span)
    seen = entries
    const entry = entries[i]
    if (!entry) return undefined
    const [key, property] = entry
    trace.call(argument(call, 0), [property, { value: key }, { value: object }], span, argument(call, 1))
  }
}

const mapType: HostType<Entries> = {
  name: 'Map',
  iterate: ({ state: { entries, unknown } }, trace) =>
    unknown ? undefined : pairsOf(entries, trace).map(value => ({ value })),
  unknownState: (state, unknown) =>
    state.unknown?.reason && state.unknown.reason.code === unknown.reason?.code
      ? state
      : { ...state, unknown },
  unknownIn: ({ unknown }) => unknown,
  outlivesCalls: ({ entries }) => entries.some(([, { value }]) => isReplaced(value)),
  members: {
    get: {
      kind: 'method',
      call: keyed('get', ({ state }, _, at) => (at === undefined ? undefined : state.entries[at]![1].value)),
    },
    has: { kind: 'method', call: keyed('has', (_object, _, at) => at !== undefined) },
    set: {
      kind: 'method',
      call: keyed('set', (object, call, at) => {
        const entry = [argument(call, 0), call.arguments[1] ?? { value: undefined }] as const
        const { entries } = object.state
        const changed = at === undefined ? [...entries, entry] : entries.with(at, entry)
        call.trace.heap.setState(object, { entries: changed })
        return object
      }),
    },
    add: {
      kind: 'method',
      call: keyed('add', (object, call, at) => {
        const entry = [argument(call, 0), call.arguments[0] ?? { value: undefined }] as const
        if (at === undefined) call.trace.heap.setState(object, { entries: [...object.state.entries, entry] })
        return object
      }),
    },
    delete: {
      kind: 'method',
      call: keyed('delete', (object, call, at) => {
        const { entries } = object.state
        if (at !== undefined) call.trace.heap.setState(object, { entries: entries.toSpliced(at, 1) })
        return at !== undefined
      }),
    },
    clear: {
      kind: 'method',
      call: (object, call) => {
        call.trace.heap.setState(object, { entries: [] })
        return undefined
      },
    },
    size: { kind: 'property', get: ({ state }) => state.unknown ?? state.entries.length },
    entries: { kind: 'method', call: entriesOf },
    [wellKnown('iterator')]: { kind: 'method', call: entriesOf },
    values: { kind: 'method', call: valuesOf },
    keys: { kind: 'method', call: (object, call) => visited(object, call, ([key]) => ({ value: key })) },
    forEach: { kind: 'method', call: forEach },
  },
}

/** Keys with their values, as a loop over a map sees them. */
const pairsOf = (entries: Entries['entries'], trace: Tracer): readonly Value[] =>
  entries.map(([key, { value }]) => trace.array([key, value]))

/** A set is a map from each value to itself, over which a loop sees the values. */
const setType: HostType<Entries> = {
  ...mapType,
  name: 'Set',
  members: { ...mapType.members, [wellKnown('iterator')]: { kind: 'method', call: valuesOf } },
  iterate: ({ state: { entries, unknown } }) =>
    unknown ? undefined : entries.map(([, property]) => property),
}

/** What `new Map` and `new Set` make: pairs of keys and values, or values alone. */
export const collection =
  (pairs: boolean) =>
  (call: HostCall): Value => {
    const source = argument(call, 0)
    const items = source === undefined || source === null ? [] : call.trace.list(source, call.span)
    if (!items) return unclear(call, 'new Map')
    const map = call.trace.host<Entries>(pairs ? mapType : setType, { entries: [] })
    const insert = mapType.members[pairs ? 'set' : 'add']
    for (const item of items) {
      const args = pairs ? (call.trace.elements(item.value) ?? [{ value: unclear(call, 'new Map') }]) : [item]
      if (insert?.kind === 'method') insert.call(map, { ...call, arguments: args })
    }
    return map
  }
