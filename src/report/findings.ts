import type { Evidence, Finding } from '../compare/verdict.js'
import { catalogue } from '../diagnostics/catalogue.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span } from '../text/source.js'
import { acceptedFacts, citationText, evidenceText, type Fact, resultText, tensorText } from './facts.js'
import { type Sides, sidesOf } from './sides.js'

/** A finding as a reader meets it, after those before it. */
export interface ToldFinding {
  readonly finding: Finding
  /** Findings that are told with it. */
  readonly repeated: readonly Finding[]
  /** Whether its line of code was not shown just before. */
  readonly isNewPlace: boolean
  /** Whether the numbers that show it were not told before. */
  readonly isNewEvidence: boolean
  readonly sides: Sides
  readonly facts: readonly Fact[]
}

/**
 * The findings of a check in order. What was said already, the same numbers or the same reason, is not said again. One
 * line of code that makes many layers has the same finding many times: it is told once, with the others beside it.
 */
export function tellFindings(outcome: CheckOutcome): readonly ToldFinding[] {
  const told = new Set<unknown>()
  let last: Span | undefined
  const isNew = (what: unknown): boolean => !told.has(what) && Boolean(told.add(what))
  return groupsOf(outcome.comparison?.findings ?? []).map(([finding, ...repeated]) => {
    const { span } = finding.diagnostic
    const isNewPlace = !span || !last || !isSamePlace(span, last) || span.end !== last.end
    last = span
    const sides = sidesOf(finding, outcome)
    const why = [catalogue[finding.diagnostic.code].why, ...finding.diagnostic.notes].join(' ')
    const isNewEvidence = isNew(finding.evidence)
    const facts = factsOf(finding, sides, isNew(why) ? why : undefined, isNewEvidence)
    return {
      finding,
      repeated,
      isNewPlace,
      isNewEvidence,
      sides,
      facts: [...facts, ...repeated.map(alsoFact)],
    }
  })
}

/** Findings with one code at one place, with the same advice, where the first of them stands. */
function groupsOf(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const [i, finding] of findings.entries()) {
    const { code, span, help, accepted } = finding.diagnostic
    const by = accepted && formatPlace(accepted.span)
    const key = span ? [code, span.file.path, span.start, span.end, help, by].join('\n') : String(i)
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return [...groups.values()]
}

function alsoFact({ diagnostic: { message }, clause }: Finding): Fact {
  return { label: 'also', text: `${message}${clause ? `, clause \`${clause.id}\`` : ''}` }
}

/** What to know about a finding beside its message, its place and the two sides, in this order. */
function factsOf(
  { diagnostic, clause, evidence }: Finding,
  { specified }: Sides,
  why: string | undefined,
  isNewEvidence: boolean,
): readonly Fact[] {
  const { span, related, help } = diagnostic
  const others = related.filter(
    place => !(span && isSamePlace(place.span, span)) && !(clause && place.span.file === clause.span.file),
  )
  // The two sides say it already.
  const isEvident = typeof specified === 'string' && (evidence?.by === 'value' || evidence?.by === 'shape')
  return [
    ...(clause?.citation ? [{ label: 'cited', text: citationText(clause.citation) }] : []),
    ...(clause ? [{ label: 'spec', text: `${formatPlace(clause.span)}, clause \`${clause.id}\`` }] : []),
    ...others.map(place => ({ label: 'see', text: `${formatPlace(place.span)}: ${place.message}` })),
    ...(why ? [{ label: 'why', text: why }] : []),
    ...(evidence && !isEvident ? [evidenceFact(evidence, isNewEvidence)] : []),
    ...(help ? [{ label: 'do', text: help }] : []),
    ...acceptedFacts(diagnostic),
  ]
}

function isSamePlace(a: Span, b: Span): boolean {
  return a.file.path === b.file.path && a.start === b.start
}

function evidenceFact(evidence: Evidence, isNew: boolean): Fact {
  const label = 'shown by'
  if (evidence.by !== 'counterexample') return { label, text: evidenceText(evidence) }
  const { counterexample } = evidence
  if (!isNew) return { label, text: 'the numbers above' }
  return {
    label,
    text: `${resultText(counterexample)}${counterexample.inputs.length > 0 ? ', for' : ''}`,
    details: counterexample.inputs.map(({ name, shape, values }) => [name, tensorText(shape, values)]),
  }
}
