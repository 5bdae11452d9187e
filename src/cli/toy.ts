import { ExperimentFailure } from '../experiment/failures.js'
import type { ToyVerdict } from '../experiment/outcome.js'
import { toyReporters } from '../report/toy-reporters.js'
import { checkOne } from './checks.js'
import { exitCodes } from './exit.js'
import { Laboratory } from './laboratory.js'
import { type AskedOutput, print, report } from './output.js'
import { problemList } from './problem-names.js'
import { progressBar } from './progress.js'
import { type AskedModel, runModel } from './run-model.js'
import { type AskedRun, announce, settingsOf } from './run-settings.js'
import { cannotRun, type GivenValues, type RunSubject, readSubject } from './run-subject.js'
import { InputError, UsageError } from './usage.js'

export interface ToyOptions extends GivenValues, AskedRun {
  readonly spec?: string
  readonly outputs: readonly AskedOutput[]
}

const byVerdict: Readonly<Record<ToyVerdict, number>> = {
  reaches: exitCodes.asWritten,
  'same numbers': exitCodes.asWritten,
  'stays above': exitCodes.differs,
  differs: exitCodes.differs,
  below: exitCodes.differs,
  'not decided': exitCodes.unverified,
}

/** `aswritten toy`: runs a model, and says whether it computes and learns what it should. */
export async function toy(target: string | undefined, options: ToyOptions): Promise<number> {
  if (options.problem === 'list') {
    print(problemList())
    return exitCodes.asWritten
  }
  if (target === undefined) throw new UsageError('name what to run: `aswritten toy model.ts#createModel`')
  const settings = settingsOf(options)
  const subject = withSpec(target, options)
  announce([subject.shown], settings)
  const model = new Laboratory(subject.code, settings.limits)
  try {
    const description = await model.start(settings.seed, settings.backend)
    const outcome = await runModel(subject, description, model, {
      ...settings,
      progress: progressBar(process.stderr),
    })
    report(toyReporters, [outcome], options.outputs, { base: subject.project.base })
    return byVerdict[outcome.verdict]
  } catch (error) {
    if (!(error instanceof ExperimentFailure)) throw error
    throw new InputError([cannotRun(error.failure, subject)])
  } finally {
    model.close()
  }
}

function withSpec(text: string, { spec, arg, input, artifact }: ToyOptions): RunSubject & AskedModel {
  const given = { arguments: arg, inputs: input, artifacts: artifact }
  const subject = readSubject(text, { arg, input, artifact })
  if (spec === undefined) return subject
  const { outcome: check } = checkOne({ target: { text }, spec: { text: spec }, ...given })
  if (check.verdict === 'unusable') throw new InputError(check.diagnostics)
  const graph = check.comparison?.code ?? subject.graph
  return { ...subject, ...(graph && { graph }), check }
}
