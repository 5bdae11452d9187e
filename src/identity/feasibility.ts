import { greatestCommonDivisor } from './literals.js'

/** Σ coefficient · variable + constant > 0, or ≥ 0 unless `strict`; all numbers are whole. */
export interface Inequality {
  readonly coefficients: ReadonlyMap<string, bigint>
  readonly constant: bigint
  readonly strict: boolean
}

/** Systems that grow beyond this are not decided. */
const mostInequalities = 240

/**
 * Whether no real numbers satisfy all inequalities at once: Fourier and Motzkin's elimination, in exact arithmetic. A
 * system that grows too large counts as one that can be satisfied.
 */
export function isInfeasible(inequalities: readonly Inequality[]): boolean {
  let current = distinct(inequalities)
  for (;;) {
    if (current.some(isContradiction)) return true
    const next = cheapestVariable(current)
    if (next === undefined) return false
    const rest = current.filter(({ coefficients }) => !coefficients.has(next))
    const [rising, falling] = [1, -1].map(sign =>
      current.filter(({ coefficients }) => Number(coefficients.get(next) ?? 0n) * sign > 0),
    )
    if (rest.length + rising!.length * falling!.length > mostInequalities) return false
    current = distinct([...rest, ...rising!.flatMap(up => falling!.map(down => eliminate(next, up, down)))])
  }
}

function isContradiction({ coefficients, constant, strict }: Inequality): boolean {
  return coefficients.size === 0 && (strict ? constant <= 0n : constant < 0n)
}

/** The variable that leaves the fewest inequalities behind. */
function cheapestVariable(inequalities: readonly Inequality[]): string | undefined {
  const counts = new Map<string, { rising: number; falling: number }>()
  for (const { coefficients } of inequalities) {
    for (const [name, coefficient] of coefficients) {
      const count = counts.get(name) ?? { rising: 0, falling: 0 }
      if (coefficient > 0n) count.rising++
      else count.falling++
      counts.set(name, count)
    }
  }
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const [name, { rising, falling }] of counts) {
    if (rising * falling - rising - falling >= least) continue
    best = name
    least = rising * falling - rising - falling
  }
  return best
}

/** What two inequalities in which a variable has opposite signs say of the others. */
function eliminate(name: string, up: Inequality, down: Inequality): Inequality {
  const [p, n] = [up.coefficients.get(name)!, -down.coefficients.get(name)!]
  const coefficients = new Map<string, bigint>()
  for (const [other, coefficient] of up.coefficients) coefficients.set(other, coefficient * n)
  for (const [other, coefficient] of down.coefficients)
    coefficients.set(other, (coefficients.get(other) ?? 0n) + coefficient * p)
  return {
    coefficients: new Map([...coefficients].filter(([, coefficient]) => coefficient !== 0n)),
    constant: up.constant * n + down.constant * p,
    strict: up.strict || down.strict,
  }
}

/** In lowest terms, each once; those that always hold are left out. */
function distinct(inequalities: readonly Inequality[]): readonly Inequality[] {
  const kept = new Map<string, Inequality>()
  for (const { coefficients, constant, strict } of inequalities) {
    if (coefficients.size === 0 && (strict ? constant > 0n : constant >= 0n)) continue
    const sizes = [constant, ...coefficients.values()].filter(x => x !== 0n).map(x => (x < 0n ? -x : x))
    const divisor = sizes.reduce((a, b) => greatestCommonDivisor(a, b), sizes[0] ?? 1n)
    const lowest = {
      coefficients: new Map([...coefficients].map(([name, coefficient]) => [name, coefficient / divisor])),
      constant: constant / divisor,
      strict,
    }
    const names = [...lowest.coefficients].sort(([a], [b]) => (a < b ? -1 : 1)).map(([n, c]) => `${n}*${c}`)
    kept.set(`${names.join(' ')} ${lowest.constant} ${strict}`, lowest)
  }
  return [...kept.values()]
}
