import { availableParallelism } from 'node:os'
import { ExperimentFailure, type Failure } from '../experiment/failures.js'
import {
  isJointlyDecided,
  type JointSide,
  type JointTraining,
  jointTraining,
} from '../experiment/joint-training.js'
import type { TrainingRun } from '../experiment/protocol.js'
import type { Tensor } from '../graph/tensor.js'
import { atOnce } from './at-once.js'
import type { Laboratory } from './laboratory.js'
import { inRounds, measuring, type Round, type TrainingTask, trainingQuestion } from './training-runs.js'

/** One of several that train on the same examples. */
export interface TrainingSide extends Pick<JointSide, 'side'> {
  readonly laboratory: Laboratory
  /** For each of its weights its place among those of all sides; absent where it is not known which is which. */
  readonly order?: readonly number[]
}

export interface JointRequest extends TrainingTask {
  readonly sides: readonly TrainingSide[]
}

/** What several sides come to, and why some of them did not train to the end, by their places. */
export interface JointResult {
  readonly training: JointTraining
  readonly failures: ReadonlyMap<number, Failure>
}

/**
 * Trains all sides on the same examples, with one seed after the other, until it is clear where each ends or time is over. A side that fails
 * is left behind, and so is one whose first run takes more than half of the time; the others go on.
 */
export async function trainJointly(request: JointRequest): Promise<JointResult> {
  const { name, sides, options } = request
  let { instance } = request
  const failures = new Map<number, Failure>()
  const slow = new Set<number>()
  const runs = new Map<number, TrainingRun[]>(sides.map(({ side }) => [side, []]))
  const known = () =>
    sides
      .filter(({ side }) => !failures.has(side))
      .map(({ side, order }) => ({
        side,
        start: order ? ('shared' as const) : ('own' as const),
        runs: runs.get(side)!,
      }))
  await inRounds(request, async round => {
    const start = performance.now()
    const isGoing = ({ side }: TrainingSide) => !failures.has(side) && !slow.has(side)
    const initial = await firstWeights(sides.filter(isGoing), round.seed, failures)
    const results = await runAll(request, sides.filter(isGoing), initial, round)
    const ended: { readonly side: number; readonly run: TrainingRun }[] = []
    let isCut = false
    for (const { side, result } of results) {
      if ('kind' in result) failures.set(side, result)
      else if (!result.unfinished) ended.push({ side, run: result })
      else if (round.place === 0) slow.add(side)
      else isCut = true
    }
    // What is said of all sides rests on the same seeds.
    if (isCut || ended.length === 0) return { next: 'over' }
    for (const { side, run } of ended) runs.get(side)!.push(run)
    instance = { ...instance, baseline: { ...instance.baseline, loss: ended[0]!.run.baseline } }
    const longest = Math.max(...ended.map(({ run }) => run.seconds))
    const hasFailed = results.some(({ result }) => 'kind' in result)
    const lost = hasFailed ? Math.max(0, (performance.now() - start) / 1000 - longest) : 0
    const alive = known().filter(({ side }) => !slow.has(side))
    return { next: isJointlyDecided(instance, alive) ? 'clear' : 'on', lost }
  })
  return { training: jointTraining(name, instance, known(), options), failures }
}

/** The weights with which all sides start whose order is known: those with which the first of them does by itself. */
async function firstWeights(
  going: readonly TrainingSide[],
  seed: number,
  failures: Map<number, Failure>,
): Promise<readonly Tensor[] | undefined> {
  for (const { side, laboratory, order } of going) {
    if (!order) continue
    const own = await orFailure(laboratory.ask('initial', { seed }, 'building the model'))
    if (!('kind' in own)) return order.map((_, place) => own[order.indexOf(place)]!)
    failures.set(side, own)
  }
  return undefined
}

async function orFailure<Answer extends object>(asked: Promise<Answer>): Promise<Answer | Failure> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ExperimentFailure) return error.failure
    throw error
  }
}

async function runAll(
  request: JointRequest,
  going: readonly TrainingSide[],
  initial: readonly Tensor[] | undefined,
  { place, seed, left, show }: Round,
): Promise<readonly { readonly side: number; readonly result: TrainingRun | Failure }[]> {
  const seconds = place === 0 ? left / 2 : left
  const asked = trainingQuestion(request, { seed, seconds, isCompiled: false })
  const parts = going.map(() => 0)
  return atOnce(going, availableParallelism(), async ({ side, laboratory, order }, at) => {
    const weights = initial && order?.map(own => initial[own]!)
    const showOwn = (part: number) => {
      parts[at] = part
      show(parts.reduce((sum, own) => sum + own, 0) / parts.length)
    }
    const question = { ...asked, ...(weights && { weights }) }
    const run = laboratory.ask('train', question, 'training', showOwn, seconds + measuring)
    return { side, result: await orFailure(run) }
  })
}
