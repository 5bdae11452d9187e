import type { HostType, Tracer } from './host.js'
import {
  type ClosureObject,
  type HostObject,
  isObject,
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
  /** The function that it runs, and what that was given. */
  readonly holds: readonly Value[]
  /** It may have been started. */
  readonly unknown?: UnknownValue
}

/** Thrown to leave the body of a generator of which no more is wanted; it never leaves this file. */
class Left {}

const generatorType: HostType<Generation> = {
  name: 'generator',
  members: {},
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

/** What a call of a generator function gives: nothing of the body has run. */
export function makeGenerator(
  trace: Tracer,
  closure: ClosureObject,
  args: readonly Property[],
  run: (receive: Receive) => Value,
): Value {
  return trace.host<Generation>(generatorType, { run, holds: [closure, ...args.map(({ value }) => value)] })
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
): Value {
  const { run, holds, unknown } = object.state
  if (unknown) wantsMore(undefined)
  if (!run || unknown) return undefined
  trace.heap.setState(object, { holds })
  const { undone } = trace.heap
  try {
    return run(item => {
      const isSure = trace.heap.undone === undone
      if (!wantsMore(isSure ? item : undefined) && isSure) throw new Left()
    })
  } catch (error) {
    if (!(error instanceof Left)) throw error
    return undefined
  }
}
