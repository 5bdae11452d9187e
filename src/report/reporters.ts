import type { CheckOutcome } from '../pipeline.js'
import { renderAnnotations } from './annotations.js'
import { renderCodeQuality } from './code-quality.js'
import { renderHtml } from './html/page.js'
import { renderJson } from './json.js'
import { renderJunit } from './junit.js'
import { renderMarkdown } from './markdown.js'
import { type Notice, noticesOf } from './notices.js'
import type { Policy } from './policy.js'
import { renderRdjson } from './rdjson.js'
import { renderSarif } from './sarif.js'
import { renderTerminal } from './terminal.js'

/** What a terminal can show. */
export interface TerminalOptions {
  readonly color: boolean
  /** In characters, for reporters that wrap. */
  readonly width: number
}

export interface ReportOptions extends TerminalOptions {
  /** The version of aswritten. */
  readonly version: string
  /** The style sheet of KaTeX with its fonts in it; only what shows mathematics in a page asks for it. */
  readonly mathStyle: () => string
  /** Where paths start, as seen from the root of the repository: `packages/model/`, or nothing. */
  readonly folder: string
  /** What the run lets pass, where it is a check. */
  readonly policy?: Policy
}

/** A way to write down the outcome of a command. */
export interface Reporter<Outcome> {
  readonly summary: string
  /** What a file ends in that is written so. */
  readonly extension: string
  /** Why these outcomes have no such form; undefined where they have. */
  readonly refusal?: (outcomes: readonly Outcome[]) => string | undefined
  readonly render: (outcomes: readonly Outcome[], options: ReportOptions) => string
}

export type Reporters<Outcome> = Readonly<Record<string, Reporter<Outcome>>>

/** Formats that list notices, whatever command found them. */
export function noticeReporters<Outcome>(noticesIn: (outcome: Outcome, folder: string) => readonly Notice[]) {
  const of =
    (render: (notices: readonly Notice[], options: ReportOptions) => string): Reporter<Outcome>['render'] =>
    (outcomes, options) =>
      render(
        outcomes.flatMap(outcome => noticesIn(outcome, options.folder)),
        options,
      )
  return {
    sarif: {
      summary: 'for code scanning: SARIF 2.1.0',
      extension: '.sarif',
      render: of(renderSarif),
    },
    github: {
      summary: 'annotations on lines, as a step of GitHub Actions prints them',
      extension: '.txt',
      render: of(renderAnnotations),
    },
    gitlab: {
      summary: 'a Code Quality report of GitLab',
      extension: '.json',
      render: of(renderCodeQuality),
    },
    rdjson: { summary: 'for reviewdog', extension: '.json', render: of(renderRdjson) },
  } as const satisfies Reporters<Outcome>
}

/** All ways to write down the outcome of checks, by the name that `--format` takes. */
export const reporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderTerminal },
  json: {
    summary: 'for programs, described by grammar/report.schema.json',
    extension: '.json',
    render: renderJson,
  },
  markdown: { summary: 'for a comment or a document', extension: '.md', render: renderMarkdown },
  html: { summary: 'a page for a reviewer, in one file', extension: '.html', render: renderHtml },
  junit: { summary: 'for test reports: JUnit XML', extension: '.xml', render: renderJunit },
  ...noticeReporters(noticesOf),
} as const satisfies Reporters<CheckOutcome>

export type ReporterName = keyof typeof reporters
