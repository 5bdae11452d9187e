import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { add, type Dimension, dimensionText, product } from '../graph/dimension.js'
import { type Model, type ModelGraph, type Parameter, parametersOf } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { Provenance } from '../graph/provenance.js'
import { shapeText } from '../graph/type.js'
import { textOf } from '../library/config.js'
import { layers as layerTable } from '../library/layers/table.js'
import { normalize } from '../normal/normalize.js'
import { opTable } from '../ops/table.js'
import type { AcceptedDeviation, Clause, Spec } from '../spec/spec.js'
import { align, type Pair } from './align.js'
import { findCounterexample, findLocalCounterexample } from './counterexample.js'
import { type Candidate, nameConnections, nameDifferences, nameSharing } from './findings.js'
import { compareEquations, statedVerdicts } from './stated-equations.js'
import { compareTraining, findLossMismatches } from './training.js'
import { flatApplications, layerText, type Unit, unitsOf } from './units.js'
import type { ClauseVerdict, Comparison, Evidence, Finding, Verdict } from './verdict.js'

/** Compares a model with a spec, clause by clause. Equality is proved, difference is shown, the rest is unverified. */
export function compare(spec: Spec, code: ModelGraph, target: string): Comparison {
  const structure = compareStructure(spec, code)
  const counts = compareCounts(spec, code.model)
  const training = compareTraining(spec, code.model)
  const verdicts = [...structure.clauses, ...counts, ...training].map(entry =>
    withAccepted(entry, spec.accepted),
  )
  const loose = structure.loose.map(finding => acceptFinding(finding, spec.accepted))
  const mismatches = findLossMismatches(code.model).map((entry): Finding => ({ diagnostic: entry }))
  const findings = [...new Set([...verdicts.flatMap(entry => entry.findings), ...loose]), ...mismatches]
  return {
    target,
    spec,
    code,
    verdict: overall(verdicts, loose),
    clauses: verdicts,
    findings,
    silent: structure.silent,
  }
}

interface Structure {
  readonly clauses: readonly ClauseVerdict[]
  /** Findings that concern no clause: a layer that is not specified. */
  readonly loose: readonly Finding[]
  readonly silent: Comparison['silent']
}

function compareStructure(spec: Spec, code: ModelGraph): Structure {
  const { builder } = code
  const stated = spec.clauses.filter(({ kind }) =>
    ['input', 'layer', 'config', 'equation', 'output'].includes(kind),
  )
  const first = spec.instantiate({ builder, provenance: new Provenance() })
  if (!first.graph)
    return {
      clauses: stated.map(clause => ({
        clause,
        verdict: 'unverified',
        ...(first.diagnostics[0] && { reason: first.diagnostics[0] }),
        findings: [],
      })),
      loose: [],
      silent: [],
    }
  const applications = flatApplications(code.model, builder)
  const implemented = unitsOf(applications)
  const rough = align(unitsOf(first.graph.model.applications), implemented)
  if (stated.some(({ kind }) => kind === 'equation')) return compareStated(spec, code, stated, rough)
  const { graph, silent } = adopt(spec, code, rough)
  const specified = graph ?? first.graph
  const inputs = compareInputs(spec, code.model)
  const pairs = align(unitsOf(specified.model.applications), implemented)
  const candidates = [...inputs, ...nameDifferences(pairs, spec), ...nameSharing(pairs, spec)]
  const outputs = compareOutputs(spec, specified.model, code.model)
  const equal =
    candidates.every(({ finding }) => isAboutTraining(finding)) && !outputs
      ? proveEqual(specified, code)
      : undefined
  if (!equal) {
    const proof = proveEqual(specified, code)
    const functional = candidates.filter(({ finding }) => !isAboutTraining(finding))
    const settled =
      proof && functional.every(({ structural }) => structural)
        ? candidates.filter(({ finding }) => isAboutTraining(finding))
        : undefined
    if (!settled || outputs)
      return differing(
        spec,
        specified,
        code,
        stated,
        pairs,
        outputs ? [...candidates, outputs] : candidates,
        silent,
      )
    return verdictsFor(
      stated,
      settled.map(({ finding }) => finding),
      { by: 'normal-form', rules: proof!.rules },
      silent,
    )
  }
  return verdictsFor(
    stated,
    candidates.map(({ finding }) => finding),
    { by: 'normal-form', rules: equal.rules },
    silent,
  )
}

