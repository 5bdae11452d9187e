import { substituteIn, symbolsIn } from '../graph/attribute.js'
import { add, type Dimension, isPolynomial, substitute, subtract, symbol } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import type { Counter, Descent, Training } from '../graph/training.js'
import { stepCounters } from '../library/schedule.js'
import type { CodeStep } from './steps.js'
import { type Relation, relate } from './values.js'

/** How a stated hyper-parameter and that of a step relate; where they differ at one time only, at which. */
export interface Relationship {
  readonly relation: Relation
  readonly at?: { readonly time: string; readonly expected: number; readonly actual: number }
}

/** What is compared of a step: its settings may be functions of what counts how far training has come. */
export interface Schedule {
  readonly counters: ReadonlyMap<string, Counter>
  readonly epochs?: NonNullable<Descent['schedule']>['epochs']
  readonly mayStop?: true
  /** What settings are in each round of the loop around the step, where they change. */
  readonly changing?: Descent['changing']
  /** What the number of such a round is, if a spec may count it. */
  readonly rounds?: Counter
}

/** What is known of how often a step runs; calls of the target, or rounds of a loop, are steps only where each takes this one once. */
export function scheduleOf({ step, around }: CodeStep, { counters }: Training): Schedule {
  const most = { epoch: Number.POSITIVE_INFINITY, round: 1, call: 0 }
  const counting = [...counters].filter(([, counter]) => around.length <= most[counter])
  if (step.kind !== 'descent') return { counters: new Map(counting) }
  const { schedule, changing } = step
  const rounds =
    around.length > 1 ? undefined : !schedule ? 'call' : schedule.epochs === 1 ? 'epoch' : undefined
  return {
    counters: new Map(counting),
    ...(schedule && { epochs: schedule.epochs, ...(schedule.mayStop && { mayStop: true }) }),
    ...(changing && { changing }),
    ...(rounds && { rounds }),
  }
}

const [stepNumber, epochNumber] = [stepCounters.get('t')!, stepCounters.get('epoch')!]

/** The counters of code as a spec counts: steps from 1, epochs from 0. */
const asStated: Readonly<Record<Counter, Dimension>> = {
  call: subtract(symbol(stepNumber, true), 1),
  round: subtract(symbol(stepNumber, true), 1),
  epoch: symbol(epochNumber, true),
}

/** How a stated setting and what it is in each round of a loop relate. */
export function relateRounds(
  stated: Attribute,
  values: readonly Attribute[],
  counter: Counter | undefined,
): Relationship {
  const used = isQuantity(stated) ? [...symbolsIn(stated)] : []
  const counted = counter && [...symbolsIn(asStated[counter])][0]
  if (used.some(name => name !== counted)) return { relation: 'open' }
  const first = counter === 'epoch' ? 0 : 1
  for (const [i, actual] of values.entries()) {
    const expected = substituteIn(stated, name => (name === counted ? i + first : undefined))
    const relation = relate(expected, actual)
    if (relation === 'same' || isNear(expected, actual)) continue
    if (typeof expected !== 'number' || typeof actual !== 'number') return { relation: 'open' }
    const time = `${counter === 'epoch' ? 'epoch' : counter ? 'step' : 'round'} ${i + first}`
    return { relation: 'different', at: { time, expected, actual } }
  }
  return { relation: 'same' }
}

/** Steps and epochs at which functions of them are compared, from 0. */
const tried: readonly number[] = [
  ...Array.from({ length: 200 }, (_, i) => i),
  ...[300, 999, 1000, 3998, 3999, 4000, 4001, 9999, 10_000, 99_999, 100_000, 1_000_000],
]

/** Two numbers that differ by less than this part of them may be one, written in another way. */
const tolerance = 1e-9

export function relateSchedules(
  stated: Attribute,
  actual: Attribute | undefined,
  { counters, epochs, mayStop }: Schedule,
): Relationship {
  const own =
    actual === undefined
      ? undefined
      : substituteIn(actual, name => {
          const counter = counters.get(name)
          return counter && asStated[counter]
        })
  const relation = relate(stated, own)
  if (relation !== 'open' || !isQuantity(stated) || !isQuantity(own)) return { relation }
  const used = new Set([...symbolsIn(stated), ...symbolsIn(own)])
  const [counter, ...others] = used
  if (counter === undefined || others.length > 0 || (counter !== stepNumber && counter !== epochNumber))
    return { relation }
  // What code around it does between two calls is not known where only the paper has a schedule.
  if (!symbolsIn(own).has(counter) && (counter !== epochNumber || epochs === undefined)) return { relation }
  const most = typeof epochs === 'number' && counter === epochNumber ? epochs : undefined
  const first = counter === stepNumber ? 1 : 0
  const times = most === undefined ? tried : Array.from({ length: Math.min(most, tried.length) }, (_, i) => i)
  for (const time of times) {
    const at = (value: Dimension) =>
      substitute(value, name => (name === counter ? add(time, first) : undefined))
    const [expected, found] = [at(stated), at(own)]
    if (typeof expected !== 'number' || typeof found !== 'number') return { relation }
    if (!isNear(expected, found)) {
      // Whether training comes so far is a matter of the data.
      const isSure = time === 0 || counter === stepNumber || (most !== undefined && !mayStop)
      const when = `${counter === stepNumber ? 'step' : 'epoch'} ${time + first}`
      return {
        relation: 'different',
        at: { time: isSure ? when : `${when}, if training comes so far`, expected, actual: found },
      }
    }
  }
  return { relation: most !== undefined && most <= times.length ? 'same' : 'open' }
}

const isNear = (a: Attribute, b: Attribute): boolean =>
  typeof a === 'number' &&
  typeof b === 'number' &&
  Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))

const isQuantity = (value: Attribute | undefined): value is Dimension =>
  typeof value === 'number' || isPolynomial(value)
