import { diagnostic } from '../diagnostics/diagnostic.js'
import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { opTable } from '../ops/table.js'
import type { Clause, Spec } from '../spec/spec.js'
import { findCounterexample } from './counterexample.js'
import type { ClauseVerdict, Evidence, Finding } from './verdict.js'

/** How many ways to pair learned tensors with parameters are tried. */
const mostPairings = 500

/** What became of a model that is stated in equations. */
export type EquationOutcome =
  | { readonly rules: readonly string[] }
  | { readonly evidence: Evidence; readonly specified: Node; readonly implemented: Node }
  | { readonly problem: string }

/**
 * Compares a model that is stated in equations with code. Equations do not say which parameter of the code a learned
 * tensor is: every pairing of equal shapes is tried, and one under which both are equal proves them equal. That they
 * differ is said only with numbers that no pairing can explain, with all parameters equal.
 */
export function compareEquations(
  spec: Spec,
  code: ModelGraph,
  taken: ReadonlySet<Node>,
  instantiate: (learned: (name: string) => Node | undefined) => ModelGraph | undefined,
  prove: (specified: ModelGraph) => { readonly rules: readonly string[] } | undefined,
): EquationOutcome {
  const free = parametersOf(code.model).flatMap(({ parameter: { node } }) => (taken.has(node) ? [] : [node]))
  const forms = free.map(node => formsOf(node, code))
  let left = mostPairings
  let shown: ModelGraph | undefined
  for (const pairing of pairings(spec.equationParameters, forms)) {
    if (left-- === 0) return { problem: 'the learned tensors can be paired with parameters in too many ways' }
    const specified = instantiate(name => pairing.get(name))
    const proof = specified && prove(specified)
    if (proof) return proof
    shown ??= specified
  }
  const specified = shown ?? instantiate(() => undefined)
  return specified ? difference(specified, code) : { problem: 'the equations do not fit the code' }
}

/** A parameter as equations may mean it: as it is, or a matrix transposed. */
function formsOf(node: Node, { builder }: ModelGraph): readonly Node[] {
  const transposed = node.type.shape?.length === 2 ? builder.node('transpose', [node]) : node
  return isProblem(transposed) || transposed === node ? [node] : [node, transposed]
}

/** Every way to give each learned tensor a parameter of its shape, no two the same; in the order of the code first. */
function* pairings(
  [first, ...rest]: Spec['equationParameters'],
  free: readonly (readonly Node[])[],
  chosen: ReadonlyMap<string, Node> = new Map(),
): Generator<ReadonlyMap<string, Node>> {
  if (!first) {
    yield chosen
    return
  }
  const wanted = shapeText(first.shape)
  for (const forms of free) {
    const others = free.filter(other => other !== forms)
    for (const node of forms)
      if (shapeText(node.type.shape) === wanted)
        yield* pairings(rest, others, new Map([...chosen, [first.name, node]]))
  }
}

/** The verdicts where equality was not proved: settings of paired layers by their values, the rest as a whole. */
export function statedVerdicts(
  outcome: Exclude<EquationOutcome, { readonly rules: unknown }>,
  spec: Spec,
  { model }: ModelGraph,
  stated: readonly Clause[],
  paired: ReadonlySet<number>,
  settings: readonly Finding[],
): { readonly clauses: readonly ClauseVerdict[]; readonly loose: readonly Finding[] } {
  const outputs = stated.filter(({ kind }) => kind === 'output')
  const equations = stated.filter(({ kind }) => kind === 'equation')
  const [blamed] = equations.length === 1 ? equations : outputs
  const findings = [...settings]
  if ('evidence' in outcome && blamed && outputs[0]) {
    const values = { output: outputs[0].id.replace(/^outputs\./, '') }
    const span = model.outputs[0]?.origin.span ?? model.origin.span
    const related = [{ message: 'specified here', span: blamed.span }]
    const entry = diagnostic('model-different', values, { span, related })
    findings.push({ ...outcome, diagnostic: entry, clause: blamed })
  }
  const problem =
    'problem' in outcome ? outcome.problem : 'the outputs differ, by which statement is not known'
  const reason = diagnostic('not-decided', { reason: problem }, { span: model.origin.span })
  const decided = new Set(
    [...spec.clauseOf].flatMap(([part, clause]) =>
      clause.kind === 'input' || paired.has(Number(part.split('.')[0])) ? [clause] : [],
    ),
  )
  const clauses = stated.map((clause): ClauseVerdict => {
    const own = findings.filter(finding => finding.clause === clause)
    const [first] = own
    const evidence = first
      ? first.evidence
      : ({ by: 'value', expected: clause.statement, actual: clause.statement } as const)
    if (!first && !decided.has(clause)) return { clause, verdict: 'unverified', reason, findings: [] }
    return { clause, verdict: first ? 'differs' : 'as written', ...(evidence && { evidence }), findings: own }
  })
  return { clauses, loose: findings.filter(({ clause }) => !clause) }
}

function difference(specified: ModelGraph, code: ModelGraph): EquationOutcome {
  const outputs = specified.model.outputs.map(({ node, name }, i) => ({
    name,
    specified: node,
    implemented: code.model.outputs[i]?.node,
  }))
  const unpaired = 'no pairing of learned tensors with parameters makes both equal'
  let problem = unpaired
  for (const { name, specified: left, implemented: right } of outputs) {
    if (!right || left === right) continue
    const sides = { specified: left, implemented: right }
    const [expected, actual] = [shapeText(left.type.shape), shapeText(right.type.shape)]
    if (expected !== actual) return { evidence: { by: 'shape', expected, actual }, ...sides }
    if (draws(left) || draws(right)) {
      problem = 'the values depend on random draws'
      continue
    }
    const nameOf = (node: Node) => code.provenance.name(node) ?? String(node.attributes.name ?? node.op)
    const found = findCounterexample(left, right, `the output ${name}`, nameOf, 'equal')
    if (!isProblem(found)) return { evidence: { by: 'counterexample', counterexample: found }, ...sides }
    problem = `${unpaired}, and ${found.problem} with equal parameters`
  }
  return { problem }
}

/** Whether a value depends on draws that do not vanish in inference. */
function draws(root: Node): boolean {
  const seen = new Set([root])
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if ('site' in node.attributes && opTable[node.op]?.kind === 'primitive') return true
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return false
}
