import type { SideOutcome, TrainingOutcome } from '../experiment/outcome.js'
import type { Instance, Signature } from '../experiment/problem.js'
import { type ProblemName, problems } from '../experiment/problems/table.js'
import type { Questions, TrainingRun } from '../experiment/protocol.js'
import type { SentGraph } from '../experiment/sent-graph.js'
import { comparisonOf, decisionOf } from '../experiment/statistics.js'
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
  readonly options: { readonly seed: number; readonly seeds: number; readonly budget: number }
  readonly progress: Progress
}

/** Beyond its budget a run has this long to measure itself, in seconds. */
const measuring = 60

/** Trains a model, and its spec beside it, with one seed after the other until the answer is clear or time is over. */
export async function trainSides(request: TrainingRequest): Promise<TrainingOutcome> {
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
  const { sizes, objective, bound, baseline, below, training, measure } = instance
  const comparison =
    stated.length > 0
      ? comparisonOf(
          runs.map(({ loss }) => loss),
          stated.map(({ loss }) => loss),
        )
      : undefined
  const open = whyOpen(instance, runs, spec ? stated : undefined, options)
  return {
    problem: name,
    title: problems[name].title,
    instance: {
      sizes,
      objective,
      bound,
      baseline,
      training,
      measured: measure?.name ?? objective.name,
      ...(below !== undefined && { below }),
    },
    model: side(instance, runs),
    ...(spec && { spec: side(instance, stated) }),
    ...(comparison && { comparison }),
    ...(open !== undefined && { open }),
  }
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

const lossesOf = (runs: readonly TrainingRun[]): readonly number[] => runs.map(({ loss }) => loss)

const isDecided = (instance: Instance, runs: readonly TrainingRun[]): boolean =>
  runs.length > 0 && decisionOf(lossesOf(runs), instance).answer !== 'not decided'

const side = (instance: Instance, runs: readonly TrainingRun[]): SideOutcome => ({
  runs,
  ...(runs.length > 0 && { decision: decisionOf(lossesOf(runs), instance) }),
})

function whyOpen(
  instance: Instance,
  runs: readonly TrainingRun[],
  stated: readonly TrainingRun[] | undefined,
  { seeds, budget }: TrainingRequest['options'],
): string | undefined {
  if (runs.length === 0) return `no run came to its end within ${budget} s: give it longer with \`--budget\``
  const { answer } = decisionOf(lossesOf(runs), instance)
  if (answer === 'not decided')
    return runs.length < seeds
      ? `${runs.length} runs do not decide it, and ${budget} s are over: give it longer with \`--budget\``
      : `${runs.length} runs do not decide it: allow more with \`--seeds\``
  if (answer === 'stays above' && stated && decisionOf(lossesOf(stated), instance).answer !== 'reaches')
    return 'the spec does not reach the bound either, so that the problem says nothing about the code'
  return undefined
}
