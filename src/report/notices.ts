import { createHash } from 'node:crypto'
import type { Finding } from '../compare/verdict.js'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Acceptance, Diagnostic, RelatedPlace } from '../diagnostics/diagnostic.js'
import { toText } from '../equations/unicode.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span, spanText } from '../text/source.js'
import { acceptanceText, evidenceText, otherDiagnostics, reasonsOf } from './facts.js'
import { type ToldFinding, tellFindings } from './findings.js'
import type { LintedFile } from './lint-reporters.js'
import { pathFrom } from './locations.js'

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
  /** What it was checked against; nothing where no spec is needed. */
  readonly spec?: string
  /** Ids of the clauses that it concerns. */
  readonly clauses: readonly string[]
  readonly accepted?: Acceptance
  /** Set where the input has to be mended before anything can be said. */
  readonly isUnusable?: true
  /** What it tells. */
  readonly diagnostics: readonly Diagnostic[]
  /** The same as long as it is the same notice, wherever its lines move to: 32 hexadecimal digits. */
  readonly fingerprint: string
}

/** `said` is what the fingerprint is made of, beside the place. */
type Unmarked = Omit<Notice, 'fingerprint'> & { readonly said: readonly string[] }

/** All that a check has to say, in the order of the findings. `folder` is where its paths start, from the root of the repository. */
export function noticesOf(outcome: CheckOutcome, folder: string): readonly Notice[] {
  const { target, specPath: spec, comparison, reason } = outcome
  const subject = { target, spec }
  const findings = tellFindings(outcome).map(told => ofFinding(told, subject))
  const open = reasonsOf(comparison?.clauses ?? []).map(entry =>
    ofDiagnostic(entry.reason, subject, entry.clauses),
  )
  const whole = reason ? [ofDiagnostic(reason, subject)] : []
  const others = otherDiagnostics(outcome).map(entry => ofDiagnostic(entry, subject))
  return withFingerprints([...findings, ...whole, ...open, ...others], folder)
}

/** All that `lint` has to say of a file. */
export function lintNotices({ path, findings, errors }: LintedFile, folder: string): readonly Notice[] {
  return withFingerprints(
    [...errors, ...findings].map(entry => ofDiagnostic(entry, { target: path })),
    folder,
  )
}

type Subject = Pick<Notice, 'target' | 'spec'>

function ofFinding({ finding, repeated, sides, facts }: ToldFinding, subject: Subject): Unmarked {
  const { diagnostic, clause } = finding
  const cited = clause?.citation ? `: ${clause.citation.text}` : ''
  const all = [finding, ...repeated]
  const also = facts.filter(({ label }) => label === 'also').map(({ text }) => `Also: ${text}.`)
  const { implemented = '' } = sides
  return {
    ...ofDiagnostic(diagnostic, subject),
    details: [...detailsOf(finding), ...also],
    related: [
      ...(clause ? [{ message: `clause ${clause.id} of the spec${cited}`, span: clause.span }] : []),
      ...diagnostic.related.filter(({ span }) => span.file !== clause?.span.file),
    ],
    clauses: [...new Set(all.flatMap(entry => entry.clause?.id ?? []))],
    diagnostics: all.map(entry => entry.diagnostic),
    said: [
      ...all.map(entry => entry.diagnostic.message),
      typeof implemented === 'string' ? implemented : toText(implemented),
    ],
  }
}

function ofDiagnostic(entry: Diagnostic, subject: Subject, clauses: readonly string[] = []): Unmarked {
  const { code, message, span, related, notes, help, accepted } = entry
  const { category, why } = catalogue[code]
  const grave = category === 'difference' || category === 'input' ? 'error' : 'warning'
  return {
    code,
    level: accepted ? 'note' : grave,
    message,
    details: [why, ...notes],
    ...(help !== undefined && { help }),
    ...(span && { span }),
    ...(accepted && { accepted }),
    related,
    ...subject,
    clauses,
    ...(category === 'input' && { isUnusable: true }),
    diagnostics: [entry],
    said: [message],
  }
}

function detailsOf({ diagnostic: { code, notes }, evidence }: Finding): readonly string[] {
  const shown = evidence?.by === 'counterexample' ? [`Shown by numbers: ${evidenceText(evidence)}.`] : []
  return [...shown, catalogue[code].why, ...notes]
}

/**
 * Lines and columns are no part of a fingerprint, so that it stays when code around it is edited, and paths start at the
 * root of the repository, wherever the command runs. What is said is a part of it, with what the code computes: whoever
 * accepts a notice accepts this difference at this place, and no other. Notices that agree in all of it are counted.
 */
function withFingerprints(notices: readonly Unmarked[], folder: string): readonly Notice[] {
  const counts = new Map<string, number>()
  return notices.map(({ said, ...notice }) => {
    const { code, target, spec, clauses, span } = notice
    const words = said.map(text => text.replaceAll(target, pathFrom(folder, target)))
    const place = span && [pathFrom(folder, span.file.path), spanText(span).replace(/\s+/g, ' ')]
    const key = JSON.stringify([
      code,
      // Without a spec, what is at a place is the same whoever imports it.
      spec === undefined && place ? null : pathFrom(folder, target),
      spec === undefined ? null : pathFrom(folder, spec),
      clauses,
      words,
      place,
    ])
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
    ...(accepted ? [`Accepted: ${acceptanceText(accepted)}.`] : []),
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
