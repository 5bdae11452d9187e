import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Clause } from '../spec/spec.js'
import type { Span } from '../text/source.js'
import type { Candidate } from './findings.js'
import type { ClauseVerdict, Evidence, Finding } from './verdict.js'

/** A stated value and the one in its place. */
export const byValue = (expected: string, actual: string): Evidence => ({ by: 'value', expected, actual })

export const asWritten = (clause: Clause, evidence: Evidence): ClauseVerdict => ({
  clause,
  verdict: 'as written',
  evidence,
  findings: [],
})

export const unverified = (clause: Clause, reason: Diagnostic): ClauseVerdict => ({
  clause,
  verdict: 'unverified',
  reason,
  findings: [],
})

/** A clause of which nothing is known because another one differs. */
export const behindDifference = (clause: Clause, behind: Clause, span: Span): ClauseVerdict => ({
  ...unverified(clause, diagnostic('behind-difference', { where: behind.id }, { span })),
  behind,
})

/** A clause that is not decided, for a reason in words. */
export const undecided = (clause: Clause, reason: string, span: Span): ClauseVerdict =>
  unverified(clause, diagnostic('not-decided', { reason }, { span }))

/** A clause that one finding is about; `values` are the two that differ, where they can be shown. */
export function differs(
  clause: Clause,
  entry: Diagnostic,
  evidence: Evidence,
  values: Pick<Finding, 'specified' | 'implemented' | 'parts'> = {},
): ClauseVerdict {
  const finding: Finding = { ...values, diagnostic: entry, clause, evidence }
  return { clause, verdict: 'differs', evidence, findings: [finding] }
}

/** A clause that several findings are about, the first of which shows why. */
export function differsBy(clause: Clause, findings: readonly Finding[]): ClauseVerdict {
  const evidence = findings[0]?.evidence
  return { clause, verdict: 'differs', ...(evidence && { evidence }), findings }
}

/** The verdicts where all values are proved equal, so that only what is stated beside them can differ or be open. */
export function provedVerdicts(
  stated: readonly Clause[],
  candidates: readonly Candidate[],
  evidence: Evidence,
): { readonly clauses: readonly ClauseVerdict[]; readonly loose: readonly Finding[] } {
  const findings = candidates.filter(({ open }) => !open).map(({ finding }) => finding)
  const clauses = stated.map((clause): ClauseVerdict => {
    const own = findings.filter(finding => finding.clause === clause)
    if (own.length > 0) return differsBy(clause, own)
    const open = candidates.find(candidate => candidate.finding.clause === clause)?.open
    return open ? unverified(clause, open) : asWritten(clause, evidence)
  })
  return { clauses, loose: findings.filter(({ clause }) => !clause) }
}
