import type { Instance } from './problem.js'
import type { ProblemName } from './problems/table.js'
import type { Backend, TrainingRun } from './protocol.js'
import type { WeightsOutcome } from './same-weights.js'
import type { Comparison, Decision } from './statistics.js'

/**
 * What is said of a model in the end.
 * - `reaches`: it reaches the bound of the problem.
 * - `same numbers`: with the same weights it computes what the spec does, gradients included.
 * - `stays above`: it does not reach the bound, which its spec does if there is one.
 * - `differs`: with the same weights it computes something else than the spec.
 * - `below`: it is better than a right model can be, so that it sees something that it should not.
 */
export type ToyVerdict = 'reaches' | 'same numbers' | 'stays above' | 'differs' | 'below' | 'not decided'

/** Runs of one side with one seed each, in order. */
export interface SideOutcome {
  readonly runs: readonly TrainingRun[]
  /** Absent where no run came to its end. */
  readonly decision?: Decision
}

export interface TrainingOutcome {
  /** The name of the problem in the table. */
  readonly problem: ProblemName
  readonly title: string
  readonly instance: Pick<Instance, 'sizes' | 'objective' | 'bound' | 'baseline' | 'below' | 'training'> & {
    readonly measured: string
  }
  readonly model: SideOutcome
  readonly spec?: SideOutcome
  readonly comparison?: Comparison
  /** Why nothing is decided, where that is so. */
  readonly open?: string
}

/** The outcome of running one model. */
export interface ToyOutcome {
  readonly target: string
  readonly spec?: { readonly path: string; readonly title: string }
  readonly verdict: ToyVerdict
  /** The run is the same with the same seed. */
  readonly seed: number
  readonly backend: Backend
  readonly limits: { readonly megabytes: number; readonly seconds: number }
  readonly weights?: WeightsOutcome
  readonly training?: TrainingOutcome
}
