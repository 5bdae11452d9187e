import { statSync } from 'node:fs'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { titleOf } from '../found.js'
import { failureKey } from '../lint/same-failure.js'
import { isInputError } from '../pipeline.js'
import { type ModelRequest, type ReadResult, readModels, softFailures } from '../reading.js'
import type { LintedFile } from '../report/lint-reporters.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { whyNoProgram } from './files.js'
import { type ModelFile, modelFilesBelow } from './model-files.js'
import { pathInProject, projectOf, type Reading, recorded, splitTarget } from './project.js'
import { InputError, UsageError } from './usage.js'

/** What `lint` is asked for on the command line. */
export interface LintOptions {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
}

interface Asked extends ModelFile {
  readonly target?: string
}

/** What was found in a file, and what it was made of. */
export interface LintRun extends Reading {
  readonly file: LintedFile
  /** Where its paths start. */
  readonly base: string
  /** Whether all of the file was looked at, and not one target. */
  readonly isWhole: boolean
}

/** The codes that `lint` finds. */
export const codesOfFailures = (Object.keys(catalogue) as Code[]).filter(
  code => catalogue[code].category === 'soft-failure',
)

/** Soft failures in files and folders, apart from codes that are ignored; `also` are those that are off by default. */
export function lintFiles(
  texts: readonly string[],
  { arg, input, artifact }: LintOptions,
  codes: { readonly ignored: ReadonlySet<Code>; readonly also: readonly Code[] },
): readonly LintRun[] {
  const asked = texts.flatMap(filesOf)
  if (asked.length === 0)
    throw new UsageError(`no file below \`${texts.join('`, `')}\` mentions TensorFlow.js`)
  const { artifacts, diagnostics } = readArtifacts(artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const runs = asked.map(file => {
    // Values are for a target, or for the only file.
    const isMeant = file.target !== undefined || asked.length === 1
    return lintFile(file, { artifacts, ...(isMeant && { arguments: arg, inputs: input }) }, codes)
  })
  return withOneTeller(runs)
}

/** What is found in code that several files use, once: with its own file where that finds it too, or else with the first. */
function withOneTeller(runs: readonly LintRun[]): readonly LintRun[] {
  const keyOf = ({ base }: LintRun, entry: Diagnostic) => `${base}\n${failureKey(entry)}`
  const tellers = new Map<string, LintRun>()
  for (const run of runs)
    for (const entry of run.file.findings) {
      const key = keyOf(run, entry)
      if (!tellers.has(key) || entry.span?.file.path === run.file.path) tellers.set(key, run)
    }
  return runs.map(run => {
    const findings = run.file.findings.filter(entry => tellers.get(keyOf(run, entry)) === run)
    return { ...run, file: { ...run.file, findings } }
  })
}

/** A folder stands for the files in it that may build a model. */
function filesOf(text: string): readonly Asked[] {
  if (statSync(text, { throwIfNoEntry: false })?.isDirectory()) {
    const { files, unreadable } = modelFilesBelow(text)
    const [first] = unreadable
    if (first) throw new UsageError(`\`${first.file}\` below \`${text}\` cannot be read: ${first.reason}`)
    return files
  }
  const { path, target } = splitTarget(text, process.cwd())
  const problem = whyNoProgram(path, { shown: path })
  if (problem) throw new InputError([problem])
  return [{ path, file: path, ...(target !== undefined && { target }) }]
}

function lintFile(
  { path, file, target }: Asked,
  given: Pick<ModelRequest, 'arguments' | 'inputs' | 'artifacts'>,
  { ignored, also }: { readonly ignored: ReadonlySet<Code>; readonly also: readonly Code[] },
): LintRun {
  const project = projectOf(path)
  const name = pathInProject(project, path)
  const { files, ...reading } = recorded(project.files)
  const result = readModels({
    files,
    path: name,
    ...(target !== undefined && { target }),
    supposes: true,
    ...given,
  })
  const linted = lintedFile(
    file,
    name,
    result,
    softFailures(result, also).filter(({ code }) => !ignored.has(code)),
  )
  return { file: linted, base: project.base, isWhole: target === undefined, ...reading }
}

/** What is found in a file that was read; `path` is how its places call it. */
export function lintedFile(
  file: string,
  path: string,
  { models, diagnostics }: ReadResult,
  findings: readonly Diagnostic[],
): LintedFile {
  return {
    file,
    path,
    models: models.filter(({ graph }) => graph).length,
    findings: inOrder(findings),
    open: models.flatMap(({ reason, ...model }) => (reason ? [{ target: titleOf(model), reason }] : [])),
    errors: diagnostics.filter(isInputError),
  }
}

function inOrder(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ span }: Diagnostic) => span?.start ?? 0
  const path = ({ span }: Diagnostic) => span?.file.path ?? ''
  return findings.toSorted((a, b) => path(a).localeCompare(path(b)) || place(a) - place(b))
}
