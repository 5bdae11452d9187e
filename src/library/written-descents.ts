import { sameAttribute } from '../graph/attribute.js'
import type { Assignment, Descent, Step } from '../graph/training.js'

/** Steps in which what a program writes into parameters itself, as gradient descent does, is a step of that optimizer. */
export function withDescents(steps: readonly Step[]): readonly Step[] {
  return steps.map((step): Step => {
    if (step.kind === 'rounds') return { ...step, steps: withDescents(step.steps) }
    if (step.kind === 'alternatives') return { ...step, ways: step.ways.map(withDescents) }
    return (step.kind === 'assignment' && descentOf(step)) || step
  })
}

/** Undefined where not all that is written goes down one loss, equally far. */
function descentOf({ writes, call, origin }: Assignment): Descent | undefined {
  const [first] = writes
  const down = first?.down
  if (!down) return undefined
  const isAlike = (other: typeof down | undefined) =>
    other?.loss === down.loss && sameAttribute(other.rate, down.rate)
  const moved = writes.map(own => own.moved)
  const nodes = new Set(moved.map(({ parameter }) => parameter.node))
  if (nodes.size < moved.length || !writes.every(own => isAlike(own.down))) return undefined
  const learningRate = { value: down.rate, from: 'given' as const, span: origin.span }
  return {
    kind: 'descent',
    call,
    loss: down.loss,
    optimizer: { kind: 'sgd', settings: { learningRate }, span: origin.span },
    choice: 'listed',
    moved,
    given: [...nodes],
    statistics: [],
    origin,
  }
}
