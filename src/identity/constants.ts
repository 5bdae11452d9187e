import {
  type Lanes,
  lanesOfFraction,
  largestSquarePrime,
  moduli,
  multiply,
  power,
  rationalPower,
  width,
} from './field.js'
import {
  angleOf,
  anglesPerRadian,
  decimal,
  type Fraction,
  factorsOf,
  greatestCommonDivisor,
  isTrigonometricZero,
  largestAngle,
  nearFraction,
  quotient,
  rounding,
  simpleFraction,
  smallFraction,
} from './literals.js'
import { Turns } from './turns.js'
import { type Id, OutOfReach, UnluckyPoints, type Values } from './values.js'

/** Two numbers count as one if rounding in double precision explains their difference. */
const tolerance = 1e-14

/** Exact fractions with more digits than this are kept to double precision only. */
const longestFraction = 10n ** 120n

/** So many numbers that nothing explains are remembered. */
const mostUnexplained = 16

/** Numbers from here on may be cosines that lost digits. */
const leastCosine = 1e-3

/** Numbers between these may be what is left of 1, to double precision. */
const leastComplement = 1e-4
const largestComplement = 0.1

/** Normal densities of more dimensions are not recognized by their number. */
const mostDimensions = 4096

/** Roots that papers take of numbers. */
const rootDegrees = [2, 3, 4, 6, 8]

/**
 * Constant numbers, exact where possible. A literal that is the rounding of an exact value counts as that value:
 * 0.1 is one tenth, 0.7071067811865476 is 1/√2, 0.9189385332046727 is ½ log 2π, 0.46415888336127786 is 10^(−1/3).
 */
export class Constants {
  readonly #values: Values
  readonly #byReal = new Map<string, Id>()
  readonly #recognized = new Map<number, Id>()
  readonly #fractions = new Map<string, Id>()
  /** Numbers of the graphs that are worth trying as the base of a power: 0.99 explains 0.970299. */
  readonly #bases: readonly number[]
  readonly zero: Id
  readonly one: Id
  readonly minusOne: Id
  /** Cosines and sines. */
  readonly turns: Turns

  constructor(values: Values, literals: Iterable<number> = []) {
    this.#values = values
    this.zero = this.fraction(0n, 1n)
    this.one = this.fraction(1n, 1n)
    this.minusOne = this.fraction(-1n, 1n)
    this.turns = new Turns(values, this, (lanes, real) => this.#intern(lanes, real))
    const bases = new Set([10])
    for (const literal of literals) {
      const size = Math.abs(literal)
      if (bases.size < 24 && size > 0 && size !== 1 && Number.isFinite(size) && smallFraction(size))
        bases.add(size)
    }
    this.#bases = [...bases]
  }

  /** The value of a double, recognized as the exact number that it rounds, if there is a simple one. */
  number(x: number): Id {
    const known = this.#recognized.get(x)
    if (known !== undefined) return known
    const id = this.#recognize(x)
    this.#recognized.set(x, id)
    return id
  }

  fraction(numerator: bigint, denominator: bigint): Id {
    if (denominator < 0n) return this.fraction(-numerator, -denominator)
    const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator)
    const [n, d] = [numerator / divisor, denominator / divisor]
    const key = `${n}/${d}`
    const known = this.#fractions.get(key)
    if (known !== undefined) return known
    const lanes = lanesOfFraction(n, d)
    if (!lanes) throw new UnluckyPoints()
    const id = this.#intern(lanes, quotient(n, d), [n, d])
    this.#fractions.set(key, id)
    return id
  }

