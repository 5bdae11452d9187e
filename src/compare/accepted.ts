import { textOf } from '../library/config.js'
import type { AcceptedDeviation } from '../spec/spec.js'
import type { ClauseVerdict, Finding } from './verdict.js'

/** A finding with the deviation of the spec that accepts it, if there is one. */
export function acceptFinding(finding: Finding, accepted: readonly AcceptedDeviation[]): Finding {
  const id = finding.clause?.id
  const match = accepted.find(
    ({ clause, code, value }) =>
      (clause === undefined || id === clause || id?.startsWith(`${clause}.`)) &&
      (code === undefined || code === finding.diagnostic.code) &&
      (value === undefined || textOf(value) === finding.diagnostic.values.actual),
  )
  return match ? { ...finding, accepted: match } : finding
}

export function withAccepted(entry: ClauseVerdict, accept: (finding: Finding) => Finding): ClauseVerdict {
  return { ...entry, findings: entry.findings.map(accept) }
}
