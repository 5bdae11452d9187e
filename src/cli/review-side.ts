import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type CheckOutcome, check } from '../pipeline.js'
import type { ModelRequest } from '../reading.js'
import { pathFrom } from '../report/locations.js'
import type { Files } from '../syntax/modules.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import { artifactsIn } from './artifacts.js'
import type { AskedCheck, Stated } from './config.js'
import { isDiagnostic, readNamedFile } from './files.js'
import { bundledSpec } from './package.js'
import { filesBelow } from './places.js'
import { type Reading, recorded, splitTarget } from './project.js'

/** The outcome of a check of one side, and what it looked at. */
export interface SideCheck extends Reading {
  readonly outcome: CheckOutcome
}

/** What one side of a comparison can read, such as a revision of a repository. */
export interface Side {
  readonly files: Files
}

/** The model code that a check names on one side; paths start where those of its files do. */
export function requestAt(asked: AskedCheck, folder: string, { files }: Side): ModelRequest {
  const { path, target } = splitTarget(asked.target.text, '', inner => files.exists(pathFrom(folder, inner)))
  const { arguments: args, inputs } = asked
  return { files: filesBelow(folder, files), path: pathFrom(folder, path), target, arguments: args, inputs }
}

/** Checks the model code of one side by the spec of another. `folder` is that of the list of checks. */
export function checkAt(asked: AskedCheck, folder: string, code: Side, rules: Side): SideCheck {
  const request = requestAt(asked, folder, code)
  const { files, ...reading } = recorded(request.files)
  const spec = specAt(asked.spec, folder, rules)
  const { artifacts, diagnostics } = artifactsIn(asked.artifacts, true, stated => {
    const path = pathFrom(folder, stated.text)
    const text = path.startsWith(folder) ? code.files.read(path) : undefined
    return text === undefined ? notFound(stated) : sourceFile(path, text)
  })
  const missing = code.files.exists(request.path) ? [] : [notFound({ ...asked.target, text: request.path })]
  const problems = [...missing, ...(isDiagnostic(spec) ? [spec] : []), ...diagnostics]
  if (isDiagnostic(spec) || problems.length > 0) {
    const named = { target: pathFrom(folder, asked.target.text), specPath: pathFrom(folder, asked.spec.text) }
    const outcome: CheckOutcome = { ...named, verdict: 'unusable', diagnostics: problems }
    return { outcome, read: reading.read, sought: new Set([request.path]) }
  }
  return { outcome: check({ ...request, files, artifacts }, spec), ...reading }
}

const notFound = ({ text, span }: Stated): Diagnostic =>
  diagnostic('file-not-found', { path: text }, { span })

/** The path of a check's spec. */
export const specPathOf = ({ spec }: AskedCheck, folder: string): string => pathFrom(folder, spec.text)

function specAt(stated: Stated, folder: string, { files }: Side): SourceFile | Diagnostic {
  const path = pathFrom(folder, stated.text)
  const text = path.startsWith(folder) ? files.read(path) : undefined
  if (text !== undefined) return sourceFile(path, text)
  const bundled = bundledSpec(stated.text)
  return bundled ? readNamedFile(bundled, { shown: `${folder}specs/${stated.text}.yaml` }) : notFound(stated)
}
