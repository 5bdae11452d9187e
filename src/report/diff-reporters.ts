import type { DiffOutcome } from '../diff/diff.js'
import { renderDiffJson } from './diff-json.js'
import { renderDiffMarkdown } from './diff-markdown.js'
import { renderDiffTerminal } from './diff-terminal.js'
import type { ReportOptions } from './reporters.js'

/** A way to write down the outcome of comparisons. */
export interface DiffReporter {
  readonly summary: string
  readonly render: (outcomes: readonly DiffOutcome[], options: ReportOptions) => string
}

/** All reporters, by the name that `--format` takes. */
export const diffReporters = {
  terminal: { summary: 'for a person at a terminal', render: renderDiffTerminal },
  json: { summary: 'for programs, described by grammar/diff.schema.json', render: renderDiffJson },
  markdown: { summary: 'for a comment or a document', render: renderDiffMarkdown },
} as const satisfies Readonly<Record<string, DiffReporter>>

export type DiffReporterName = keyof typeof diffReporters
