import { isAccepted } from '../compare/accepted.js'
import type { Finding } from '../compare/verdict.js'
import { catalogue } from '../diagnostics/catalogue.js'
import type { Acceptance, Diagnostic } from '../diagnostics/diagnostic.js'
import type { Formula } from '../equations/formula.js'
import { toLatex } from '../equations/latex.js'
import { toText } from '../equations/unicode.js'
import { givenTensors } from '../graph/model.js'
import type { CheckOutcome } from '../pipeline.js'
import type { Citation } from '../spec/spec.js'
import { positionAt, type Span } from '../text/source.js'
import { countVerdicts, statementText } from './facts.js'
import { countUnverified } from './policy.js'
import type { ReportOptions } from './reporters.js'
import { sidesOf } from './sides.js'

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

/** The outcome of checks as JSON; `grammar/report.schema.json` describes it. */
export function renderJson(
  outcomes: readonly CheckOutcome[],
  { policy }: Pick<ReportOptions, 'policy'> = {},
): string {
  const limits = policy && { ...policy, unverified: countUnverified(outcomes) }
  const report = {
    version: formatVersion,
    ...(limits && { policy: limits }),
    checks: outcomes.map(outcomeJson),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function outcomeJson(outcome: CheckOutcome): object {
  const { target, specPath, verdict, spec, comparison, cases, reason, oneExample, diagnostics } = outcome
  const clauses = comparison?.clauses ?? []
  return {
    target,
    spec: { path: specPath, title: spec?.title ?? null, citation: citationJson(spec?.citation) },
    verdict,
    counts: countVerdicts(clauses),
    cases: cases ?? [],
    reason: reason ? diagnosticJson(reason) : null,
    findings: (comparison?.findings ?? []).map(finding => findingJson(finding, outcome)),
    clauses: clauses.map(entry => ({
      id: entry.clause.id,
      statement: statementText(entry, clauses),
      kind: entry.clause.kind,
      verdict: entry.verdict,
      accepted: isAccepted(entry),
      place: placeJson(entry.clause.span),
      citation: citationJson(entry.clause.citation),
      evidence: entry.evidence ?? null,
      apartFrom: entry.apartFrom?.id ?? null,
      reason: entry.reason ? diagnosticJson(entry.reason) : null,
    })),
    silent: comparison?.silent ?? [],
    stated: (comparison ? givenTensors(comparison.code.model) : []).flatMap(({ name, stated }) =>
      stated
        ? [
            {
              name,
              by: stated.by,
              input: stated.input ?? null,
              place: placeJson(stated.span),
              calledAt: stated.calledAt ? placeJson(stated.calledAt) : null,
            },
          ]
        : [],
    ),
    oneExample: oneExample ?? null,
    diagnostics: diagnostics.map(diagnosticJson),
  }
}

function findingJson(finding: Finding, outcome: CheckOutcome): object {
  const { specified, implemented } = sidesOf(finding, outcome)
  return {
    ...diagnosticJson(finding.diagnostic),
    clause: finding.clause?.id ?? null,
    why: catalogue[finding.diagnostic.code].why,
    specified: sideJson(specified),
    implemented: sideJson(implemented),
    evidence: finding.evidence ?? null,
  }
}

/** An equation has both notations, a value only its text. */
function sideJson(side: Formula | string | undefined): object | null {
  if (side === undefined) return null
  return typeof side === 'string' ? { latex: null, text: side } : { latex: toLatex(side), text: toText(side) }
}

function citationJson(citation: Citation | undefined): object | null {
  return citation ? { text: citation.text, checked: citation.checked } : null
}

export function diagnosticJson({ code, message, span, related, notes, help, accepted }: Diagnostic): object {
  return {
    code,
    category: catalogue[code].category,
    message,
    place: span ? placeJson(span) : null,
    related: related.map(entry => ({ message: entry.message, place: placeJson(entry.span) })),
    notes,
    help: help ?? null,
    accepted: accepted ? acceptanceJson(accepted) : null,
  }
}

function acceptanceJson({ reason, owner, expires, span }: Acceptance): object {
  return { reason, owner: owner ?? null, expires: expires ?? null, place: placeJson(span) }
}

export function placeJson({ file, start, end }: Span): object {
  return { path: file.path, start: positionAt(file, start), end: positionAt(file, end) }
}
