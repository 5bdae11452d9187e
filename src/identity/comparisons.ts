import type { Algebra } from './algebra.js'
import { fractionOf, inverse, moduli, multiply, primes, width } from './field.js'
import { Largest, type Ordered } from './largest.js'
import type { LawName } from './laws.js'
import type { Masks } from './masks.js'
import type { Monomials } from './monomials.js'
import { type Between, Regions } from './regions.js'
import { directionKey, type Id } from './values.js'

/** All values that differ by a factor and a constant from one value have their signs on its line. */
interface Line {
  readonly variable: number
  readonly representative: Id
}

/** A difference to which such a number was added has its sign: what the largest is looked for in begins with −10⁹. */
const smallestMask = 1e8

const oneOrZero = (condition: boolean) => (condition ? 'one' : 'zero')

/**
 * Comparisons, which have no meaning in a field: the sign of a value is a case. Values that are equal up to a factor
 * and a constant lie on one line, so that the order of their signs is known: x > 1 implies 2x > 0.
 */
export class Comparisons {
  readonly #algebra: Algebra
  readonly #monomials: Monomials
  readonly #lines = new Map<string, Line>()
  readonly #representatives = new Map<number, Id>()
  readonly #members = new Map<number, readonly Id[]>()
  readonly #lineOfAtom = new Map<string, number>()
  readonly #signs = new Map<string, Id>()
  readonly #ties = new Map<string, boolean>()
  readonly #linesWithTies = new Set<number>()
  #tiesMatter = false
  readonly largest: Largest
  readonly regions: Regions

  readonly #ordered: (ids: readonly Id[]) => Ordered

  readonly #masks: Masks
  /** Names of the laws that were used. */
  readonly laws = new Set<LawName>()

  /** `ordered` gives simpler values that are in the same order as others. */
  constructor(
    algebra: Algebra,
    monomials: Monomials,
    masks: Masks,
    ordered: (ids: readonly Id[]) => Ordered,
  ) {
    this.#algebra = algebra
    this.#masks = masks
    this.#monomials = monomials
    this.#ordered = ordered
    this.regions = new Regions(algebra, monomials, {
      between: (variable, low, high) => this.#between(variable, low, high),
      hasTies: variable => this.#linesWithTies.has(variable),
    })
    this.largest = new Largest(algebra, {
      ordered,
      positive: (id, strict, continuous) => this.positive(id, strict, continuous),
      choose: (condition, a, b) => this.choose(condition, a, b),
      choice: (name, parts) => this.choice(name, parts),
      place: (name, members) => this.#members.set(this.#lineNamed(name), members),
      multiple: (id, other) => this.#factorOf(id, other),
    })
  }

  /** Whether 'greater' and 'at least' were taken for one, at some number that an input has by chance only. */
  get tiesMatter(): boolean {
    return this.#tiesMatter || this.largest.tiesMatter || this.regions.tiesMatter
  }

  /**
   * 1 where the value is greater than 0 (`strict`), or at least 0; else 0. The result is `continuous` if nothing
   * depends on which of the two it is.
   */
  positive(id: Id, strict: boolean, continuous = false): Id {
    const key = `${id} ${strict} ${continuous}`
    const known = this.#signs.get(key)
    if (known !== undefined) return known
    const result = this.#positive(id, strict, continuous)
    this.#signs.set(key, result)
    return result
  }

  #positive(id: Id, strict: boolean, continuous: boolean): Id {
    const { real, split, low, high, nonzero, analytic } = this.#algebra.get(id)
    if (real !== undefined) return this.#algebra[oneOrZero(strict ? real > 0 : real >= 0)]
    if (split?.kind === 'cases' && this.#algebra.hasFewCases(id))
      return this.#algebra.mapCases(split, part => this.positive(part, strict, continuous))
    const margin = 1e-12
    if (low > margin || (low >= 0 && (nonzero || continuous || !strict))) return this.#algebra.one
    if (high < -margin || (high <= 0 && (nonzero || continuous || strict))) return this.#algebra.zero
    const masked = this.#signOfMask(id)
    if (masked !== undefined) return masked
    const core = this.#withoutPositiveFactors(id)
    if (core !== id) return this.positive(core, strict, continuous)
    const simpler = this.#signOfProduct(id, strict, continuous) ?? this.#signInOrder(id, strict, continuous)
    if (simpler !== undefined) return simpler
    const place = this.#placeOf(id)
    // Where ties have no volume, at least 0 and greater than 0 are one.
    const { variable, at, rising } = place
    const exclusive = analytic ? true : rising === strict
    if (analytic && !continuous) this.#recordTie(`${variable} ${at}`, rising === strict)
    if (!continuous) this.#linesWithTies.add(variable)
    const cut = { at, strict: exclusive }
    const { zero, one } = this.#algebra
    return this.#algebra.cases(variable, [cut], rising ? [zero, one] : [one, zero])
  }

