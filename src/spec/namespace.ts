import type { Dimension } from '../graph/dimension.js'

/** What a name of a spec stands for, by where it is used: the steps of a `repeat` have names of their own in each round. */
export class Namespace {
  /** Stands in front of the names that are given here; empty for those of the model itself. */
  readonly prefix: string
  readonly outer: Namespace | undefined
  readonly #names = new Map<string, string>()
  #sizes: ReadonlyMap<string, Dimension> = new Map()

  constructor(prefix = '', outer?: Namespace) {
    this.prefix = prefix
    this.outer = outer
  }

  /** Gives a name here, to a value that is called otherwise in the whole of the spec. */
  give(name: string, whole = `${this.prefix}${name}`): void {
    this.#names.set(name, whole)
  }

  /** What a name that is used here stands for. */
  find(name: string): string | undefined {
    return this.#names.get(name) ?? this.outer?.find(name)
  }

  /** States what symbols stand for here, whatever they do elsewhere. */
  stateSizes(sizes: ReadonlyMap<string, Dimension>): void {
    this.#sizes = sizes
  }

  /** The symbols that stand for something of their own here, with what that is. */
  get sizes(): ReadonlyMap<string, Dimension> {
    return new Map([...(this.outer?.sizes ?? []), ...this.#sizes])
  }

  /** All names that can be used here. */
  get visible(): readonly string[] {
    return [...this.#names.keys(), ...(this.outer?.visible ?? [])]
  }
}
