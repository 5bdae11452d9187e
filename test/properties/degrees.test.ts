import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Degree, Degrees } from '../../src/identity/degree.js'

/** Coefficients modulo a prime, from the constant upwards, without zeros at the end. */
type Polynomial = readonly number[]

const prime = 10_007

function trimmed(coefficients: readonly number[]): Polynomial {
  return coefficients.slice(0, coefficients.findLastIndex(c => c !== 0) + 1)
}

function plus(a: Polynomial, b: Polynomial, factor = 1): Polynomial {
  const at = (i: number) => ((a[i] ?? 0) + factor * (b[i] ?? 0)) % prime
  return trimmed(Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (at(i) + prime) % prime))
}

function times(a: Polynomial, b: Polynomial): Polynomial {
  const result = Array.from({ length: Math.max(0, a.length + b.length - 1) }, () => 0)
  for (const [i, x] of a.entries())
    for (const [j, y] of b.entries()) result[i + j] = (result[i + j]! + x * y) % prime
  return trimmed(result)
}

function inverseOf(a: number): number {
  let result = 1
  for (let [base, rest] = [a, prime - 2]; rest > 0; rest >>= 1) {
    if (rest & 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}

function divide(a: Polynomial, b: Polynomial): { quotient: Polynomial; rest: Polynomial } {
  let rest = a
  let quotient: Polynomial = []
  const lead = inverseOf(b.at(-1)!)
  while (rest.length >= b.length) {
    const shift = rest.length - b.length
    const term = [...Array.from({ length: shift }, () => 0), (rest.at(-1)! * lead) % prime]
    quotient = plus(quotient, term)
    rest = plus(rest, times(term, b), -1)
  }
  return { quotient, rest }
}

function commonDivisor(a: Polynomial, b: Polynomial): Polynomial {
  return b.length === 0 ? a : commonDivisor(b, divide(a, b).rest)
}

interface Fraction {
  readonly above: Polynomial
  readonly below: Polynomial
}

function reduced(above: Polynomial, below: Polynomial): Fraction {
  if (above.length === 0) return { above, below: [1] }
  const divisor = commonDivisor(above, below)
  return { above: divide(above, divisor).quotient, below: divide(below, divisor).quotient }
}

const degreeOf = ({ above, below }: Fraction) => Math.max(0, above.length - 1) + below.length - 1

/** Each step makes a value of two that were made before. */
const steps = fc.array(fc.tuple(fc.constantFrom('sum', 'product', 'inverse', 'square'), fc.nat(), fc.nat()), {
  minLength: 1,
  maxLength: 10,
})

test('no rational function has a higher degree than its bound', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
      steps,
      (shifts, made) => {
        const degrees = new Degrees()
        const values: { fraction: Fraction; degree: Degree }[] = shifts.map(shift => ({
          fraction: { above: [shift, 1], below: [1] },
          degree: degrees.polynomial(1),
        }))
        for (const [kind, i, j] of made) {
          const at = i % values.length
          const [a, b] = [values[at]!, values[j % values.length]!]
          const { above: n, below: d } = a.fraction
          const { above: m, below: e } = b.fraction
          if (kind === 'sum')
            values.push({
              fraction: reduced(plus(times(n, e), times(m, d)), times(d, e)),
              degree: degrees.sum([a.degree, b.degree]),
            })
          else if (kind === 'product')
            values.push({
              fraction: reduced(times(n, m), times(d, e)),
              degree: degrees.product(a.degree, b.degree),
            })
          else if (kind === 'square')
            values.push({
              fraction: reduced(times(n, n), times(d, d)),
              degree: degrees.power(a.degree, 2, at),
            })
          else if (n.length > 0)
            values.push({ fraction: reduced(d, n), degree: degrees.power(a.degree, -1, at) })
          const last = values.at(-1)!
          expect(degreeOf(last.fraction)).toBeLessThanOrEqual(degrees.total(last.degree))
          if (degreeOf(last.fraction) > 60) break
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a denominator that all terms have counts once', () => {
  const degrees = new Degrees()
  const variable = degrees.polynomial(1)
  const scale = degrees.power(degrees.polynomial(4), -1, 0)
  const term = degrees.product(variable, scale)
  expect(degrees.total(degrees.sum(Array.from({ length: 100 }, () => term)))).toBe(5)
})

test('of many denominators the product remains', () => {
  const degrees = new Degrees()
  const terms = Array.from({ length: 100 }, (_, i) => degrees.power(degrees.polynomial(2), -1, i))
  expect(degrees.total(degrees.sum(terms))).toBe(200 + 198)
})
