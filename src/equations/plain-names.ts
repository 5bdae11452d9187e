import { symbolsIn } from '../graph/attribute.js'
import type { Node } from '../graph/node.js'
import { accents } from '../math/spelling.js'
import { isPlainName, plainSizeName, valueName } from '../ops/plain.js'

/** Letters that count steps, the usual one first. */
const counters = ['t', 's', 'u', 'm', 'n', 'p', 'q']

/** The names of values and sizes in the equation language, each for one of them only. */
export class UniqueNames {
  readonly #values = new Map<Node, string>()
  readonly #sizes = new Map<string, string>()
  readonly #taken = new Set<string>()

  /** Sizes keep the names that they have in the code where the language has those. */
  constructor(nodes: readonly Node[]) {
    const symbols = new Set(
      nodes.flatMap(({ attributes, type }) =>
        [...Object.values(attributes), type.shape ?? []].flatMap(value => [...symbolsIn(value)]),
      ),
    )
    const isOwn = (symbol: string) => symbol === 'T' || isOwnName(symbol)
    for (const symbol of symbols) if (isOwn(symbol)) this.#size(symbol, symbol)
    // `x.shape[1]` and `T (2)` are words of the trace.
    for (const symbol of symbols) if (!isOwn(symbol)) this.#size(symbol, plainSizeName(symbol))
  }

  #size(symbol: string, wanted: string): void {
    this.#sizes.set(symbol, this.unique(wanted, 'n'))
  }

  /** The sizes that are symbols, by their names in the code. */
  get sizes(): ReadonlyMap<string, string> {
    return this.#sizes
  }

  size(symbol: string): string {
    return this.#sizes.get(symbol) ?? symbol
  }

  value(node: Node): string | undefined {
    return this.#values.get(node)
  }

  give(node: Node, wanted: string): string {
    const name = this.unique(wanted)
    this.#values.set(node, name)
    return name
  }

  /** Gives a name that is one already, as that of the last step of a recurrence. */
  set(node: Node, name: string): void {
    this.#taken.add(name)
    this.#values.set(node, name)
  }

  /** The first of some names that nothing else has, or the first of all with a number. */
  first(...wanted: readonly [string, ...string[]]): string {
    const free = wanted.find(name => isOwnName(name) && !this.#taken.has(name))
    return this.unique(free ?? wanted[0])
  }

  /** A name that nothing else has. What is called as a function is a label: `mean` is `m_mean`. */
  unique(wanted: string, otherwise = 'v'): string {
    const labelled = valueName(wanted)
    const stem = isOwnName(labelled) || labelled === 'T' ? labelled : otherwise
    let name = stem
    for (let i = 2; this.#taken.has(name); i++) name = `${stem}_${i}`
    this.#taken.add(name)
    return name
  }

  /** A letter for the steps of a loop, which no name has in a subscript. */
  counter(usual: string): string {
    const names = [...this.#taken].map(name => name.split('_'))
    const stems = new Set(names.map(([stem]) => stem))
    const labels = names.flatMap(([, ...parts]) => parts.filter(part => !accents.has(part)))
    const isFree = (letter: string) => !stems.has(letter) && !labels.some(label => label.includes(letter))
    return [usual, ...counters].find(isFree) ?? usual
  }
}

/** A name that can be one of a value, whatever is called. */
const isOwnName = (name: string): boolean => isPlainName(name) && valueName(name) === name
