import { isAccepted, overallVerdict } from '../compare/accepted.js'
import type { Finding } from '../compare/verdict.js'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import { type Acceptance, type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { CheckOutcome } from '../pipeline.js'
import type { LintedFile } from '../report/lint-reporters.js'
import { lintNotices, type Notice, noticesOf } from '../report/notices.js'
import { formatPlace } from '../text/source.js'

/** Somebody who accepts notices: a comment in the code, or an entry of the baseline. */
export interface Acceptor {
  readonly acceptance: Acceptance
  /** How it is called in messages. */
  readonly kind: 'comment' | 'entry'
  readonly code: Code
  /** What it accepts, in words. */
  readonly subject: string
  readonly accepts: (notice: Notice) => boolean
}

/** Codes that can be accepted. What is wrong with the input, or with an acceptance, has to be mended. */
export const acceptableCodes = (Object.keys(catalogue) as Code[]).filter(
  code => catalogue[code].category !== 'input' && code !== 'unused-acceptance',
)

/**
 * What one run accepts, in its checks and in its linted files. What the spec accepts is accepted already. Who accepts
 * something is noted, so that it can be told who accepts nothing.
 */
export class AcceptanceRun {
  readonly #acceptors: readonly Acceptor[]
  /** As `2027-01-31`. */
  readonly #today: string
  readonly #folder: string
  readonly #used = new Set<Acceptor>()

  constructor(acceptors: readonly Acceptor[], { today, folder }: { today: string; folder: string }) {
    this.#acceptors = acceptors
    this.#today = today
    this.#folder = folder
  }

  /** Those of which nothing that was looked at has need. */
  get unused(): readonly Acceptor[] {
    return this.#acceptors.filter(acceptor => !this.#used.has(acceptor))
  }

  /** A check in which all is accepted that somebody accepts. No verdict becomes *as written* by it. */
  check(outcome: CheckOutcome): CheckOutcome {
    if (outcome.verdict === 'unusable') return outcome
    const mark = this.#marks(noticesOf(outcome, this.#folder))
    const { comparison, reason, diagnostics, cases } = outcome
    const whole = {
      ...outcome,
      diagnostics: diagnostics.map(mark),
      ...(reason && { reason: mark(reason) }),
    }
    // Only one of several cases is shown: what is accepted in it says nothing of the others.
    const isWhole = !cases
    if (!comparison)
      return {
        ...whole,
        verdict: isWhole && reason && mark(reason).accepted ? 'accepted' : outcome.verdict,
      }
    const ofFinding = (finding: Finding): Finding => ({ ...finding, diagnostic: mark(finding.diagnostic) })
    const clauses = comparison.clauses.map(entry => ({
      ...entry,
      findings: entry.findings.map(ofFinding),
      ...(entry.reason && { reason: mark(entry.reason) }),
    }))
    const stated = new Set(comparison.clauses.flatMap(({ findings }) => findings))
    const loose = comparison.findings.filter(
      finding => !stated.has(finding) && catalogue[finding.diagnostic.code].category !== 'soft-failure',
    )
    const isChanged = clauses.some((entry, i) => isAccepted(entry) !== isAccepted(comparison.clauses[i]!))
    const verdict =
      isChanged || loose.some(finding => ofFinding(finding).diagnostic !== finding.diagnostic)
        ? overallVerdict(clauses, loose.map(ofFinding))
        : comparison.verdict
    return {
      ...whole,
      comparison: { ...comparison, clauses, verdict, findings: comparison.findings.map(ofFinding) },
      verdict: isWhole && !reason ? verdict : outcome.verdict,
    }
  }

  lint(file: LintedFile): LintedFile {
    return { ...file, findings: file.findings.map(this.#marks(lintNotices(file, this.#folder))) }
  }

  /** How the diagnostics of notices look where they are accepted. */
  #marks(notices: readonly Notice[]): (entry: Diagnostic) => Diagnostic {
    const marked = new Map<string, Diagnostic>()
    for (const notice of notices) {
      if (notice.isUnusable || notice.accepted) continue
      const by = this.#acceptors.filter(acceptor => acceptor.accepts(notice))
      for (const acceptor of by) this.#used.add(acceptor)
      const valid = by.find(({ acceptance: { expires } }) => expires === undefined || expires >= this.#today)
      const [first] = by
      if (!first) continue
      for (const entry of notice.diagnostics)
        marked.set(keyOf(entry), valid ? { ...entry, accepted: valid.acceptance } : expired(entry, first))
    }
    return entry => marked.get(keyOf(entry)) ?? entry
  }
}

/** One thing can be told of several clauses, by diagnostics that are equal. */
const keyOf = ({ code, message, span, help }: Diagnostic): string =>
  [code, message, span && formatPlace(span), span?.end, help].join('\n')

function expired(entry: Diagnostic, { acceptance }: Acceptor): Diagnostic {
  const { expires, reason, span } = acceptance
  const note = `It was accepted until ${expires} (${formatPlace(span)}): ${reason}.`
  return { ...entry, notes: [...entry.notes, note] }
}

/** That somebody accepts what is not there. */
export function unusedAcceptance({ acceptance, kind, subject }: Acceptor): Diagnostic {
  const help = kind === 'entry' ? '`aswritten baseline` takes it out' : 'remove the comment'
  return diagnostic('unused-acceptance', { kind, subject }, { span: acceptance.span, help })
}
