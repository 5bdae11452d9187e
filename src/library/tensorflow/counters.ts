import { add, type Dimension, dimensionText } from '../../graph/dimension.js'
import type { HostType, Tracer } from '../../trace/host.js'
import type { HostObject, UnknownValue } from '../../trace/value.js'

type Counts = Readonly<Record<string, number>>

const type: HostType<Counts> = { name: 'counters', members: {} }

/**
 * The counters behind generated names and identities. Names count in the heap, so that a branch or a site that is
 * undone gives its numbers back; identities never repeat.
 */
export class Counters {
  #names: HostObject<Counts> | undefined
  readonly #identities = new Map<string, number>()
  /** How many more layers of a class the rounds of loops made than were counted, by the place of each. */
  readonly #families = new Map<string, Map<string, Dimension>>()

  /** A number that was not given before. */
  next(kind: string): number {
    const value = this.#identities.get(kind) ?? 0
    this.#identities.set(kind, value + 1)
    return value
  }

  /** `dense_Dense1` (tfjs-layers/src/engine/topology.ts and backend/state.ts). */
  layerName(
    className: string,
    trace: Tracer,
  ): { readonly name: string; readonly unknownName?: UnknownValue } {
    const unique = this.unique(className, trace)
    const families = this.#families.get(className)
    if (!families) return { name: `${snakeCase(className)}_${unique}` }
    const number = [...families.values()].reduce(add, Number(unique.slice(className.length)))
    const name = `${snakeCase(className)}_${className}(${dimensionText(number)})`
    return { name, unknownName: trace.fresh(name) }
  }

  /** The rounds of a loop make a layer each, of which TF.js makes up the name: those of later ones depend on their count. */
  addFamily(className: string, place: string, count: Dimension): void {
    const known = this.#families.get(className) ?? new Map<string, Dimension>()
    this.#families.set(className, known.set(place, count))
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
