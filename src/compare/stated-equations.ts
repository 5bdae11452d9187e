import { diagnostic } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import { substituteIn } from '../graph/attribute.js'
import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import type { Clause, Spec } from '../spec/spec.js'
import { type Adoption, adopt } from './adopt.js'
import { hasTheSameKeys, type Pair } from './align.js'
import { Correspondence } from './correspondence.js'
import { leafNames, type Sides, searchBothModes, type Whole } from './evidence.js'
import { nameDifferences } from './findings.js'
import { judge } from './judge.js'
import { compareInputs, outputPlaces } from './ports.js'
import { relate } from './values.js'
import type { ClauseVerdict, Comparison, Evidence, Finding } from './verdict.js'

/** How many ways to pair learned tensors with parameters are tried. */
const mostPairings = 500

/** What became of a model that is stated in equations. */
type EquationOutcome =
  | { readonly proof: Evidence }
  | { readonly evidence: Evidence; readonly specified: Node; readonly implemented: Node }
  | { readonly problem: string }

/** The structure of a model that is stated in equations, wholly or in parts. */
export function compareStated(
  spec: Spec,
  code: ModelGraph,
  stated: readonly Clause[],
  rough: readonly Pair[],
  { silent, bindings, assumed }: Adoption,
): {
  readonly clauses: readonly ClauseVerdict[]
  readonly loose: readonly Finding[]
  readonly silent: Comparison['silent']
} {
  const adopted = rough.filter(hasTheSameKeys)
  const taken = new Set(
    adopted.flatMap(({ implemented }) => implemented!.layer.parameters.map(({ node }) => node)),
  )
  const instantiate = (learned: (name: string) => Node | undefined) => adopt(spec, code, rough, learned).graph
  const outcome = compareEquations(spec, code, taken, assumed, instantiate)
  const settings = nameDifferences(adopted, new Correspondence(adopted, []), spec).filter(({ open }) => !open)
  if ('proof' in outcome) {
    const findings = settings.flatMap(({ effect, finding }) => (effect === 'stated' ? [finding] : []))
    const clauses = stated.map((clause): ClauseVerdict => {
      const own = findings.filter(finding => finding.clause === clause)
      const [first] = own
      return first
        ? { clause, verdict: 'differs', ...(first.evidence && { evidence: first.evidence }), findings: own }
        : { clause, verdict: 'as written', evidence: outcome.proof, findings: [] }
    })
    return { clauses, loose: [], silent }
  }
  const bind = (shape: Attribute) => substituteIn(shape, name => bindings.get(name))
  const inputs = compareInputs(spec, code.model, bind).filter(({ open }) => !open)
  const named = [...inputs, ...settings].map(({ finding }) => finding)
  const paired = new Set(adopted.map(({ specified }) => specified!.layer.id))
  return { ...statedVerdicts(outcome, spec, code, stated, paired, named), silent }
}

/**
 * Compares a model that is stated in equations with code. Equations do not say which parameter of the code a learned
 * tensor is: every pairing of equal shapes is tried, and one under which both are equal proves them equal. That they
 * differ is said only with numbers that no pairing can explain, with all parameters equal.
 */
function compareEquations(
  spec: Spec,
  code: ModelGraph,
  taken: ReadonlySet<Node>,
  assumed: ReadonlyMap<string, number>,
  instantiate: (learned: (name: string) => Node | undefined) => ModelGraph | undefined,
): EquationOutcome {
  const free = parametersOf(code.model).flatMap(({ parameter: { node } }) => (taken.has(node) ? [] : [node]))
  const forms = free.map(node => formsOf(node, code))
  let left = mostPairings
  let shown: Sides | undefined
  function* sides(): Generator<Sides> {
    for (const pairing of pairings(spec.equationParameters, forms)) {
      if (left-- === 0) return
      const specified = instantiate(name => pairing.get(name))
      if (!specified) continue
      const own = sidesOf(spec, specified, code, assumed)
      shown ??= own
      yield own
    }
  }
  const judgement = judge(sides(), () => {
    const unpaired = shown ? undefined : instantiate(() => undefined)
    shown ??= unpaired && sidesOf(spec, unpaired, code, assumed)
    return shown ? difference(shown) : open('the equations do not fit the code')
  })
  if (judgement.kind === 'same') return { proof: judgement.evidence }
  if (judgement.kind === 'open')
    return left < 0
      ? { problem: 'the learned tensors can be paired with parameters in too many ways' }
      : judgement
  const at = differingOutput(shown!)
  return { ...judgement, specified: shown!.specified[at]!, implemented: shown!.implemented[at]! }
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
function statedVerdicts(
  outcome: Exclude<EquationOutcome, { readonly proof: unknown }>,
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

function sidesOf(
  spec: Spec,
  { model }: ModelGraph,
  code: ModelGraph,
  assumed: ReadonlyMap<string, number>,
): Sides {
  const places = outputPlaces(spec, code.model)
  const outputs = model.outputs.flatMap(({ node, name }, i) => {
    const other = code.model.outputs[places[i]!]?.node
    return other ? [{ name, node, other }] : []
  })
  return {
    specified: outputs.map(({ node }) => node),
    implemented: outputs.map(({ other }) => other),
    names: outputs.map(({ name }) => name),
    nameOf: leafNames(code),
    assumed,
    builder: code.builder,
    complete: outputs.length === model.outputs.length && outputs.length === code.model.outputs.length,
  }
}

/** The first output of another shape, else the first one. */
function differingOutput({ specified, implemented }: Sides): number {
  const isOther = ({ type }: Node, i: number) =>
    type.shape && implemented[i]!.type.shape && relate(type.shape, implemented[i]!.type.shape) === 'different'
  return Math.max(0, specified.findIndex(isOther))
}

const open = (problem: string): Whole => ({ kind: 'open', problem, agree: false })

function difference(sides: Sides): Whole {
  const [stated, actual] = [sides.specified, sides.implemented].map(
    nodes => nodes[differingOutput(sides)]?.type.shape,
  )
  if (stated && actual && relate(stated, actual) === 'different') {
    const evidence = { by: 'shape', expected: shapeText(stated), actual: shapeText(actual) } as const
    return { kind: 'differs', evidence, parameters: false }
  }
  if ([...sides.specified, ...sides.implemented].some(draws)) return open('the values depend on random draws')
  const found = searchBothModes(sides, 'equal')
  if ('evidence' in found) return { kind: 'differs', evidence: found.evidence, parameters: false }
  const unpaired = 'no pairing of learned tensors with parameters makes both equal'
  return open(`${unpaired}, and ${found.problem} with equal parameters`)
}

/** Whether a value depends on draws that do not vanish in inference. */
function draws(root: Node): boolean {
  const seen = new Set([root])
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (isDraw(node)) return true
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return false
}
