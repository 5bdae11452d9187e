import type { Algebra } from './algebra.js'
import { Alternatives } from './alternatives.js'
import { directionKey, type Id } from './values.js'

/** Simpler values that are in the same order as others, and the increasing function that gives these; absent for the same. */
export interface Ordered {
  readonly ids: readonly Id[]
  readonly back?: (id: Id) => Id
}

/** Decides signs and chooses by them: what the largest of two values is made of. */
export interface Choices {
  /** Simpler values that are in the same order. */
  readonly ordered: (ids: readonly Id[]) => Ordered
  readonly positive: (id: Id, strict: boolean, continuous?: boolean) => Id
  readonly choose: (condition: Id, a: Id, b: Id) => Id
  readonly choice: (name: string, parts: readonly Id[]) => Id
  /** Says that a choice by this name is the place of the largest of several values. */
  readonly place: (name: string, members: readonly Id[]) => void
  /** The factor by which a value is a multiple of another one, if it is a constant one. */
  readonly multiple: (id: Id, other: Id) => Id | undefined
}

/**
 * Several values of which one is the largest, in the order in which they were met. Values that differ from them by one
 * positive factor and one constant addend have their largest at the same place.
 */
interface Family {
  readonly name: string
  readonly members: readonly Id[]
  readonly largest: Id
}

/** Of so few values, the largest is one of them in each case; of more, it is a variable. */
const mostChoices = 4

/**
 * The largest of several values, and which of them it is. Of two values, the sign of their difference decides; so it
 * does for more that lie on one line. Otherwise both are variables named by the values, whatever their order.
 */
export class Largest {
  readonly #algebra: Algebra
  readonly #choices: Choices
  readonly #families = new Map<string, Family[]>()
  readonly #bySet = new Map<string, Family>()
  readonly #nested: Alternatives
  readonly #byAlternatives = new Map<string, Id>()
  /** The values that a value is the largest of. */
  readonly #parts = new Map<Id, readonly Id[]>()
  /** Whether one of several values was taken for the only one that is equal to their largest. */
  tiesMatter = false

  constructor(algebra: Algebra, choices: Choices) {
    this.#algebra = algebra
    this.#choices = choices
    this.#nested = new Alternatives(algebra)
  }

  /** The largest of several values, whatever their order, and however they are nested: max(max(a, b) + c, d) is max(a + c, b + c, d). */
  of(ids: readonly Id[]): Id {
    const key = this.#nested.keyOf(this.#candidates(ids))
    const known = key === undefined ? undefined : this.#byAlternatives.get(key.name)
    if (known !== undefined) return known
    const largest = this.#of(ids)
    if (key) {
      this.#byAlternatives.set(key.name, largest)
      this.#nested.note(largest, key.alternatives)
    }
    return largest
  }

