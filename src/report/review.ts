import type { DiffOutcome, TargetDifference } from '../diff/diff.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type SourceFile, type Span } from '../text/source.js'
import { commonSubsequence } from '../text/subsequence.js'
import { LinePlaces } from './line-places.js'
import type { Notice } from './notices.js'

/** What a change does to the mathematics of a repository. */
export interface Review {
  readonly base: Side
  readonly head: Side
  /** How many files the change adds, edits, moves or takes away. */
  readonly changed: number
  /** Checks that look at what changed, by the specs of the base. */
  readonly checks: readonly ReviewedCheck[]
  /** Files that may build a model and are changed, or import what is. */
  readonly files: readonly ReviewedFile[]
  /** Changes of what a check goes by. */
  readonly rules: readonly RuleChange[]
  /** Comments of the change that accept something, which do not count yet. */
  readonly comments: readonly Span[]
}

export interface Side {
  /** As the user named it. */
  readonly name: string
  readonly commit: string
}

export interface ReviewedCheck {
  readonly before: CheckOutcome
  readonly after: CheckOutcome
  readonly found: NoticeChange
}

export interface ReviewedFile {
  readonly path: string
  /** Absent where no model is recognised on either side. */
  readonly models?: DiffOutcome
  readonly listings: readonly ListingChange[]
  readonly found: NoticeChange
}

/** What is told of the code after a change and not before, and the other way round. What is accepted is neither. */
export interface NoticeChange {
  readonly added: readonly Notice[]
  readonly resolved: readonly Notice[]
}

/** Equations of a training program, or of gradients of its own, of which some changed. */
export interface ListingChange {
  readonly target: string
  readonly lines: readonly LineChange[]
}

/** A line that is new or gone, in the notations of a terminal and of LaTeX. */
export interface LineChange {
  readonly sign: '+' | '-'
  readonly text: string
}

/** A spec, the list of checks or the baseline, where the change edits it. */
export interface RuleChange {
  readonly path: string
  readonly change: 'added' | 'removed' | 'edited'
  readonly lines: readonly LineChange[]
}

/** The lines that only one of two texts has, in order. */
export function changedLines(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const lines: LineChange[] = []
  let [i, j] = [0, 0]
  const until = (first: number, second: number) => {
    while (i < first) lines.push({ sign: '-', text: before[i++]! })
    while (j < second) lines.push({ sign: '+', text: after[j++]! })
  }
  for (const [first, second] of commonSubsequence(before, after)) {
    until(first, second)
    ;[i, j] = [first + 1, second + 1]
  }
  until(before.length, after.length)
  return lines
}

/**
 * What is new and what is gone between two lists of notices. One that says the same of the same clauses is neither where its
 * place is the same: in a line that stands where its own stood, or was moved there. What is said of no place is the same wherever
 * it is said.
 */
export function noticeChange(before: readonly Notice[], after: readonly Notice[]): NoticeChange {
  const isOpen = ({ accepted }: Notice) => !accepted
  const said = ({ code, clauses, message }: Notice) => JSON.stringify([code, clauses, message])
  const isSame = samePlaces()
  const isStill = (own: Notice, other: Notice) => said(own) === said(other) && isSame(own, other)
  const isAlike = (own: Notice, other: Notice) => own.fingerprint === other.fingerprint && isStill(own, other)
  let [resolved, added] = [before.filter(isOpen), after.filter(isOpen)]
  for (const isOne of [isAlike, isStill]) {
    const left = [...resolved]
    added = added.filter(notice => {
      const at = left.findIndex(other => isOne(other, notice))
      if (at >= 0) left.splice(at, 1)
      return at < 0
    })
    resolved = left
  }
  const accepted = after.filter(notice => !isOpen(notice))
  return { added, resolved: resolved.filter(notice => !accepted.some(other => isStill(notice, other))) }
}

/** Whether two notices can be about one place, in the texts that each side has. */
function samePlaces(): (before: Notice, after: Notice) => boolean {
  const known = new Map<SourceFile, Map<SourceFile, LinePlaces>>()
  return ({ span: own }, { span: other }) => {
    if (!own || !other) return true
    const places = known.get(own.file) ?? new Map<SourceFile, LinePlaces>()
    known.set(own.file, places)
    const lines = places.get(other.file) ?? new LinePlaces(own.file, other.file)
    places.set(other.file, lines)
    return lines.areOne(own, other)
  }
}