/** The structure of a model that is stated in equations, wholly or in parts. */
function compareStated(
  spec: Spec,
  code: ModelGraph,
  stated: readonly Clause[],
  rough: readonly Pair[],
): Structure {
  const { silent } = adopt(spec, code, rough)
  const taken = new Set(
    adoptedPairs(rough).flatMap(({ implemented }) => implemented!.layer.parameters.map(({ node }) => node)),
  )
  const outcome = compareEquations(
    spec,
    code,
    taken,
    learned => adopt(spec, code, rough, learned).graph,
    specified => proveEqual(specified, code),
  )
  const settings = nameDifferences(adoptedPairs(rough), spec).map(({ finding }) => finding)
  if ('rules' in outcome) {
    const training = settings.filter(isAboutTraining)
    return verdictsFor(stated, training, { by: 'normal-form', rules: outcome.rules }, silent)
  }
  const inputs = compareInputs(spec, code.model).map(({ finding }) => finding)
  const paired = new Set(adoptedPairs(rough).map(({ specified }) => specified!.layer.id))
  return { ...statedVerdicts(outcome, spec, code, stated, paired, [...inputs, ...settings]), silent }
}

/** Findings about where training starts or what it adds do not change the function. */
function isAboutTraining({ diagnostic: { code, values } }: Finding): boolean {
  if (code === 'initializer-different') return true
  if (code !== 'config-different' && code !== 'framework-default-differs') return false
  return (
    Object.values(layerTable).some(({ config }) => config[values.key ?? '']?.effect === 'training') &&
    !Object.values(layerTable).some(({ config }) => config[values.key ?? '']?.effect === 'function')
  )
}

function verdictsFor(
  stated: readonly Clause[],
  findings: readonly Finding[],
  evidence: Evidence,
  silent: Comparison['silent'],
): Structure {
  const clauses = stated.map((clause): ClauseVerdict => {
    const own = findings.filter(finding => finding.clause === clause)
    const [shown] = own
    if (shown)
      return {
        clause,
        verdict: 'differs',
        ...(shown.evidence && { evidence: shown.evidence }),
        findings: own,
      }
    return { clause, verdict: 'as written', evidence, findings: [] }
  })
  return { clauses, loose: findings.filter(({ clause }) => !clause), silent }
}

/** Builds the spec again with what it is silent on, the parameters, the inputs and the draws of the code. */
function adopt(
  spec: Spec,
  code: ModelGraph,
  pairs: readonly Pair[],
  learned?: (name: string) => Node | undefined,
): { readonly graph?: ModelGraph; readonly silent: Comparison['silent'] } {
  const byLayer = new Map<number, Pair>()
  const sites = new Map<number, number>()
  for (const pair of adoptedPairs(pairs)) {
    if (!byLayer.has(pair.specified!.layer.id)) byLayer.set(pair.specified!.layer.id, pair)
    const { site } = pair.implemented!.application
    if (site !== undefined) sites.set(pair.specified!.position, site)
  }
  const silent: { layer: string; key: string; value: string }[] = []
  const { graph } = spec.instantiate({
    builder: code.builder,
    provenance: code.provenance,
    adopt: (layer, key) => byLayer.get(layer)?.implemented?.layer.config[key]?.value,
    parameter: (layer, name): Parameter | undefined =>
      byLayer.get(layer)?.implemented?.layer.parameters.find(parameter => parameter.name === name),
    site: application => sites.get(application),
    input: (_, index) => code.model.inputs[index]?.node,
    ...(learned && { equationParameter: learned }),
  })
  for (const { specified, implemented } of byLayer.values()) {
    for (const [key, entry] of Object.entries(specified!.layer.config)) {
      const effect = layerTable[specified!.what]?.config[key]?.effect
      const value: Attribute | undefined = implemented!.layer.config[key]?.value
      if (entry.from === 'silent' && effect === 'function' && value !== undefined && value !== null)
        silent.push({ layer: layerText(implemented!.layer), key, value: textOf(value) })
    }
  }
  return { ...(graph && { graph }), silent }
}

/** The pairs in which a layer of the spec is a layer of the code, of the same kind. */
function adoptedPairs(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter(
    ({ specified, implemented }) =>
      specified?.kind === 'layer' && implemented?.kind === 'layer' && specified.what === implemented.what,
  )
}

/** Identical normal forms in both modes, output by output. */
function proveEqual(
  specified: ModelGraph,
  code: ModelGraph,
): { readonly rules: readonly string[] } | undefined {
  const left = specified.model.outputs.map(({ node }) => node)
  const right = code.model.outputs.map(({ node }) => node)
  if (left.length !== right.length) return undefined
  if (left.every((node, i) => node === right[i])) return { rules: [] }
  const rules = new Set<string>()
  for (const mode of ['inference', 'training'] as const) {
    const a = normalize(left, code.builder, mode)
    const b = normalize(right, code.builder, mode)
    if (a.outputs.some((node, i) => node !== b.outputs[i])) return undefined
    for (const rule of [...a.rules, ...b.rules]) rules.add(rule)
  }
  return { rules: [...rules].sort() }
}

