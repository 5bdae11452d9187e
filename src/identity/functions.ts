import type { Algebra } from './algebra.js'
import { Angles } from './angles.js'
import type { Comparisons } from './comparisons.js'
import type { Ordered } from './largest.js'
import type { LawName } from './laws.js'
import type { Masks } from './masks.js'
import type { Monomial, Monomials } from './monomials.js'
import { type Id, OutOfReach } from './values.js'

/** Logarithms are compared with numbers up to this by what they are logarithms of. */
const largestSimple = 64

/** From here on `exp(-x)` counts as 0: additive masks are −10⁴ and lower. */
const largestExponent = 9999

/**
 * Functions that are not rational. What is left after the laws below is an independent variable per argument:
 *
 * - exp(a + b) = exp(a) exp(b), exp(n a / m) = exp(a)^(n/m), exp(log a) = a, exp(−10⁴ and lower + a) = 0
 * - log(a b) = log a + log b for positive factors, log(exp a) = a
 * - √(a b) = √a √b for positive factors, √a² = |a|, (√a)² = a
 * - what `Angles` knows of cosines and sines
 *
 * A function of a value with cases is taken case by case.
 */
export class Functions {
  readonly #algebra: Algebra
  readonly #monomials: Monomials
  readonly #comparisons: Comparisons
  readonly #masks: Masks
  readonly #results = new Map<string, Id>()
  /** Names of the laws that were used. */
  readonly laws = new Set<LawName>()
  readonly angles: Angles

  constructor(algebra: Algebra, monomials: Monomials, comparisons: Comparisons, masks: Masks) {
    this.#algebra = algebra
    this.#monomials = monomials
    this.#comparisons = comparisons
    this.#masks = masks
    this.angles = new Angles(algebra, monomials, {
      each: (name, id, f) => this.#each(name, id, f),
      sqrt: id => this.sqrt(id),
      laws: this.laws,
    })
  }

