import type { Curve, CurvesOptions } from '../experiment/curves.js'
import type { SideOutcome, TrainingOutcome } from '../experiment/outcome.js'
import { number } from './toy-facts.js'

/** Runs of several sides on one problem, each under a name. */
export interface NamedTraining extends Pick<TrainingOutcome, 'title' | 'instance' | 'problem'> {
  readonly sides: readonly NamedSide[]
}

export interface NamedSide extends SideOutcome {
  readonly name: string
}

/**
 * Where another quantity is measured than training minimises, what is known of it says nothing of the curves, which are of the
 * objective.
 */
export const hasLevels = ({ instance }: Pick<TrainingOutcome, 'instance'>): boolean =>
  instance.measured === instance.objective.name

/** What is drawn of them; the verdict is told to readers who do not see it. */
export function drawingOf(
  training: NamedTraining,
  verdict: string,
): readonly [readonly Curve[], CurvesOptions] {
  const { title, instance, sides } = training
  const { bound, baseline, objective } = instance
  const curves = sides.map(curveOf)
  const ends = curves.map(
    ({ name, runs }) => `${name} in ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`,
  )
  const levels = hasLevels(training)
    ? `, the bound at ${number(bound.loss)} and the baseline at ${number(baseline.loss)}`
    : ''
  return [
    curves,
    {
      title,
      description: `The loss on the examples of each step, median and range: ${ends.join(', ')}${levels}. Verdict: ${verdict}.`,
      measure: objective.name,
      ...(hasLevels(training) && { bound, baseline }),
    },
  ]
}

/** Runs at the steps of the longest; the last loss of one that ended before goes on, which is no number if it diverged. */
function curveOf({ name, runs }: NamedSide): Curve {
  const steps = runs
    .map(({ curve }) => curve.map(([step]) => step))
    .reduce((longest, own) => ((own.at(-1) ?? 0) > (longest.at(-1) ?? 0) ? own : longest), [0])
  const losses = runs.map(({ curve }) => {
    let at = -1
    return steps.map(step => {
      while (at + 1 < curve.length && curve[at + 1]![0] <= step) at++
      return curve[at]?.[1] ?? Number.NaN
    })
  })
  return { name, steps, runs: losses }
}