  #of(ids: readonly Id[]): Id {
    const flat = new Set(ids.flatMap(id => this.#parts.get(id) ?? [id]))
    if (ids.length === 2 && [...flat].some(id => this.#algebra.get(id).split?.kind === 'cases'))
      return this.#larger(ids[0]!, ids[1]!)
    if (ids.length > 2 && this.#shareOneLine(ids))
      return this.#algebra.mapAllCases(ids, parts => this.of(parts))
    const finite = this.#candidates([...flat])
    if (finite.length === 0) return this.#algebra.number(Number.NEGATIVE_INFINITY)
    const infinite = finite.find(id => this.#algebra.get(id).real === Number.POSITIVE_INFINITY)
    if (infinite !== undefined) return infinite
    if (finite.length === 1) return finite[0]!
    if (finite.length === 2 || this.#onOneLine(finite)) {
      const [first, ...rest] = finite.sort((a, b) => a - b)
      return this.#known(
        rest.reduce((a, b) => this.#larger(a, b), first!),
        finite,
      )
    }
    // The largest of exponentials is that of the largest exponent.
    const { ids: ordered, back } = this.#choices.ordered(finite)
    return back ? this.#known(back(this.#byFamily(ordered)), finite) : this.#byFamily(finite)
  }

  #byFamily(finite: readonly Id[]): Id {
    const { family, factor } = this.#familyOf(finite)
    if (factor === undefined) return family.largest
    const shift = this.#algebra.subtract(finite[0]!, this.#algebra.multiply(factor, family.members[0]!))
    return this.#known(this.#algebra.add(this.#algebra.multiply(factor, family.largest), shift), finite)
  }

  /** Without what is never the largest: -∞, and numbers that are known to be less than another value. */
  #candidates(ids: readonly Id[]): Id[] {
    const finite = ids.filter(id => this.#algebra.get(id).real !== Number.NEGATIVE_INFINITY)
    const first = finite.find(id => !this.#algebra.isConstant(id))
    if (first === undefined) return finite
    const isLess = (id: Id) =>
      this.#choices.positive(this.#algebra.subtract(first, id), true, true) === this.#algebra.one
    return finite.filter(id => !(this.#algebra.get(id).real! < 0 && isLess(id)))
  }

  /** Whether several values have cases by one and the same line only. */
  #shareOneLine(ids: readonly Id[]): boolean {
    const variables = new Set<number>()
    for (const id of ids) {
      const { split } = this.#algebra.get(id)
      if (split?.kind !== 'cases') continue
      variables.add(split.variable)
      if (split.parts.some(part => this.#algebra.get(part).split?.kind === 'cases')) return false
    }
    return variables.size === 1
  }

  /** The place of the largest value, the first of equal ones. */
  placeOf(ids: readonly Id[]): Id {
    return this.#algebra.mapAllCases(ids, parts => this.#placeOf(parts))
  }

  #placeOf(ids: readonly Id[]): Id {
    const reals = ids.map(id => this.#algebra.get(id).real)
    if (ids.length === 1) return this.#algebra.zero
    if (reals.every(real => real !== undefined))
      return this.#algebra.number(reals.indexOf(Math.max(...(reals as number[]))))
    if (ids.length === 2) {
      const isFirst = this.#choices.positive(this.#algebra.subtract(ids[0]!, ids[1]!), false)
      return this.#choices.choose(isFirst, this.#algebra.zero, this.#algebra.one)
    }
    if (new Set(ids).size < ids.length)
      return this.#choices.choice(
        `place in ${ids.join()}`,
        ids.map((_, i) => this.#algebra.number(i)),
      )
    const { ids: ordered } = this.#choices.ordered(ids)
    const { family, factor } = this.#familyOf(ordered)
    const place = (member: Id, i: number) => (factor === undefined ? ordered.indexOf(member) : i)
    return this.#choices.choice(
      family.name,
      family.members.map((member, i) => this.#algebra.number(place(member, i))),
    )
  }

  /** 1 where a value is the largest of several, one of which it is; undefined if it is none of them. */
  isLargest(id: Id, largest: Id): Id | undefined {
    const parts = this.#parts.get(largest)
    if (!parts?.includes(id)) return undefined
    if (parts.length === 2) {
      const other = parts[0] === id ? parts[1]! : parts[0]!
      return this.#choices.positive(this.#algebra.subtract(id, other), false)
    }
    if (this.#onOneLine(parts)) return undefined
    const { ids: ordered } = this.#choices.ordered(parts)
    const { family, factor } = this.#familyOf(ordered)
    this.tiesMatter = true
    const { one, zero } = this.#algebra
    const own = parts.indexOf(id)
    const at = factor === undefined ? family.members.indexOf(ordered[own]!) : own
    return this.#choices.choice(
      family.name,
      family.members.map((_, i) => (i === at ? one : zero)),
    )
  }

  #larger(a: Id, b: Id): Id {
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (this.#algebra.get(own).real === Number.NEGATIVE_INFINITY) return other
      if (this.#algebra.get(own).real === Number.POSITIVE_INFINITY) return own
    }
    const [first, second] = a < b ? [a, b] : [b, a]
    const difference = this.#algebra.subtract(first, second)
    return this.#choices.choose(this.#choices.positive(difference, true, true), first, second)
  }

  #known(largest: Id, parts: readonly Id[]): Id {
    if (!this.#parts.has(largest) && !this.#algebra.isConstant(largest) && !parts.includes(largest))
      this.#parts.set(largest, parts)
    return largest
  }

  /** Whether all values differ by multiples of one value and by constants, so that their order has few cases. */
  #onOneLine([first, ...rest]: readonly Id[]): boolean {
    const keys = new Set<string | undefined>()
    for (const id of rest) {
      const difference = this.#algebra.subtract(id, first!)
      if (!this.#algebra.isConstant(difference)) keys.add(this.#directionOf(difference))
    }
    return keys.size <= 1 && !keys.has(undefined)
  }

  #directionOf(id: Id): string | undefined {
    return directionKey(this.#algebra.get(id).lanes)
  }

  /** The family of several values; with the factor where the order is the same and the values are not. */
  #familyOf(ids: readonly Id[]): { readonly family: Family; readonly factor?: Id } {
    const key = ids.toSorted((a, b) => a - b).join()
    const known = this.#bySet.get(key)
    if (known) return { family: known }
    const direction = `${ids.length} ${this.#directionOf(this.#algebra.subtract(ids[1]!, ids[0]!))}`
    const similar = this.#families.get(direction) ?? []
    for (const family of similar) {
      const factor = this.#factorBetween(ids, family.members)
      if (factor !== undefined) return { family, factor }
    }
    const bounds = ids.map(id => this.#algebra.get(id))
    const name = `largest of ${key}`
    this.#choices.place(name, ids)
    const largest =
      ids.length <= mostChoices
        ? this.#choices.choice(name, ids)
        : this.#algebra.values.atom(name, {
            analytic: false,
            low: Math.max(...bounds.map(({ low }) => low)),
            high: Math.max(...bounds.map(({ high }) => high)),
            nonzero: ids.some(id => this.#algebra.isPositive(id)),
          })
    const family = { name, members: ids, largest }
    this.#bySet.set(key, family)
    this.#families.set(direction, [...similar, family])
    this.#parts.set(largest, ids)
    return { family }
  }

  /** The positive constant by which all differences between values are those between others. */
  #factorBetween(ids: readonly Id[], members: readonly Id[]): Id | undefined {
    const difference = (list: readonly Id[], i: number) => this.#algebra.subtract(list[i]!, list[0]!)
    const factor = this.#choices.multiple(difference(ids, 1), difference(members, 1))
    if (factor === undefined || !(this.#algebra.get(factor).real! > 0)) return undefined
    const isSame = ids.every(
      (_, i) => difference(ids, i) === this.#algebra.multiply(factor, difference(members, i)),
    )
    return isSame ? factor : undefined
  }
}
