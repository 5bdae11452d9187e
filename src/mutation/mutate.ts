import { type Judged, judge, type Original } from './judge.js'
import type { Program } from './program.js'
import { mutantsOf, type OperatorId, operatorIds } from './table.js'

/** What became of all mutants of one target. */
export interface MutationReport {
  readonly target: string
  /** What they were compared with; without a spec, the target itself. */
  readonly spec?: string
  readonly judged: readonly Judged[]
  /** Mutants that there was no time for. */
  readonly untried: number
}

/** How many mutants are done, of how many. */
export type Progress = (done: number, all: number) => void

/**
 * Plants every fault that applies into a program, one at a time, as long as `hasTime` says so, which is asked between
 * two mutants.
 */
export function judgeAll(
  original: Original,
  program: Program,
  {
    ids = operatorIds,
    hasTime = () => true,
    progress = () => undefined,
  }: {
    readonly ids?: readonly OperatorId[]
    readonly hasTime?: () => boolean
    readonly progress?: Progress
  } = {},
): Pick<MutationReport, 'judged' | 'untried'> {
  const mutants = mutantsOf(program, ids)
  const judged: Judged[] = []
  for (const mutant of mutants) {
    if (!hasTime()) break
    judged.push(judge(original, mutant))
    progress(judged.length, mutants.length)
  }
  return { judged, untried: mutants.length - judged.length }
}
