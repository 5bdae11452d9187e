import type { Algebra } from './algebra.js'
import { keyOf } from './cuts.js'
import type { Id } from './values.js'

/** A value that is the largest of more than this is one value of its own. */
const mostAlternatives = 400

/** Of so few alternatives, each is compared with each. */
const mostCompared = 32

/** As many values with the same cuts may be what another one is, but for an addend. */
const mostCandidates = 40

/**
 * Of which values, without cases of their own, others are the largest: max(a, b) + c is the largest of a + c and b + c. So
 * are all costs of a dynamic program, which are sums along paths.
 */
export class Alternatives {
  readonly #algebra: Algebra
  readonly #known = new Map<Id, readonly Id[] | undefined>()
  readonly #byCuts = new Map<string, Id[]>()

  constructor(algebra: Algebra) {
    this.#algebra = algebra
  }

  /** A name for the largest of several values, by what these are the largest of; undefined where that is not known. */
  keyOf(ids: readonly Id[]): { readonly name: string; readonly alternatives: readonly Id[] } | undefined {
    const all = new Set<Id>()
    for (const id of ids) {
      const own = this.#of(id)
      if (!own) return undefined
      for (const each of own) all.add(each)
      if (all.size > mostAlternatives) return undefined
    }
    const alternatives = this.#undominated([...all]).sort((a, b) => a - b)
    return alternatives.length > 0 ? { name: alternatives.join(), alternatives } : undefined
  }

  /** Without those that are known not to be larger than another one; of many, only without all numbers but one. */
  #undominated(ids: readonly Id[]): Id[] {
    const real = (id: Id) => this.#algebra.get(id).real
    const numbers = ids.map(real).filter(number => number !== undefined)
    const largest = Math.max(...numbers)
    const rest = ids.filter(id => real(id) === undefined || real(id) === largest)
    if (rest.length > mostCompared) return rest
    const isBelow = (id: Id, other: Id) => this.#algebra.get(this.#algebra.subtract(other, id)).low >= 0
    // Each is compared with those that are left, so that of equal ones the last stays.
    const left = new Set(rest)
    for (const id of rest) if ([...left].some(other => other !== id && isBelow(id, other))) left.delete(id)
    return [...left]
  }

  /** Says what a value is the largest of. */
  note(largest: Id, alternatives: readonly Id[]): void {
    if (this.#known.get(largest) || alternatives.includes(largest)) return
    this.#known.set(largest, alternatives)
    const cuts = this.#cutsOf(largest)
    if (cuts !== undefined) this.#byCuts.set(cuts, [...(this.#byCuts.get(cuts) ?? []), largest])
  }

  #of(id: Id): readonly Id[] | undefined {
    const known = this.#known.get(id)
    if (known) return known
    const { split, recipe } = this.#algebra.get(id)
    const found =
      split?.kind === 'cases'
        ? this.#shifted(id)
        : recipe.kind === 'sum'
          ? this.#ofSum(recipe.terms)
          : undefined
    if (found) this.#known.set(id, found)
    return found ?? (split?.kind === 'cases' ? undefined : [id])
  }

  /** A value that differs from one that is known by the same addend in each of their cases. */
  #shifted(id: Id): readonly Id[] | undefined {
    const candidates = this.#byCuts.get(this.#cutsOf(id) ?? '') ?? []
    for (const candidate of candidates.slice(-mostCandidates)) {
      const addend = this.#algebra.subtract(this.#firstOf(id), this.#firstOf(candidate))
      if (this.#algebra.subtract(id, candidate) !== addend) continue
      return this.#known.get(candidate)!.map(each => this.#algebra.add(each, addend))
    }
    return undefined
  }

  /** What a value is in the first of its cases. */
  #firstOf(id: Id): Id {
    const { split } = this.#algebra.get(id)
    return split?.kind === 'cases' ? this.#firstOf(split.parts[0]!) : id
  }

  /** All sums of one alternative of each term. */
  #ofSum(terms: readonly Id[]): readonly Id[] | undefined {
    let sums: readonly Id[] = [this.#algebra.zero]
    for (const term of terms) {
      const own = this.#of(term)
      if (!own || own.length * sums.length > mostAlternatives) return undefined
      sums = sums.flatMap(sum => own.map(each => this.#algebra.add(sum, each)))
    }
    return sums.length > 1 ? [...new Set(sums)] : undefined
  }

  #cutsOf(id: Id): string | undefined {
    const { split } = this.#algebra.get(id)
    return split?.kind === 'cases' ? `${split.variable} ${split.cuts.map(keyOf)}` : undefined
  }
}
