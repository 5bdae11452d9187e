/**
 * Arithmetic in several prime fields at once. A number is a row of `width` residues, its *lanes*: each lane is one
 * random point, and lanes that are a multiple of `primes.length` apart share a prime.
 *
 * The primes are safe (p = 2q + 1 with q prime), below 2^26 so that a product is exact in double precision, and such
 * that all primes up to 31 are squares: the squares form a group of prime order q, in which every root exists and is
 * unique, as it does for positive real numbers.
 */
export const primes = [66658679, 63895919, 62028599, 61923839, 61675319, 61174559] as const

/** Points per prime. */
const pointsPerPrime = 4

/** Residues per number. */
export const width = primes.length * pointsPerPrime

/** How many bits one lane contributes at least, for polynomials of degree 1. */
export const bitsPerLane = Math.log2((Math.min(...primes) - 1) / 2)

/** The modulus of each lane. */
export const moduli = Float64Array.from({ length: width }, (_, lane) => primes[lane % primes.length]!)

const reciprocals = moduli.map(p => 1 / p)

/** The largest prime that is sure to be a square in every lane. */
export const largestSquarePrime = 31

export type Lanes = Float64Array

export function multiply(a: number, b: number, lane: number): number {
  const p = moduli[lane]!
  const product = a * b
  const rest = product - Math.floor(product * reciprocals[lane]!) * p
  return rest < 0 ? rest + p : rest >= p ? rest - p : rest
}

export function power(base: number, exponent: number, lane: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square, lane)
    square = multiply(square, square, lane)
  }
  return result
}

/** 1 / a modulo any prime, by the extended Euclidean algorithm; a must not be 0. */
export function inverse(a: number, prime: number): number {
  let [r, next, s, t] = [a, prime, 1, 0]
  while (next !== 0) {
    const quotient = Math.floor(r / next)
    ;[r, next] = [next, r - quotient * next]
    ;[s, t] = [t, s - quotient * t]
  }
  return s < 0 ? s + prime : s
}

function residue(value: bigint, prime: number): number {
  const rest = Number(value % BigInt(prime))
  return rest < 0 ? rest + prime : rest
}

/** A fraction in every lane, or undefined where the denominator vanishes. */
export function lanesOfFraction(numerator: bigint, denominator: bigint): Lanes | undefined {
  const lanes = new Float64Array(width)
  for (let lane = 0; lane < width; lane++) {
    const prime = moduli[lane]!
    const below = residue(denominator, prime)
    if (below === 0) return undefined
    lanes[lane] = multiply(residue(numerator, prime), inverse(below, prime), lane)
  }
  return lanes
}

/** A square raised to a fraction, in the group of squares, where roots exist and are unique. */
export function rationalPower(base: Lanes, numerator: number, denominator: number): Lanes {
  return base.map((value, lane) => {
    const order = (moduli[lane]! - 1) / 2
    const top = ((numerator % order) + order) % order
    const below = ((denominator % order) + order) % order
    const exponent = Number((BigInt(top) * BigInt(inverse(below, order))) % BigInt(order))
    return power(value, exponent, lane)
  })
}

/** Small fractions n/d with |n|, d below this bound are recovered from their residues. */
const recoverable = 2n ** 30n

/** The small fraction that has these residues, the same for all points of a prime, if there is one. */
export function fractionOf(lanes: Lanes): readonly [numerator: bigint, denominator: bigint] | undefined {
  for (let lane = primes.length; lane < width; lane++)
    if (lanes[lane] !== lanes[lane % primes.length]) return undefined
  let value = 0n
  let modulus = 1n
  for (const [k, prime] of primes.entries()) {
    const p = BigInt(prime)
    const step = (BigInt(lanes[k]!) - value) * BigInt(inverse(Number(modulus % p), prime))
    value += modulus * (((step % p) + p) % p)
    modulus *= p
  }
  let [r, next, s, t] = [modulus, value, 0n, 1n]
  while (next > recoverable) {
    const quotient = r / next
    ;[r, next] = [next, r - quotient * next]
    ;[s, t] = [t, s - quotient * t]
  }
  const size = t < 0n ? -t : t
  if (size === 0n || size > recoverable) return undefined
  return t < 0n ? [-next, size] : [next, size]
}
