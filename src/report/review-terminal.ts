import pc from 'picocolors'
import type { DiffOutcome } from '../diff/diff.js'
import { formatPlace } from '../text/source.js'
import { renderTarget } from './diff-terminal.js'
import { visible } from './frame.js'
import { wrap } from './layout.js'
import type { Notice } from './notices.js'
import type { TerminalOptions } from './reporters.js'
import { changedTargets, foundIn, isSilent, openTargets, type Review, reviewText } from './review.js'
import {
  changeLines,
  listedChecks,
  noticeFacts,
  noticeSigns,
  noticeText,
  reviewSign,
  revisionsText,
  rulesText,
  ruleTitle,
  unreadText,
  verdictsText,
} from './review-facts.js'
import { type Colors, renderFact, renderReason } from './terminal-findings.js'

/** What a change does, for a person at a terminal. Nothing but one line where the mathematics is the same. */
export function renderReviewTerminal(reviews: readonly Review[], options: TerminalOptions): string {
  return `${reviews.map(review => renderReview(review, options)).join('\n\n')}\n`
}

function renderReview(review: Review, options: TerminalOptions): string {
  const colors = pc.createColors(options.color)
  const tone = { '✓': colors.green, '✗': colors.red, '?': colors.yellow, '~': colors.yellow }[
    reviewSign(review)
  ]
  const indented = (text: string) => wrap(visible(text), options.width - 2).map(line => `  ${line}`)
  const [first = '', ...rest] = indented(reviewText(review))
  const head = [
    `${tone(colors.bold(reviewSign(review)))} ${colors.bold(first.trimStart())}`,
    ...rest.map(line => colors.bold(line)),
    ...indented(revisionsText(review)),
  ].join('\n')
  const unread = unreadText(review)
  const last = unread ? [indented(unread).join('\n')] : []
  if (isSilent(review)) return [head, ...last].join('\n\n')
  const rules = rulesText(review)
  const { added, resolved } = foundIn(review)
  const open = review.files.flatMap(openTargets)
  const blocks = [
    head,
    ...(rules
      ? [
          wrap(visible(`! ${rules}`), options.width)
            .map(line => colors.yellow(line))
            .join('\n'),
        ]
      : []),
    ...review.rules.map(rule =>
      [visible(ruleTitle(rule)), ...changeLines(rule.lines).map(line => `  ${visible(line)}`)].join('\n'),
    ),
    ...(review.checks.length > 0
      ? [
          [
            'Checks',
            ...listedChecks(review).map(
              check =>
                `  ${verdictsText(check)}  ${visible(check.after.target)} against ${visible(check.after.specPath)}`,
            ),
          ].join('\n'),
        ]
      : []),
    ...noticeBlock('New', added, colors, options),
    ...noticeBlock('Resolved', resolved, colors, options),
    ...(open.length > 0
      ? [
          [
            'Not known to be the same',
            ...open.flatMap(({ target, why }) => [
              `  ? ${visible(target)}`,
              ...wrap(visible(why), options.width - 4).map(line => `    ${line}`),
            ]),
          ].join('\n'),
        ]
      : []),
    ...review.files.flatMap(file => [
      ...(file.models?.verdict === 'unusable' ? [renderUnusable(file.models, options)] : []),
      ...changedTargets(file).map(target => renderTarget(target, file.models!, colors, options)),
      ...file.listings.map(({ target, lines }) =>
        [
          `${colors.bold(visible(target))}: what training does`,
          ...changeLines(lines).map(line => `  ${visible(line)}`),
        ].join('\n'),
      ),
    ]),
    ...last,
  ]
  return blocks.join('\n\n')
}

function renderUnusable({ after, diagnostics }: DiffOutcome, options: TerminalOptions): string {
  const reasons = diagnostics.map(({ diagnostic }) => renderReason(diagnostic, options))
  return [`! ${visible(after.path)} could not be compared`, ...reasons].join('\n\n')
}

/** What of a notice is shown at a terminal. */
const shortFacts: readonly string[] = ['shown by', 'do']

function noticeBlock(
  title: string,
  notices: readonly Notice[],
  colors: Colors,
  { width }: TerminalOptions,
): readonly string[] {
  if (notices.length === 0) return []
  const told = notices.map(notice => {
    const { code, level, span } = notice
    const place = span ? `  ${colors.cyan(visible(formatPlace(span)))}` : ''
    const facts = title === 'New' ? noticeFacts(notice).filter(({ label }) => shortFacts.includes(label)) : []
    return [
      `  ${noticeSigns[level]} ${code}${place}`,
      ...wrap(visible(noticeText(notice)), width - 4).map(line => `    ${line}`),
      ...facts.flatMap(fact => renderFact(fact, colors, width - 2).map(line => `  ${line}`)),
    ].join('\n')
  })
  return [[`${title}: ${notices.length}`, ...told].join('\n')]
}
