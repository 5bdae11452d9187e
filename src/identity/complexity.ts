import { keyOf } from './cuts.js'
import type { Cut, Id, Values } from './values.js'

/** A value with more cells than this is a plain number, and what is known of its cells is forgotten. */
const mostCells = 256

/**
 * Values of more combinations of cells than this are plain numbers, where their lines alone do not say that there are few:
 * later values combine them again.
 */
const mostCombined = 96

/** A value with more roots than this is a plain number, and that they are roots is forgotten. */
const mostRoots = 6

/** The sign of a value with more cases and parts of cases than this is a case of its own. */
const mostParts = 40

const nothing: ReadonlyMap<number, ReadonlyMap<string, Cut>> = new Map()

/** Of how many cases and roots values are made, which decides whether these are kept apart. */
export class Complexity {
  readonly #values: Values
  readonly #cuts = new Map<Id, ReadonlyMap<number, ReadonlyMap<string, Cut>>>()

  constructor(values: Values) {
    this.#values = values
  }

  /** Whether values together have few enough cells to be kept apart: by their lines, or by those that there are. */
  fits(ids: readonly Id[]): boolean {
    return (this.#haveFewLines(ids) || this.#haveFewCells(ids)) && this.#rootsOf(ids) <= mostRoots
  }

  /** Values of which each has lines of its own in each of its cases have fewer cells than all their lines together. */
  #haveFewCells(ids: readonly Id[]): boolean {
    let cells = 1
    for (const id of ids) {
      cells *= this.#cellsOf(id)
      if (cells > mostCombined) return false
    }
    return true
  }

  readonly #cells = new Map<Id, number>()

  #cellsOf(id: Id): number {
    const { split } = this.#values.get(id)
    if (split?.kind !== 'cases') return 1
    const known = this.#cells.get(id)
    if (known !== undefined) return known
    const cells = split.parts.reduce((sum, part) => sum + this.#cellsOf(part), 0)
    this.#cells.set(id, cells)
    return cells
  }

  #haveFewLines(ids: readonly Id[]): boolean {
    const lines = new Map<number, Map<string, Cut>>()
    for (const id of ids) {
      for (const [variable, cuts] of this.#cutsOf(id)) {
        const all = lines.get(variable) ?? new Map<string, Cut>()
        for (const [key, cut] of cuts) all.set(key, cut)
        lines.set(variable, all)
        if (lines.size > 8) return false
      }
    }
    let cells = 1
    for (const cuts of lines.values()) cells *= cuts.size + 1
    return cells <= mostCells
  }

  readonly #simple = new Map<Id, boolean>()

  /** Whether a value has so few cases that what is made of it may have cases of their own in each. */
  hasFewCases(id: Id): boolean {
    const known = this.#simple.get(id)
    if (known !== undefined) return known
    const seen = new Set([id])
    for (const next of seen) {
      const { split } = this.#values.get(next)
      if (split?.kind === 'cases') for (const part of split.parts) seen.add(part)
      if (seen.size > mostParts) break
    }
    this.#simple.set(id, seen.size <= mostParts)
    return seen.size <= mostParts
  }

  /** How many roots values are made of. */
  #rootsOf(ids: readonly Id[]): number {
    const roots = new Set<number>()
    const pending = [...ids]
    for (let id = pending.pop(); id !== undefined && roots.size <= mostRoots; id = pending.pop()) {
      const { split } = this.#values.get(id)
      if (split?.kind !== 'root') continue
      roots.add(split.variable)
      pending.push(...split.parts)
    }
    return roots.size
  }

  #cutsOf(id: Id): ReadonlyMap<number, ReadonlyMap<string, Cut>> {
    const { split } = this.#values.get(id)
    if (split?.kind !== 'cases') return nothing
    const known = this.#cuts.get(id)
    if (known) return known
    const found = new Map<number, Map<string, Cut>>([
      [split.variable, new Map(split.cuts.map(cut => [keyOf(cut), cut]))],
    ])
    for (const part of split.parts) {
      for (const [variable, cuts] of this.#cutsOf(part)) {
        const all = found.get(variable) ?? new Map<string, Cut>()
        for (const [key, cut] of cuts) all.set(key, cut)
        found.set(variable, all)
      }
    }
    this.#cuts.set(id, found)
    return found
  }
}
