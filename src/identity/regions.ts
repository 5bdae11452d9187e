import type { Algebra } from './algebra.js'
import { cellsOf } from './cuts.js'
import { type Inequality, isInfeasible } from './feasibility.js'
import { decimal, type Fraction } from './literals.js'
import type { Monomial, Monomials } from './monomials.js'
import type { Cut, Id } from './values.js'

/** More cells than this are not looked at. */
const mostCells = 300

/** A value that lies between two numbers. */
export interface Between {
  readonly id: Id
  readonly low: number
  readonly high: number
}

/** What is known of a line of cases. */
export interface Lines {
  /** What a cell of a line implies, by the cuts between which it lies: one list for each way in which that can be. */
  readonly between: (variable: number, below: number, above: number) => readonly (readonly Between[])[]
  /** Whether a result depended on which side of a cut of this line a tie belongs to. */
  readonly hasTies: (variable: number) => boolean
}

/**
 * Whether values that are made of cases agree wherever there is an input: signs such as a > b, b > c and c > a exclude
 * each other. Products of variables count as variables of their own, so that only what is linear in them is found.
 */
export class Regions {
  readonly #algebra: Algebra
  readonly #monomials: Monomials
  readonly #lines: Lines
  /** Whether a region without volume was left out in which the values may differ. */
  tiesMatter = false

  constructor(algebra: Algebra, monomials: Monomials, lines: Lines) {
    this.#algebra = algebra
    this.#monomials = monomials
    this.#lines = lines
  }

  /** Whether two values are equal in all cells that are not empty. */
  agree(a: Id, b: Id): boolean {
    if (a === b) return true
    const difference = this.#algebra.subtract(a, b)
    let cells = 0
    const vanishes = (id: Id, path: readonly Between[], variables: readonly number[]): boolean => {
      if (id === this.#algebra.zero) return true
      if (++cells > mostCells) return false
      const { split } = this.#algebra.get(id)
      if (split?.kind !== 'cases') return this.#cancels(id) || this.#isEmpty(path, variables)
      const { variable, cuts, parts } = split
      return cellsOf(cuts).every((cell, i) =>
        this.#lines
          .between(variable, at(cell), at(cuts[i], 1))
          .every(own => vanishes(parts[i]!, [...path, ...own], [...variables, variable])),
      )
    }
    return vanishes(difference, [], [])
  }

  /** Whether all monomials of a sum cancel: their coefficients are numbers, which count as one if they agree in 14 digits. */
  #cancels(id: Id): boolean {
    return this.#monomials.polynomial(id)?.length === 0
  }

  /** Whether no inputs satisfy all of these, apart from such where two values tie. */
  #isEmpty(path: readonly Between[], variables: readonly number[]): boolean {
    const open = this.#inequalities(path, true)
    if (!isInfeasible(open)) return false
    if (
      variables.some(variable => this.#lines.hasTies(variable)) &&
      !isInfeasible(this.#inequalities(path, false))
    )
      this.tiesMatter = true
    return true
  }

  #inequalities(path: readonly Between[], strict: boolean): readonly Inequality[] {
    const found: Inequality[] = []
    const monomials = new Map<string, Monomial>()
    for (const { id, low, high } of path) {
      const linear = this.#linear(id, monomials)
      if (!linear) continue
      if (Number.isFinite(low)) found.push(inequality(linear, 1n, decimalOf(-low), strict))
      if (Number.isFinite(high)) found.push(inequality(linear, -1n, decimalOf(high), strict))
    }
    for (const [name, { factors }] of monomials) found.push(...this.#bounds(name, factors))
    return found
  }

  /** The value as a sum of monomials with rational coefficients, and the number that is added. */
  #linear(id: Id, monomials: Map<string, Monomial>): ReadonlyMap<string, Fraction> | undefined {
    const terms = this.#monomials.polynomial(id)
    if (!terms) return undefined
    const result = new Map<string, Fraction>()
    for (const { coefficient, factors } of terms) {
      const { fraction, real } = this.#algebra.get(coefficient)
      const sign = real! < 0 ? -1n : 1n
      const scale = fraction ? this.#algebra.one : sign < 0n ? this.#algebra.negate(coefficient) : coefficient
      const key = [...factors].sort(([a], [b]) => a - b).map(([factor, exponent]) => `${factor}^${exponent}`)
      const name = factors.size === 0 && fraction ? '' : `${scale} ${key.join(' ')}`
      if (name !== '') monomials.set(name, { coefficient: scale, factors })
      result.set(name, fraction ?? [sign, 1n])
    }
    return result
  }

  /** What is known of a monomial, whatever the cell. */
  #bounds(name: string, factors: ReadonlyMap<Id, number>): readonly Inequality[] {
    const variable: ReadonlyMap<string, Fraction> = new Map([[name, [1n, 1n]]])
    const [[only, exponent] = [], ...others] = factors
    if (
      only !== undefined &&
      others.length === 0 &&
      exponent === 1 &&
      name.startsWith(`${this.#algebra.one} `)
    ) {
      const { low, high } = this.#algebra.get(only)
      return [
        ...(Number.isFinite(low) ? [inequality(variable, 1n, decimalOf(-low), false)] : []),
        ...(Number.isFinite(high) ? [inequality(variable, -1n, decimalOf(high), false)] : []),
      ]
    }
    const isNonnegative = [...factors].every(
      ([factor, power]) => power % 2 === 0 || this.#algebra.get(factor).low >= 0,
    )
    return isNonnegative ? [inequality(variable, 1n, [0n, 1n], false)] : []
  }
}

/** Where a cell begins, or where it ends. */
function at(cut: Cut | undefined, sign: 1 | -1 = -1): number {
  return cut ? cut.at : sign * Number.POSITIVE_INFINITY
}

function decimalOf(x: number): Fraction {
  const [n, d] = decimal(Math.abs(x))
  return [x < 0 ? -n : n, d]
}

/** sign · value + constant > 0, or ≥ 0, multiplied with all denominators. */
function inequality(
  value: ReadonlyMap<string, Fraction>,
  sign: bigint,
  constant: Fraction,
  strict: boolean,
): Inequality {
  const denominator = [...value.values(), constant].reduce((product, [, d]) => product * d, 1n)
  const whole = ([n, d]: Fraction) => (n * denominator) / d
  const coefficients = new Map<string, bigint>()
  for (const [name, fraction] of value) if (name !== '') coefficients.set(name, sign * whole(fraction))
  return {
    coefficients,
    constant: sign * whole(value.get('') ?? [0n, 1n]) + whole(constant),
    strict,
  }
}