function compareInputs(spec: Spec, code: Model): readonly Candidate[] {
  return spec.inputs.flatMap(({ name, shape, clause }, i): readonly Candidate[] => {
    const actual = code.inputs[i]
    const expected = shapeText(shape)
    if (actual && shapeText(actual.node.type.shape) === expected) return []
    const values = { input: name, expected, actual: actual ? shapeText(actual.node.type.shape) : 'missing' }
    const place = {
      span: actual?.origin.span ?? code.origin.span,
      related: [{ message: 'specified here', span: clause.span }],
    }
    return [
      {
        finding: {
          diagnostic: diagnostic('input-shape-different', values, place),
          clause,
          evidence: { by: 'shape', expected: values.expected, actual: values.actual },
        },
        structural: false,
      },
    ]
  })
}

function compareOutputs(spec: Spec, specified: Model, code: Model): Candidate | undefined {
  if (specified.outputs.length === code.outputs.length) return undefined
  const values = { expected: String(specified.outputs.length), actual: String(code.outputs.length) }
  const clause = [...spec.clauseOf].find(([key]) => key.startsWith('output:'))?.[1]
  return {
    finding: {
      diagnostic: diagnostic('output-different', values, { span: code.origin.span }),
      ...(clause && { clause }),
      evidence: { by: 'value', expected: values.expected, actual: values.actual },
    },
    structural: false,
  }
}

/** Proves the named differences, or says that nothing was proved. */
function differing(
  spec: Spec,
  specified: ModelGraph,
  code: ModelGraph,
  stated: readonly Clause[],
  pairs: readonly Pair[],
  named: readonly Candidate[],
  silent: Comparison['silent'],
): Structure {
  const candidates = named.length > 0 ? named : nameConnections(pairs, spec)
  const whole = wholeEvidence(specified, code)
  const findings: Finding[] = []
  let undecided: string | undefined
  for (const { finding, structural, alone } of candidates) {
    if (!structural) {
      findings.push(finding)
      continue
    }
    const evidence = 'by' in whole ? whole : localEvidence(finding, alone, pairs, code)
    if (evidence && 'by' in evidence) findings.push({ ...finding, evidence })
    else undecided = 'problem' in whole ? whole.problem : 'the place cannot be tried by itself'
  }
  const outputs = stated.filter(({ kind }) => kind === 'output')
  if (findings.length === 0 && 'by' in whole && outputs[0]) {
    const values = { output: outputs[0].id.replace(/^outputs\./, '') }
    const span = code.model.outputs[0]?.origin.span ?? code.model.origin.span
    findings.push({
      diagnostic: diagnostic('model-different', values, { span }),
      clause: outputs[0],
      evidence: whole,
    })
  }
  if (candidates.length === 0 && 'problem' in whole) undecided = whole.problem
  const reason =
    undecided === undefined
      ? undefined
      : diagnostic('not-decided', { reason: undecided }, { span: code.model.origin.span })
  const open = new Set(candidates.flatMap(({ finding }) => (finding.clause ? [finding.clause] : [])))
  const clauses = stated.map((clause): ClauseVerdict => {
    const own = findings.filter(finding => finding.clause === clause)
    const [first] = own
    if (first) {
      return {
        clause,
        verdict: 'differs',
        ...(first.evidence && { evidence: first.evidence }),
        findings: own,
      }
    }
    // The whole was not proved equal, so what concerns the whole is open, whatever the single layers state.
    if (reason && (open.has(clause) || clause.kind === 'output')) {
      return { clause, verdict: 'unverified', reason, findings: [] }
    }
    const evidence: Evidence = { by: 'value', expected: clause.statement, actual: clause.statement }
    return { clause, verdict: 'as written', evidence, findings: [] }
  })
  return { clauses, loose: findings.filter(({ clause }) => !clause), silent }
}

function wholeEvidence(specified: ModelGraph, code: ModelGraph): Evidence | { readonly problem: string } {
  let problem = 'the models have different numbers of outputs'
  for (const [i, { node, name }] of specified.model.outputs.entries()) {
    const other = code.model.outputs[i]
    if (!other) continue
    const [a, b] = [shapeText(node.type.shape), shapeText(other.node.type.shape)]
    if (a !== b) return { by: 'shape', expected: a, actual: b }
    if (node === other.node) continue
    const found = findCounterexample(node, other.node, `the output ${name}`, nodeName(code))
    if (!isProblem(found)) return { by: 'counterexample', counterexample: found }
    problem = found.problem
  }
  return { problem }
}

/**
 * Evidence at the place itself, where the whole model is too large to evaluate. An activation is tried alone only if
 * parameters precede it and follow it: then no later layer can undo what it does.
 */
