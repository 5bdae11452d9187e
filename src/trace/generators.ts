import type { Span } from '../text/source.js'
import { Left, Thrown } from './frame.js'
import type { HostCall, HostType, Tracer } from './host.js'
import {
  type ClosureObject,
  type HostObject,
  isObject,
  isUnknown,
  type Property,
  type UnknownValue,
  type Value,
} from './value.js'

/** Takes what a generator yields, in order; undefined stands for any number of values that are not known. */
export type Receive = (item: Property | undefined) => void

/** A generator that has not been started, or what is left of one. */
interface Generation {
  /** Runs the body to its end and gives what it returns. */
  readonly run?: (receive: Receive) => Value
  /** Makes unknown what the body may change. */
  readonly loosen?: (span: Span) => void
  /** The function that it runs, and what that was given. */
  readonly holds: readonly Value[]
  /** It may have been started. */
  readonly unknown?: UnknownValue
}

const generatorType: HostType<Generation> = {
  name: 'generator',
  members: {
    next: { kind: 'method', call: piece },
    return: { kind: 'method', call: piece },
    throw: { kind: 'method', call: piece },
  },
  missing: 'a generator is followed where a loop or a list takes all that it yields',
  iterate: (object, trace) => {
    const items: Property[] = []
    let isKnown = true
    takeFrom(object, trace, item => {
      if (item) items.push(item)
      else isKnown = false
      return true
    })
    return isKnown ? items : undefined
  },
  unknownState: (state, unknown) => (state.unknown ? state : { ...state, unknown }),
  shows: ({ holds }) => holds,
}

/** What a generator gives where it is asked for one value: the body may run to its end or to any of them. */
function piece(object: HostObject<Generation>, { trace, span }: HostCall): Value {
  const { loosen, unknown, holds } = object.state
  const reason = 'a generator that is read piece by piece is not followed'
  const given = unknown ?? trace.opaque('unmodelled-call', { call: 'next', reason }, span)
  loosen?.(span)
  if (!unknown && isUnknown(given))
    trace.heap.setState(object, { holds, ...(loosen && { loosen }), unknown: given })
  return trace.derived([given], ([text]) => `${text}, a value`)
}

/** What a call of a generator function gives: nothing of the body has run. */
export function makeGenerator(
  trace: Tracer,
  closure: ClosureObject,
  args: readonly Property[],
  run: (receive: Receive) => Value,
  loosen: (span: Span) => void,
): Value {
  const holds = [closure, ...args.map(({ value }) => value)]
  return trace.host<Generation>(generatorType, { run, loosen, holds })
}

export function isGenerator(value: Value): value is HostObject<Generation> {
  return isObject(value) && value.kind === 'host' && value.type === generatorType
}

/**
 * Runs a generator from one value that it yields to the next, as far as more are wanted, and gives what it returns.
 * What is yielded while a way is walked that may not be taken is not known.
 */
export function takeFrom(
  object: HostObject<Generation>,
  trace: Tracer,
  wantsMore: (item: Property | undefined) => boolean,
  most = Number.POSITIVE_INFINITY,
): Value {
  const { run, holds, unknown } = object.state
  if (unknown) wantsMore(undefined)
  if (!run || unknown) return undefined
  trace.heap.setState(object, { holds })
  if (most === 0) return undefined
  const { undone } = trace.heap
  let left: Left | undefined
  /** An error of the reader is none of the body, which is left. */
  const read = (item: Property | undefined): boolean => {
    try {
      return wantsMore(item)
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      left = new Left(error)
      throw left
    }
  }
  try {
    return run(item => {
      const isSure = trace.heap.undone === undone
      if (read(isSure ? item : undefined) || !isSure) return
      left = new Left()
      throw left
    })
  } catch (error) {
    if (error !== left || !left) throw error
    if (left.cause) throw left.cause
    return undefined
  }
}
