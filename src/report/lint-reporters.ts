import { catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { formatPlace } from '../text/source.js'
import { cutTo } from '../text/width.js'
import { visible } from './frame.js'
import { renderLintHtml } from './html/lint.js'
import { diagnosticJson } from './json.js'
import { renderLintJunit } from './junit.js'
import { lintSummary } from './lint-facts.js'
import { lintNotices } from './notices.js'
import { noticeReporters, type Reporters, type ReportOptions } from './reporters.js'
import { renderReason } from './terminal-findings.js'

/** What was found in one file without a spec. */
export interface LintedFile {
  /** As it was asked for. */
  readonly file: string
  /** As in the places of what is found. */
  readonly path: string
  /** How many models were read. */
  readonly models: number
  readonly findings: readonly Diagnostic[]
  /** Models of which a part is not known, so that nothing is said of them. */
  readonly open: readonly { readonly target: string; readonly reason: Diagnostic }[]
  /** Why the file cannot be used. */
  readonly errors: readonly Diagnostic[]
}

/** All ways to write down what was found, by the name that `--format` takes. */
export const lintReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderTerminal },
  json: {
    summary: 'for programs, described by grammar/lint.schema.json',
    extension: '.json',
    render: renderJson,
  },
  html: { summary: 'a page for a reader, in one file', extension: '.html', render: renderLintHtml },
  junit: { summary: 'for test reports: JUnit XML', extension: '.xml', render: renderLintJunit },
  ...noticeReporters(lintNotices),
} as const satisfies Reporters<LintedFile>

export type LintReporterName = keyof typeof lintReporters

function renderTerminal(files: readonly LintedFile[], options: ReportOptions): string {
  const blocks = files.flatMap(({ file, findings, errors }) => {
    const told = [...errors, ...findings].map(entry => renderReason(entry, options))
    return told.length > 0 && files.length > 1 ? [visible(file), ...told] : told
  })
  const open = files.flatMap(file => file.open)
  const missing = open.map(({ target, reason }) =>
    cutTo(
      `  ${visible(target)}: ${visible(reason.message)}${reason.span ? ` (${visible(formatPlace(reason.span))})` : ''}`,
      options.width,
    ),
  )
  return [
    ...blocks,
    ...(missing.length > 0 ? [['not followed, so nothing is said of them:', ...missing].join('\n')] : []),
    lintSummary(files),
  ]
    .join('\n\n')
    .concat('\n')
}

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

/** `grammar/lint.schema.json` describes it. */
function renderJson(files: readonly LintedFile[]): string {
  const told = files.map(({ file, models, findings, open, errors }) => ({
    file,
    models,
    findings: findings.map(entry => ({ ...diagnosticJson(entry), why: catalogue[entry.code].why })),
    open: open.map(({ target, reason }) => ({ target, reason: diagnosticJson(reason) })),
    errors: errors.map(diagnosticJson),
  }))
  return `${JSON.stringify({ version: formatVersion, files: told }, null, 2)}\n`
}
