import type { Element } from 'hast'
import { curvesElement, curvesSvg } from '../experiment/curves.js'
import type { ToyOutcome, TrainingOutcome } from '../experiment/outcome.js'
import { toyVerdict } from './toy-facts.js'
import { drawingOf, type NamedTraining } from './training-curves.js'

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
    outcome.training ? [drawingOf(namedSides(outcome.training), toyVerdict(outcome))] : [],
  )
  return drawn ? curvesSvg(...drawn) : ''
}

/** The curves of an outcome, to be put into a page; undefined where nothing was trained. */
export function curvesOfRun(outcome: ToyOutcome): Element | undefined {
  return whyNoCurves([outcome]) === undefined
    ? curvesElement(...drawingOf(namedSides(outcome.training!), toyVerdict(outcome)))
    : undefined
}

/** The sides of a training under their names. */
export const namedSides = (training: TrainingOutcome): NamedTraining => ({
  ...training,
  sides: [
    { name: 'code', ...training.model },
    ...(training.spec ? [{ name: 'spec', ...training.spec }] : []),
  ],
})
