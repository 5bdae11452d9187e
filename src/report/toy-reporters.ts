import type { ToyOutcome } from '../experiment/outcome.js'
import { renderToyHtml } from './html/toy.js'
import type { Reporters } from './reporters.js'
import { renderToySvg, whyNoCurves } from './toy-curves.js'
import { renderToyJson } from './toy-json.js'
import { renderToyMarkdown } from './toy-markdown.js'
import { renderToyTerminal } from './toy-terminal.js'

/** All ways to write down what came of running a model, by the name that `--format` takes. */
export const toyReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderToyTerminal },
  json: { summary: 'for programs', extension: '.json', render: renderToyJson },
  markdown: { summary: 'for a comment or a document', extension: '.md', render: renderToyMarkdown },
  html: { summary: 'a page, in one file', extension: '.html', render: renderToyHtml },
  svg: {
    summary: 'the loss curves alone, where something was trained',
    extension: '.svg',
    refusal: whyNoCurves,
    render: renderToySvg,
  },
} as const satisfies Reporters<ToyOutcome>

export type ToyReporterName = keyof typeof toyReporters
