import type { DiffOutcome } from '../diff/diff.js'
import { renderDiffJson } from './diff-json.js'
import { renderDiffMarkdown } from './diff-markdown.js'
import { renderDiffTerminal } from './diff-terminal.js'
import type { Reporters } from './reporters.js'

/** All reporters, by the name that `--format` takes. */
export const diffReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderDiffTerminal },
  json: {
    summary: 'for programs, described by grammar/diff.schema.json',
    extension: '.json',
    render: renderDiffJson,
  },
  markdown: { summary: 'for a comment or a document', extension: '.md', render: renderDiffMarkdown },
} as const satisfies Reporters<DiffOutcome>

export type DiffReporterName = keyof typeof diffReporters
