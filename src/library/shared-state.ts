import type { Node } from '../graph/node.js'
import type { Descent, Step } from '../graph/training.js'
import { keepsState } from './optimizers.js'

/** Two steps of one optimizer, of which the second goes on with what the first left for other parameters. */
export interface SharedState {
  readonly first: Descent
  readonly second: Descent
}

/**
 * Steps that share the state of an optimizer by mistake, two for each optimizer. TF.js keeps it by the place of a parameter among those that a step is
 * given, and not by the parameter (tfjs-core/src/optimizers/adam_optimizer.ts, `accumulatedFirstMoment[i]`; the others are alike).
 */
export function sharedStates(steps: readonly Step[]): readonly SharedState[] {
  const found: SharedState[] = []
  const open: Descent[] = []
  for (const step of certain(steps)) {
    const { object, kind } = step.optimizer
    if (object === undefined || !keepsState(kind) || step.open !== undefined) continue
    const first = open.find(other => other.optimizer.object === object && collide(other, step))
    const isTold = found.some(({ second }) => second.optimizer.object === object)
    if (first && !isTold) found.push({ first, second: step })
    open.push(step)
  }
  return found
}

/** The steps that are taken whatever conditions say. */
const certain = (steps: readonly Step[]): readonly Descent[] =>
  steps.flatMap(step => {
    if (step.kind === 'rounds') return certain(step.steps)
    return step.kind === 'descent' ? [step] : []
  })

/** Whether some place is surely that of one parameter in one step and of another one in the other. */
function collide(a: Descent, b: Descent): boolean {
  const [left, right] = [placesOf(a), placesOf(b)]
  if (left && right) return [...left].some(([place, node]) => right.has(place) && right.get(place) !== node)
  const moved = new Set(a.moved.map(({ parameter }) => parameter.node))
  if (b.moved.some(({ parameter }) => moved.has(parameter.node))) return false
  // Those that it finds itself have the first places, in some order.
  const reaches = (places: ReadonlyMap<number, Node> | undefined, other: Descent) =>
    !places || [...places.keys()].some(place => place < other.moved.length)
  return reaches(left, b) && reaches(right, a)
}

/** The parameters that move by their places, where the step is given a list. */
function placesOf({ given, moved }: Descent): ReadonlyMap<number, Node> | undefined {
  if (!given) return undefined
  const nodes = new Set(moved.map(({ parameter }) => parameter.node))
  return new Map([...given.entries()].filter(([, node]) => nodes.has(node)))
}
