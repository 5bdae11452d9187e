import type { TrainingOutcome } from '../experiment/outcome.js'
import type { Instance, Signature } from '../experiment/problem.js'
import type { ProblemName } from '../experiment/problems/table.js'
import type { Questions, TrainingRun } from '../experiment/protocol.js'
import type { SentGraph } from '../experiment/sent-graph.js'
import { isDecided, type TrainingBudget, trainingOutcome } from '../experiment/training-outcome.js'
import type { Laboratory } from './laboratory.js'
import type { Progress } from './progress.js'

export interface TrainingRequest {
  readonly name: ProblemName
  readonly instance: Instance
  readonly signature: Signature
  readonly model: Laboratory
  readonly spec?: Laboratory
  readonly teacher?: SentGraph
  /** Whether the model brings an optimizer of its own. */
  readonly isCompiled: boolean
  readonly options: TrainingBudget & { readonly seed: number }
  readonly progress: Progress
}

/** Beyond its budget a run has this long to measure itself, in seconds. */
const measuring = 60

/** Trains a model, and its spec beside it, with one seed after the other until the answer is clear or time is over. */
export async function trainBeside(request: TrainingRequest): Promise<TrainingOutcome> {
  const { name, model, spec, options, progress } = request
  let { instance } = request
  const start = performance.now()
  const spent = () => (performance.now() - start) / 1000
  const runs: TrainingRun[] = []
  const stated: TrainingRun[] = []
  let isClear = false
  try {
    for (let i = 0; i < options.seeds && !isClear && spent() < options.budget; i++) {
      const asked = questionFor(request, options.seed + i, options.budget - spent())
      const show = (part: number) =>
        progress.show(
          Math.max((i + part) / options.seeds, spent() / options.budget),
          `${name}, seed ${i + 1} of at most ${options.seeds}, ${Math.round(spent())} of ${options.budget} s`,
        )
      const limit = options.budget - spent() + measuring
      const [run, other] = await Promise.all([
        model.ask('train', asked, 'training', show, limit),
        spec?.ask('train', asked, 'training the spec', undefined, limit),
      ])
      // A run that was cut short says nothing of where it would have ended.
      if (run.unfinished || other?.unfinished) break
      runs.push(run)
      instance = { ...instance, baseline: { ...instance.baseline, loss: run.baseline } }
      if (other) stated.push(other)
      isClear = isDecided(instance, runs) && (!spec || isDecided(instance, stated))
    }
  } finally {
    progress.end()
  }
  return trainingOutcome(name, instance, { model: runs, ...(spec && { spec: stated }) }, options)
}

function questionFor(
  { name, instance, signature, teacher, isCompiled, spec, options }: TrainingRequest,
  seed: number,
  seconds: number,
): Questions['train']['asked'] {
  const { optimizer, learningRate } = instance.training
  return {
    problem: name,
    signature,
    ...(teacher && { teacher }),
    teacherSeed: options.seed,
    seed,
    seconds,
    // Beside a spec both sides train alike; by itself a model trains as it was compiled.
    ...((spec || !isCompiled) && { optimizer: { kind: optimizer, learningRate } }),
  }
}
