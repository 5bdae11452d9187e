import { moduleLoader } from '../core/loader.js'
import { readOriginal } from '../mutation/judge.js'
import { judgeAll, type Progress } from '../mutation/mutate.js'
import { readProgram } from '../mutation/program.js'
import { type OperatorId, operatorIds } from '../mutation/table.js'
import { isInputError } from '../pipeline.js'
import { mutationReporters, renderOperators } from '../report/mutation-reporters.js'
import { nearest } from '../text/nearest.js'
import { sourceFile } from '../text/source.js'
import { readArtifacts } from './artifacts.js'
import { readStatedSpec } from './checks.js'
import { exitCodes } from './exit.js'
import { whyNoProgram } from './files.js'
import { type AskedOutput, print, report, terminalOptions } from './output.js'
import { pathInProject, projectOf, splitTarget } from './project.js'
import { type AskedRun, announce, refuseSettings, settingsOf } from './run-settings.js'
import type { GivenValues } from './run-subject.js'
import { toyMutants } from './toy-mutants.js'
import { InputError, UsageError } from './usage.js'

interface Options extends GivenValues, Omit<AskedRun, 'budget'> {
  readonly spec?: string
  readonly toy?: true
  readonly operator: readonly string[]
  readonly list?: true
  readonly budget: number
  readonly outputs: readonly AskedOutput[]
}

/** `aswritten mutate`: plants faults into the source of a model, one at a time, and says which are noticed. */
export async function mutate(text: string | undefined, options: Options): Promise<number> {
  const ids = readOperators(options.operator)
  if (options.list) {
    print(renderOperators(terminalOptions()))
    return exitCodes.asWritten
  }
  if (text === undefined)
    throw new UsageError('name a target: `aswritten mutate model.ts#createModel`, or ask for `--list`')
  const { budget, toy, ...asked } = options
  if (!toy) refuseSettings(asked, '--toy')
  const settings = toy && settingsOf(asked)
  const here = process.cwd()
  const { path, target } = splitTarget(text, here)
  const problem = whyNoProgram(path, { shown: path })
  const { artifacts, diagnostics } = readArtifacts(options.artifact, here)
  if (problem || diagnostics.length > 0) throw new InputError([...(problem ? [problem] : []), ...diagnostics])
  const project = projectOf(path)
  const name = pathInProject(project, path)
  const { files } = project
  const program = readProgram(sourceFile(name, files.read(name) ?? ''))
  if ('diagnostics' in program) throw new InputError(program.diagnostics)
  const spec = options.spec === undefined ? undefined : readStatedSpec(options.spec, here)
  const modules = moduleLoader(files)
  const request = {
    files,
    modules,
    path: name,
    target,
    arguments: options.arg,
    inputs: options.input,
    artifacts,
  }
  const original = readOriginal(request, spec)
  const { models, trainings, diagnostics: own } = original.read
  if (own.some(isInputError)) throw new InputError(own.filter(isInputError))
  if (models.length === 0 && trainings.length === 0)
    throw new UsageError(`\`${text}\` builds no model that was recognised`)
  const reasons = models.flatMap(({ graph, reason }) => (graph || !reason ? [] : [reason]))
  if (reasons.length === models.length && trainings.length === 0) throw new InputError(reasons)
  const until = performance.now() + budget * 1000
  const left = () => (until - performance.now()) / 1000
  const found = judgeAll(original, program, {
    ids,
    hasTime: () => left() > 0,
    progress: progressOn(process.stderr, 'planted'),
  })
  const shown = target === undefined ? name : `${name}#${target}`
  const count = found.judged.length
  if (settings)
    announce([`${shown}, as it is and with ${count} ${count === 1 ? 'fault' : 'faults'},`], settings)
  const judged = settings
    ? await toyMutants(
        { project, original, settings, left, progress: progressOn(process.stderr, 'run') },
        found.judged,
      )
    : found.judged
  const told = { target: shown, ...(spec && { spec: spec.path }), ...found, judged }
  report(mutationReporters, [told], options.outputs)
  return exitCodes.asWritten
}

/** `M04,M07`, as often as it is given; without any, all. */
function readOperators(texts: readonly string[]): readonly OperatorId[] {
  const asked = texts.flatMap(text => text.split(',')).map(text => text.trim().toUpperCase())
  if (asked.length === 0) return operatorIds
  for (const text of asked) {
    if (operatorIds.some(id => id === text)) continue
    const suggestion = nearest(text, operatorIds)
    const help = suggestion ? `did you mean \`${suggestion}\`?` : '`aswritten mutate --list` lists them'
    throw new UsageError(`there is no operator \`${text}\`; ${help}`)
  }
  return operatorIds.filter(id => asked.includes(id))
}

/** A line on a terminal that counts; nothing anywhere else. */
function progressOn(stream: NodeJS.WriteStream, what: string): Progress {
  if (!stream.isTTY) return () => undefined
  return (done, all) => {
    stream.write(done === all ? '\r\x1b[K' : `\r${done} of ${all} faults ${what}`)
  }
}
