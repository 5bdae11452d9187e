import {
  add,
  apply,
  type Dimension,
  divide,
  equals,
  isPolynomial,
  multiply,
  substitute,
  subtract,
  symbol,
  symbolsOf,
} from '../graph/dimension.js'

/** A hyper-parameter: a number, or one that depends on how far training has come. */
export type Quantity = Dimension

/** What counts how far training has come in hyper-parameters of a spec, with the symbol for it, which no code can name. */
export const stepCounters: ReadonlyMap<string, string> = new Map([
  ['t', 'number of the step'],
  ['epoch', 'number of the epoch'],
])

/** A round that finds a number, the symbol `found`, and leaves another. `count` is the number of the round, from 0. */
interface Round {
  readonly found: string
  readonly left: Quantity
  readonly count: Quantity
}

/** Two numbers that differ by less than this part of them are one, as sums of rounded numbers are. */
const tolerance = 1e-12

/**
 * What a round finds, as a function of its number, where the first one finds `start`: v₀ = start, vₖ₊₁ = left(vₖ, k). Known
 * where each round adds the same number, multiplies by one, or leaves a function of its own number that has the value
 * `start` before the first.
 */
export function recursion(start: Quantity, { found, left, count }: Round): Quantity | undefined {
  if (!symbolsOf(left).has(found)) {
    const [name] = symbolsOf(count)
    const before = substitute(left, own => (own === name ? subtract(count, 1) : undefined))
    const atStart = substitute(before, own => (own === name ? 0 : undefined))
    return isClose(atStart, start) ? before : undefined
  }
  const own = symbol(found)
  const difference = subtract(left, own)
  if (typeof difference === 'number') return add(start, multiply(difference, count))
  const factor = divide(left, own)
  return typeof factor === 'number' ? multiply(start, apply('power', [factor, count])) : undefined
}

function isClose(a: Quantity, b: Quantity): boolean {
  if (isPolynomial(a) || isPolynomial(b)) return equals(a, b)
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}
