import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { add, type Dimension, dimensionText } from '../../graph/dimension.js'
import type { HostType, Tracer } from '../../trace/host.js'
import type { HostObject, UnknownValue } from '../../trace/value.js'

interface Counts {
  readonly asked: Readonly<Record<string, number>>
  /** Prefixes of which it is not known how often they were asked for, and why. */
  readonly open: Readonly<Record<string, Diagnostic | undefined>>
}

/** A name that is made up, and the value that stands for it where it is not known. */
export interface GeneratedName {
  readonly name: string
  readonly unknownName?: UnknownValue
}

const type: HostType<Counts> = {
  name: 'the names of layers',
  members: {},
  unknownState: (state, { reason }, ways) => {
    const [first = state] = ways
    const prefixes = new Set(ways.flatMap(({ asked }) => Object.keys(asked)))
    const fewest = (prefix: string) => Math.min(...ways.map(({ asked }) => asked[prefix] ?? 0))
    const opened = [...prefixes].filter(
      prefix =>
        !Object.hasOwn(state.open, prefix) &&
        ways.some(way => way.asked[prefix] !== first.asked[prefix] || Object.hasOwn(way.open, prefix)),
    )
    const isSame = [...prefixes].every(
      prefix => Object.hasOwn(state.open, prefix) || state.asked[prefix] === first.asked[prefix],
    )
    if (opened.length === 0 && isSame) return state
    return {
      asked: Object.fromEntries([...prefixes].map(prefix => [prefix, fewest(prefix)])),
      open: { ...state.open, ...Object.fromEntries(opened.map(prefix => [prefix, reason])) },
    }
  },
}

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
  layerName(className: string, trace: Tracer): GeneratedName {
    const unique = this.#unique(className, trace)
    const families = this.#families.get(className)
    if (!families) return this.#named(`${snakeCase(className)}_${unique}`, className, trace)
    const number = [...families.values()].reduce(add, Number(unique.slice(className.length)))
    const name = `${snakeCase(className)}_${className}(${dimensionText(number)})`
    return { name, unknownName: trace.fresh(name) }
  }

  /** The rounds of a loop make a layer each, of which TF.js makes up the name: those of later ones depend on their count. */
  addFamily(className: string, place: string, count: Dimension): void {
    const known = this.#families.get(className) ?? new Map<string, Dimension>()
    this.#families.set(className, known.set(place, count))
  }

  /** `sequential_1`, `model2`. */
  name(prefix: string, trace: Tracer): GeneratedName {
    return this.#named(this.#unique(prefix, trace), prefix, trace)
  }

  /** Where ways or rounds made up different numbers of names, it is not known which ones come after them. */
  #named(name: string, prefix: string, trace: Tracer): GeneratedName {
    const open = this.#names?.state.open ?? {}
    return Object.hasOwn(open, prefix) ? { name, unknownName: trace.fresh(name, open[prefix]) } : { name }
  }

  /** The prefix and how often it was asked for. */
  #unique(prefix: string, trace: Tracer): string {
    // Names count from the start of the program on, whatever code is the first to ask for one.
    this.#names ??= { ...trace.host<Counts>(type, { asked: {}, open: {} }), id: -1 }
    const { asked, open } = this.#names.state
    const count = (asked[prefix] ?? 0) + 1
    trace.heap.setState(this.#names, { asked: { ...asked, [prefix]: count }, open })
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