function localEvidence(
  { specified, implemented }: Finding,
  alone: Candidate['alone'],
  pairs: readonly Pair[],
  code: ModelGraph,
): Evidence | undefined {
  if (specified && implemented) {
    const [a, b] = [shapeText(specified.type.shape), shapeText(implemented.type.shape)]
    if (a !== b) return { by: 'shape', expected: a, actual: b }
  }
  if (!alone || !betweenParameters(alone.at, pairs)) return undefined
  const found = findLocalCounterexample(alone, code.builder)
  return isProblem(found) ? undefined : { by: 'counterexample', counterexample: found }
}

/** Whether the unit reads a layer with parameters, and all that read it, rearrangements aside, have parameters. */
function betweenParameters(unit: Unit, pairs: readonly Pair[]): boolean {
  const units = pairs.flatMap(({ implemented }) => (implemented ? [implemented] : []))
  const before = unit.kind === 'layer' ? unit : units.find(({ output }) => output === unit.inputs[0])
  if (!before || before.layer.parameters.length === 0) return false
  const pending = [unit.output]
  for (let node = pending.pop(); node; node = pending.pop()) {
    const readers = units.filter(({ inputs }) => inputs.includes(node!))
    for (const reader of readers) {
      if (reader.layer.parameters.length > 0) continue
      if (!passesOn(reader.output)) return false
      pending.push(reader.output)
    }
  }
  return true
}

/** Ops that lose nothing: they rearrange, or are the identity in inference. */
function passesOn({ op }: Node): boolean {
  const entry = opTable[op]
  return (
    entry?.rearranges === true ||
    (entry?.kind === 'derived' && typeof entry.means === 'object' && entry.means.inference === 'x')
  )
}

function nodeName({ model, provenance }: ModelGraph): (node: Node) => string {
  const parameters = new Map(
    parametersOf(model).map(({ layer, parameter }) => [
      parameter.node,
      layer ? `${parameter.name} of ${layer.name}` : parameter.name,
    ]),
  )
  return node => parameters.get(node) ?? provenance.name(node) ?? String(node.attributes.name ?? node.op)
}

function compareCounts(spec: Spec, model: Model): readonly ClauseVerdict[] {
  const { parameterCounts: stated } = spec
  if (!stated) return []
  let trainable: Dimension = 0
  let total: Dimension = 0
  for (const entry of parametersOf(model)) {
    const size = product(entry.parameter.shape)
    total = add(total, size)
    if (entry.trainable) trainable = add(trainable, size)
  }
  const findings: Finding[] = []
  let reason: Diagnostic | undefined
  for (const [kind, expected, actual] of [
    ['trainable', stated.trainable, trainable],
    ['total', stated.total, total],
  ] as const) {
    if (expected === undefined || expected === actual) continue
    if (typeof actual !== 'number')
      reason = diagnostic('symbolic-count', { count: dimensionText(actual) }, { span: model.origin.span })
    else {
      const values = { kind, expected: String(expected), actual: String(actual) }
      findings.push({
        diagnostic: diagnostic('parameter-count-different', values, { span: model.origin.span }),
        clause: stated.clause,
        evidence: { by: 'value', expected: values.expected, actual: values.actual },
      })
    }
  }
  const [first] = findings
  if (first)
    return [
      {
        clause: stated.clause,
        verdict: 'differs',
        ...(first.evidence && { evidence: first.evidence }),
        findings,
      },
    ]
  if (reason) return [{ clause: stated.clause, verdict: 'unverified', reason, findings: [] }]
  const value = String(stated.total ?? stated.trainable)
  return [
    {
      clause: stated.clause,
      verdict: 'as written',
      evidence: { by: 'value', expected: value, actual: value },
      findings: [],
    },
  ]
}

function acceptFinding(finding: Finding, accepted: readonly AcceptedDeviation[]): Finding {
  const id = finding.clause?.id
  const match = accepted.find(
    ({ clause, code, value }) =>
      (clause === undefined || id === clause || id?.startsWith(`${clause}.`)) &&
      (code === undefined || code === finding.diagnostic.code) &&
      (value === undefined || textOf(value) === finding.diagnostic.values.actual),
  )
  return match ? { ...finding, accepted: match } : finding
}

function withAccepted(entry: ClauseVerdict, accepted: readonly AcceptedDeviation[]): ClauseVerdict {
  return { ...entry, findings: entry.findings.map(finding => acceptFinding(finding, accepted)) }
}

function overall(clauses: readonly ClauseVerdict[], loose: readonly Finding[]): Verdict {
  const open = clauses.filter(
    ({ findings }) => findings.length === 0 || findings.some(({ accepted }) => !accepted),
  )
  if (open.some(({ verdict }) => verdict === 'differs') || loose.some(({ accepted }) => !accepted))
    return 'differs'
  return open.some(({ verdict }) => verdict === 'unverified') ? 'unverified' : 'as written'
}
