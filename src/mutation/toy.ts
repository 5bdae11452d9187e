import type { ToyVerdict } from '../experiment/outcome.js'
import type { Judged } from './judge.js'

/**
 * What running a mutant says of it.
 *
 * - `caught`: it has other numbers than its spec with the same weights, or does not learn what the original learns.
 * - `missed`: it has the same numbers, or learns as much as any right model can.
 * - `open`: the runs do not decide it.
 * - `refused`: it cannot be run, mostly because TensorFlow.js throws: nobody fails to notice that.
 * - `not run`: there was no time, or nothing to find out.
 */
export type ToyAnswer = 'caught' | 'missed' | 'open' | 'refused' | 'not run'

export interface ToyJudged {
  readonly answer: ToyAnswer
  /** What was seen, or why nothing was. */
  readonly text: string
}

const byVerdict: Readonly<Record<ToyVerdict, ToyAnswer>> = {
  differs: 'caught',
  'stays above': 'caught',
  below: 'caught',
  'same numbers': 'missed',
  reaches: 'missed',
  'not decided': 'open',
}

export const toyAnswer = (verdict: ToyVerdict): ToyAnswer => byVerdict[verdict]

/** Whether faults show in what a model computes or learns: they do where it is right without them. */
export const isRight = (verdict: ToyVerdict): boolean => byVerdict[verdict] === 'missed'

const unneeded: Readonly<Partial<Record<Judged['outcome'], string>>> = {
  equivalent: 'it is proved to be the same',
  'not reached': 'the target reads the same',
}

/** Why a mutant need not be run. */
export const whyNotRun = ({ outcome }: Judged): string | undefined => unneeded[outcome]