  /** The sign of a value to which a large number was added. */
  #signOfMask(id: Id): Id | undefined {
    const isBelow = this.#masks.isMasked(id, -1, smallestMask)
    if (!isBelow && !this.#masks.isMasked(id, 1, smallestMask)) return undefined
    this.laws.add('sign-of-a-mask')
    return this.#algebra[oneOrZero(!isBelow)]
  }

  /** What decides the sign of a product. */
  #withoutPositiveFactors(id: Id): Id {
    const { coefficient, factors } = this.#monomials.product(id)
    const others = [...factors].filter(([factor]) => !this.#algebra.isPositive(factor))
    return others.length === factors.size
      ? id
      : this.#monomials.value({ coefficient, factors: new Map(others) })
  }

  /** The sign of a product, from those of its factors; undefined where a value is none. */
  #signOfProduct(id: Id, strict: boolean, continuous: boolean): Id | undefined {
    const { coefficient, factors } = this.#monomials.product(id)
    const exponents = [...factors.values()]
    if (!exponents.every(Number.isInteger) || (factors.size === 1 && exponents[0] === 1)) return undefined
    const odd = [...factors.keys()].filter(factor => factors.get(factor)! % 2 !== 0)
    // Where an even power is 0, so is the product: that is of no account for continuous results only.
    if (odd.length < factors.size && !continuous) return undefined
    const { zero } = this.#algebra
    if (!strict)
      return this.#algebra.subtract(
        this.#algebra.one,
        this.positive(this.#algebra.negate(id), true, continuous),
      )
    const [first, ...rest] = odd
    const others = this.#monomials.value({ coefficient, factors: new Map(rest.map(factor => [factor, 1])) })
    if (first === undefined) return this.positive(others, strict, continuous)
    const sign = (of: Id) => this.positive(of, strict, continuous)
    if (rest.length === 0) {
      const isNegative = this.#algebra.get(coefficient).real! < 0
      return sign(isNegative ? this.#algebra.negate(first) : first)
    }
    const both = this.choose(sign(first), sign(others), zero)
    const neither = sign(this.#algebra.negate(first))
    return this.choose(neither, sign(this.#algebra.negate(others)), both)
  }

  /** The sign of a difference of positive values, by simpler values in the same order. */
  #signInOrder(id: Id, strict: boolean, continuous: boolean): Id | undefined {
    const terms = this.#monomials.polynomial(id)
    if (!terms || terms.length === 0 || terms.length > 2) return undefined
    const sizes = terms.map(({ coefficient }) => this.#algebra.get(coefficient).real!)
    const [more, less] = [1, -1].map(sign => {
      const i = sizes.findIndex(size => size * sign > 0)
      if (i < 0) return terms.length === 1 ? this.#algebra.zero : undefined
      const isAlone = sizes.every(size => Math.abs(size) === Math.abs(sizes[i]!))
      if (isAlone) return this.#monomials.value({ ...terms[i]!, coefficient: this.#algebra.one })
      const value = this.#monomials.value(terms[i]!)
      return sign > 0 ? value : this.#algebra.negate(value)
    })
    if (more === undefined || less === undefined) return undefined
    const pair = [more, less]
    const [a, b] = this.#ordered(pair).ids
    return a === pair[0] && b === pair[1]
      ? undefined
      : this.positive(this.#algebra.subtract(a!, b!), strict, continuous)
  }

  /** Places at which both 'greater' and 'at least' were asked for. */
  #recordTie(place: string, above: boolean): void {
    if ((this.#ties.get(place) ?? above) !== above) this.#tiesMatter = true
    this.#ties.set(place, above)
  }

  /** What lies between two cuts of a line. A sign that can be 0 on more than a set without volume tells nothing. */
  #between(variable: number, low: number, high: number): readonly (readonly Between[])[] {
    const members = this.#members.get(variable)
    if (members) {
      const places = members.map((_, place) => place).filter(place => place > low && place < high)
      return places.map(place =>
        members.flatMap((member, i) =>
          i === place
            ? []
            : [
                {
                  id: this.#algebra.subtract(members[place]!, member),
                  low: 0,
                  high: Number.POSITIVE_INFINITY,
                },
              ],
        ),
      )
    }
    const id = this.#representatives.get(variable)
    return [id !== undefined && this.#algebra.get(id).analytic ? [{ id, low, high }] : []]
  }

  /** Where on which line the value changes its sign, and in which direction. */
  #placeOf(id: Id): { readonly variable: number; readonly at: number; readonly rising: boolean } {
    const { rest, constant } = this.#apart(id)
    const key = directionKey(this.#algebra.get(rest).lanes) ?? `alone ${rest}`
    const line = this.#lines.get(key)
    if (!line) {
      const variable = this.#algebra.newLine()
      this.#lines.set(key, { variable, representative: rest })
      this.#representatives.set(variable, rest)
      return { variable, at: this.#realOf(this.#algebra.negate(constant)), rising: true }
    }
    const relation = this.#relation(rest, line.representative)
    if (relation) {
      const sum = this.#algebra.constants.add(relation.constant, constant)
      const at = this.#algebra.divide(this.#algebra.negate(sum), relation.factor)
      return { variable: line.variable, at: this.#realOf(at), rising: this.#realOf(relation.factor) > 0 }
    }
    return this.#placeOfUnrelated(rest, constant)
  }

  /** The factor is no number that is known: a line of its own, for the value and its negative. */
  #placeOfUnrelated(
    rest: Id,
    constant: Id,
  ): { readonly variable: number; readonly at: number; readonly rising: boolean } {
    const first = Math.min(rest, this.#algebra.negate(rest))
    const key = `alone ${first}`
    const line = this.#lines.get(key) ?? { variable: this.#algebra.newLine(), representative: first }
    this.#lines.set(key, line)
    this.#representatives.set(line.variable, first)
    const rising = first === rest
    return {
      variable: line.variable,
      at: this.#realOf(rising ? this.#algebra.negate(constant) : constant),
      rising,
    }
  }

  /** The number that a constant is; -0 is 0. */
  #realOf(constant: Id): number {
    return this.#algebra.get(constant).real! + 0
  }

  /** A value without the number that is added to it, where that is no fraction: residues do not tell it from a variable. */
  #apart(id: Id): { readonly rest: Id; readonly constant: Id } {
    const terms = this.#monomials.polynomial(id)
    const constant = terms?.find(({ factors }) => factors.size === 0)?.coefficient
    if (constant === undefined || this.#algebra.get(constant).fraction)
      return { rest: id, constant: this.#algebra.zero }
    return { rest: this.#algebra.subtract(id, constant), constant }
  }

  readonly #bases = new Map<string, Id[]>()

  /** The value as a multiple, by a positive number, of the first such value that was asked for. */
  asMultiple(id: Id): { readonly factor: Id; readonly base: Id } {
    const key = directionKey(this.#algebra.get(id).lanes) ?? `alone ${id}`
    const bases = this.#bases.get(key) ?? []
    for (const base of bases) {
      const factor = base === id ? this.#algebra.one : this.#factorOf(id, base)
      if (factor !== undefined && this.#realOf(factor) > 0) return { factor, base }
    }
    this.#bases.set(key, [...bases, id])
    return { factor: this.#algebra.one, base: id }
  }

  /** The number by which a value is a multiple of another one. */
  #factorOf(id: Id, other: Id): Id | undefined {
    const relation = this.#relation(id, other)
    return relation?.constant === this.#algebra.zero ? relation.factor : undefined
  }

  /** Numbers with value = factor · other + constant. */
  #relation(id: Id, other: Id): { readonly factor: Id; readonly constant: Id } | undefined {
    const [x, y] = [this.#algebra.get(id).lanes, this.#algebra.get(other).lanes]
    const factors = new Float64Array(width)
    const constants = new Float64Array(width)
    for (let lane = 0; lane < width; lane++) {
      const p = moduli[lane]!
      const first = lane % primes.length
      const second = first + primes.length
      const below = (y[second]! - y[first]! + p) % p
      if (below === 0) return undefined
      factors[lane] = multiply((x[second]! - x[first]! + p) % p, inverse(below, p), lane)
      constants[lane] = (x[first]! - multiply(factors[lane]!, y[first]!, lane) + p) % p
    }
    const [factor, constant] = [this.#numberOf(factors), this.#numberOf(constants)]
    return factor !== undefined && constant !== undefined ? { factor, constant } : undefined
  }

  /** The constant with these residues: a small fraction, or a number of the computation, or the inverse of one. */
  #numberOf(lanes: Float64Array): Id | undefined {
    const fraction = fractionOf(lanes)
    if (fraction) return this.#algebra.constants.fraction(...fraction)
    const found = this.#algebra.values.find(lanes)
    if (found !== undefined && this.#algebra.isConstant(found)) return found
    const inverted = this.#algebra.values.find(
      lanes.map((value, lane) => (value === 0 ? 0 : inverse(value, moduli[lane]!))),
    )
    return inverted !== undefined && this.#algebra.isConstant(inverted)
      ? this.#algebra.constants.inverse(inverted)
      : undefined
  }

  /** The larger of two. */
  maximum(a: Id, b: Id): Id {
    return a === b ? a : this.largest.of([a, b])
  }

  /** The first where the condition, which is 0 or 1, is 1, else the second. */
  choose(condition: Id, a: Id, b: Id): Id {
    const { split, real } = this.#algebra.get(condition)
    if (real !== undefined) return real === 0 ? b : a
    if (split?.kind === 'cases') return this.#algebra.mapCases(split, part => this.choose(part, a, b))
    return this.#algebra.add(b, this.#algebra.multiply(condition, this.#algebra.subtract(a, b)))
  }

  /** 1 where two values are equal, else 0. */
  areEqual(a: Id, b: Id): Id {
    return (
      this.largest.isLargest(a, b) ??
      this.largest.isLargest(b, a) ??
      this.isZero(this.#algebra.subtract(a, b))
    )
  }

  /** 1 where a > b, or a ≥ b unless `strict`; else 0. */
  greater(a: Id, b: Id, strict: boolean): Id {
    const isLargest = this.largest.isLargest(a, b)
    if (isLargest !== undefined) return strict ? this.#algebra.zero : isLargest
    return this.positive(this.#algebra.subtract(a, b), strict)
  }

  /** 1 where the value is 0, else 0. */
  isZero(id: Id): Id {
    const { real, split, low, high, nonzero } = this.#algebra.get(id)
    if (real !== undefined) return this.#algebra[oneOrZero(real === 0)]
    if (split?.kind === 'cases') return this.#algebra.mapCases(split, part => this.isZero(part))
    if (nonzero || low > 1e-12 || high < -1e-12) return this.#algebra.zero
    return this.indicator(`zero ${Math.min(id, this.#algebra.negate(id))}`)
  }

  /** A condition of which nothing is known but its name: 0 or 1. */
  indicator(name: string): Id {
    return this.choice(name, [this.#algebra.zero, this.#algebra.one])
  }

  /** One of several values, by a whole number that is known by a name only. */
  choice(name: string, parts: readonly Id[]): Id {
    const variable = this.#lineNamed(name)
    const cuts = parts.slice(1).map((_, i) => ({ at: i + 0.5, strict: true }))
    return this.#algebra.cases(variable, cuts, parts)
  }
  #lineNamed(name: string): number {
    const variable = this.#lineOfAtom.get(name) ?? this.#algebra.newLine()
    this.#lineOfAtom.set(name, variable)
    return variable
  }
}
