import { type Dimension, multiply } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Alternatives, Assignment, Descent, Rounds, Step, Unfollowed } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'

/** A step of the code that changes parameters, with the loops and conditions around it, from the outside. */
export interface CodeStep<Kind extends Step = Descent | Assignment | Unfollowed> {
  readonly step: Kind
  readonly around: readonly (Rounds | Alternatives)[]
}

/** The steps of a program in order, without the loops and conditions that they stand in. */
export function flatSteps(steps: readonly Step[], around: CodeStep['around'] = []): readonly CodeStep[] {
  return steps.flatMap((step): readonly CodeStep[] => {
    if (step.kind === 'rounds') return flatSteps(step.steps, [...around, step])
    if (step.kind === 'alternatives') return step.ways.flatMap(way => flatSteps(way, [...around, step]))
    return [{ step, around }]
  })
}

export const isAssignment = (code: CodeStep): code is CodeStep<Assignment> => code.step.kind === 'assignment'

/** The parameters that a step changes. */
export const movedBy = (step: Descent | Assignment): ReadonlySet<Node> =>
  new Set(
    step.kind === 'descent'
      ? step.moved.map(({ parameter }) => parameter.node)
      : step.writes.map(({ moved }) => moved.parameter.node),
  )

/** The parameters that a step reads. */
function readBy(step: Descent | Assignment): ReadonlySet<Node> {
  const roots =
    step.kind === 'descent'
      ? (step.loss?.outputs ?? []).map(({ node }) => node)
      : step.writes.flatMap(({ value }) => value ?? [])
  return new Set(nodesBelow(roots).filter(({ op }) => op === 'parameter'))
}

/** Whether two steps give the same in either order: neither changes what the other reads or changes. */
export function commute(a: Descent | Assignment, b: Descent | Assignment): boolean {
  const [movedA, movedB] = [movedBy(a), movedBy(b)]
  const meets = (moved: ReadonlySet<Node>, other: ReadonlySet<Node>) =>
    [...moved].some(node => other.has(node))
  return !meets(movedA, movedB) && !meets(movedA, readBy(b)) && !meets(movedB, readBy(a))
}

/** The loops and conditions that all of some steps stand in, from the outside. */
export function commonAround(steps: readonly CodeStep[]): CodeStep['around'] {
  const [first, ...others] = steps
  const around = first?.around ?? []
  const length = around.findIndex((block, i) => others.some(other => other.around[i] !== block))
  return length < 0 ? around : around.slice(0, length)
}

/** Whether two steps are of one place in the code, reached by the same calls: rounds of a loop that are not all alike. */
export function areOfOnePlace({ step: a }: CodeStep, { step: b }: CodeStep): boolean {
  const [first, second] = [a.origin, b.origin]
  return (
    first.span === second.span &&
    first.path.length === second.path.length &&
    first.path.every((call, i) => call === second.path[i])
  )
}

/** How often a step runs each time that what all have in common around them does. */
export interface Frequency {
  /** Absent where the number of rounds is not known. */
  readonly times?: Dimension
  /** What decides whether it runs. */
  readonly conditions: readonly Alternatives[]
}

export function frequencyOf({ around }: CodeStep, common: CodeStep['around']): Frequency {
  let times: Dimension | undefined = 1
  const conditions: Alternatives[] = []
  for (const block of around.slice(common.length)) {
    if (block.kind === 'alternatives') conditions.push(block)
    else times = times !== undefined && block.count !== undefined ? multiply(times, block.count) : undefined
  }
  return { ...(times !== undefined && { times }), conditions }
}

/**
 * Two steps that follow each other otherwise than stated, where it matters: in a loop, the order is the same whichever
 * step it begins with.
 */
export function misplaced(
  stated: readonly CodeStep<Descent | Assignment>[],
  order: readonly CodeStep[],
): readonly [CodeStep<Descent | Assignment>, CodeStep<Descent | Assignment>] | undefined {
  const places = stated.map(step => order.indexOf(step))
  const isLoop = commonAround(stated).some(({ kind }) => kind === 'rounds')
  const breaks = places.flatMap((place, i) => {
    const next = i + 1 < places.length ? i + 1 : 0
    return next === 0 && !isLoop ? [] : places[next]! < place ? [i] : []
  })
  if (breaks.length <= (isLoop ? 1 : 0)) return undefined
  for (const [i, first] of stated.entries())
    for (const second of stated.slice(i + 1))
      if (order.indexOf(second) < order.indexOf(first) && !commute(first.step, second.step))
        return [first, second]
  return undefined
}
