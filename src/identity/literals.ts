/** An exact rational number. */
export type Fraction = readonly [numerator: bigint, denominator: bigint]

/** Relative error of a number that is the rounding of an exact one, after one or two operations. */
export const rounding = 4e-16

const smallPrimes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31]

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x === 0n ? 1n : x
}

/** The exact value of the shortest decimal that denotes the number. */
export function decimal(x: number): Fraction {
  if (Number.isSafeInteger(x)) return [BigInt(x), 1n]
  const [mantissa = '', exponent = '0'] = x.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const scale = Number(exponent) - (digits.length - 1)
  return scale >= 0 ? [BigInt(digits) * 10n ** BigInt(scale), 1n] : [BigInt(digits), 10n ** BigInt(-scale)]
}

/** A number that is written with few digits, or a fraction of small numbers. */
export function simpleFraction(x: number): Fraction | undefined {
  const near = Number(x.toPrecision(fewDigits))
  return Math.abs(near - x) <= 2 * rounding * Math.abs(x) ? decimal(near) : smallFraction(x)
}

/** A decimal of so many digits is meant by a number that it rounds to. */
const fewDigits = 12

let trigonometricZeros: ReadonlySet<number> | undefined

/** Whether a number is what double precision gives for the sine or cosine of an angle at which it is 0. */
export function isTrigonometricZero(x: number): boolean {
  if (!(Math.abs(x) < 1e-11)) return false
  trigonometricZeros ??= new Set(
    Array.from({ length: 1024 }, (_, k) => k + 1).flatMap(quarter => {
      const angle = (quarter * Math.PI) / 2
      return [-2, -1, 0, 1, 2].map(ulps => {
        const near = angle * (1 + ulps * Number.EPSILON)
        return Math.abs(quarter % 2 === 0 ? Math.sin(near) : Math.cos(near))
      })
    }),
  )
  return trigonometricZeros.has(Math.abs(x))
}

/** Angles are tried in thousandths of a radian, up to the largest that graphs have. */
export const anglesPerRadian = 1000
export const largestAngle = 32

/** The angle in thousandths whose cosine or sine a number rounds. */
export function angleOf(
  x: number,
): { readonly of: 'cosine' | 'sine'; readonly thousandths: number } | undefined {
  if (!(Math.abs(x) < 1)) return undefined
  const isNear = (value: number) => Math.abs(value - x) <= 2 * rounding * Math.abs(x)
  const [acos, asin] = [Math.acos(x), Math.asin(x)]
  for (let turn = 0; 2 * Math.PI * turn < largestAngle; turn++) {
    for (const [of, f, angle] of [
      ['cosine', Math.cos, acos],
      ['cosine', Math.cos, -acos],
      ['sine', Math.sin, asin],
      ['sine', Math.sin, Math.PI - asin],
    ] as const) {
      const thousandths = Math.round((angle + 2 * Math.PI * turn) * anglesPerRadian)
      if (thousandths > 0 && isNear(f(thousandths / anglesPerRadian))) return { of, thousandths }
    }
  }
  return undefined
}

/** The fraction of numbers up to `most` that the number is the rounding of. */
export function smallFraction(x: number, error = rounding, most = 100_000): Fraction | undefined {
  if (!Number.isFinite(x) || x <= 0) return undefined
  const found = nearFraction(x, most, error)
  return found && found[0] > 0 && found[0] <= 1e9 ? [BigInt(found[0]), BigInt(found[1])] : undefined
}

/** The first convergent of the continued fraction that is as near as rounding. */
export function nearFraction(
  x: number,
  most: number,
  error = 16 * rounding,
): readonly [number, number] | undefined {
  let [p, before, q, below] = [1, 0, 0, 1]
  let rest = x
  for (let step = 0; step < 40; step++) {
    const whole = Math.floor(rest)
    ;[p, before] = [whole * p + before, p]
    ;[q, below] = [whole * q + below, q]
    if (q > most || Math.abs(p) > 1e12) return undefined
    if (Math.abs(x - p / q) <= error * Math.abs(x)) return [p, q]
    rest = 1 / (rest - whole)
  }
  return undefined
}

export function quotient(n: bigint, d: bigint): number {
  const [top, bottom] = [Number(n), Number(d)]
  if (Number.isFinite(top) && Number.isFinite(bottom)) return top / bottom
  const shift = BigInt(Math.max(n.toString(2).length, d.toString(2).length) - 900)
  return Number(n >> shift) / Number(d >> shift)
}

/** The primes of a fraction with their exponents, if they are small. */
export function factorsOf([n, d]: Fraction): ReadonlyMap<number, number> | undefined {
  const factors = new Map<number, number>()
  for (const [part, sign] of [
    [n, 1],
    [d, -1],
  ] as const) {
    if (part <= 0n || part > 10n ** 15n) return undefined
    let rest = Number(part)
    const take = (prime: number) => {
      while (rest % prime === 0) {
        factors.set(prime, (factors.get(prime) ?? 0) + sign)
        rest /= prime
      }
    }
    for (const prime of smallPrimes) take(prime)
    for (let prime = 37; prime * prime <= rest; prime += 2) {
      if (prime > 100_000) return undefined
      take(prime)
    }
    if (rest > 1) take(rest)
  }
  return factors
}
