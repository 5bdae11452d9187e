import type { CheckOutcome } from '../pipeline.js'
import { renderJson } from './json.js'
import { renderMarkdown } from './markdown.js'
import { renderTerminal } from './terminal.js'

export interface ReportOptions {
  readonly color: boolean
  /** In characters, for reporters that wrap. */
  readonly width: number
}

/** A way to write down the outcome of checks. */
export interface Reporter {
  readonly summary: string
  readonly render: (outcomes: readonly CheckOutcome[], options: ReportOptions) => string
}

/** All reporters, by the name that `--format` takes. */
export const reporters = {
  terminal: { summary: 'for a person at a terminal', render: renderTerminal },
  json: { summary: 'for programs, described by grammar/report.schema.json', render: renderJson },
  markdown: { summary: 'for a comment or a document', render: renderMarkdown },
} as const satisfies Readonly<Record<string, Reporter>>

export type ReporterName = keyof typeof reporters
