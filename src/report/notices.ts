import { createHash } from 'node:crypto'
import type { Finding } from '../compare/verdict.js'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic, RelatedPlace } from '../diagnostics/diagnostic.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span, spanText } from '../text/source.js'
import { distinct, evidenceText, reasonsOf } from './facts.js'
import { tellFindings } from './findings.js'
import type { LintedFile } from './lint-reporters.js'

/** How grave a notice is: a difference or unusable input, something open or suspicious, something accepted. */
export type Level = 'error' | 'warning' | 'note'

/** One thing to say about one place, as code hosts, editors and CI show it. */
export interface Notice {
  readonly code: Code
  readonly level: Level
  /** What is the case, in one sentence, lower case. */
  readonly message: string
  /** Sentences that belong to it: the numbers that show it, why it matters. */
  readonly details: readonly string[]
  readonly help?: string
  readonly span?: Span
  /** The clause of the spec first, then what else helps to understand it. */
  readonly related: readonly RelatedPlace[]
  /** What was checked: `model.ts#createModel`. */
  readonly target: string
  /** Ids of the clauses that it concerns. */
  readonly clauses: readonly string[]
  /** Why the spec accepts it. */
  readonly accepted?: string
  /** Set where the input has to be mended before anything can be said. */
  readonly isUnusable?: true
  /** The same as long as it is the same notice, wherever its lines move to: 32 hexadecimal digits. */
  readonly fingerprint: string
}

type Unmarked = Omit<Notice, 'fingerprint'>

/** All that a check has to say, the gravest first in the order of the findings. */
export function noticesOf(outcome: CheckOutcome): readonly Notice[] {
  const { target, comparison, reason, diagnostics } = outcome
  const findings = tellFindings(outcome).map(({ finding, facts }): Unmarked => {
    const also = facts.filter(({ label }) => label === 'also').map(({ text }) => `Also: ${text}.`)
    return { ...ofFinding(finding, target), details: [...detailsOf(finding), ...also] }
  })
  const open = reasonsOf(comparison?.clauses ?? []).map(entry =>
    ofDiagnostic(entry.reason, target, entry.clauses),
  )
  const whole = reason ? [ofDiagnostic(reason, target)] : []
  const others = distinct(diagnostics).map(entry => ofDiagnostic(entry, target))
  return withFingerprints([...findings, ...whole, ...open, ...others])
}

/** All that `lint` has to say of a file. */
export function lintNotices({ file, findings, errors }: LintedFile): readonly Notice[] {
  return withFingerprints([...errors, ...findings].map(entry => ofDiagnostic(entry, file)))
}

function ofFinding(finding: Finding, target: string): Unmarked {
  const { diagnostic, clause, accepted } = finding
  const cited = clause?.citation ? `: ${clause.citation.text}` : ''
  return {
    ...ofDiagnostic(diagnostic, target),
    ...(accepted && { level: 'note', accepted: accepted.reason }),
    related: [
      ...(clause ? [{ message: `clause ${clause.id} of the spec${cited}`, span: clause.span }] : []),
      ...diagnostic.related.filter(({ span }) => span.file !== clause?.span.file),
    ],
    clauses: clause ? [clause.id] : [],
  }
}

function ofDiagnostic(entry: Diagnostic, target: string, clauses: readonly string[] = []): Unmarked {
  const { code, message, span, related, notes, help } = entry
  const { category, why } = catalogue[code]
  return {
    code,
    level: category === 'difference' || category === 'input' ? 'error' : 'warning',
    message,
    details: [why, ...notes],
    ...(help !== undefined && { help }),
    ...(span && { span }),
    related,
    target,
    clauses,
    ...(category === 'input' && { isUnusable: true }),
  }
}

function detailsOf({ diagnostic: { code, notes }, evidence }: Finding): readonly string[] {
  const shown = evidence?.by === 'counterexample' ? [`Shown by numbers: ${evidenceText(evidence)}.`] : []
  return [...shown, catalogue[code].why, ...notes]
}

/**
 * Lines and columns are no part of a fingerprint, so that it stays when code around it is edited: it is made of the
 * code, the target, the clauses, the file and the text at the place. Notices that agree in all of it are counted.
 */
function withFingerprints(notices: readonly Unmarked[]): readonly Notice[] {
  const counts = new Map<string, number>()
  return notices.map(notice => {
    const { code, target, clauses, span, message } = notice
    const text = span ? [span.file.path, spanText(span).replace(/\s+/g, ' ')] : [message]
    const key = JSON.stringify([code, target, clauses, ...text])
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return { ...notice, fingerprint: digest(`${key}${count}`) }
  })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** The message with all that belongs to it, for places that show nothing else. */
export function wholeText({ message, details, help, related, accepted }: Notice): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
  const places = related.map(entry => `See ${formatPlace(entry.span)}: ${entry.message}.`)
  return [
    sentence,
    ...(accepted === undefined ? [] : [`Accepted: ${accepted}.`]),
    ...details,
    ...places,
    ...(help === undefined ? [] : [`What to do: ${help}.`]),
  ].join('\n')
}

/** The gravest first; within a level in the order that they came in. */
export function byLevel(notices: readonly Notice[]): readonly Notice[] {
  const order: readonly Level[] = ['error', 'warning', 'note']
  return order.flatMap(level => notices.filter(notice => notice.level === level))
}
