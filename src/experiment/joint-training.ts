import type { TrainingOutcome } from './outcome.js'
import type { Instance } from './problem.js'
import { type ProblemName, problems } from './problems/table.js'
import type { TrainingRun } from './protocol.js'
import { type Comparison, comparisonOf, type Decision, decisionOf } from './statistics.js'
import { lossesOf, shownInstance, type TrainingBudget } from './training-outcome.js'

/** Several implementations trained on one problem, each with the same seeds in order. */
export interface JointTraining extends Pick<TrainingOutcome, 'problem' | 'title' | 'instance'> {
  readonly sides: readonly JointSide[]
  /** All sides against each other that came to their end; probabilities are corrected for their number. */
  readonly pairs: readonly JointPair[]
  /** Why something is not decided, where that is so. */
  readonly open?: string
}

export interface JointSide {
  /** Its place among all that run. */
  readonly side: number
  /** Whether it started with the weights that the others started with, or with those of its own initializers. */
  readonly start: 'shared' | 'own'
  readonly runs: readonly TrainingRun[]
  /** Absent where no run came to its end. The probability is corrected for the number of sides. */
  readonly decision?: Decision
}

/** Two sides by their places among all that run; `worse` says that the first ends above the second. */
export interface JointPair {
  readonly first: number
  readonly second: number
  readonly comparison: Comparison
}

/** What is known while sides train. */
export type SideRuns = Pick<JointSide, 'side' | 'start' | 'runs'>

/** Losses that are closer than this part of the way from bound to baseline are not told apart: rounding alone moves them. */
const told = 1e-3

/** What runs of several sides come to. */
export function jointTraining(
  name: ProblemName,
  instance: Instance,
  sides: readonly SideRuns[],
  { seeds, budget }: TrainingBudget,
): JointTraining {
  const { decided, pairs } = judged(instance, sides)
  const known = { sides: decided, pairs }
  return {
    problem: name,
    title: problems[name].title,
    instance: shownInstance(instance),
    ...known,
    ...whyOpen(known, { seeds, budget }),
  }
}

function whyOpen(
  { sides, pairs }: Pick<JointTraining, 'sides' | 'pairs'>,
  { seeds, budget }: TrainingBudget,
): Pick<JointTraining, 'open'> {
  const ended = sides.filter(({ runs }) => runs.length > 0)
  if (ended.length === 0)
    return { open: `no run came to its end within ${budget} s: give it longer with \`--budget\`` }
  if (isClear({ sides: ended, pairs })) return {}
  const least = Math.min(...ended.map(({ runs }) => runs.length))
  const count = `${least} ${least === 1 ? 'run' : 'runs'} of each do not decide it`
  return {
    open:
      least < seeds
        ? `${count}, and ${budget} s are over: give it longer with \`--budget\``
        : `${count}: allow more with \`--seeds\``,
  }
}

/** Whether no further run is needed. */
export function isJointlyDecided(instance: Instance, sides: readonly SideRuns[]): boolean {
  const { decided, pairs } = judged(instance, sides)
  return isClear({ sides: decided, pairs })
}

function judged(
  instance: Instance,
  sides: readonly SideRuns[],
): { readonly decided: readonly JointSide[]; readonly pairs: readonly JointPair[] } {
  const ended = sides.filter(({ runs }) => runs.length > 0)
  const decided = sides.map(side => ({
    ...side,
    ...(side.runs.length > 0 && { decision: decisionOf(side.runs, instance, ended.length) }),
  }))
  const asked = (ended.length * (ended.length - 1)) / 2
  const tie = told * Math.abs(instance.baseline.loss - instance.bound.loss)
  const pairs = ended.flatMap((first, i) =>
    ended.slice(i + 1).map(
      (second): JointPair => ({
        first: first.side,
        second: second.side,
        comparison: comparisonOf(lossesOf(first.runs), lossesOf(second.runs), { asked, tie }),
      }),
    ),
  )
  return { decided, pairs }
}

/** It is known where each side ends, and sides that end in different places are told apart. */
function isClear({ sides, pairs }: Pick<JointTraining, 'sides' | 'pairs'>): boolean {
  const answers = new Map(sides.map(({ side, decision }) => [side, decision?.answer ?? 'not decided']))
  return (
    sides.length > 0 &&
    [...answers.values()].every(answer => answer !== 'not decided') &&
    pairs.every(
      ({ first, second, comparison }) =>
        answers.get(first) === answers.get(second) || comparison.answer !== 'not decided',
    )
  )
}