  /** Applies a function in each case, once per argument. */
  #each(name: string, id: Id, f: (plain: Id) => Id): Id {
    const key = `${name} ${id}`
    const known = this.#results.get(key)
    if (known !== undefined) return known
    const { split } = this.#algebra.get(id)
    const result =
      split?.kind === 'cases' ? this.#algebra.mapCases(split, part => this.#each(name, part, f)) : f(id)
    this.#results.set(key, result)
    return result
  }

  exp(id: Id): Id {
    return this.#each('exp', id, plain => {
      const { real } = this.#algebra.get(plain)
      if (real !== undefined) return this.#expOfConstant(plain)
      const terms = this.#monomials.addends(plain)
      if (!terms) return this.#exponential(plain, 1, 1)
      if (this.#masks.isMasked(plain)) {
        this.laws.add('exponential-of-a-mask')
        return this.#algebra.zero
      }
      if (terms.length > 1) this.laws.add('exponential-of-a-sum')
      return terms.map(term => this.#expOfTerm(term)).reduce((a, b) => this.#algebra.multiply(a, b))
    })
  }

  #expOfConstant(id: Id): Id {
    const real = this.#algebra.get(id).real!
    if (real <= -largestExponent) {
      this.laws.add('exponential-of-a-mask')
      return this.#algebra.zero
    }
    if (Math.abs(real) >= 700) throw new OutOfReach('an exponential is too large or too small for a number')
    return this.#algebra.constants.exp(id)
  }

  #expOfAddend(id: Id): Id {
    if (Math.abs(this.#algebra.get(id).real!) >= 700)
      throw new OutOfReach('an exponential is too large or too small for a number')
    return this.#algebra.constants.exp(id)
  }

  #expOfTerm({ coefficient, factors }: Monomial): Id {
    if (factors.size === 0) return this.#expOfAddend(coefficient)
    const [[only, exponent] = [], ...others] = factors
    const argument = others.length === 0 && exponent === 1 ? this.#logarithms.get(only!) : undefined
    if (argument !== undefined) {
      this.laws.add('exponential-of-a-logarithm')
      return this.#realPower(argument, coefficient)
    }
    const fraction = this.#monomials.smallFraction(coefficient)
    if (fraction)
      return this.#exponential(
        this.#monomials.value({ coefficient: this.#algebra.one, factors }),
        ...fraction,
      )
    const negative = this.#algebra.get(coefficient).real! < 0
    const positive = negative ? this.#algebra.negate(coefficient) : coefficient
    return this.#exponential(this.#monomials.value({ coefficient: positive, factors }), negative ? -1 : 1, 1)
  }

  /** What atoms are the exponential or the logarithm of. */
  readonly #exponents = new Map<Id, Id>()
  readonly #logarithms = new Map<Id, Id>()

  #exponential(argument: Id, numerator: number, denominator: number): Id {
    const atom = this.#algebra.values.positiveAtom(`exp ${argument}`, {
      analytic: this.#algebra.get(argument).analytic,
    })
    this.#exponents.set(atom, argument)
    return this.#algebra.values.powerOfAtom(atom, numerator, denominator)
  }

  log(id: Id): Id {
    return this.#each('log', id, plain => {
      const { real } = this.#algebra.get(plain)
      if (real !== undefined) {
        if (real === 0) return this.#algebra.number(Number.NEGATIVE_INFINITY)
        return this.#algebra.constants.log(plain)
      }
      const { coefficient, factors } = this.#monomials.product(plain)
      const terms: Id[] = []
      /** The factors of unknown sign together; where the logarithm exists, their product is positive. */
      let rest: Monomial = { coefficient: this.#algebra.one, factors: new Map() }
      const negative = this.#algebra.get(coefficient).real! < 0
      const size = negative ? this.#algebra.negate(coefficient) : coefficient
      if (negative) rest = { coefficient: this.#algebra.constants.minusOne, factors: new Map() }
      if (size !== this.#algebra.one) terms.push(this.#algebra.constants.log(size))
      for (const [factor, exponent] of factors) {
        if (this.#algebra.isPositive(factor)) {
          const term = this.#logOfFactor(factor)
          terms.push(this.#algebra.multiply(this.#monomials.exponent(exponent), term))
        } else
          rest = this.#monomials.multiply(rest, {
            coefficient: this.#algebra.one,
            factors: new Map([[factor, exponent]]),
          })
      }
      if (rest.factors.size > 0) {
        const [[only, exponent] = [], ...others] = rest.factors
        if (others.length === 0 && !negative && exponent !== undefined && exponent % 2 !== 0)
          terms.push(this.#algebra.multiply(this.#monomials.exponent(exponent), this.#logarithm(only!)))
        else terms.push(this.#logOfQuotient(rest))
      } else if (negative) throw new OutOfReach('the computation takes the logarithm of a negative number')
      if (terms.length > 1) this.laws.add('logarithm-of-a-product')
      return this.#algebra.sum(terms)
    })
  }

  #logOfFactor(factor: Id): Id {
    const argument = this.#exponents.get(factor)
    if (argument !== undefined) {
      this.laws.add('logarithm-of-an-exponential')
      return argument
    }
    const { split } = this.#algebra.get(factor)
    if (split?.kind === 'root' && split.parts[0] === this.#algebra.zero)
      return this.#algebra.multiply(this.#algebra.number(0.5), this.log(split.radicand))
    return this.#logarithm(factor)
  }

  /** log(a / b) = −log(b / a): the factor that was met first is above. */
  #logOfQuotient(quotient: Monomial): Id {
    const [, exponent] = [...quotient.factors].reduce((a, b) => (a[0] < b[0] ? a : b))
    if (exponent > 0) return this.#logarithm(this.#monomials.value(quotient))
    const factors = new Map([...quotient.factors].map(([factor, power]) => [factor, -power]))
    return this.#algebra.negate(this.#logarithm(this.#monomials.value({ ...quotient, factors })))
  }

  /** The logarithm of a value; log(p + q√r) = −log(p − q√r) where p² − q² r = 1. */
  #logarithm(argument: Id): Id {
    const { split } = this.#algebra.get(argument)
    if (split?.kind === 'root' && split.parts[0] !== this.#algebra.zero) {
      const inverse = this.#algebra.inverse(argument)
      if (inverse < argument) return this.#algebra.negate(this.#ownLogarithm(inverse))
    }
    return this.#ownLogarithm(argument)
  }

  /** The logarithm of a multiple of an earlier value is that of the value, and the one of the number. */
  #ownLogarithm(argument: Id): Id {
    const { factor, base } = this.#comparisons.asMultiple(argument)
    if (base === argument) return this.#logarithmAtom(argument)
    this.laws.add('logarithm-of-a-product')
    return this.#algebra.add(this.#algebra.constants.log(factor), this.#logarithmAtom(base))
  }

  #logarithmAtom(argument: Id): Id {
    const { low, high, analytic } = this.#algebra.get(argument)
    const atom = this.#algebra.values.atom(`log ${argument}`, {
      analytic,
      low: low > 0 ? Math.log(low) : Number.NEGATIVE_INFINITY,
      high: high > 0 ? Math.log(high) : Number.POSITIVE_INFINITY,
      nonzero: low > 1 + 1e-12 || (low >= 1 && argument !== this.#algebra.one && this.#moreThanOne(argument)),
    })
    this.#logarithms.set(atom, argument)
    return atom
  }

  /** Whether a value of at least 1 is 1 plus something positive. */
  #moreThanOne(id: Id): boolean {
    return this.#algebra.isPositive(this.#algebra.subtract(id, this.#algebra.one))
  }

  sqrt(id: Id): Id {
    return this.#each('sqrt', id, plain => {
      const { real, split } = this.#algebra.get(plain)
      if (real !== undefined) return real === 0 ? plain : this.#algebra.constants.power(plain, 1, 2)
      if (split) return this.#root(plain)
      const { coefficient, factors } = this.#monomials.product(plain)
      const negative = this.#algebra.get(coefficient).real! < 0
      const size = negative ? this.#algebra.negate(coefficient) : coefficient
      let outside = this.#algebra.constants.power(size, 1, 2)
      let inside = negative ? this.#algebra.constants.minusOne : this.#algebra.one
      for (const [factor, exponent] of factors) {
        if (this.#exponents.has(factor) || !Number.isInteger(exponent)) {
          outside = this.#algebra.multiply(outside, this.#monomials.power(factor, exponent / 2))
          continue
        }
        const half = Math.floor(exponent / 2)
        if (half !== 0) {
          const base = half % 2 !== 0 && !this.#algebra.isPositive(factor) ? this.absolute(factor) : factor
          outside = this.#algebra.multiply(outside, this.#algebra.integerPower(base, half))
        }
        if (exponent % 2 === 0) continue
        if (this.#algebra.get(factor).low >= 0) outside = this.#algebra.multiply(outside, this.#root(factor))
        else inside = this.#algebra.multiply(inside, factor)
      }
      if (inside === this.#algebra.one) return outside
      return this.#algebra.multiply(outside, this.#root(inside))
    })
  }

  #root(radicand: Id): Id {
    this.laws.add('square-of-a-root')
    const { factor, base } = this.#comparisons.asMultiple(radicand)
    return this.#algebra.root(base, this.#algebra.zero, this.#algebra.constants.power(factor, 1, 2))
  }

  absolute(id: Id): Id {
    return this.#comparisons.maximum(id, this.#algebra.negate(id))
  }

  /** Values in the order of others: their logarithms, where they are made of exponentials; what they are logarithms of. */
  ordered(ids: readonly Id[]): Ordered {
    if (ids.some(id => this.#logarithms.has(id)) && ids.every(id => this.#hasSimpleExponential(id))) {
      this.laws.add('order-of-exponentials')
      return { ids: ids.map(id => this.exp(id)), back: id => this.log(id) }
    }
    const isExponential = (id: Id) =>
      [...this.#monomials.product(id).factors.keys()].some(factor => this.#exponents.has(factor))
    if (!ids.every(id => this.#algebra.isPositive(id)) || !ids.some(isExponential)) return { ids }
    this.laws.add('order-of-exponentials')
    return { ids: ids.map(id => this.log(id)), back: id => this.exp(id) }
  }

  #hasSimpleExponential(id: Id): boolean {
    const { real } = this.#algebra.get(id)
    return real === undefined ? this.#logarithms.has(id) : Math.abs(real) < largestSimple
  }

  /** base^exponent. */
  power(base: Id, exponent: Id): Id {
    const { split } = this.#algebra.get(exponent)
    if (split?.kind === 'cases') return this.#algebra.mapCases(split, part => this.power(base, part))
    if (this.#algebra.isConstant(exponent))
      return this.#each(`power ${exponent}`, base, plain => this.#realPower(plain, exponent))
    return this.exp(this.#algebra.multiply(exponent, this.log(base)))
  }

  /** base^exponent for a constant exponent. */
  #realPower(base: Id, exponent: Id): Id {
    const fraction = this.#monomials.smallFraction(exponent)
    const [n, d] = fraction ?? [0, 0]
    if (d === 1 && Math.abs(n) <= 64) return this.#algebra.integerPower(base, n)
    if (d === 2 && Math.abs(n) <= 64) return this.#algebra.integerPower(this.sqrt(base), n)
    const { real } = this.#algebra.get(base)
    if (real !== undefined) {
      if (fraction) return this.#algebra.constants.power(base, n, d)
      return this.#algebra.constants.exp(
        this.#algebra.constants.multiply(exponent, this.#algebra.constants.log(base)),
      )
    }
    const { coefficient, factors } = this.#monomials.product(base)
    if (
      fraction &&
      this.#algebra.get(coefficient).real! > 0 &&
      [...factors.keys()].every(factor => this.#algebra.isPositive(factor))
    ) {
      let result =
        coefficient === this.#algebra.one ? coefficient : this.#algebra.constants.power(coefficient, n, d)
      for (const [factor, own] of factors) {
        const atom = this.#exponents.has(factor)
          ? factor
          : this.#algebra.values.positiveAtom(`power of ${factor}`)
        result = this.#algebra.multiply(result, this.#monomials.power(atom, (own * n) / d))
      }
      return result
    }
    return this.#algebra.values.positiveAtom(`${base} to the power ${exponent}`, {
      analytic: this.#algebra.get(base).analytic,
    })
  }

  /** tanh(x) = (exp(2x) − 1) / (exp(2x) + 1). */
  tanh(id: Id): Id {
    return this.#each('tanh', id, plain => {
      const { one } = this.#algebra
      const square = this.exp(this.#algebra.multiply(this.#algebra.number(2), plain))
      return this.#algebra.divide(this.#algebra.subtract(square, one), this.#algebra.add(square, one))
    })
  }

  /** σ(x) = 1 / (1 + exp(−x)). */
  sigmoid(id: Id): Id {
    return this.#each('sigmoid', id, plain =>
      this.#algebra.inverse(this.#algebra.add(this.#algebra.one, this.exp(this.#algebra.negate(plain)))),
    )
  }

  /** log(x + √(x² + 1)). */
  asinh(id: Id): Id {
    return this.#each('asinh', id, plain => {
      const opposite = this.#algebra.negate(plain)
      const first = Math.min(plain, opposite)
      const value = this.log(this.#algebra.add(first, this.#rootOfSquare(first, this.#algebra.one)))
      return first === plain ? value : this.#algebra.negate(value)
    })
  }

  /** log(x + √(x² − 1)). */
  acosh(id: Id): Id {
    return this.#each('acosh', id, plain =>
      this.log(this.#algebra.add(plain, this.#rootOfSquare(plain, this.#algebra.constants.minusOne))),
    )
  }

  #rootOfSquare(id: Id, added: Id): Id {
    return this.sqrt(this.#algebra.add(this.#algebra.multiply(id, id), added))
  }

  /** ½ log((1 + x) / (1 − x)). */
  atanh(id: Id): Id {
    return this.#each('atanh', id, plain => {
      const { one } = this.#algebra
      const quotient = this.#algebra.divide(this.#algebra.add(one, plain), this.#algebra.subtract(one, plain))
      return this.#algebra.multiply(this.#algebra.number(0.5), this.log(quotient))
    })
  }

  /**
   * A function of which nothing is known but its value at numbers, and perhaps that it is odd: f(−x) = −f(x).
   * `smooth` functions are zero on a set without volume only.
   */
  unknown(
    name: string,
    id: Id,
    f: (x: number) => number,
    { odd = false, smooth = false }: { readonly odd?: boolean; readonly smooth?: boolean } = {},
  ): Id {
    return this.#each(name, id, plain => {
      const { real, analytic } = this.#algebra.get(plain)
      if (real !== undefined) {
        const mirrored = odd && real < 0
        const size = mirrored ? this.#algebra.negate(plain) : plain
        const value = this.#algebra.constants.named(`${name} ${size}`, f(this.#algebra.get(size).real!))
        return mirrored ? this.#algebra.negate(value) : value
      }
      const description = { analytic: smooth && analytic }
      if (!odd) return this.#algebra.values.atom(`${name} ${plain}`, description)
      const opposite = this.#algebra.negate(plain)
      const first = Math.min(plain, opposite)
      const atom = this.#algebra.values.atom(`${name} ${first}`, description)
      return first === plain ? atom : this.#algebra.negate(atom)
    })
  }
}
