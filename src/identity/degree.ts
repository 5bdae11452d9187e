/**
 * Bounds on the degrees of rational functions, for the chance that two of them agree at random points (Schwartz 1980,
 * Zippel 1979). A denominator that many terms have in common, as the standard deviation of a row, counts once: so
 * the degree of a sum does not grow with the number of its terms.
 */

/** Known polynomials to whole powers, each polynomial by its number. Equal products are the same object. */
interface Factors {
  readonly id: number
  readonly exponents: ReadonlyMap<number, number>
  /** The degree of those with positive exponents. */
  readonly above: number
  /** The degree of those with negative exponents. */
  readonly below: number
}

/** A rational function: a polynomial of a degree, at most, times known polynomials. */
export interface Degree {
  readonly rest: number
  readonly factors: Factors
}

/** A product of more than this is one polynomial over another. */
const mostFactors = 48

/** The degrees of the values of one store. */
export class Degrees {
  readonly #sizes: number[] = []
  readonly #names = new Map<number, number>()
  readonly #byKey = new Map<string, Factors>()
  readonly #products = new Map<number, Map<number, Factors>>()
  readonly #common = new Map<number, Map<number, Factors>>()
  readonly #none = this.#factors(new Map())
  readonly constant: Degree = this.polynomial(0)

  polynomial(degree: number): Degree {
    return { rest: degree, factors: this.#none }
  }

  /** The numerator and the denominator together. */
  total({ rest, factors }: Degree): number {
    return rest + factors.above + factors.below
  }

  product(a: Degree, b: Degree): Degree {
    return { rest: a.rest + b.rest, factors: this.#product(a.factors, b.factors) }
  }

  /** A function to a whole power. `name` is what the polynomial of the function is called where the power is negative. */
  power({ rest, factors }: Degree, exponent: number, name: number): Degree {
    const exponents = new Map([...factors.exponents].map(([factor, e]) => [factor, e * exponent]))
    if (exponent > 0) return { rest: rest * exponent, factors: this.#factors(exponents) }
    if (rest > 0) exponents.set(this.#named(name, rest), exponent)
    return { rest: 0, factors: this.#factors(exponents) }
  }

  /** A sum of such functions, each times a constant or times a new variable. */
  sum(terms: readonly Degree[], variables = 0): Degree {
    const [first, ...others] = terms
    if (!first) return this.constant
    const factors = others.reduce((common, term) => this.#least(common, term.factors), first.factors)
    const rests = terms.map(term => term.rest + net(term.factors) - net(factors))
    return { rest: Math.max(...rests) + variables, factors }
  }

  #named(name: number, degree: number): number {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const polynomial = this.#polynomial(degree)
    this.#names.set(name, polynomial)
    return polynomial
  }

  #polynomial(degree: number): number {
    this.#sizes.push(degree)
    return this.#sizes.length - 1
  }

  #product(a: Factors, b: Factors): Factors {
    if (a === this.#none) return b
    if (b === this.#none) return a
    return once(this.#products, a, b, () => {
      const exponents = new Map(a.exponents)
      for (const [factor, exponent] of b.exponents) {
        const sum = exponent + (exponents.get(factor) ?? 0)
        if (sum === 0) exponents.delete(factor)
        else exponents.set(factor, sum)
      }
      return this.#factors(exponents)
    })
  }

  /** What both have in common: the least power of each polynomial. */
  #least(a: Factors, b: Factors): Factors {
    if (a === b) return a
    return once(this.#common, a, b, () => {
      const exponents = new Map<number, number>()
      for (const factor of new Set([...a.exponents.keys(), ...b.exponents.keys()])) {
        const exponent = Math.min(a.exponents.get(factor) ?? 0, b.exponents.get(factor) ?? 0)
        if (exponent !== 0) exponents.set(factor, exponent)
      }
      return this.#factors(exponents)
    })
  }

  #factors(exponents: ReadonlyMap<number, number>): Factors {
    const degree = (sign: number) =>
      [...exponents].reduce(
        (sum, [factor, exponent]) => sum + Math.max(0, sign * exponent) * this.#sizes[factor]!,
        0,
      )
    const [above, below] = [degree(1), degree(-1)]
    if (exponents.size > mostFactors) {
      const joined = new Map<number, number>()
      if (above > 0) joined.set(this.#polynomial(above), 1)
      if (below > 0) joined.set(this.#polynomial(below), -1)
      return this.#factors(joined)
    }
    const key = [...exponents].sort(([a], [b]) => a - b).join(' ')
    const known = this.#byKey.get(key)
    if (known) return known
    const factors = { id: this.#byKey.size, exponents, above, below }
    this.#byKey.set(key, factors)
    return factors
  }
}

function net({ above, below }: Factors): number {
  return above - below
}

function once(
  known: Map<number, Map<number, Factors>>,
  a: Factors,
  b: Factors,
  make: () => Factors,
): Factors {
  const [low, high] = a.id < b.id ? [a, b] : [b, a]
  let row = known.get(low.id)
  if (!row) {
    row = new Map()
    known.set(low.id, row)
  }
  let found = row.get(high.id)
  if (!found) {
    found = make()
    row.set(high.id, found)
  }
  return found
}
