import { resolve } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invalidJson } from '../reading.js'
import { isJsonProblem, type Json, readJson } from '../syntax/json.js'
import type { Stated } from './config.js'
import { isDiagnostic, readNamedFile } from './files.js'

/** The descriptions of saved models that the user named, or what is wrong with them. Paths start in `folder`. */
export function readArtifacts(
  paths: Readonly<Record<string, Stated>>,
  folder: string,
): { readonly artifacts: Readonly<Record<string, Json>>; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const read = Object.entries(paths).flatMap(([name, { text, span }]): (readonly [string, Json])[] => {
    const file = readNamedFile(resolve(folder, text), { shown: text, span })
    const json = isDiagnostic(file) ? file : readJson(file)
    if (!isDiagnostic(json) && !isJsonProblem(json)) return [[name, json]]
    diagnostics.push(isDiagnostic(json) ? json : invalidJson(json))
    return []
  })
  return { artifacts: Object.fromEntries(read), diagnostics }
}
