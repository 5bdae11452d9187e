import type { Node } from '../../graph/node.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { Counters } from './counters.js'
import type { Application, TensorState } from './state.js'

/** What TensorFlow.js keeps track of during one trace. */
export interface Context {
  readonly counters: Counters
  /** Every `tf.variable`, in order of creation. */
  readonly variables: HostObject<TensorState>[]
  /** The applications of layers that made a node. */
  readonly applications: Map<Node, Application[]>
  /** The places of draws that a seed ties down. */
  readonly seeds: Map<string, number>
}

const contexts = new WeakMap<Tracer, Context>()

export function contextOf(trace: Tracer): Context {
  const known = contexts.get(trace)
  if (known) return known
  const context: Context = {
    counters: new Counters(),
    variables: [],
    applications: new Map(),
    seeds: new Map(),
  }
  contexts.set(trace, context)
  return context
}
