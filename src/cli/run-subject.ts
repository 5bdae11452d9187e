import { resolve } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Failure, helpFor, reasonOf } from '../experiment/failures.js'
import type { CodeSubject } from '../experiment/protocol.js'
import { choicesOf, type FoundModel } from '../found.js'
import { isPolynomial } from '../graph/dimension.js'
import type { ModelGraph } from '../graph/model.js'
import { isInputError } from '../pipeline.js'
import { type ModelRequest, readModels } from '../reading.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { whyNoProgram } from './files.js'
import { type Project, pathInProject, projectOf, splitTarget } from './project.js'
import { InputError } from './usage.js'

/** What is run, with what was read of it without running it. */
export interface RunSubject {
  readonly shown: string
  readonly project: Project
  readonly code: CodeSubject
  /** Absent where the code could not be followed, or is not one model. */
  readonly graph?: ModelGraph
}

/** What a target is given. */
export interface GivenValues {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
}

/** Reads a target that is to be run. What cannot be read at all is refused. */
export function readSubject(text: string, { arg, input, artifact }: GivenValues): RunSubject {
  const { path, target } = splitTarget(text, process.cwd())
  const full = resolve(path)
  const problem = whyNoProgram(full, { shown: path })
  if (problem) throw new InputError([problem])
  const project = projectOf(full)
  const { artifacts, diagnostics } = readArtifacts(artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const own = pathInProject(project, full)
  const request = { files: project.files, path: own, target, arguments: arg, inputs: input, artifacts }
  const read = readModels(request)
  const wrong = read.diagnostics.filter(isInputError)
  if (wrong.length > 0) throw new InputError(wrong)
  const [found, ...others] = choicesOf(read.models)
  const named = target ?? (others.length === 0 ? nameOf(found, own) : undefined)
  return {
    shown: named === undefined ? own : `${own}#${named}`,
    project,
    code: codeSubject(project, { ...request, target: named }),
    ...(found?.length === 1 && found[0]?.graph && { graph: found[0].graph }),
  }
}

/** What is asked for of a file of a project, as the process that runs it is told. */
export function codeSubject(
  { root, base }: Project,
  { path, target, arguments: given = {}, inputs = {} }: Omit<ModelRequest, 'files'>,
): CodeSubject {
  const declared = Object.entries(inputs).map(([name, { shape, dtype }]) => [
    name,
    { dtype, shape: (shape ?? []).map(size => (isPolynomial(size) ? null : size)) },
  ])
  return {
    kind: 'code',
    root,
    base,
    path,
    target,
    arguments: given,
    inputs: Object.fromEntries(declared),
  }
}

/** The name of the one target of a file; undefined where the model is what the file itself gives. */
export function nameOf(found: readonly FoundModel[] | undefined, path: string): string | undefined {
  const name = found?.[0]?.target.slice(path.length + 1)
  return name === '' ? undefined : name
}

/** A failure with its place in the code. */
export function cannotRun(
  failure: Failure,
  { shown, project, code }: Pick<RunSubject, 'shown' | 'project' | 'code'>,
): Diagnostic {
  const { place } = failure
  const path = place?.path ?? code.path
  const text = place && project.files.read(path)
  const span = place && text !== undefined && spanAt(sourceFile(path, text), place)
  return diagnostic(
    'cannot-run',
    { target: shown, reason: reasonOf(failure) },
    { help: helpFor(failure), ...(span && { span }) },
  )
}

function spanAt(file: SourceFile, { line, column }: NonNullable<Failure['place']>) {
  const lines = file.text.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1
  const at = Math.min(start, file.text.length)
  return { file, start: at, end: Math.min(at + 1, file.text.length) }
}
