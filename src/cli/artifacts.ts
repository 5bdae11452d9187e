import { resolve } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { invalidJson } from '../reading.js'
import { isJsonProblem, type Json, readJson } from '../syntax/json.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import type { Stated } from './config.js'
import { isDiagnostic, readNamedFile } from './files.js'
import { isNetworkShapes, readNetworkShapes, standInFor } from './network-shapes.js'

interface Artifacts {
  readonly artifacts: Readonly<Record<string, Json>>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The descriptions of models that the user named, or what is wrong with them. Paths start in `folder`; `takesShapes` says
 * whether shapes alone, which tell nothing of what a model computes, are of use.
 */
export const readArtifacts = (
  stated: Readonly<Record<string, Stated>>,
  folder: string,
  takesShapes = false,
): Artifacts =>
  artifactsIn(stated, takesShapes, ({ text, span }) =>
    readNamedFile(resolve(folder, text), { shown: text, span }),
  )

/** The same, of files that `fileOf` finds. */
export function artifactsIn(
  stated: Readonly<Record<string, Stated>>,
  takesShapes: boolean,
  fileOf: (stated: Stated) => SourceFile | Diagnostic,
): Artifacts {
  const diagnostics: Diagnostic[] = []
  const read = Object.entries(stated).flatMap(([name, entry]): (readonly [string, Json])[] => {
    const { text, span } = entry
    const file = isNetworkShapes(text) ? shapesIn(name, text, takesShapes) : fileOf(entry)
    const json = isDiagnostic(file) ? file : readJson(file)
    if (!isDiagnostic(json) && !isJsonProblem(json)) return [[name, json]]
    diagnostics.push(
      isDiagnostic(json) ? { ...json, ...(span && !json.span && { span }) } : invalidJson(json),
    )
    return []
  })
  return { artifacts: Object.fromEntries(read), diagnostics }
}

/** The paths among what is stated of models. */
export const artifactPaths = (stated: Readonly<Record<string, Stated>>): readonly Stated[] =>
  Object.values(stated).filter(({ text }) => !isNetworkShapes(text))

/** A model of which the shapes alone are given. */
function shapesIn(name: string, text: string, takesShapes: boolean): SourceFile | Diagnostic {
  const path = `${name}=${text}`
  if (!takesShapes) {
    const reason = 'shapes alone say nothing of what it computes, and only a check of training can do without'
    return diagnostic('unreadable-model', { path, reason })
  }
  const shapes = readNetworkShapes(text)
  if (shapes) return sourceFile(path, JSON.stringify(standInFor(name, shapes), null, 1))
  const reason =
    'shapes are whole numbers without the batch, as `[4]->[2]`, `[8,8,3],[2]->[1]` or `[4]->[2] frozen`'
  return diagnostic('unreadable-model', { path, reason })
}
