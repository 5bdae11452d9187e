import type { Node } from '../graph/node.js'
import type { Pair } from './align.js'
import type { Unit } from './units.js'

/** Which value of the code is which of the spec, as an alignment has it. */
export class Correspondence {
  readonly #partners = new Map<Node, Node>()
  /** Units of the spec that the code does not have, or has in another place, by their value. */
  readonly #missing = new Map<Node, Unit>()
  /** Units of the code that the spec does not have, or has in another place. */
  readonly #extra = new Map<Node, Unit>()

  constructor(pairs: readonly Pair[], inputs: readonly (readonly [specified: Node, implemented: Node])[]) {
    for (const [specified, implemented] of inputs) this.#partners.set(specified, implemented)
    for (const { specified, implemented, moved } of pairs) {
      if (specified && implemented && !moved) {
        pairUp(this.#partners, specified, implemented)
        continue
      }
      if (specified) this.#missing.set(specified.output, specified)
      if (implemented) this.#extra.set(implemented.output, implemented)
    }
  }

  /** The values of the code in the places of values of the spec. */
  get partners(): ReadonlyMap<Node, Node> {
    return this.#partners
  }

  /** Whether two values are the same one but for units that only one side has in between. */
  has(specified: Node, implemented: Node): boolean {
    const values = through(implemented, this.#extra)
    return [...through(specified, this.#missing)].some(node => values.has(this.#partners.get(node) ?? node))
  }

  /** Whether a unit of the code reads what its partner is specified to read, in the same order. */
  readsTheSame({ inputs: specified }: Unit, { inputs: implemented }: Unit): boolean {
    return (
      specified.length === implemented.length && specified.every((node, i) => this.has(node, implemented[i]!))
    )
  }

  /** Whether it reads the same values in another order. */
  readsReordered({ inputs: specified }: Unit, { inputs: implemented }: Unit): boolean {
    return permutationOf(specified, implemented, (a, b) => this.has(a, b)) !== undefined
  }

  /** The unit of the code whose value a value of the spec is. */
  partner(specified: Node): Node | undefined {
    for (const node of through(specified, this.#missing)) {
      const partner = this.#partners.get(node)
      if (partner) return partner
    }
    return undefined
  }
}

/** Results beside the first, such as the states of a recurrent layer, correspond in order. */
function pairUp(partners: Map<Node, Node>, specified: Unit, implemented: Unit): void {
  partners.set(specified.output, implemented.output)
  const [left, right] = [specified.application.outputs, implemented.application.outputs]
  left.slice(1).forEach((node, i) => {
    if (right[i + 1]) partners.set(node, right[i + 1]!)
  })
}

/** For each of the first values the place of its partner, each place once; undefined where there is no such way. */
export function permutationOf<A, B>(
  first: readonly A[],
  second: readonly B[],
  same: (a: A, b: B) => boolean,
): readonly number[] | undefined {
  if (first.length !== second.length) return undefined
  const taken = new Set<number>()
  const places: number[] = []
  for (const a of first) {
    const at = second.findIndex((b, i) => !taken.has(i) && same(a, b))
    if (at < 0) return undefined
    taken.add(at)
    places.push(at)
  }
  return places
}

/** A value, and what it comes from through the given units. */
function through(start: Node, units: ReadonlyMap<Node, Unit>): ReadonlySet<Node> {
  const found = new Set([start])
  for (const node of found) for (const input of units.get(node)?.inputs ?? []) found.add(input)
  return found
}
