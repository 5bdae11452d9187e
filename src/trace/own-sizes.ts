import { type Dimension, substitute, symbol } from '../graph/dimension.js'
import type { Unknowns } from './unknowns.js'

/** Sizes that open ones must have for the code to run, by the symbols of the open ones. */
export type Fits = ReadonlyMap<string, Dimension>

/** A size, and whether nothing more is known of it. */
export interface OwnSize {
  readonly value: Dimension
  readonly isOpen: boolean
}

/** The open sizes of what a target is given, each a symbol of its own, for which nothing else in the code stands. */
export class OwnSizes {
  readonly #unknowns: Unknowns
  readonly #known: Fits
  readonly #names = new Set<string>()

  /** `known` is what earlier walks found them to be. */
  constructor(unknowns: Unknowns, known: Fits) {
    this.#unknowns = unknowns
    this.#known = known
  }

  /** A size under a name of its own; equal keys, equal sizes. */
  size(path: string, key: string): OwnSize {
    const own = this.#unknowns.value(path, key).path
    this.#names.add(own)
    const known = this.#known.get(own)
    return { value: known ?? symbol(own, true), isOpen: known === undefined }
  }

  /** All that is known of them, where that is more than before: `found` is what the code at hand needs. */
  learned(found: Fits): Fits | undefined {
    // One size at a time: the others are found again, in terms of it.
    const [first] = [...found].filter(([name]) => this.#names.has(name) && !this.#known.has(name))
    if (!first) return undefined
    const [name, size] = first
    const replacement = (symbolName: string) => (symbolName === name ? size : undefined)
    const known = [...this.#known].map(([other, own]) => [other, substitute(own, replacement)] as const)
    return new Map([...known, first])
  }
}
