import { statSync } from 'node:fs'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { titleOf } from '../found.js'
import { lint as lintModel, rulesOnRequest } from '../lint/lint.js'
import { isInputError, type ModelRequest, readModels } from '../pipeline.js'
import { type LintedFile, type LintReporterName, lintReporters } from '../report/lint-reporters.js'
import { nearest } from '../text/nearest.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { exitCodes } from './exit.js'
import { whyUnreadable } from './files.js'
import { type ModelFile, modelFilesBelow } from './model-files.js'
import { print, reportOptions } from './output.js'
import { pathInProject, projectOf, splitTarget } from './project.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly ignore: readonly string[]
  readonly also: readonly string[]
  readonly format: LintReporterName
}

interface Asked extends ModelFile {
  readonly target?: string
}

/** `aswritten lint`: soft failures of every model in files and folders, without a spec. */
export function lint(texts: readonly string[], options: Options): number {
  const ignored = new Set(readCodes(options.ignore, softFailures))
  const also = readCodes(options.also, Object.keys(rulesOnRequest) as Code[])
  const asked = texts.flatMap(filesOf)
  if (asked.length === 0)
    throw new UsageError(`no file below \`${texts.join('`, `')}\` mentions TensorFlow.js`)
  const { artifacts, diagnostics } = readArtifacts(options.artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const { arg, input } = options
  const files = asked.map(file => {
    // Values are for a target, or for the only file.
    const isMeant = file.target !== undefined || asked.length === 1
    return lintFile(file, { artifacts, ...(isMeant && { arguments: arg, inputs: input }) }, { ignored, also })
  })
  print(lintReporters[options.format](files, reportOptions()))
  if (files.some(({ errors }) => errors.length > 0)) return exitCodes.unusable
  return files.some(({ findings }) => findings.length > 0) ? exitCodes.differs : exitCodes.asWritten
}

const softFailures = (Object.keys(catalogue) as Code[]).filter(
  code => catalogue[code].category === 'soft-failure',
)

function readCodes(texts: readonly string[], codes: readonly Code[]): readonly Code[] {
  return texts.map(text => {
    const found = codes.find(code => code === text)
    if (found) return found
    const suggestion = nearest(text, codes)
    const help = suggestion ? `did you mean \`${suggestion}\`?` : `it is one of \`${codes.join('`, `')}\``
    throw new UsageError(`lint has no code \`${text}\` here; ${help}`)
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
  const problem = whyUnreadable(path, { shown: path })
  if (problem) throw new InputError([problem])
  return [{ path, file: path, ...(target !== undefined && { target }) }]
}

function lintFile(
  { path, file, target }: Asked,
  given: Pick<ModelRequest, 'arguments' | 'inputs' | 'artifacts'>,
  { ignored, also }: { readonly ignored: ReadonlySet<Code>; readonly also: readonly Code[] },
): LintedFile {
  const project = projectOf(path)
  const { models, diagnostics } = readModels({
    files: project.files,
    path: pathInProject(project, path),
    ...(target !== undefined && { target }),
    ...given,
  })
  const found = [...diagnostics, ...models.flatMap(({ graph }) => (graph ? lintModel(graph, also) : []))]
  const findings = found.filter(
    ({ code }) => catalogue[code].category === 'soft-failure' && !ignored.has(code),
  )
  return {
    file,
    models: models.filter(({ graph }) => graph).length,
    findings: inOrder(unique(findings)),
    open: models.flatMap(({ reason, ...model }) => (reason ? [{ target: titleOf(model), reason }] : [])),
    errors: diagnostics.filter(isInputError),
  }
}

/** What two models of a file share is said once. */
function unique(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyOf = ({ code, message, span }: Diagnostic) =>
    [code, message, span?.file.path, span?.start].join('\n')
  return [...new Map(findings.map(entry => [keyOf(entry), entry])).values()]
}

function inOrder(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ span }: Diagnostic) => span?.start ?? 0
  const path = ({ span }: Diagnostic) => span?.file.path ?? ''
  return findings.toSorted((a, b) => path(a).localeCompare(path(b)) || place(a) - place(b))
}
