import { textOf } from '../library/config.js'
import type { AcceptedDeviation } from '../spec/spec.js'
import type { ClauseVerdict, Finding, Verdict } from './verdict.js'

/** A finding with the deviation of the spec that accepts it, if there is one. */
export function acceptFinding(finding: Finding, accepted: readonly AcceptedDeviation[]): Finding {
  const id = finding.clause?.id
  const match = accepted.find(
    ({ clause, code, value }) =>
      (clause === undefined || id === clause || id?.startsWith(`${clause}.`)) &&
      (code === undefined || code === finding.diagnostic.code) &&
      (value === undefined || textOf(value) === finding.diagnostic.values.actual),
  )
  if (!match) return finding
  const { reason, span } = match
  return { ...finding, diagnostic: { ...finding.diagnostic, accepted: { reason, span } } }
}

export function withAccepted(entry: ClauseVerdict, accept: (finding: Finding) => Finding): ClauseVerdict {
  return { ...entry, findings: entry.findings.map(accept) }
}

/** Whether all that keeps a clause from being as written is accepted. */
export function isAccepted({ findings, reason }: ClauseVerdict): boolean {
  const told = [...findings.map(({ diagnostic }) => diagnostic), ...(reason ? [reason] : [])]
  return told.length > 0 && told.every(({ accepted }) => accepted !== undefined)
}

/** The verdict on all clauses; `loose` are differences that no clause states. What is accepted is never as written. */
export function overallVerdict(clauses: readonly ClauseVerdict[], loose: readonly Finding[]): Verdict {
  const open = clauses.filter(entry => !isAccepted(entry))
  const openLoose = loose.filter(({ diagnostic }) => !diagnostic.accepted)
  if (openLoose.length > 0 || open.some(({ verdict }) => verdict === 'differs')) return 'differs'
  if (open.some(({ verdict }) => verdict === 'unverified')) return 'unverified'
  return open.length < clauses.length || loose.length > 0 ? 'accepted' : 'as written'
}
