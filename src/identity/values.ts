import { randomSource } from '../evaluate/random.js'
import { type Degree, Degrees } from './degree.js'
import { inverse, type Lanes, moduli, multiply, primes, rationalPower, width } from './field.js'

/** Names a value of one store: two equal functions of the inputs have the same id. */
export type Id = number

/** How a value was made, as far as the rules about exponentials, logarithms and roots need to know. */
export type Recipe =
  /** An independent variable: an input, or a function whose value nothing is known of. */
  | { readonly kind: 'atom' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'sum'; readonly terms: readonly Id[] }
  | { readonly kind: 'product'; readonly factors: readonly Id[] }
  | { readonly kind: 'inverse'; readonly of: Id }
  /** A sum of products. */
  | { readonly kind: 'dot'; readonly left: readonly Id[]; readonly right: readonly Id[] }
  /** A power of a positive atom. */
  | { readonly kind: 'power'; readonly base: Id; readonly numerator: number; readonly denominator: number }

/** A place on a line of cases: below it, and at or above it. */
export interface Cut {
  readonly at: number
  /** The value at the place itself belongs below the cut. */
  readonly strict: boolean
}

/**
 * A value that has more structure than a number. *Cases*: one part per interval between the cuts of a line, such as
 * the sign of an input, or the class that a one-hot row names. *Root*: parts[0] + parts[1] · s with s² = radicand.
 * Lines come before roots, and variables of one kind in the order in which they were met.
 */
export type Split =
  | {
      readonly kind: 'cases'
      readonly variable: number
      readonly cuts: readonly Cut[]
      readonly parts: readonly Id[]
    }
  | {
      readonly kind: 'root'
      readonly variable: number
      readonly radicand: Id
      readonly parts: readonly [Id, Id]
    }

export interface Value {
  readonly lanes: Lanes
  recipe: Recipe
  /** The number, where the value is one; exact where `fraction` is given, else to double precision. */
  real: number | undefined
  fraction: readonly [numerator: bigint, denominator: bigint] | undefined
  /** Of the rational function of independent variables that the value is. */
  readonly degree: Degree
  /** Bounds that hold for all inputs of the declared kinds. */
  low: number
  high: number
  nonzero: boolean
  /** Zero on a set without volume at most, unless zero everywhere. */
  readonly analytic: boolean
  split: Split | undefined
}

export type Description = Omit<Partial<Value>, 'lanes'>

/** The random points do not suit: a denominator vanishes at one of them. Other points will do. */
export class UnluckyPoints extends Error {}

/** The computation leaves what the identity test can follow; the message says how, for the user. */
export class OutOfReach extends Error {}

/** More values than this are refused. */
export const mostValues = 3_000_000

/** Numbers in prime fields, each stored once. All randomness comes from the seed. */
export class Values {
  readonly #values: Value[] = []
  readonly #byLanes = new Map<number, Id | Id[]>()
  readonly #named = new Map<string, Id>()
  readonly #lanes = new Map<string, Lanes>()
  readonly #random: () => number
  readonly degrees = new Degrees()
  readonly #variable = this.degrees.polynomial(1)
  /** The highest degree of all values. */
  #degree = 1
  /** Common denominator of the exponents in use: roots of atoms are the true variables. */
  exponentDenominator = 1

  constructor(seed: number) {
    this.#random = randomSource(seed)
  }

  get size(): number {
    return this.#values.length
  }

  get(id: Id): Value {
    return this.#values[id]!
  }

