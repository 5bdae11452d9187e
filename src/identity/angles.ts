import type { Algebra } from './algebra.js'
import { moduli, multiply } from './field.js'
import type { LawName } from './laws.js'
import type { Monomial, Monomials } from './monomials.js'
import type { Id } from './values.js'

/** What the cosines and sines need of other functions. */
interface OtherFunctions {
  /** Applies a function in each case, once per argument. */
  readonly each: (name: string, id: Id, f: (plain: Id) => Id) => Id
  readonly sqrt: (id: Id) => Id
  readonly laws: Set<LawName>
}

/**
 * Cosines and sines, and the angles that have them: a point of the unit circle for each angle, the cosine and sine of a
 * sum, and those of an arc, as cos(arccos x) = x and sin(arccos x) = √(1 − x²).
 */
export class Angles {
  readonly #algebra: Algebra
  readonly #monomials: Monomials
  readonly #functions: OtherFunctions
  /** Cosine and sine of what an inverse function gave. */
  readonly #arcs = new Map<Id, () => readonly [cosine: Id, sine: Id]>()

  constructor(algebra: Algebra, monomials: Monomials, functions: OtherFunctions) {
    this.#algebra = algebra
    this.#monomials = monomials
    this.#functions = functions
  }

  cos(id: Id): Id {
    return this.#functions.each('cos', id, plain => this.#turn(plain)[0])
  }

  sin(id: Id): Id {
    return this.#functions.each('sin', id, plain => this.#turn(plain)[1])
  }

  /** Cosine and sine; those of a sum follow from those of its terms. */
  #turn(angle: Id): readonly [cosine: Id, sine: Id] {
    const terms = this.#monomials.addends(angle) ?? [
      { coefficient: this.#algebra.one, factors: new Map([[angle, 1]]) },
    ]
    let [cosine, sine] = [this.#algebra.one, this.#algebra.zero]
    for (const term of terms) {
      const [c, s] = this.#turnOfTerm(term)
      ;[cosine, sine] = [
        this.#algebra.subtract(this.#algebra.multiply(cosine, c), this.#algebra.multiply(sine, s)),
        this.#algebra.add(this.#algebra.multiply(sine, c), this.#algebra.multiply(cosine, s)),
      ]
    }
    if (terms.length > 1) this.#functions.laws.add('angle-of-a-sum')
    return [cosine, sine]
  }

  #turnOfTerm({ coefficient, factors }: Monomial): readonly [cosine: Id, sine: Id] {
    const { one } = this.#algebra
    const real = this.#algebra.get(coefficient).real!
    if (factors.size === 0) return this.#algebra.constants.turns.of(coefficient)
    const [n, d] = this.#monomials.smallFraction(coefficient) ?? [0, 0]
    const whole = d === 1 && Math.abs(n) <= 16 && n !== 0
    const scale = whole
      ? one
      : real < 0
        ? this.#algebra.constants.multiply(this.#algebra.constants.minusOne, coefficient)
        : coefficient
    const argument = this.#monomials.value({ coefficient: scale, factors })
    let turn = this.#rotation(argument)
    const [first] = [turn]
    for (let step = 1; whole && step < Math.abs(n); step++) {
      turn = [
        this.#algebra.subtract(
          this.#algebra.multiply(turn[0], first[0]),
          this.#algebra.multiply(turn[1], first[1]),
        ),
        this.#algebra.add(
          this.#algebra.multiply(turn[1], first[0]),
          this.#algebra.multiply(turn[0], first[1]),
        ),
      ]
    }
    return real < 0 ? [turn[0], this.#algebra.negate(turn[1])] : turn
  }

  /** What an arc was made of, or a random point of the unit circle: ((1 − t²) / (1 + t²), 2t / (1 + t²)). */
  #rotation(argument: Id): readonly [cosine: Id, sine: Id] {
    const known = this.#arcs.get(argument)
    if (known) {
      this.#functions.laws.add('angle-of-an-arc')
      return known()
    }
    const { values } = this.#algebra
    const t = this.#algebra.get(values.atom(`half angle ${argument}`))
    const square = t.lanes.map((value, lane) => multiply(value, value, lane))
    const { analytic } = this.#algebra.get(argument)
    const below = this.#algebra.get(
      this.#algebra.inverse(
        values.intern(
          square.map((value, lane) => (value + 1) % moduli[lane]!),
          { degree: values.degrees.polynomial(2) },
        ),
      ),
    )
    const degree = values.degrees.product(values.degrees.polynomial(2), below.degree)
    const make = (top: Float64Array) =>
      values.intern(
        top.map((value, lane) => multiply(value, below.lanes[lane]!, lane)),
        { degree, low: -1, high: 1, analytic },
      )
    return [
      make(square.map((value, lane) => (1 - value + moduli[lane]!) % moduli[lane]!)),
      make(t.lanes.map((value, lane) => (2 * value) % moduli[lane]!)),
    ]
  }

  /** arccos(−x) = π − arccos(x). */
  acos(id: Id): Id {
    return this.#functions.each('acos', id, plain => {
      const { real } = this.#algebra.get(plain)
      if (real !== undefined) return this.#algebra.constants.named(`acos ${plain}`, Math.acos(real))
      const first = Math.min(plain, this.#algebra.negate(plain))
      const angle = this.#arc(`acos ${first}`, first, [0, Math.PI], () => [first, this.#legOf(first)])
      return first === plain ? angle : this.#algebra.subtract(this.#algebra.number(Math.PI), angle)
    })
  }

  /** arcsin(x) = π/2 − arccos(x). */
  asin(id: Id): Id {
    return this.#algebra.subtract(this.#algebra.number(Math.PI / 2), this.acos(id))
  }

  /** arctan(−x) = −arctan(x). */
  atan(id: Id): Id {
    return this.#functions.each('atan', id, plain => {
      const { real } = this.#algebra.get(plain)
      if (real !== undefined) return this.#algebra.constants.named(`atan ${plain}`, Math.atan(real))
      const first = Math.min(plain, this.#algebra.negate(plain))
      const quarter = Math.PI / 2
      const angle = this.#arc(`atan ${first}`, first, [-quarter, quarter], () => this.#slopeOf(first))
      return first === plain ? angle : this.#algebra.negate(angle)
    })
  }

  /** An angle of which the cosine and the sine are known. */
  #arc(
    name: string,
    of: Id,
    [low, high]: readonly [number, number],
    turn: () => readonly [cosine: Id, sine: Id],
  ): Id {
    const angle = this.#algebra.values.atom(name, { analytic: this.#algebra.get(of).analytic, low, high })
    this.#arcs.set(angle, turn)
    return angle
  }

  /** The sine of an angle between 0 and π. */
  #legOf(cosine: Id): Id {
    const { one } = this.#algebra
    return this.#functions.sqrt(this.#algebra.subtract(one, this.#algebra.multiply(cosine, cosine)))
  }

  /** Cosine and sine of an angle between −π/2 and π/2: 1 / √(1 + t²) and t / √(1 + t²). */
  #slopeOf(tangent: Id): readonly [cosine: Id, sine: Id] {
    const { one } = this.#algebra
    const square = this.#algebra.multiply(tangent, tangent)
    const cosine = this.#algebra.inverse(this.#functions.sqrt(this.#algebra.add(one, square)))
    return [cosine, this.#algebra.multiply(tangent, cosine)]
  }
}
