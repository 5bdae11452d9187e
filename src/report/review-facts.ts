import { countText } from '../equations/terminal.js'
import { formatPlace, type Span } from '../text/source.js'
import { acceptanceText, type Fact, verdictSigns, verdictWords } from './facts.js'
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

/** As many lines of a change are shown where there is little room. */
const mostLines = 60

/** The first lines of a change, and how many are left. */
export function cutLines(
  lines: readonly LineChange[],
  most: number,
): { readonly shown: readonly LineChange[]; readonly left: number } {
  const shown = lines.slice(0, most)
  return { shown, left: lines.length - shown.length }
}

/** Lines that are gone or new, the first of them. */
export function changeLines(lines: readonly LineChange[]): readonly string[] {
  const { shown, left } = cutLines(lines, mostLines)
  const texts = shown.map(({ sign, text }) => `${sign} ${text}`)
  return left > 0 ? [...texts, `… ${left} more lines`] : texts
}

/** How many numbers a target learns, where a change makes it learn another number of them. */
export interface ParameterChange {
  readonly target: string
  readonly where: readonly string[]
  readonly before: string
  readonly after: string
}

/** Which numbers of parameters changed. */
export function parameterChanges({ files }: Review): readonly ParameterChange[] {
  return files.flatMap(({ path, models }) =>
    (models?.targets ?? []).flatMap(({ name, cases }) =>
      cases.flatMap(({ where, parameters }): readonly ParameterChange[] => {
        if (!parameters) return []
        const [before, after] = [countText(parameters.before), countText(parameters.after)]
        const target = name === path ? path : `${path}#${name}`
        return before === after ? [] : [{ target, where, before, after }]
      }),
    ),
  )
}

export const ruleTitle = ({ path, change }: RuleChange): string => `${path} (${change})`

/** A notice in one line, without its place. */
export const noticeText = ({ message, accepted }: Notice): string =>
  accepted ? `${message} (accepted: ${accepted.reason})` : message

const shownBy = 'Shown by numbers: '

/** What to know of a notice beside its sentence: the numbers that show it, why it matters, what to do. */
export function noticeFacts({ details, help, related, accepted }: Notice): readonly Fact[] {
  const why = details.filter(text => !text.startsWith(shownBy)).join(' ')
  return [
    ...details.flatMap(text =>
      text.startsWith(shownBy) ? [{ label: 'shown by', text: text.slice(shownBy.length) }] : [],
    ),
    ...related.map(({ message, span }) => ({ label: 'see', text: `${formatPlace(span)}: ${message}` })),
    ...(why ? [{ label: 'why', text: why }] : []),
    ...(help ? [{ label: 'do', text: help }] : []),
    ...(accepted ? [{ label: 'accepted', text: acceptanceText(accepted) }] : []),
  ]
}
