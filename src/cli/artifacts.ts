import { resolve } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { invalidJson } from '../reading.js'
import { isJsonProblem, type Json, readJson } from '../syntax/json.js'
import { sourceFile } from '../text/source.js'
import type { Stated } from './config.js'
import { isDiagnostic, readNamedFile } from './files.js'
import { isNetworkShapes, readNetworkShapes, standInFor } from './network-shapes.js'

/**
 * The descriptions of models that the user named, or what is wrong with them. Paths start in `folder`; `takesShapes` says
 * whether shapes alone, which tell nothing of what a model computes, are of use.
 */
export function readArtifacts(
  paths: Readonly<Record<string, Stated>>,
  folder: string,
  takesShapes = false,
): { readonly artifacts: Readonly<Record<string, Json>>; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const read = Object.entries(paths).flatMap(([name, { text, span }]): (readonly [string, Json])[] => {
    if (isNetworkShapes(text)) {
      const found = shapesIn(name, text, takesShapes)
      if (!('code' in found)) return [[name, found]]
      diagnostics.push({ ...found, ...(span && { span }) })
      return []
    }
    const file = readNamedFile(resolve(folder, text), { shown: text, span })
    const json = isDiagnostic(file) ? file : readJson(file)
    if (!isDiagnostic(json) && !isJsonProblem(json)) return [[name, json]]
    diagnostics.push(isDiagnostic(json) ? json : invalidJson(json))
    return []
  })
  return { artifacts: Object.fromEntries(read), diagnostics }
}

/** A model of which the shapes alone are given. */
function shapesIn(name: string, text: string, takesShapes: boolean): Json | Diagnostic {
  const shapes = readNetworkShapes(text)
  const reason = !takesShapes
    ? 'shapes alone say nothing of what it computes, and only a check of training can do without'
    : shapes
      ? undefined
      : 'shapes are whole numbers without the batch, as `[4]->[2]`, `[8,8,3],[2]->[1]` or `[4]->[2] frozen`'
  if (!shapes || reason !== undefined)
    return diagnostic('unreadable-model', { path: `${name}=${text}`, reason: reason ?? '' })
  const json = readJson(sourceFile(`${name}=${text}`, JSON.stringify(standInFor(name, shapes), null, 1)))
  return isJsonProblem(json) ? invalidJson(json) : json
}
