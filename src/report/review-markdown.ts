import type { DiffOutcome } from '../diff/diff.js'
import { formatPlace } from '../text/source.js'
import { fitted, type Part } from './comment.js'
import { marker } from './comment-limits.js'
import { renderTarget } from './diff-markdown.js'
import { renderReason } from './markdown.js'
import { code, fenced, prose } from './markdown-text.js'
import type { Notice } from './notices.js'
import type { ReportOptions } from './reporters.js'
import { changedTargets, foundIn, isSilent, openTargets, type Review, reviewText } from './review.js'
import {
  changeLines,
  listedChecks,
  noticeSigns,
  noticeText,
  parameterChanges,
  reviewSign,
  revisionsText,
  rulesText,
  ruleTitle,
  unreadText,
  verdictsText,
} from './review-facts.js'

/** What a change does, as a comment: the first line says it all, and only what changed or differs follows. */
export function renderReviewMarkdown(reviews: readonly Review[], { version }: ReportOptions): string {
  const parts = reviews.flatMap(partsOf)
  const foot = [
    `<sub>aswritten ${version}, read from git and not run: ${reviews.map(review => prose(revisionsText(review))).join(', ')}</sub>`,
    marker,
  ]
  return fitted(parts, foot)
}

/** So many targets are shown at once; the others are folded. */
const mostOpen = 3

function partsOf(review: Review): readonly Part[] {
  const head = { name: 'the verdict', text: `## ${reviewSign(review)} ${prose(reviewText(review))}` }
  const unread = unreadText(review)
  const last = unread ? [{ name: 'files without a model', text: prose(unread) }] : []
  if (isSilent(review)) return [head, ...last]
  const rules = rulesText(review)
  const { added, resolved } = foundIn(review)
  const open = review.files.flatMap(openTargets)
  const targets = review.files.flatMap(file => [
    ...(file.models?.verdict === 'unusable' ? [unusablePart(file.models)] : []),
    ...changedTargets(file).map(target => ({
      name: `${file.path}#${target.name}`,
      text: renderTarget(target, file.models!, '###'),
    })),
    ...file.listings.map(({ target, lines }) => ({
      name: target,
      text: `### ${code(target)}: what training does\n\n${fenced(changeLines(lines).join('\n'), 'diff')}`,
    })),
  ])
  return [
    head,
    ...(rules ? [{ name: 'the warning', text: `> [!WARNING]\n> ${prose(rules)}` }] : []),
    ...(review.checks.length > 0 ? [checkTable(review)] : []),
    ...counts(review),
    ...added.map(noticePart),
    ...targets.map(({ name, text }, i) =>
      i < mostOpen ? { name, text } : { name, text: folded(name, text) },
    ),
    ...(open.length > 0
      ? [
          {
            name: 'what is not known to be the same',
            text: `### ? Not known to be the same\n\n${open.map(({ target, why }) => `- ${code(target)}: ${prose(why)}`).join('\n')}`,
          },
        ]
      : []),
    ...(resolved.length > 0
      ? [{ name: 'what is resolved', text: `### Resolved\n\n${resolved.map(resolvedItem).join('\n')}` }]
      : []),
    ...review.rules.map(rule => ({
      name: rule.path,
      text: folded(ruleTitle(rule), fenced(changeLines(rule.lines).join('\n'), 'diff')),
    })),
    ...last,
  ]
}

function unusablePart({ after, diagnostics }: DiffOutcome): Part {
  const reasons = diagnostics.map(({ diagnostic }) => renderReason(diagnostic))
  return {
    name: after.path,
    text: [`### ! ${code(after.path)} could not be compared`, ...reasons].join('\n\n'),
  }
}

function checkTable(review: Review): Part {
  const rows = listedChecks(review).map(
    check => `| ${verdictsText(check)} | ${cell(check.after.target)} | ${cell(check.after.specPath)} |`,
  )
  return { name: 'the checks', text: ['| check | target | spec |', '|---|---|---|', ...rows].join('\n') }
}

const cell = (text: string): string => code(text).replaceAll('|', '\\|')

/** Which numbers of parameters changed. */
function counts(review: Review): readonly Part[] {
  const lines = parameterChanges(review).map(
    ({ target, before, after }) => `- ${code(target)}: ${prose(`${before} → ${after} parameters`)}`,
  )
  return lines.length > 0 ? [{ name: 'the numbers of parameters', text: lines.join('\n') }] : []
}

function noticePart(notice: Notice): Part {
  const { code: name, level, span, message, details, help, target } = notice
  const place = span ? ` at ${code(formatPlace(span))}` : ''
  const items = [...details.map(prose), ...(help ? [`**do**: ${prose(help)}`] : [])].map(text => `- ${text}`)
  return {
    name: `${name} in ${target}`,
    text: [
      `### ${noticeSigns[level]} ${name}`,
      `${prose(message)}${place}, in ${code(target)}.`,
      items.join('\n'),
    ].join('\n\n'),
  }
}

function resolvedItem(notice: Notice): string {
  return `- **${notice.code}** in ${code(notice.target)}: ${prose(noticeText(notice))}`
}

function folded(title: string, text: string): string {
  return `<details>\n<summary>${escapeHtml(title)}</summary>\n\n${text}\n\n</details>`
}

function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
    .replace(/[&<>"'`*_~@#[\]\\|$]/g, character => `&#${character.codePointAt(0)};`)
}
