import type { Element } from 'hast'
import { type Curve, type CurvesOptions, curvesElement, curvesSvg } from '../experiment/curves.js'
import type { SideOutcome, ToyOutcome, TrainingOutcome } from '../experiment/outcome.js'
import { number, toyVerdict } from './toy-facts.js'

/** Why there are no curves to draw; undefined where there are. */
export function whyNoCurves(outcomes: readonly ToyOutcome[]): string | undefined {
  const trainings = outcomes.flatMap(({ training }) => training ?? [])
  if (trainings.some(({ model }) => model.runs.length > 0)) return undefined
  return trainings.length > 0
    ? 'there are no curves, since no run came to its end'
    : 'there are no curves, since nothing was trained; `--problem NAME` names a problem to train on'
}

/** The curves of the first outcome that has some, as a drawing of its own. */
export function renderToySvg(outcomes: readonly ToyOutcome[]): string {
  const [drawn] = outcomes.flatMap(outcome =>
    outcome.training ? [drawingOf(outcome, outcome.training)] : [],
  )
  return drawn ? curvesSvg(...drawn) : ''
}

/** The curves of an outcome, to be put into a page; undefined where nothing was trained. */
export function curvesOfRun(outcome: ToyOutcome): Element | undefined {
  return whyNoCurves([outcome]) === undefined
    ? curvesElement(...drawingOf(outcome, outcome.training!))
    : undefined
}

/**
 * Where another quantity is measured than training minimises, what is known of it says nothing of the curves, which are of the
 * objective.
 */
export const hasLevels = ({ instance }: TrainingOutcome): boolean =>
  instance.measured === instance.objective.name

function drawingOf(
  outcome: ToyOutcome,
  training: TrainingOutcome,
): readonly [readonly Curve[], CurvesOptions] {
  const { title, instance, model, spec } = training
  const { bound, baseline, objective } = instance
  const curves = [curveOf('code', model), ...(spec ? [curveOf('spec', spec)] : [])]
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
      description: `The loss on the examples of each step, median and range: ${ends.join(', ')}${levels}. Verdict: ${toyVerdict(outcome)}.`,
      measure: objective.name,
      ...(hasLevels(training) && { bound, baseline }),
    },
  ]
}

/** Runs at the steps of the longest; one that diverged has no number from there on. */
function curveOf(name: string, { runs }: SideOutcome): Curve {
  const steps = runs
    .map(({ curve }) => curve.map(([step]) => step))
    .reduce((longest, own) => ((own.at(-1) ?? 0) > (longest.at(-1) ?? 0) ? own : longest), [0])
  const losses = runs.map(({ curve }) => {
    const known = new Map(curve)
    return steps.map(step => known.get(step) ?? Number.NaN)
  })
  return { name, steps, runs: losses }
}
