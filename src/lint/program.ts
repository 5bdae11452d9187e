import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { TrainingGraph } from '../graph/training.js'
import { equalOperands } from './equal-operands.js'
import { idleVariables } from './idle-variables.js'
import { inertModels } from './inert-models.js'
import { labelRanges } from './label-ranges.js'
import { ownAssignments } from './own-assignments.js'
import { reusedNoise } from './reused-noise.js'
import { sharedOptimizers } from './shared-optimizers.js'
import { stepVariables } from './step-variables.js'
import { unlistedWeights } from './unlisted-weights.js'

/** What a program builds, and what it does to train. */
export interface ProgramContext {
  readonly models: readonly ModelGraph[]
  readonly trainings: readonly TrainingGraph[]
}

/** One kind of failure that no model has by itself: where a program has it. */
export type ProgramRule = (context: ProgramContext) => readonly Diagnostic[]

const rules: readonly ProgramRule[] = [
  unlistedWeights,
  ownAssignments,
  stepVariables,
  reusedNoise,
  sharedOptimizers,
  inertModels,
  idleVariables,
  equalOperands,
  labelRanges,
]

/** Soft failures of how models are trained, which only what is known of the whole program tells. */
export function lintProgram(context: ProgramContext): readonly Diagnostic[] {
  return rules.flatMap(rule => rule(context))
}
