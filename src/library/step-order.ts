import type { Assignment, Descent, Rounds, Step } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { areAlike, asOne, mayBeSame } from './alike-rounds.js'

/** The steps of optimizers among steps, in order. */
export function descents(step: Step): readonly Descent[] {
  if (step.kind === 'descent') return [step]
  if (step.kind === 'rounds') return step.steps.flatMap(descents)
  return step.kind === 'alternatives' ? step.ways.flat().flatMap(descents) : []
}

/** The longest block of steps that is looked for as the body of a loop that was walked round by round. */
const longestBlock = 12

/** Steps that follow each other and do the same, as rounds. */
export function folded(steps: readonly Step[]): readonly Step[] {
  const inner = simultaneous(steps).map((step): Step => {
    if (step.kind === 'rounds') return { ...step, steps: folded(step.steps) }
    return step.kind === 'alternatives' ? { ...step, ways: step.ways.map(folded) } : step
  })
  const result: Step[] = []
  for (let at = 0; at < inner.length; ) {
    const { period, count } = repetitionAt(inner, at)
    const body = inner.slice(at, at + period)
    const rounds = Array.from({ length: count }, (_, i) =>
      inner.slice(at + i * period, at + (i + 1) * period),
    )
    const next = inner[at + period * count]
    // The first rounds of a long loop are walked one by one before the others are as one.
    const isRest = (rest: Rounds) => [...rounds, rest.steps].every(round => mayBeSame(round, body))
    if (next?.kind === 'rounds' && next.condition && isRest(next)) {
      result.push({ ...next, steps: asOne([...rounds, next.steps]) })
      at += period * count + 1
    } else if (count > 1) {
      result.push({ kind: 'rounds', steps: folded(asOne(rounds)), count })
      at += period * count
    } else result.push(inner[at++]!)
  }
  return result
}

/** Assignments of which all values are what they were before the first of them, as one. */
function simultaneous(steps: readonly Step[]): readonly Step[] {
  const result: Step[] = []
  for (const step of steps) {
    const last = result.at(-1)
    if (step.kind === 'assignment' && last?.kind === 'assignment' && isMergeable(last, step))
      result[result.length - 1] = { ...last, writes: [...last.writes, ...step.writes] }
    else result.push(step)
  }
  return result
}

/** Weights of layers are read as they are then, so a later value must not read what an earlier one was written into. */
function isMergeable(first: Assignment, second: Assignment): boolean {
  if (first.group === second.group) return true
  const all = [...first.writes, ...second.writes]
  if (all.some(({ moved, value }) => moved.layer === undefined || !value)) return false
  const isSameCall = first.origin.span === second.origin.span
  const changed = new Set(first.writes.map(({ moved }) => moved.parameter.node))
  return (
    isSameCall &&
    !nodesBelow(second.writes.flatMap(({ value }) => value ?? [])).some(node => changed.has(node))
  )
}

function repetitionAt(
  steps: readonly Step[],
  at: number,
): { readonly period: number; readonly count: number } {
  let best = { period: 1, count: 1 }
  for (let period = 1; period <= Math.min(longestBlock, (steps.length - at) / 2); period++) {
    const body = steps.slice(at, at + period)
    let count = 1
    while (areAlike(body, steps.slice(at + period * count, at + period * (count + 1)))) count++
    if (count > 1 && period * count > best.period * best.count) best = { period, count }
  }
  return best
}
