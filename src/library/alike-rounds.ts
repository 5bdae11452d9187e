import { sameAttribute } from '../graph/attribute.js'
import { symbol } from '../graph/dimension.js'
import type { ConfigEntry } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { Descent, Step } from '../graph/training.js'
import { saysSame } from './tensorflow/training-record.js'

/**
 * Whether two rounds of a loop do the same, except for what a hyper-parameter is in each, and for losses of which no more
 * is known than that they are no others in the code.
 */
export const areAlike = (a: readonly Step[], b: readonly Step[]): boolean =>
  a.length === b.length && a.every((step, i) => isAlike(step, b[i]!))

/** The same, where no hyper-parameter changes. */
export const mayBeSame = (a: readonly Step[], b: readonly Step[]): boolean =>
  a.length === b.length && a.every((step, i) => saysSame(step, b[i]!) || mayBeOne(step, b[i]!))

const isAlike = (a: Step, b: Step): boolean =>
  saysSame(a, b) || (isOneCall(a, b) && saysSame(withoutSettings(a), withoutSettings(b))) || mayBeOne(a, b)

/** Whether two steps are of one place, and of one of them it is not known what it makes small. */
const mayBeOne = (a: Step, b: Step): boolean =>
  isOneCall(a, b) && [a, b].some(step => step.kind === 'descent' && isUnknown(step))

/** Whether two steps are of one optimizer, at one place that was come to in the same way. */
const isOneCall = (a: Step, b: Step): boolean =>
  a.kind === 'descent' &&
  b.kind === 'descent' &&
  a.optimizer.object === b.optimizer.object &&
  a.origin.span === b.origin.span &&
  a.origin.path.length === b.origin.path.length &&
  a.origin.path.every((call, i) => call === b.origin.path[i])

const isUnknown = ({ reason, open }: Descent): boolean => reason !== undefined || open !== undefined

/** Rounds that are alike as one, whose hyper-parameters may be other numbers in each. */
export function asOne(rounds: readonly (readonly Step[])[]): readonly Step[] {
  const [first = []] = rounds
  return first.map((step, i) => {
    const all = rounds.map(round => round[i]!)
    if (!all.every((other): other is Descent => other.kind === 'descent'))
      return all.find(isOfAnyRound) ?? step
    // What is not known of one round is not known of the loop.
    return all.find(isUnknown) ?? withChanges(all)
  })
}

/** Whether what a step writes is said as it is in any round, and not only in the first. */
const isOfAnyRound = (step: Step): boolean =>
  step.kind === 'assignment' && step.writes.some(({ atFirst }) => atFirst !== undefined)

function withoutSettings(step: Step): Step {
  if (step.kind !== 'descent') return step
  const { reason, open, optimizer } = step
  return {
    ...step,
    optimizer: { ...optimizer, settings: {} },
    ...(reason !== undefined && { reason: 'not known' }),
    ...(open !== undefined && { open: 'not known' }),
  }
}

function withChanges(steps: readonly Descent[]): Descent {
  const first = steps[0]!
  const { settings } = first.optimizer
  const changing = Object.entries(settings).flatMap(([name, setting]) => {
    const values = steps.map(({ optimizer }) => optimizer.settings[name]?.value ?? null)
    return values.every(value => sameAttribute(value, setting.value)) ? [] : [[name, values] as const]
  })
  if (changing.length === 0) return first
  const asSymbols = changing.map(([name]): readonly [string, ConfigEntry] => [
    name,
    { ...settings[name]!, value: symbol(`${name} of the round`) },
  ])
  return {
    ...first,
    optimizer: { ...first.optimizer, settings: { ...settings, ...Object.fromEntries(asSymbols) } },
    changing: Object.fromEntries(changing),
  }
}

/** What follows each other in rounds, from 1 on: equal values as one. */
export function spansOf(values: readonly Attribute[]): readonly {
  readonly value: Attribute
  readonly from: number
  readonly to: number
}[] {
  const spans: { value: Attribute; from: number; to: number }[] = []
  for (const [i, value] of values.entries()) {
    const last = spans.at(-1)
    if (last && sameAttribute(last.value, value)) last.to = i + 1
    else spans.push({ value, from: i + 1, to: i + 1 })
  }
  return spans
}
