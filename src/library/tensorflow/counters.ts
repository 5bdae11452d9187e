import type { HostType, Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'

type Counts = Readonly<Record<string, number>>

const type: HostType<Counts> = { name: 'counters', members: {} }

/**
 * The counters behind generated names and identities. Names count in the heap, so that a branch or a site that is
 * undone gives its numbers back; identities never repeat.
 */
export class Counters {
  #names: HostObject<Counts> | undefined
  readonly #identities = new Map<string, number>()

  /** A number that was not given before. */
  next(kind: string): number {
    const value = this.#identities.get(kind) ?? 0
    this.#identities.set(kind, value + 1)
    return value
  }

  /** `dense_Dense1` (tfjs-layers/src/engine/topology.ts and backend/state.ts). */
  layerName(className: string, trace: Tracer): string {
    return `${snakeCase(className)}_${this.unique(className, trace)}`
  }

  /** `Dense1`, `model2`: the prefix and how often it was asked for. */
  unique(prefix: string, trace: Tracer): string {
    this.#names ??= trace.host<Counts>(type, {})
    const count = (this.#names.state[prefix] ?? 0) + 1
    trace.heap.setState(this.#names, { ...this.#names.state, [prefix]: count })
    return `${prefix}${count}`
  }
}

/** As TF.js does it (tfjs-layers/src/utils/generic_utils.ts, toSnakeCase). */
function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