/** What a change comes to, for its first line. */
export interface ReviewCounts {
  readonly verdicts: number
  readonly added: number
  readonly resolved: number
  /** Targets whose mathematics is another one, is not known to be the same, and is the same. */
  readonly different: number
  readonly undecided: number
  readonly same: number
  readonly unusable: number
}

export function reviewCounts({ checks, files }: Review): ReviewCounts {
  const found = foundIn({ checks, files })
  const targets = files.flatMap(({ models }) => models?.targets ?? [])
  const listings = files.filter(file => file.listings.length > 0).length
  const count = (verdict: string) => targets.filter(target => target.verdict === verdict).length
  return {
    verdicts: checks.filter(hasOtherVerdict).length,
    added: found.added.length,
    resolved: found.resolved.length,
    different: count('different') + listings,
    undecided: count('undecided'),
    same: count('same'),
    unusable: files.filter(({ models }) => models?.verdict === 'unusable').length,
  }
}

export const hasOtherVerdict = ({ before, after }: ReviewedCheck): boolean => before.verdict !== after.verdict

/** What is found by checks, and without a spec what no check tells as well. */
export function foundIn({ checks, files }: Pick<Review, 'checks' | 'files'>): NoticeChange {
  const told = (key: keyof NoticeChange): readonly Notice[] => {
    const first = checks.flatMap(({ found }) => found[key])
    const placeOf = ({ code, span }: Notice) => JSON.stringify([code, span?.file.path, span?.start])
    const known = new Set(first.map(placeOf))
    return [
      ...first,
      ...files.flatMap(({ found }) => found[key].filter(notice => !known.has(placeOf(notice)))),
    ]
  }
  return { added: told('added'), resolved: told('resolved') }
}

/** The change in one sentence. It is a refactoring only where all that is affected is proved to be the same. */
export function reviewText(review: Review): string {
  const counts = reviewCounts(review)
  const { verdicts, added, resolved, different, undecided, same, unusable } = counts
  const files = plural(review.changed, 'file')
  const parts = [
    verdicts > 0 && `${plural(verdicts, 'verdict')} changed`,
    added > 0 && plural(added, 'new finding'),
    resolved > 0 && `${resolved} resolved`,
    different > 0 && `the mathematics of ${plural(different, 'target')} changed`,
    undecided > 0 && `${plural(undecided, 'target')} not known to be the same`,
    unusable > 0 && `${plural(unusable, 'file')} could not be compared`,
  ].filter(Boolean)
  if (parts.length > 0) return `${files} changed: ${parts.join(', ')}`
  const isProved = ({ before, after }: ReviewedCheck) =>
    [before, after].every(({ verdict }) => verdict === 'as written')
  if (review.files.length === 0 && review.checks.length === 0)
    return `${files} changed, and no model is affected`
  if (same === 0 && !review.checks.some(isProved))
    return `${files} changed, and no model that is recognised is affected`
  if (unreadFiles(review).length > 0) return `${files} changed, no equation that is recognised changed`
  return `refactoring: ${files} changed, no equation changed`
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Files that were changed and build nothing that is recognised, so that nothing is said of them. */
export const unreadFiles = ({ files }: Review): readonly string[] =>
  files.filter(({ models, listings }) => !models && listings.length === 0).map(({ path }) => path)

/** The targets of which the mathematics is another one. */
export const changedTargets = ({ models }: ReviewedFile): readonly TargetDifference[] =>
  (models?.targets ?? []).filter(({ verdict }) => verdict === 'different')

/** The targets that are not known to be the same, each with the reason. */
export const openTargets = ({ models, path }: ReviewedFile): readonly OpenTarget[] =>
  (models?.targets ?? [])
    .filter(({ verdict }) => verdict === 'undecided')
    .map(({ name, cases }) => {
      const [open] = cases.filter(({ outputs }) => outputs.verdict === 'undecided')
      const { reason, problem } = open?.outputs ?? {}
      const place = reason?.span ? ` (${formatPlace(reason.span)})` : ''
      const why = reason ? `${reason.message}${place}` : (problem ?? 'a setting is open')
      return { target: name === path ? path : `${path}#${name}`, why }
    })

export interface OpenTarget {
  readonly target: string
  readonly why: string
}

/** Whether there is anything to say beside the first line. */
export function isSilent(review: Review): boolean {
  const { verdicts, added, resolved, different, undecided, unusable } = reviewCounts(review)
  const { rules, comments } = review
  return [verdicts, added, resolved, different, undecided, unusable, rules.length, comments.length].every(
    count => count === 0,
  )
}
