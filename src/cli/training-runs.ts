import type { TrainingOutcome } from '../experiment/outcome.js'
import type { Instance, Signature } from '../experiment/problem.js'
import type { ProblemName } from '../experiment/problems/table.js'
import type { Questions, TrainingRun } from '../experiment/protocol.js'
import type { SentGraph } from '../experiment/sent-graph.js'
import { isDecided, type TrainingBudget, trainingOutcome } from '../experiment/training-outcome.js'
import type { Laboratory } from './laboratory.js'
import type { Progress } from './progress.js'

/** What is trained on. */
export interface TrainingTask {
  readonly name: ProblemName
  readonly instance: Instance
  readonly signature: Signature
  readonly teacher?: SentGraph
  readonly options: TrainingBudget & { readonly seed: number }
  readonly progress: Progress
}

export interface TrainingRequest extends TrainingTask {
  readonly model: Laboratory
  readonly spec?: Laboratory
  /** Whether the model brings an optimizer of its own. */
  readonly isCompiled: boolean
}

/** One seed for all sides. */
export interface Round {
  readonly place: number
  readonly seed: number
  /** What is left of the budget, in seconds. */
  readonly left: number
  /** How far the round is, from 0 to 1. */
  readonly show: (part: number) => void
}

/** What a round says of those after it: `clear` and `over` end them. `lost` seconds do not count. */
export interface RoundResult {
  readonly next: 'on' | 'clear' | 'over'
  readonly lost?: number
}

/** Beyond its budget a run has this long to measure itself, in seconds. */
export const measuring = 60

/** One round for each seed until the answer is clear or time is over. */
export async function inRounds(
  { name, options: { seed, seeds, budget }, progress }: TrainingTask,
  round: (round: Round) => Promise<RoundResult>,
): Promise<void> {
  const start = performance.now()
  let lost = 0
  const spent = () => (performance.now() - start) / 1000 - lost
  try {
    for (let place = 0; place < seeds && spent() < budget; place++) {
      const show = (part: number) =>
        progress.show(
          Math.max((place + part) / seeds, spent() / budget),
          `${name}, seed ${place + 1} of at most ${seeds}, ${Math.round(spent())} of ${budget} s`,
        )
      const result = await round({ place, seed: seed + place, left: budget - spent(), show })
      lost += result.lost ?? 0
      if (result.next !== 'on') break
    }
  } finally {
    progress.end()
  }
}

/** Trains a model, and its spec beside it, with one seed after the other until the answer is clear or time is over. */
export async function trainBeside(request: TrainingRequest): Promise<TrainingOutcome> {
  const { name, model, spec, isCompiled, options } = request
  let { instance } = request
  const runs: TrainingRun[] = []
  const stated: TrainingRun[] = []
  await inRounds(request, async ({ seed, left, show }) => {
    // Beside a spec both sides train alike; by itself a model trains as it was compiled.
    const asked = trainingQuestion(request, { seed, seconds: left, isCompiled: isCompiled && !spec })
    const limit = left + measuring
    const [run, other] = await Promise.all([
      model.ask('train', asked, 'training', show, limit),
      spec?.ask('train', asked, 'training the spec', undefined, limit),
    ])
    // A run that was cut short says nothing of where it would have ended.
    if (run.unfinished || other?.unfinished) return { next: 'over' }
    runs.push(run)
    instance = { ...instance, baseline: { ...instance.baseline, loss: run.baseline } }
    if (other) stated.push(other)
    return { next: isDecided(instance, runs) && (!spec || isDecided(instance, stated)) ? 'clear' : 'on' }
  })
  return trainingOutcome(name, instance, { model: runs, ...(spec && { spec: stated }) }, options)
}

/** What a side is asked; with the optimizer of the problem, unless it trains as it was compiled. */
export function trainingQuestion(
  { name, instance, signature, teacher, options }: TrainingTask,
  {
    seed,
    seconds,
    isCompiled,
  }: { readonly seed: number; readonly seconds: number; readonly isCompiled: boolean },
): Questions['train']['asked'] {
  const { optimizer, learningRate } = instance.training
  return {
    problem: name,
    signature,
    ...(teacher && { teacher }),
    teacherSeed: options.seed,
    seed,
    seconds,
    ...(!isCompiled && { optimizer: { kind: optimizer, learningRate } }),
  }
}
