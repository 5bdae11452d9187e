import { isJsonProblem, type Json, readJson } from '../syntax/json.js'
import { formatPlace } from '../text/source.js'
import { readNamedFile } from './project.js'
import { UsageError } from './usage.js'

/** Reads the descriptions of saved models that the user named, `name=path`. */
export function readArtifacts(paths: Readonly<Record<string, string>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(paths).map(([name, path]) => {
      const json = readJson(readNamedFile(path))
      if (isJsonProblem(json)) throw new UsageError(`${formatPlace(json.span)} is no JSON: ${json.problem}`)
      return [name, json]
    }),
  )
}
