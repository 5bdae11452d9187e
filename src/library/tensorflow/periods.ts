import { type Dimension, equals, isPolynomial, subtract, symbol } from '../../graph/dimension.js'
import { allSteps, type Period, type Step } from '../../graph/training.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type Value } from '../../trace/value.js'

/**
 * The conditions of steps that hold once in so many calls or rounds, as `step % 100 === 0` does where `step` counts them one by
 * one.
 */
export function periodsOf(trace: Tracer, steps: readonly Step[]): ReadonlyMap<Span, Period> {
  const periods = new Map<Span, Period>()
  for (const step of allSteps(steps)) {
    if (step.kind !== 'alternatives') continue
    const [first, ...others] = trace.conditionsAt(step.condition).map(value => periodOf(trace, value))
    const isOne = others.every(
      other => other?.way === first?.way && !!other && !!first && equals(other.every, first.every),
    )
    if (first && isOne) periods.set(step.condition, first)
  }
  return periods
}

/** For comparisons of a remainder with a number, the way that is taken where they are equal. */
const comparisons: Readonly<Record<string, Period['way']>> = { '===': 0, '==': 0, '!==': 1, '!=': 1 }

function periodOf(trace: Tracer, value: Value): Period | undefined {
  const { operator = '', operands = [] } = (isUnknown(value) && trace.operation(value)) || {}
  const [left, right] = operands
  if (operator === 'not') return onceIn(trace, left, 0, 0)
  const way = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  return way === undefined ? undefined : (onceIn(trace, left, right, way) ?? onceIn(trace, right, left, way))
}

/** Whether a value is `counter % every`, which is a number once in `every` rounds. */
function onceIn(trace: Tracer, value: Value, at: Value, way: Period['way']): Period | undefined {
  const [counted, every] = remainderIn(value)
  if (counted === undefined || every === undefined || typeof at !== 'number') return undefined
  const isReached = Number.isInteger(at) && at >= 0 && (typeof every === 'number' ? at < every : at === 0)
  const isWhole = typeof every !== 'number' || (Number.isInteger(every) && every > 0)
  return isReached && isWhole && countsOneByOne(trace, counted) ? { every, way } : undefined
}

function remainderIn(value: Value): readonly Dimension[] {
  if (!isPolynomial(value) || value.terms.length !== 1) return []
  const [{ coefficient, factors }] = value.terms as [(typeof value.terms)[number]]
  const [factor, ...others] = factors
  const isOne = coefficient.numerator === 1n && coefficient.denominator === 1n && others.length === 0
  if (!factor || !isOne) return []
  const [, atom, power] = factor
  return power === 1 && atom.kind === 'application' && atom.name === 'remainder' ? atom.arguments : []
}

/** Whether a quantity grows by one from each call or round to the next, from a whole number on that is not below zero. */
function countsOneByOne(trace: Tracer, quantity: Dimension): boolean {
  return [...trace.counters.keys()].some(name => {
    const start = subtract(quantity, symbol(name, true))
    return typeof start === 'number' && Number.isInteger(start) && start >= 0
  })
}