  /** A number known by its residues; its value to double precision decides which one it is. */
  #intern(lanes: Lanes, real: number, fraction?: Fraction): Id {
    const short =
      fraction && fraction[0] < longestFraction && fraction[1] < longestFraction ? fraction : undefined
    const isZero = lanes.every(lane => lane === 0)
    if (!isZero && (real === 0 || !Number.isFinite(real)))
      throw new OutOfReach('a constant is too large or too small for a number')
    if (!isZero && real !== 0) {
      for (const near of [real * (1 - tolerance), real, real * (1 + tolerance)]) {
        const found = this.#byReal.get(near.toPrecision(13))
        if (
          found !== undefined &&
          Math.abs(this.#values.get(found).real! - real) <= tolerance * Math.abs(real)
        )
          return found
      }
    }
    const value = isZero ? 0 : real
    const id = this.#values.intern(lanes, {
      recipe: { kind: 'constant' },
      real: value,
      fraction: short,
      degree: this.#values.degrees.constant,
      low: value,
      high: value,
      nonzero: value !== 0,
    })
    if (value !== 0) this.#byReal.set(real.toPrecision(13), id)
    return id
  }

  add(a: Id, b: Id): Id {
    const [x, y] = [this.#values.get(a), this.#values.get(b)]
    if (!Number.isFinite(x.real!) || !Number.isFinite(y.real!)) return this.#infinite(x.real! + y.real!)
    if (x.fraction && y.fraction)
      return this.fraction(
        x.fraction[0] * y.fraction[1] + y.fraction[0] * x.fraction[1],
        x.fraction[1] * y.fraction[1],
      )
    const sum = x.real! + y.real!
    if (Math.abs(sum) <= tolerance * Math.abs(x.real!)) return this.zero
    return this.#intern(
      x.lanes.map((value, lane) => (value + y.lanes[lane]!) % moduli[lane]!),
      sum,
    )
  }

  multiply(a: Id, b: Id): Id {
    const [x, y] = [this.#values.get(a), this.#values.get(b)]
    if (!Number.isFinite(x.real!) || !Number.isFinite(y.real!)) return this.#infinite(x.real! * y.real!)
    if (x.fraction && y.fraction)
      return this.fraction(x.fraction[0] * y.fraction[0], x.fraction[1] * y.fraction[1])
    const lanes = x.lanes.map((value, lane) => multiply(value, y.lanes[lane]!, lane))
    return this.#intern(lanes, x.real! * y.real!)
  }

  inverse(a: Id): Id {
    const { real, fraction, lanes } = this.#values.get(a)
    if (real === 0) throw new OutOfReach('the computation divides by zero')
    if (!Number.isFinite(real!)) return this.zero
    if (fraction) return this.fraction(fraction[1], fraction[0])
    return this.#intern(
      lanes.map((value, lane) => power(value, moduli[lane]! - 2, lane)),
      1 / real!,
    )
  }

  #infinite(real: number): Id {
    if (Number.isNaN(real)) throw new OutOfReach('the computation does not yield numbers')
    return this.#values.atom(`infinity ${real}`, {
      recipe: { kind: 'constant' },
      real,
      low: real,
      high: real,
      nonzero: true,
    })
  }

  /** x to a rational power for positive x. */
  power(a: Id, numerator: number, denominator: number): Id {
    const { real, fraction } = this.#values.get(a)
    if (real === 0 || !(real! > 0)) throw new OutOfReach('the computation takes a root of a negative number')
    const value = real! ** (numerator / denominator)
    const factors = fraction && factorsOf(fraction)
    if (factors)
      return this.#product(
        [...factors].map(([prime, exponent]) => [prime, exponent * numerator, denominator]),
        value,
      )
    return this.#intern(rationalPower(this.#positive(`constant ${a}`), numerator, denominator), value)
  }

  exp(a: Id): Id {
    const { real, fraction } = this.#values.get(a)
    if (real === 0) return this.one
    const value = Math.exp(real!)
    const [n, d] = fraction ?? [0n, 0n]
    if (fraction && n < 100_000n && n > -100_000n && d < 100_000n)
      return this.#intern(rationalPower(this.#positive('e'), Number(n), Number(d)), value)
    return this.#intern(this.#positive(`exp ${a}`), value)
  }

  log(a: Id): Id {
    const { real, fraction } = this.#values.get(a)
    if (!(real! > 0))
      throw new OutOfReach('the computation takes the logarithm of a number that is not positive')
    const factors = fraction && factorsOf(fraction)
    if (!factors) return this.#unknown(`log of value ${a}`, Math.log(real!))
    let sum = this.zero
    for (const [prime, exponent] of factors) {
      const term = this.#unknown(`log ${prime}`, Math.log(prime))
      sum = this.add(sum, this.multiply(this.fraction(BigInt(exponent), 1n), term))
    }
    return sum
  }

  /** A function of a constant that nothing else is known of. */
  named(name: string, real: number): Id {
    if (!Number.isFinite(real)) return this.#infinite(real)
    if (Number.isInteger(real)) return this.number(real)
    return this.#unknown(name, real)
  }

  #unknown(name: string, real: number): Id {
    return this.#intern(this.#values.lanesNamed(`number ${name}`), real)
  }

  /** Residues of a positive number that is not rational, which has all roots. */
  #positive(name: string): Lanes {
    return this.#values.squareNamed(`number ${name}`)
  }

  /** A product of rational powers of primes; 0 stands for π. */
  #product(
    factors: readonly (readonly [prime: number, numerator: number, denominator: number])[],
    real: number,
  ): Id {
    let lanes: Lanes = new Float64Array(width).fill(1)
    for (const [prime, numerator, denominator] of factors) {
      const base =
        prime !== 0 && (prime <= largestSquarePrime || numerator % denominator === 0)
          ? new Float64Array(width).fill(prime)
          : this.#positive(prime === 0 ? 'π' : `prime ${prime}`)
      const raised =
        numerator % denominator === 0
          ? base.map((value, lane) => {
              const exponent = numerator / denominator
              return exponent >= 0
                ? power(value, exponent, lane)
                : power(power(value, -exponent, lane), moduli[lane]! - 2, lane)
            })
          : rationalPower(base, numerator, denominator)
      lanes = lanes.map((value, lane) => multiply(value, raised[lane]!, lane))
    }
    return this.#intern(lanes, real)
  }

  #recognize(x: number): Id {
    if (!Number.isFinite(x)) return this.#infinite(x)
    if (x < 0) return this.multiply(this.minusOne, this.number(-x))
    return (
      this.simple(x) ??
      this.#asKnown(x) ??
      this.#asComplement(x) ??
      this.#asPower(x) ??
      this.#asLogarithm(x) ??
      this.#asExponential(x) ??
      this.#asTurn(x) ??
      this.#asShiftedLogarithm(x) ??
      this.#asRelated(x)
    )
  }

  /** A number that is rational, or the root of a rational number, perhaps times π; undefined for another one. */
  simple(x: number): Id | undefined {
    if (x < 0) {
      const size = this.simple(-x)
      return size === undefined ? undefined : this.multiply(this.minusOne, size)
    }
    if (isTrigonometricZero(x)) return this.zero
    const simple = simpleFraction(x)
    if (simple) return this.fraction(...simple)
    for (const degree of rootDegrees) {
      for (const pi of [0, 1, -1, ...(degree === 2 ? [2, -2] : [])]) {
        const square = x ** degree / Math.PI ** pi
        const found = smallFraction(square, degree * rounding)
        const factors = found && factorsOf(found)
        if (!factors) continue
        const exponents = [...factors].map(([prime, exponent]) => [prime, exponent, degree] as const)
        return this.#product(pi === 0 ? exponents : [...exponents, [0, pi, degree]], x)
      }
    }
    return undefined
  }

  /**
   * A number that was computed already, and that nothing simpler explains. A cosine near 0 has lost some of its digits by the
   * rounding of its angle.
   */
  #asKnown(x: number): Id | undefined {
    const opposite = this.#nearby(-x)
    return this.#nearby(x) ?? (opposite === undefined ? undefined : this.multiply(this.minusOne, opposite))
  }

  #nearby(x: number): Id | undefined {
    const size = Math.abs(x)
    const error = Math.max(tolerance * size, size < leastCosine ? 0 : largestAngle * Number.EPSILON)
    for (const near of [x - error, x, x + error]) {
      const found = this.#byReal.get(near.toPrecision(13))
      if (found === undefined) continue
      const { real, fraction } = this.#values.get(found)
      if (!fraction && Math.abs(real! - x) <= error) return found
    }
    return undefined
  }

  /** `1 - 0.999 ** 2`, of which the last digits are lost: 1 less a number of few digits, or less a power. */
  #asComplement(x: number): Id | undefined {
    if (x < leastComplement || x > largestComplement) return undefined
    const rest = 1 - x
    const near = Number(rest.toPrecision(12))
    const power =
      Math.abs(near - rest) <= Number.EPSILON ? this.fraction(...decimal(near)) : this.#asPower(rest)
    return power === undefined ? undefined : this.add(this.one, this.multiply(this.minusOne, power))
  }

  /** The exponential of a small fraction. */
  #asExponential(x: number): Id | undefined {
    const exponent = Math.log(x)
    const error = (8 * rounding * (1 + Math.abs(exponent))) / Math.abs(exponent)
    const found = smallFraction(Math.abs(exponent), error, 1000)
    return found && this.exp(this.fraction(exponent < 0 ? -found[0] : found[0], found[1]))
  }

  /** The cosine or sine of an angle, or its negative. */
  #asTurn(x: number): Id | undefined {
    for (const sign of [1, -1]) {
      const angle = angleOf(sign * x)
      if (!angle) continue
      const [cosine, sine] = this.turns.of(this.fraction(BigInt(angle.thousandths), BigInt(anglesPerRadian)))
      return this.multiply(this.fraction(BigInt(sign), 1n), angle.of === 'cosine' ? cosine : sine)
    }
    return undefined
  }

  /** `w - w * Math.log(1 + w / 2)`, by which two pieces of a function meet: a logarithm and 1, perhaps times a number of the graphs. */
  #asShiftedLogarithm(x: number): Id | undefined {
    for (const scale of [1, ...this.#bases]) {
      for (const sign of [1, -1]) {
        const logarithm = sign * (x / scale) + 1
        const size = logarithm === 0 ? undefined : this.#asLogarithm(Math.abs(logarithm))
        if (size === undefined) continue
        const minusOne = this.minusOne
        const shifted = this.add(logarithm < 0 ? this.multiply(minusOne, size) : size, minusOne)
        const signed = sign < 0 ? this.multiply(minusOne, shifted) : shifted
        return this.multiply(this.fraction(...simpleFraction(scale)!), signed)
      }
    }
    return undefined
  }

  /** Numbers that nothing explains. */
  readonly #unexplained: Id[] = []

  /** A number that is computed from others that nothing explains, as the scale of SELU times its α; else a new one. */
  #asRelated(x: number): Id {
    for (const a of this.#unexplained) {
      const u = this.#values.get(a).real!
      const factor = smallFraction(x / u, 4 * rounding, 1000)
      if (factor) return this.multiply(this.fraction(...factor), a)
      if (isNear(1 - u, x)) return this.add(this.one, this.multiply(this.minusOne, a))
      if (isNear(1 + u, x)) return this.add(this.one, a)
      for (const b of this.#unexplained) {
        const v = this.#values.get(b).real!
        if (isNear(u * v, x)) return this.multiply(a, b)
        if (isNear(u / v, x)) return this.multiply(a, this.inverse(b))
        if (isNear(u + v, x)) return this.add(a, b)
        if (isNear(u - v, x)) return this.add(a, this.multiply(this.minusOne, b))
      }
    }
    const id = this.fraction(...decimal(x))
    if (this.#unexplained.length < mostUnexplained) this.#unexplained.push(id)
    return id
  }

  /** A power of a number of the graphs, perhaps times another one. */
  #asPower(x: number): Id | undefined {
    for (const factor of [1, ...this.#bases]) {
      for (const base of this.#bases) {
        const y = x / factor
        const exponent = Math.log(y) / Math.log(base)
        const [n, d] = nearFraction(exponent, 512) ?? []
        if (n === undefined || d === undefined || Math.abs(n) > 4096) continue
        if (d > (factor === 1 ? (base === 10 ? 512 : 2) : 1)) continue
        if (Math.abs(base ** (n / d) - y) > 16 * rounding * (1 + Math.abs(Math.log(y))) * y) continue
        const power = this.power(this.fraction(...simpleFraction(base)!), n, d)
        return factor === 1 ? power : this.multiply(power, this.fraction(...simpleFraction(factor)!))
      }
    }
    return undefined
  }

  /** ½ log 2π and its kin: half the logarithm of a fraction, perhaps times π. */
  #asLogarithm(x: number): Id | undefined {
    if (x > 12) return this.#asMultipleOfLogarithm(x)
    for (const pi of [0, 1]) {
      for (const sign of [1, -1]) {
        const square = Math.exp(2 * sign * x) / Math.PI ** pi
        const found = smallFraction(square, 8 * rounding * (1 + x), 1000)
        const factors = found && factorsOf(found)
        if (!factors) continue
        let sum = pi === 0 ? this.zero : this.#unknown('log π', Math.log(Math.PI))
        sum = this.add(sum, this.log(this.fraction(...found)))
        return this.multiply(this.fraction(BigInt(sign), 2n), sum)
      }
    }
    return this.#asMultipleOfLogarithm(x)
  }

  /** `n / 2 * Math.log(2 * Math.PI)`, the number of a normal density of n dimensions. */
  #asMultipleOfLogarithm(x: number): Id | undefined {
    const [n, d] = nearFraction(x / Math.log(2 * Math.PI), 2) ?? []
    if (n === undefined || d === undefined || n < 1 || n > mostDimensions) return undefined
    if (!isNear((n / d) * Math.log(2 * Math.PI), x)) return undefined
    const sum = this.add(this.log(this.fraction(2n, 1n)), this.#unknown('log π', Math.log(Math.PI)))
    return this.multiply(this.fraction(BigInt(n), BigInt(d)), sum)
  }
}

function isNear(value: number, x: number): boolean {
  return Math.abs(value - x) <= 2 * rounding * x
}
