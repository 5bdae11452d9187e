import type { CheckOutcome } from '../pipeline.js'
import type { ReadResult } from '../reading.js'
import type { LintedFile } from '../report/lint-reporters.js'
import type { Files } from '../syntax/modules.js'
import type { Span } from '../text/source.js'
import type { TargetPlace } from '../trace/targets.js'
import type { UriOf } from './positions.js'

/** What is known of a project, with the text of open documents in the place of what is on disk. */
export interface ReadProject {
  /** What is accepted is noted in it, and in `linted`. */
  readonly checks: readonly ReadCheck[]
  /** Open model code that no check names, and what is wrong with specs, the list of checks and the baseline. */
  readonly linted: readonly LintedFile[]
  /** All models of a file, also those that no check is about, or those of one target in it. */
  readonly modelsOf: (path: string, target?: string) => ReadResult
  /** What targets a file declares. */
  readonly targetsOf: (path: string) => readonly TargetPlace[]
  readonly files: Files
  /** Where its paths start, from the root of the repository. */
  readonly folder: string
  readonly uriOf: UriOf
  /** The path of a file in it; undefined for all others. */
  readonly pathOf: (uri: string) => string | undefined
}

export interface ReadCheck {
  readonly outcome: CheckOutcome
  /** Where it is listed. */
  readonly span?: Span
}

/** Files with the text of open documents in the place of what is on disk. */
export function overlaid(files: Files, open: ReadonlyMap<string, string>): Files {
  return {
    read: path => open.get(path) ?? files.read(path),
    exists: path => open.has(path) || files.exists(path),
  }
}
