import type { Algebra } from './algebra.js'
import { fractionOf } from './field.js'
import type { Id, Value } from './values.js'

/** A constant times powers of values, which are not themselves products. */
export interface Monomial {
  readonly coefficient: Id
  readonly factors: ReadonlyMap<Id, number>
}

/** Sums of more terms are not taken apart. */
const mostTerms = 120

/** An addend of more terms than this stays one term of its own. */
const mostTermsOfAddend = 40

/** Sums of more addends are not taken apart either. */
const mostAddends = 480

/** Values as sums of monomials and as products of factors, for the functions that turn the one into the other. */
export class Monomials {
  readonly #algebra: Algebra
  readonly #polynomials = new Map<Id, readonly Monomial[] | undefined>()
  readonly #products = new Map<Id, Monomial>()

  constructor(algebra: Algebra) {
    this.#algebra = algebra
  }

  /** The value as a sum of distinct monomials; undefined if there would be too many. */
  polynomial(id: Id): readonly Monomial[] | undefined {
    if (!this.#polynomials.has(id)) {
      this.#polynomials.set(id, undefined)
      this.#polynomials.set(id, this.#expand(id))
    }
    return this.#polynomials.get(id)
  }

  /**
   * The value as a sum of distinct monomials, where an addend that is a large sum of products counts as a variable. The
   * same addend is taken apart in the same way wherever it occurs.
   */
  addends(id: Id): readonly Monomial[] | undefined {
    const terms: Monomial[] = []
    const pending: (readonly [id: Id, factor: Id])[] = [[id, this.#algebra.one]]
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [own, factor] = next
      const { recipe, split } = this.#algebra.get(own)
      if (!split && recipe.kind === 'sum') {
        for (const term of recipe.terms) pending.push([term, factor])
        if (pending.length > mostAddends) return undefined
        continue
      }
      const constant = recipe.kind === 'product' && !split ? this.#scaled(recipe.factors) : undefined
      if (constant) {
        pending.push([constant.value, this.#algebra.constants.multiply(factor, constant.factor)])
        continue
      }
      const polynomial = this.polynomial(own)
      const inner =
        polynomial && polynomial.length <= mostTermsOfAddend
          ? polynomial
          : [variable(this.#algebra.one, own, 1)]
      for (const { coefficient, factors } of inner)
        terms.push({ coefficient: this.#algebra.constants.multiply(coefficient, factor), factors })
      if (terms.length > mostAddends) return undefined
    }
    return this.#collect(terms, mostAddends)
  }

  /** A constant and what it is multiplied with. */
  #scaled([a, b]: readonly Id[]): { readonly factor: Id; readonly value: Id } | undefined {
    if (this.#algebra.isConstant(a!)) return { factor: a!, value: b! }
    return this.#algebra.isConstant(b!) ? { factor: b!, value: a! } : undefined
  }

  #expand(id: Id): readonly Monomial[] | undefined {
    const { zero, one } = this.#algebra
    const value = this.#algebra.get(id)
    const { recipe, split } = value
    if (split?.kind === 'root') {
      const [p, q] = split.parts
      if (p === zero && q === one) return [{ coefficient: one, factors: new Map([[id, 1]]) }]
      const root = this.#algebra.root(split.radicand, zero, one)
      const [first, second] = [this.polynomial(p), this.polynomial(q)]
      const roots = second?.map(term => this.#timesRoot(term, root, split.radicand))
      return first && roots && this.#collect([...first, ...roots])
    }
    if (split) return [variable(one, id, 1)]
    switch (recipe.kind) {
      case 'atom':
        return [variable(one, id, 1)]
      case 'constant':
        return id === zero ? [] : [{ coefficient: id, factors: new Map() }]
      case 'power':
        return [variable(one, recipe.base, recipe.numerator / recipe.denominator)]
      case 'inverse':
        return [this.product(id)]
      case 'sum': {
        const terms: Monomial[] = []
        for (const term of recipe.terms) {
          const inner = this.polynomial(term)
          if (!inner || terms.length + inner.length > 4 * mostTerms) return undefined
          terms.push(...inner)
        }
        return this.#collect(terms)
      }
      case 'product':
      case 'dot': {
        const pairs =
          recipe.kind === 'dot'
            ? recipe.left.map((left, i) => [left, recipe.right[i]!] as const)
            : [[recipe.factors[0]!, recipe.factors[1]!] as const]
        const terms: Monomial[] = []
        for (const [a, b] of pairs) {
          const [left, right] = [this.polynomial(a), this.polynomial(b)]
          if (!left || !right || terms.length + left.length * right.length > 4 * mostTerms) return undefined
          terms.push(...this.#times(left, right))
        }
        return this.#collect(terms)
      }
    }
  }

  #times(a: readonly Monomial[], b: readonly Monomial[]): readonly Monomial[] {
    return a.flatMap(x => b.map(y => this.multiply(x, y)))
  }

  /** √r / r is 1 / √r. */
  #timesRoot(term: Monomial, root: Id, radicand: Id): Monomial {
    const below = Math.min(0, term.factors.get(radicand) ?? 0)
    const rest = below < 0 ? this.multiply(term, variable(this.#algebra.one, radicand, -below)) : term
    return this.multiply(rest, variable(this.#algebra.one, root, 1 + 2 * below))
  }

  multiply(a: Monomial, b: Monomial): Monomial {
    const factors = new Map(a.factors)
    for (const [factor, exponent] of b.factors) {
      const sum = round((factors.get(factor) ?? 0) + exponent)
      if (sum === 0) factors.delete(factor)
      else factors.set(factor, sum)
    }
    return { coefficient: this.#algebra.constants.multiply(a.coefficient, b.coefficient), factors }
  }

  #collect(terms: readonly Monomial[], most = mostTerms): readonly Monomial[] | undefined {
    const sums = new Map<string, Monomial>()
    for (const term of terms) {
      const key = keyOf(term)
      const known = sums.get(key)
      const coefficient = known
        ? this.#algebra.constants.add(known.coefficient, term.coefficient)
        : term.coefficient
      if (coefficient === this.#algebra.zero) sums.delete(key)
      else sums.set(key, { coefficient, factors: term.factors })
    }
    if (sums.size > most) return undefined
    return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, term]) => term)
  }

  /** The value as a product; sums are factors, freed of what all their terms have in common. */
  product(id: Id): Monomial {
    const known = this.#products.get(id)
    if (known) return known
    this.#products.set(id, variable(this.#algebra.one, id, 1))
    const found = this.#factor(id)
    this.#products.set(id, found)
    return found
  }

  #factor(id: Id): Monomial {
    const { one, zero } = this.#algebra
    const { recipe, split } = this.#algebra.get(id)
    if (split?.kind === 'root' && split.parts[0] === zero && split.parts[1] !== one) {
      const root = this.#algebra.root(split.radicand, zero, one)
      return this.#timesRoot(this.product(split.parts[1]), root, split.radicand)
    }
    if (split?.kind === 'root' && split.parts[0] !== zero) return this.#factorSum(id)
    if (split) return variable(one, id, 1)
    switch (recipe.kind) {
      case 'atom':
        return variable(one, id, 1)
      case 'constant':
        return { coefficient: id, factors: new Map() }
      case 'power':
        return variable(one, recipe.base, recipe.numerator / recipe.denominator)
      case 'product':
        return recipe.factors.map(factor => this.product(factor)).reduce((a, b) => this.multiply(a, b))
      case 'inverse':
        return this.#inverse(this.product(recipe.of))
      case 'sum':
      case 'dot':
        return this.#factorSum(id)
    }
  }

  #factorSum(id: Id): Monomial {
    const whole = variable(this.#algebra.one, id, 1)
    const terms = this.polynomial(id)
    if (!terms) return this.#asWritten(id)
    if (terms.length === 0) return whole
    const numerator = this.#overCommonDenominator(terms)
    if (!numerator) return whole
    const { terms: top, denominator } = numerator
    if (top.length === 0) return whole
    const content = this.#content(top)
    const inverse = this.#inverse(content)
    const rest = top.map(term => this.multiply(term, inverse))
    const outer = this.multiply(content, denominator)
    if (rest.length === 1) return this.multiply(outer, rest[0]!)
    if (outer.factors.size === 0 && outer.coefficient === this.#algebra.one) return whole
    const core = this.#algebra.sum(rest.map(term => this.value(term)))
    this.#products.set(core, variable(this.#algebra.one, core, 1))
    return this.multiply(outer, variable(this.#algebra.one, core, 1))
  }

  readonly #written = new Map<Id, Monomial>()

  /** The value as a product as it was made: sums are freed of factors that their terms have in common as they stand. */
  #asWritten(id: Id): Monomial {
    const known = this.#written.get(id)
    if (known) return known
    const found = this.#readWritten(id)
    this.#written.set(id, found)
    return found
  }

  #readWritten(id: Id): Monomial {
    const whole = variable(this.#algebra.one, id, 1)
    const { recipe, split } = this.#algebra.get(id)
    if (split) return whole
    switch (recipe.kind) {
      case 'constant':
        return { coefficient: id, factors: new Map() }
      case 'product':
        return this.#productAsWritten(recipe.factors)
      case 'inverse':
        return this.#inverse(this.#asWritten(recipe.of))
      case 'sum':
        return this.#withoutCommonFactors(recipe.terms.map(term => [term])) ?? whole
      case 'dot':
        return this.#withoutCommonFactors(recipe.left.map((left, i) => [left, recipe.right[i]!])) ?? whole
      default:
        return this.product(id)
    }
  }

  #productAsWritten(factors: readonly Id[]): Monomial {
    return factors.map(factor => this.#asWritten(factor)).reduce((a, b) => this.multiply(a, b))
  }

  #withoutCommonFactors(products: readonly (readonly Id[])[]): Monomial | undefined {
    const terms: Monomial[] = []
    let common: Monomial | undefined
    for (const factors of products) {
      const term = this.#productAsWritten(factors)
      terms.push(term)
      common = common ? this.#content([common, term]) : term
      if (common.factors.size === 0) return undefined
    }
    return common && this.#outside(this.#content(terms), terms)
  }

  /** Terms without a common factor, times that factor. */
  #outside(common: Monomial, terms: readonly Monomial[]): Monomial {
    const inverse = this.#inverse(common)
    const core = this.#algebra.sum(terms.map(term => this.value(this.multiply(term, inverse))))
    if (!this.#products.has(core)) this.#products.set(core, variable(this.#algebra.one, core, 1))
    return this.multiply(common, variable(this.#algebra.one, core, 1))
  }

  #inverse({ coefficient, factors }: Monomial): Monomial {
    return {
      coefficient: this.#algebra.constants.inverse(coefficient),
      factors: new Map([...factors].map(([factor, exponent]) => [factor, -exponent])),
    }
  }

  /** Sums in denominators are multiplied out. */
  #overCommonDenominator(
    terms: readonly Monomial[],
  ): { readonly terms: readonly Monomial[]; readonly denominator: Monomial } | undefined {
    const lowest = new Map<Id, number>()
    for (const { factors } of terms) {
      for (const [factor, exponent] of factors) {
        if (exponent >= 0 || !Number.isInteger(exponent) || !isSum(this.#algebra.get(factor))) continue
        lowest.set(factor, Math.min(lowest.get(factor) ?? 0, exponent))
      }
    }
    let denominator: Monomial = { coefficient: this.#algebra.one, factors: new Map() }
    let current: readonly Monomial[] = terms
    for (const [factor, exponent] of lowest) {
      const expanded = this.polynomial(factor)
      if (!expanded) return undefined
      denominator = this.multiply(denominator, variable(this.#algebra.one, factor, exponent))
      const raised: Monomial[] = []
      for (const term of current) {
        const own = term.factors.get(factor) ?? 0
        let products: readonly Monomial[] = [this.multiply(term, variable(this.#algebra.one, factor, -own))]
        for (let missing = own - exponent; missing > 0; missing--) {
          products = this.#times(products, expanded)
          if (products.length > 4 * mostTerms) return undefined
        }
        raised.push(...products)
        if (raised.length > 8 * mostTerms) return undefined
      }
      const collected = this.#collect(raised)
      if (!collected) return undefined
      current = collected
    }
    return { terms: current, denominator }
  }

  /** What all terms have in common: the lowest power of each factor, and the size of the first coefficient. */
  #content(terms: readonly Monomial[]): Monomial {
    const factors = new Map<Id, number>()
    for (const factor of new Set(terms.flatMap(term => [...term.factors.keys()]))) {
      const lowest = Math.min(...terms.map(term => term.factors.get(factor) ?? 0))
      if (lowest !== 0) factors.set(factor, lowest)
    }
    const { constants } = this.#algebra
    const first = terms[0]!.coefficient
    const negative = this.#algebra.get(first).real! < 0
    return { coefficient: negative ? constants.multiply(constants.minusOne, first) : first, factors }
  }

  /** The value of a monomial. */
  value({ coefficient, factors }: Monomial): Id {
    let result = coefficient
    for (const [factor, exponent] of factors)
      result = this.#algebra.multiply(result, this.power(factor, exponent))
    return result
  }

  /** A factor to a power that occurs in a product: whole, or a fraction for a positive atom. */
  power(factor: Id, exponent: number): Id {
    if (Number.isInteger(exponent)) return this.#algebra.integerPower(factor, exponent)
    const [n, d] = fractionNear(exponent)
    return this.#algebra.values.powerOfAtom(factor, n, d)
  }

  /** The number that an exponent is. */
  exponent(exponent: number): Id {
    const [n, d] = fractionNear(exponent)
    return this.#algebra.constants.fraction(BigInt(n), BigInt(d))
  }

  /** The fraction that a constant is, if its numbers are small. */
  smallFraction(constant: Id): readonly [numerator: number, denominator: number] | undefined {
    const { fraction, lanes } = this.#algebra.get(constant)
    const found = fraction ?? fractionOf(lanes)
    if (!found) return undefined
    const [n, d] = [Number(found[0]), Number(found[1])]
    return Math.abs(n) < 1e6 && d < 1e6 ? [n, d] : undefined
  }
}

function variable(one: Id, id: Id, exponent: number): Monomial {
  return { coefficient: one, factors: new Map([[id, exponent]]) }
}

function isSum({ recipe }: Value): boolean {
  return recipe.kind === 'sum' || recipe.kind === 'dot'
}

function keyOf({ factors }: Monomial): string {
  return [...factors]
    .sort(([a], [b]) => a - b)
    .map(([factor, exponent]) => `${factor}^${exponent}`)
    .join(' ')
}

/** Exponents are fractions of small numbers: sums of them are rounded to where equal ones are equal. */
function round(exponent: number): number {
  const whole = Math.round(exponent)
  return Math.abs(exponent - whole) < 1e-9 ? whole : Number(exponent.toPrecision(12))
}

function fractionNear(x: number): readonly [numerator: number, denominator: number] {
  for (let d = 1; d < 1e6; d++) {
    const n = Math.round(x * d)
    if (Math.abs(n / d - x) < 1e-11 * Math.max(1, Math.abs(x))) return [n, d]
  }
  return [Math.round(x * 1e6), 1e6]
}
