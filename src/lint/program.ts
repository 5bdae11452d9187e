import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { Descent, Step, TrainingGraph } from '../graph/training.js'
import { unlistedWeights } from './unlisted-weights.js'

/** What a program builds, and what it does to train. */
export interface ProgramContext {
  readonly models: readonly ModelGraph[]
  readonly trainings: readonly TrainingGraph[]
}

/** One kind of failure that no model has by itself: where a program has it. */
export type ProgramRule = (context: ProgramContext) => readonly Diagnostic[]

const rules: readonly ProgramRule[] = [unlistedWeights]

/** Soft failures of how models are trained, which only what is known of the whole program tells. */
export function lintProgram(context: ProgramContext): readonly Diagnostic[] {
  return rules.flatMap(rule => rule(context))
}

/** All steps of a training, also those in loops and under conditions. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap(step => {
    if (step.kind === 'rounds') return [step, ...allSteps(step.steps)]
    if (step.kind === 'alternatives') return [step, ...step.ways.flatMap(allSteps)]
    return [step]
  })
}

/** The steps of optimizers in a training. */
export const descentsIn = ({ training }: TrainingGraph): readonly Descent[] =>
  allSteps(training.steps).filter(step => step.kind === 'descent')
