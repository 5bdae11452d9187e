import { diffJson } from './diff-json.js'
import { placeJson } from './json.js'
import type { Notice } from './notices.js'
import type { ReportOptions } from './reporters.js'
import { foundIn, type Review, reviewCounts, reviewText, unreadFiles } from './review.js'

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

/** What changes do, as JSON; `grammar/review.schema.json` describes it. */
export function renderReviewJson(reviews: readonly Review[], { policy }: ReportOptions): string {
  const document = { version: formatVersion, ...(policy && { policy }), reviews: reviews.map(reviewJson) }
  return `${JSON.stringify(document, null, 2)}\n`
}

function reviewJson(review: Review): object {
  const { base, head, changed, checks, files, rules, comments } = review
  const { added, resolved } = foundIn(review)
  return {
    summary: reviewText(review),
    base,
    head,
    changedFiles: changed,
    counts: reviewCounts(review),
    checks: checks.map(({ before, after }) => ({
      target: after.target,
      spec: after.specPath,
      before: before.verdict,
      after: after.verdict,
    })),
    added: added.map(noticeJson),
    resolved: resolved.map(noticeJson),
    comparisons: files.flatMap(({ models }) => (models ? [diffJson(models)] : [])),
    training: files.flatMap(({ listings }) => listings),
    rules,
    comments: comments.map(placeJson),
    notRecognised: unreadFiles(review),
  }
}

const noticeJson = ({
  code,
  level,
  message,
  details,
  help,
  span,
  target,
  spec,
  clauses,
  fingerprint,
}: Notice): object => ({
  code,
  level,
  message,
  details,
  help: help ?? null,
  place: span ? placeJson(span) : null,
  target,
  spec: spec ?? null,
  clauses,
  fingerprint,
})