  /** The id of a value with these residues; what is newly known of it is added to what was known. */
  intern(lanes: Lanes, description: Description): Id {
    const known = this.find(lanes)
    if (known !== undefined) {
      const value = this.get(known)
      if (description.low !== undefined && description.low > value.low) value.low = description.low
      if (description.high !== undefined && description.high < value.high) value.high = description.high
      if (description.nonzero) value.nonzero = true
      value.split ??= description.split
      if (description.real !== undefined && value.real === undefined) {
        value.real = description.real
        value.fraction = description.fraction
        value.recipe = { kind: 'constant' }
      }
      return known
    }
    const id = this.#values.length
    const { degree = this.#variable } = description
    this.#degree = Math.max(this.#degree, this.degrees.total(degree))
    if (id >= mostValues) throw new OutOfReach('the computation has too many numbers')
    this.#values.push({
      lanes,
      recipe: description.recipe ?? { kind: 'atom' },
      real: description.real,
      fraction: description.fraction,
      degree,
      low: description.low ?? Number.NEGATIVE_INFINITY,
      high: description.high ?? Number.POSITIVE_INFINITY,
      nonzero: description.nonzero ?? false,
      analytic: description.analytic ?? true,
      split: description.split,
    })
    const key = keyOf(lanes)
    const found = this.#byLanes.get(key)
    this.#byLanes.set(
      key,
      found === undefined ? id : typeof found === 'number' ? [found, id] : [...found, id],
    )
    return id
  }

  /** The value with these residues, if there is one. */
  find(lanes: Lanes): Id | undefined {
    const found = this.#byLanes.get(keyOf(lanes))
    if (typeof found !== 'number') return found?.find(id => this.#same(id, lanes))
    return this.#same(found, lanes) ? found : undefined
  }

  #same(id: Id, lanes: Lanes): boolean {
    const other = this.get(id).lanes
    for (let lane = 0; lane < width; lane++) if (other[lane] !== lanes[lane]) return false
    return true
  }

  /** An independent variable; the same name is the same variable. */
  atom(name: string, description: Description = {}): Id {
    return this.#once(name, () => this.intern(this.lanesNamed(name), description))
  }

  /** An independent positive variable, which has all roots. */
  positiveAtom(name: string, description: Description = {}): Id {
    const square = { low: 0, nonzero: true, degree: this.degrees.polynomial(2), ...description }
    return this.#once(name, () => this.intern(this.squareNamed(name), square))
  }

  #once(name: string, make: () => Id): Id {
    const known = this.#named.get(name)
    if (known !== undefined) return known
    const id = make()
    this.#named.set(name, id)
    return id
  }

  /** Random residues, the same for the same name; no value has them until one is made of them. */
  lanesNamed(name: string): Lanes {
    const lanes = this.#lanes.get(name) ?? this.randomLanes()
    this.#lanes.set(name, lanes)
    return lanes
  }

  /** The squares of such residues: they have all roots. */
  squareNamed(name: string): Lanes {
    return this.lanesNamed(name).map((value, lane) => multiply(value, value, lane))
  }

  /** A positive atom to a rational power. */
  powerOfAtom(base: Id, numerator: number, denominator: number): Id {
    if (denominator === 1 && numerator === 1) return base
    const { lanes, degree } = this.get(base)
    if (this.exponentDenominator % denominator !== 0)
      this.exponentDenominator = leastCommonMultiple(this.exponentDenominator, denominator)
    // A root of a positive atom has at most its degree.
    const whole = Math.floor(numerator / denominator)
    const root = numerator % denominator === 0 ? this.degrees.constant : degree
    const power = whole === 0 ? this.degrees.constant : this.degrees.power(degree, whole, base)
    return this.intern(rationalPower(lanes, numerator, denominator), {
      recipe: { kind: 'power', base, numerator, denominator },
      degree: this.degrees.product(power, root),
      low: 0,
      nonzero: true,
    })
  }

  /** Residues that are 0 nowhere. */
  randomLanes(): Lanes {
    return Float64Array.from(
      { length: width },
      (_, lane) => 1 + Math.floor(this.#random() * (moduli[lane]! - 1)),
    )
  }

  /** Constants that are polynomials of this degree in independent variables are in use. */
  raiseDegree(degree: number): void {
    this.#degree = Math.max(this.#degree, degree)
  }

  /** Bits of confidence that values with equal residues are the same function, for all pairs of values at once. */
  confidence(bitsPerLane: number): number {
    const perLane = bitsPerLane - Math.log2(this.#degree * 2 * this.exponentDenominator)
    return Math.floor(perLane * width - 2 * Math.log2(this.size + 1))
  }
}

function keyOf(lanes: Lanes): number {
  return lanes[0]! + lanes[1]! * 67108864
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/** The direction of a value: residues that do not change when it is scaled, or when a constant is added to it. */
export function directionKey(lanes: Lanes): string | undefined {
  const parts: number[] = []
  for (let lane = 2 * primes.length; lane < width; lane++) {
    const first = lane % primes.length
    const p = moduli[lane]!
    const unit = (lanes[first + primes.length]! - lanes[first]! + p) % p
    if (unit === 0) return undefined
    parts.push(multiply((lanes[lane]! - lanes[first]! + p) % p, inverse(unit, p), lane))
  }
  return parts.join()
}
