import type { ModelGraph } from '../graph/model.js'
import { lint } from '../lint/lint.js'
import type { Spec } from '../spec/spec.js'
import { acceptFinding, withAccepted } from './accepted.js'
import { compareCounts } from './counts.js'
import { compareStructure } from './structure.js'
import { compareTraining } from './training.js'
import type { ClauseVerdict, Comparison, Finding, Verdict } from './verdict.js'

/** Compares a model with a spec, clause by clause. Equality is proved, difference is shown, the rest is unverified. */
export function compare(spec: Spec, code: ModelGraph, target: string): Comparison {
  const structure = compareStructure(spec, code)
  const others = [...compareCounts(spec, code.model), ...compareTraining(spec, code)]
  const known = new Map<Finding, Finding>()
  const accept = (finding: Finding): Finding => {
    const entry = known.get(finding) ?? acceptFinding(finding, spec.accepted)
    known.set(finding, entry)
    return entry
  }
  const verdicts = [...structure.clauses, ...others].map(entry => withAccepted(entry, accept))
  const loose = structure.loose.map(accept)
  const failures = lint(code).map((entry): Finding => ({ diagnostic: entry }))
  return {
    target,
    spec,
    code,
    verdict: overall(verdicts, loose),
    clauses: verdicts,
    findings: [...new Set([...verdicts.flatMap(entry => entry.findings), ...loose]), ...failures],
    partners: structure.partners ?? new Map(),
    silent: structure.silent,
  }
}

function overall(clauses: readonly ClauseVerdict[], loose: readonly Finding[]): Verdict {
  const open = clauses.filter(
    ({ findings }) => findings.length === 0 || findings.some(({ accepted }) => !accepted),
  )
  if (open.some(({ verdict }) => verdict === 'differs') || loose.some(({ accepted }) => !accepted))
    return 'differs'
  return open.some(({ verdict }) => verdict === 'unverified') ? 'unverified' : 'as written'
}
