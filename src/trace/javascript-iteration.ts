import { isPolynomial } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import { Thrown } from './frame.js'
import { isGenerator, type Receive, takeFrom } from './generators.js'
import type { HostType, Tracer } from './host.js'
import { wellKnown } from './javascript-symbols.js'
import { type HostObject, isObject, isUnknown, type Property, type Value } from './value.js'

/** What is left of a list that is read one by one: what `keys`, `values` and `entries` give. */
interface Cursor {
  /** The element at a position; undefined at the end, `open` where that is not known. */
  readonly read: (position: number) => Property | undefined | 'open'
  readonly position: number
  /** What it reads from. */
  readonly source: Value
  readonly unknown?: Value
}

const cursorType: HostType<Cursor> = {
  name: 'iterator',
  members: {
    next: {
      kind: 'method',
      call: (cursor, { trace, span }) => {
        const item = step(cursor, trace)
        if (item === 'open') return openResult(trace, span)
        return trace.record({ value: item?.value, done: item === undefined })
      },
    },
    [wellKnown('iterator')]: { kind: 'method', call: cursor => cursor },
  },
  missing: 'only what an iterator gives is followed',
  iterate: (cursor, trace) => {
    const items: Property[] = []
    for (;;) {
      const item = step(cursor, trace)
      if (item === 'open') return undefined
      if (!item) return items
      items.push(item)
    }
  },
  unknownState: (state, unknown) => (state.unknown ? state : { ...state, unknown }),
  shows: ({ source }) => source,
}

function step(cursor: HostObject<Cursor>, trace: Tracer): Property | undefined | 'open' {
  const { state } = cursor
  const item = state.unknown ? 'open' : state.read(state.position)
  // At its end an iterator stays there, even if its list grows.
  const next = item === undefined ? { read: () => undefined } : { position: state.position + 1 }
  if (item !== 'open') trace.heap.setState(cursor, { ...state, ...next })
  return item
}

const openResult = (trace: Tracer, span: Span): Value =>
  trace.opaque('unmodelled-call', { call: 'next', reason: 'it depends on values that are not known' }, span)

/** An iterator over what is at each position of a list. */
export function cursorOver(trace: Tracer, source: Value, read: Cursor['read']): Value {
  return trace.host<Cursor>(cursorType, { read, position: 0, source })
}

/** Whether what a value gives is taken from it one by one, since that changes it or runs code. */
export function isTakenFrom(value: Value, trace: Tracer): boolean {
  return isGenerator(value) || isCursor(value) || iteratorMethod(value, trace) !== undefined
}

const isCursor = (value: Value): value is HostObject<Cursor> =>
  isObject(value) && value.kind === 'host' && value.type === cursorType

/** The method of the program that starts an iteration over an object of its own. */
function iteratorMethod(value: Value, trace: Tracer): Value {
  if (!isObject(value)) return undefined
  const key = wellKnown('iterator')
  for (let at: typeof value | null = value; at; at = at.prototype)
    if (at.properties.has(key)) return trace.get(value, key, place)
  return undefined
}

const place: Span = { file: { path: '', text: '', lineStarts: [0] }, start: 0, end: 0 }

/** Takes what a value gives one by one, as far as more are wanted (ECMA-262, 7.4); gives what a generator returns. */
export function take(
  value: Value,
  trace: Tracer,
  span: Span,
  wantsMore: (item: Parameters<Receive>[0]) => boolean,
  most = Number.POSITIVE_INFINITY,
): Value {
  if (isGenerator(value)) return takeFrom(value, trace, wantsMore, most)
  if (isCursor(value)) {
    if (most === 0) return undefined
    for (;;) {
      const item = step(value, trace)
      if (item === undefined) return undefined
      if (!wantsMore(item === 'open' ? undefined : item) || item === 'open') return undefined
    }
  }
  const iterator = trace.call(iteratorMethod(value, trace), [], span, value)
  if (isGenerator(iterator) || isCursor(iterator)) return take(iterator, trace, span, wantsMore, most)
  return takeByProtocol(iterator, trace, span, wantsMore, most)
}

function takeByProtocol(
  iterator: Value,
  trace: Tracer,
  span: Span,
  wantsMore: (item: Parameters<Receive>[0]) => boolean,
  most: number,
): Value {
  if (isUnknown(iterator) || !isObject(iterator)) {
    if (!isUnknown(iterator)) trace.fail('TypeError', 'is not an iterator', span)
    wantsMore(undefined)
    return undefined
  }
  const next = trace.get(iterator, 'next', span)
  if (most === 0) close(iterator, trace, span, true)
  if (most === 0) return undefined
  for (;;) {
    const result = trace.call(next, [], span, iterator)
    if (!isUnknown(result) && !isObject(result)) trace.fail('TypeError', 'is no result of an iterator', span)
    const done = isObject(result) ? trace.get(result, 'done', span) : result
    if (!isObject(result) || isUnknown(done) || isPolynomial(done)) {
      wantsMore(undefined)
      return undefined
    }
    if (isObject(done) || done) return trace.get(result, 'value', span)
    const value = trace.get(result, 'value', span)
    let isWanted: boolean
    try {
      isWanted = wantsMore({ value })
    } catch (error) {
      if (error instanceof Thrown) close(iterator, trace, span, false)
      throw error
    }
    if (isWanted) continue
    close(iterator, trace, span, true)
    return undefined
  }
}

/** Tells an iterator that no more is wanted; after an error of its reader, no other one counts. */
function close(iterator: Value, trace: Tracer, span: Span, countsErrors: boolean): void {
  try {
    const end = trace.get(iterator, 'return', span)
    if (end === undefined || end === null) return
    const result = trace.call(end, [], span, iterator)
    if (countsErrors && !isObject(result) && !isUnknown(result))
      trace.fail('TypeError', 'ends with something that is no object', span)
  } catch (error) {
    if (countsErrors || !(error instanceof Thrown)) throw error
  }
}
