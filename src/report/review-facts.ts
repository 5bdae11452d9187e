import { formatPlace, type Span } from '../text/source.js'
import { verdictSigns, verdictWords } from './facts.js'
import type { Level, Notice } from './notices.js'
import {
  foundIn,
  hasOtherVerdict,
  isSilent,
  type LineChange,
  type Review,
  type ReviewedCheck,
  type RuleChange,
  reviewCounts,
  unreadFiles,
} from './review.js'

/** The sign of a change: whether it makes something worse, leaves something open, or changes nothing. */
export function reviewSign(review: Review): '✓' | '✗' | '?' | '~' {
  const { added } = foundIn(review)
  const { undecided, unusable } = reviewCounts(review)
  const isNow = (verdict: string) =>
    review.checks.some(({ before, after }) => after.verdict === verdict && before.verdict !== verdict)
  if (isNow('differs') || isNow('unusable') || added.some(({ level }) => level === 'error')) return '✗'
  if (isNow('unverified') || undecided + unusable > 0 || added.length > 0) return '?'
  return isSilent(review) ? '✓' : '~'
}

export const noticeSigns: Readonly<Record<Level, string>> = { error: '✗', warning: '!', note: '~' }

/** `~ accepted → ✗ differs`; one verdict where it is the same. */
export function verdictsText({ before, after }: ReviewedCheck): string {
  const text = (verdict: keyof typeof verdictWords) => `${verdictSigns[verdict]} ${verdictWords[verdict]}`
  return before.verdict === after.verdict
    ? text(after.verdict)
    : `${text(before.verdict)} → ${text(after.verdict)}`
}

/** The checks to list: those with another verdict first. */
export function listedChecks({ checks }: Review): readonly ReviewedCheck[] {
  return [...checks.filter(hasOtherVerdict), ...checks.filter(check => !hasOtherVerdict(check))]
}

/** `main (1a2b3c4) → HEAD (5d6e7f8)`. */
export function revisionsText({ base, head }: Review): string {
  const text = ({ name, commit }: Review['base']) => `${name} (${commit.slice(0, 7)})`
  return `${text(base)} → ${text(head)}`
}

/** That the change edits what it is judged by. */
export function rulesText({ rules, comments }: Review): string | undefined {
  const paths = rules.map(({ path, change }) => `\`${path}\` (${change})`)
  const places = comments.map((span: Span) => `\`${formatPlace(span)}\``)
  const parts = [
    paths.length > 0 &&
      `The change edits what it is judged by: ${paths.join(', ')}. Everything here is judged by the version of the base.`,
    places.length > 0 &&
      `The change accepts findings by comments, which do not count here: ${places.join(', ')}.`,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : undefined
}

export function unreadText(review: Review): string | undefined {
  const paths = unreadFiles(review).map(path => `\`${path}\``)
  return paths.length > 0
    ? `No model is recognised in ${paths.join(', ')}, so nothing is said of it.`
    : undefined
}

/** As many lines of a change are shown. */
const mostLines = 60

/** Lines that are gone or new, the first of them. */
export function changeLines(lines: readonly LineChange[]): readonly string[] {
  const shown = lines.slice(0, mostLines).map(({ sign, text }) => `${sign} ${text}`)
  return lines.length > shown.length ? [...shown, `… ${lines.length - shown.length} more lines`] : shown
}

export const ruleTitle = ({ path, change }: RuleChange): string => `${path} (${change})`

/** A notice in one line, without its place. */
export const noticeText = ({ message, accepted }: Notice): string =>
  accepted ? `${message} (accepted: ${accepted.reason})` : message
