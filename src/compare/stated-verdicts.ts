import { diagnostic, filledDiagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { Clause, StatedModel } from '../spec/spec.js'
import { asWritten, behindDifference, byValue, differsBy, undecided, unverified } from './clause-verdicts.js'
import type { Candidate } from './findings.js'
import { judge } from './judge.js'
import { type NamedDifference, placeOf } from './naming.js'
import type { EquationOutcome } from './stated-equations.js'
import { partsOf } from './stated-places.js'
import type { ClauseVerdict, Evidence, Finding } from './verdict.js'

/**
 * The verdicts where equality was not proved: settings of paired layers by their values, the rest as a whole. Where an edit of
 * one equation explains the difference, and all outputs are proved equal after it, the code computes what all other
 * equations say.
 */
export function statedVerdicts(
  outcome: Exclude<EquationOutcome, { readonly proof: unknown }>,
  spec: StatedModel,
  { model, provenance }: ModelGraph,
  stated: readonly Clause[],
  paired: ReadonlySet<number>,
  candidates: readonly Candidate[],
): { readonly clauses: readonly ClauseVerdict[]; readonly loose: readonly Finding[] } {
  const findings = candidates.flatMap(({ finding, open }) => (open ? [] : [finding]))
  const differing = 'evidence' in outcome ? outcome : undefined
  const part = differing && editedPart(differing)
  const blamed = part === undefined ? undefined : spec.clauseOf.get(part)
  const found = differing && findingOf(differing, blamed, { model, provenance }, stated)
  if (found) findings.push(found)
  const rest = blamed && candidates.length === 0 ? proofOfTheRest(differing!) : undefined
  const { span } = model.origin
  const problem = 'problem' in outcome ? outcome.problem : unknownPart
  const decided = new Set(
    [...spec.clauseOf].flatMap(([part, clause]) =>
      clause.kind === 'input' || paired.has(Number(part.split('.')[0])) ? [clause] : [],
    ),
  )
  const clauses = stated.map((clause): ClauseVerdict => {
    const own = findings.filter(finding => finding.clause === clause)
    const open = candidates.find(candidate => candidate.open && candidate.finding.clause === clause)?.open
    if (own.length === 0 && open) return unverified(clause, open)
    if (own.length > 0) return differsBy(clause, own)
    if (decided.has(clause)) return asWritten(clause, byValue(clause.statement, clause.statement))
    if (!found?.clause) return undecided(clause, problem, span)
    return rest
      ? { ...asWritten(clause, rest), apartFrom: found.clause }
      : behindDifference(clause, found.clause, span)
  })
  return { clauses, loose: findings.filter(({ clause }) => !clause) }
}

const unknownPart = 'the outputs differ, by which statement is not known'

type Differing = Extract<EquationOutcome, { readonly statements: unknown }>

/** The equation in which alone the edit is made that explains a difference. */
function editedPart({ edited, statements }: Differing): string | undefined {
  const [part, ...others] = edited ? partsOf(edited, statements) : []
  return others.length === 0 ? part : undefined
}

/** The difference of the outputs, with the equation that it is of where that is known, else with the output. */
function findingOf(
  outcome: Differing,
  blamed: Clause | undefined,
  { model, provenance }: Pick<ModelGraph, 'model' | 'provenance'>,
  stated: readonly Clause[],
): Finding | undefined {
  const outputs = stated.filter(({ kind }) => kind === 'output')
  const equations = stated.filter(({ kind }) => kind === 'equation')
  const { name, evidence, specified, implemented } = outcome
  const nameOf = ({ id }: Clause) => id.replace(/^outputs\./, '')
  const subject = evidence.by === 'counterexample' ? evidence.counterexample.subject : ''
  const output = outputs.find(own => subject === `the output ${nameOf(own)}`) ?? outputs[0]
  const clause = blamed ?? (equations.length === 1 ? equations[0] : output)
  if (!clause || !output) return undefined
  const values = { output: nameOf(output) }
  const span = placeOf(outcome, provenance) ?? model.outputs[0]?.origin.span ?? model.origin.span
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  const entry = name ? filledDiagnostic(name, place) : diagnostic('model-different', values, place)
  const shownAt = outcome.shownAt?.find(node => provenance.origins(node).length > 0)
  return { diagnostic: entry, clause, evidence, specified, implemented, ...(shownAt && { shownAt }) }
}

/** What proves that nothing else differs. */
function proofOfTheRest({ mended }: NamedDifference): Evidence | undefined {
  const sides = mended?.()
  if (!sides?.complete) return undefined
  const judgement = judge([sides], () => ({ kind: 'open', problem: '' }))
  return judgement.kind === 'same' ? judgement.evidence : undefined
}
