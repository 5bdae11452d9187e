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

/**
 * What a step that a program writes itself goes down, where it is made of the derivatives of one value by what it moves: as
 * a step of an optimizer of which no more is known. What else it writes is what that optimizer keeps.
 */
export function writtenDescent({ writes, call, origin }: Assignment): Descent | undefined {
  const slopes = writes.flatMap(own => own.slopes ?? [])
  const [first] = slopes
  if (!first || slopes.some(({ loss }) => loss !== first.loss)) return undefined
  const by = new Set(slopes.map(({ parameter }) => parameter))
  const moved = writes.map(own => own.moved).filter(({ parameter }) => by.has(parameter.node))
  if (moved.length < by.size) return undefined
  return {
    kind: 'descent',
    call,
    loss: first.loss,
    optimizer: { kind: 'opaque', settings: {}, span: origin.span },
    choice: 'listed',
    moved,
    given: [...by],
    statistics: [],
    origin,
  }
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
