import { statSync } from 'node:fs'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { titleOf } from '../found.js'
import { rulesOnRequest } from '../lint/lint.js'
import { isInputError, type ModelRequest, readModels, softFailures } from '../pipeline.js'
import { type LintedFile, lintReporters } from '../report/lint-reporters.js'
import { nearest } from '../text/nearest.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { exitCodes } from './exit.js'
import { whyNoProgram } from './files.js'
import { type ModelFile, modelFilesBelow } from './model-files.js'
import { type AskedOutput, report } from './output.js'
import { pathInProject, projectOf, splitTarget } from './project.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly ignore: readonly string[]
  readonly also: readonly string[]
  readonly outputs: readonly AskedOutput[]
}

interface Asked extends ModelFile {
  readonly target?: string
}

/** `aswritten lint`: soft failures of every model in files and folders, without a spec. */
export function lint(texts: readonly string[], options: Options): number {
  const ignored = new Set(readCodes(options.ignore, codesOfFailures))
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
  report(lintReporters, files, options.outputs)
  if (files.some(({ errors }) => errors.length > 0)) return exitCodes.unusable
  return files.some(({ findings }) => findings.length > 0) ? exitCodes.differs : exitCodes.asWritten
}

const codesOfFailures = (Object.keys(catalogue) as Code[]).filter(
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
  const problem = whyNoProgram(path, { shown: path })
  if (problem) throw new InputError([problem])
  return [{ path, file: path, ...(target !== undefined && { target }) }]
}

function lintFile(
  { path, file, target }: Asked,
  given: Pick<ModelRequest, 'arguments' | 'inputs' | 'artifacts'>,
  { ignored, also }: { readonly ignored: ReadonlySet<Code>; readonly also: readonly Code[] },
): LintedFile {
  const project = projectOf(path)
  const read = readModels({
    files: project.files,
    path: pathInProject(project, path),
    ...(target !== undefined && { target }),
    ...given,
  })
  const { models, diagnostics } = read
  const findings = softFailures(read, also).filter(({ code }) => !ignored.has(code))
  return {
    file,
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
