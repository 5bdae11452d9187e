import type { StepElsewhere } from '../../graph/training.js'
import type { Tracer } from '../../trace/host.js'

/** Methods of models, layers, optimizers and variables by what they do to parameters. */
export const trainingMethods: ReadonlyMap<string, StepElsewhere['kind']> = new Map([
  ['fit', 'descent'],
  ['fitDataset', 'descent'],
  ['trainOnBatch', 'descent'],
  ['minimize', 'descent'],
  ['applyGradients', 'descent'],
  ['setWeights', 'assignment'],
])

/** The same, with those whose names other objects have too. */
const perhapsTraining: ReadonlyMap<string, StepElsewhere['kind']> = new Map([
  ...trainingMethods,
  ['loadWeights', 'assignment'],
  ['assign', 'assignment'],
])

/** What functions that the target does not call may do to train. */
export const stepsElsewhere = (trace: Tracer): readonly StepElsewhere[] =>
  trace
    .callsElsewhere(new Set(perhapsTraining.keys()))
    .filter(({ receiver }) => receiver !== 'Object')
    .map(({ method, receiver, by, span }) => ({ kind: perhapsTraining.get(method)!, receiver, by, span }))
