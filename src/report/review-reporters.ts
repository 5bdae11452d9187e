import { renderReviewHtml } from './html/review.js'
import type { Reporters } from './reporters.js'
import { noticeReporters } from './reporters.js'
import { foundIn, type Review } from './review.js'
import { renderReviewJson } from './review-json.js'
import { renderReviewMarkdown } from './review-markdown.js'
import { renderReviewTerminal } from './review-terminal.js'

/** All ways to write down what a change does, by the name that `--format` takes. */
export const reviewReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderReviewTerminal },
  json: {
    summary: 'for programs, described by grammar/review.schema.json',
    extension: '.json',
    render: renderReviewJson,
  },
  markdown: { summary: 'for a comment on the change', extension: '.md', render: renderReviewMarkdown },
  html: { summary: 'a page for a reviewer, in one file', extension: '.html', render: renderReviewHtml },
  ...noticeReporters((review: Review) => foundIn(review).added),
} as const satisfies Reporters<Review>

export type ReviewReporterName = keyof typeof reviewReporters
