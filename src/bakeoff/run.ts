import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { JointTraining } from '../experiment/joint-training.js'
import type { NumberDifference } from '../experiment/number-difference.js'
import type { Backend } from '../experiment/protocol.js'
import type { WeightsOutcome } from '../experiment/same-weights.js'

/** An implementation that was asked to run, or the spec, which is made into calls of the framework. */
export interface RunSide {
  /** As it was named; the path of a spec. */
  readonly label: string
  readonly isSpec: boolean
  /** What ran it; absent where it never came so far. */
  readonly backend?: Backend
  /** Why it does not run, or no longer. */
  readonly failure?: Diagnostic
  /** Set where what it computes is not what was read from it. */
  readonly misread?: NumberDifference
  /** Why it does not train beside the others, where it runs. */
  readonly untrained?: string
}

/** What is known of two sides without running them. */
export type Known = 'proved' | 'refuted' | 'open'

/** What comes of the same weights in a side and in the one that it is compared with, by their places. */
export interface WeighedPair {
  readonly side: number
  readonly reference: number
  readonly outcome: WeightsOutcome
  /** About the outputs. */
  readonly known: Known
}

/**
 * What is said of sides that ran.
 * - `alike`: all of them have the same outputs and gradients with the same weights.
 * - `different`: some have other gradients, or are told apart by where training ends, or have other outputs, as they are known to or
 *   against a proof.
 * - `not decided`: neither.
 */
export type RunVerdict = 'alike' | 'different' | 'not decided'

/** What came of running implementations. */
export interface BakeoffRun {
  /** The implementations in the order in which they were given, and the spec after them. */
  readonly sides: readonly RunSide[]
  /** The implementation that the others are compared with: the first that runs and was followed; absent where none runs. */
  readonly reference?: number
  readonly weights: readonly WeighedPair[]
  readonly training?: JointTraining
  /** Why nothing was trained. */
  readonly untrained?: string
  /** The run is the same with the same seed. */
  readonly seed: number
  readonly limits: { readonly megabytes: number; readonly seconds: number }
  readonly verdict: RunVerdict
}

/**
 * Whether numbers contradict a proof: equal outputs for all weights are proved, and there are weights with which they are not
 * equal. Rounding aside, that is a defect of aswritten. Gradients are no part of what is proved.
 */
export const isContradiction = ({ outcome, known }: WeighedPair): boolean =>
  known === 'proved' && outcome.kind === 'differ' && outcome.difference.of === 'output'

/** Whether numbers show a difference that no other pairing of learned tensors could explain: it is known, or outputs agree and gradients do not. */
const isShown = ({ outcome, known }: WeighedPair): boolean =>
  outcome.kind === 'differ' && (known === 'refuted' || outcome.difference.of === 'gradient')

/** What all of it amounts to. */
export function runVerdict({
  sides,
  weights,
  training,
}: Pick<BakeoffRun, 'sides' | 'weights' | 'training'>): RunVerdict {
  const isApart = training?.pairs.some(({ comparison }) => comparison.answer !== 'not decided') ?? false
  if (isApart || weights.some(pair => isContradiction(pair) || isShown(pair))) return 'different'
  const isRight = sides.every(({ failure, misread }) => !failure && !misread)
  return isRight && weights.length > 0 && weights.every(({ outcome }) => outcome.kind === 'agree')
    ? 'alike'
    : 'not decided'
}
