import { availableParallelism } from 'node:os'
import { ExperimentFailure, reasonOf } from '../experiment/failures.js'
import type { ToyOutcome } from '../experiment/outcome.js'
import { choicesOf } from '../found.js'
import { type Judged, type Original, readMutant } from '../mutation/judge.js'
import { isRight, type ToyJudged, toyAnswer, whyNotRun } from '../mutation/toy.js'
import { checkReading } from '../pipeline.js'
import type { ReadResult } from '../reading.js'
import { toyVerdict } from '../report/toy-facts.js'
import { atOnce } from './at-once.js'
import { Laboratory } from './laboratory.js'
import type { Project } from './project.js'
import { runModel } from './run-model.js'
import type { RunSettings } from './run-settings.js'
import { cannotRun, codeSubject, nameOf } from './run-subject.js'
import { InputError, UsageError } from './usage.js'

export interface MutantRuns {
  readonly project: Project
  readonly original: Original
  readonly settings: RunSettings
  /** What is left of the budget, in seconds. */
  readonly left: () => number
  readonly progress: (done: number, all: number) => void
}

/** A program with or without a fault. */
interface Variant {
  readonly read: ReadResult
  /** What stands in the file instead of what stands on disk. */
  readonly text?: string
}

const none = { show: () => undefined, end: () => undefined }

/**
 * Runs the original, which has to be right, and then mutants as long as there is time. A mutant of which it is proved that it is the same
 * is not run.
 */
export async function toyMutants(runs: MutantRuns, judged: readonly Judged[]): Promise<readonly Judged[]> {
  await refuseWrong(runs)
  let done = 0
  return atOnce(judged, availableParallelism(), async entry => {
    const toy = await toyOf(runs, entry)
    runs.progress(++done, judged.length)
    return { ...entry, toy }
  })
}

async function refuseWrong(runs: MutantRuns): Promise<void> {
  const { project, original } = runs
  const { path, target } = original.request
  const shown = target === undefined ? path : `${path}#${target}`
  try {
    const outcome = await run(runs, { read: original.read })
    if (isRight(outcome.verdict)) return
    throw new UsageError(
      `without faults, \`${shown}\` is not right either, so that a run shows nothing of faults: ${toyVerdict(outcome)}. \`aswritten toy\` says more; \`--problem\` and \`--spec\` name what else to run it on`,
    )
  } catch (error) {
    if (!(error instanceof ExperimentFailure)) throw error
    const code = codeSubject(project, original.request)
    throw new InputError([cannotRun(error.failure, { shown, project, code })])
  }
}

async function toyOf(runs: MutantRuns, entry: Judged): Promise<ToyJudged> {
  const needless = whyNotRun(entry)
  if (needless !== undefined) return { answer: 'not run', text: needless }
  if (runs.left() <= 0) return { answer: 'not run', text: 'there was no time' }
  const { mutant } = entry
  try {
    const outcome = await run(runs, { read: readMutant(runs.original, mutant), text: mutant.file.text })
    return { answer: toyAnswer(outcome.verdict), text: textOf(outcome) }
  } catch (error) {
    if (error instanceof ExperimentFailure) return { answer: 'refused', text: reasonOf(error.failure) }
    // The problem of the original does not fit what became of it.
    if (error instanceof UsageError) return { answer: 'open', text: error.message }
    throw error
  }
}

function textOf(outcome: ToyOutcome): string {
  const { verdict, training, weights } = outcome
  if (verdict !== 'not decided') return toyVerdict(outcome)
  const unmatched = weights?.kind === 'unmatched' ? weights.reason : undefined
  return training?.open ?? unmatched ?? 'nothing decides it'
}

/** Runs a program as `aswritten toy` does, for no longer than there is time. */
async function run(
  { project, original, settings, left }: MutantRuns,
  { read, text }: Variant,
): Promise<ToyOutcome> {
  const { request, spec } = original
  const [found, ...others] = choicesOf(read.models)
  const target = request.target ?? (others.length === 0 ? nameOf(found, request.path) : undefined)
  const limits = { ...settings.limits, seconds: Math.max(1, Math.min(settings.limits.seconds, left())) }
  const check = spec && checkReading(request, spec, read)
  const graph = check?.comparison?.code ?? (found?.length === 1 ? found[0]?.graph : undefined)
  const code = { ...codeSubject(project, { ...request, target }), ...(text !== undefined && { text }) }
  const laboratory = new Laboratory(code, limits)
  try {
    const description = await laboratory.start(settings.seed, settings.backend)
    const model = { shown: request.path, ...(graph && { graph }), check }
    return await runModel(model, description, laboratory, { ...settings, limits, progress: none })
  } finally {
    laboratory.close()
  }
}
