import { type Diagnostic, diagnostic, filledDiagnostic } from '../diagnostics/diagnostic.js'
import { substituteIn } from '../graph/attribute.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { Provenance } from '../graph/provenance.js'
import type { Clause, StatedModel } from '../spec/spec.js'
import { type Adoption, adopt } from './adopt.js'
import { align, differInSettings, differingKeys, isSame, type Pair } from './align.js'
import { behindDifference, differsBy, provedVerdicts, unverified } from './clause-verdicts.js'
import { Correspondence } from './correspondence.js'
import { compareWholes, leafNames, type Sides, type Whole } from './evidence.js'
import { type Candidate, nameConnections, nameDifferences, nameSharing } from './findings.js'
import { judge } from './judge.js'
import { type NamedDifference, nameDifference, placeOf } from './naming.js'
import { compareInputs, compareOutputs, inputPlaces, outputPlaces } from './ports.js'
import { isOrderFree, rearrangeOtherwise } from './rearranged.js'
import { compareStated } from './stated-equations.js'
import { flatApplications, type Unit, unitsOf } from './units.js'
import type { ClauseVerdict, Comparison, Evidence, Finding } from './verdict.js'

/** What was found out about the structure of a model. */
export interface Structure {
  readonly clauses: readonly ClauseVerdict[]
  /** Findings that concern no clause: a layer that is not specified. */
  readonly loose: readonly Finding[]
  readonly silent: Comparison['silent']
  readonly specified?: ModelGraph
  readonly partners?: Comparison['partners']
  readonly matches?: Comparison['matches']
}

const kinds: ReadonlySet<Clause['kind']> = new Set(['input', 'layer', 'config', 'equation', 'output'])

/** Compares inputs, layers, connections and outputs. */
export function compareStructure(spec: StatedModel, code: ModelGraph): Structure {
  const { builder } = code
  const stated = spec.clauses.filter(({ kind }) => kinds.has(kind))
  const first = spec.instantiate({ builder, provenance: new Provenance() })
  if (!first.graph) {
    const [reason] = first.diagnostics
    const clauses = stated.map(
      (clause): ClauseVerdict => ({ clause, verdict: 'unverified', ...(reason && { reason }), findings: [] }),
    )
    return { clauses, loose: [], silent: [] }
  }
  const places = outputPlaces(spec, code.model)
  const outputs = [...places.flatMap(at => code.model.outputs[at] ?? []), ...code.model.outputs]
  const implemented = unitsOf(
    flatApplications(code.model, builder),
    outputs.map(({ node }) => node),
  )
  const rough = align(specifiedUnits(first.graph), implemented)
  const adoption = adopt(spec, code, rough)
  if (stated.some(({ kind }) => kind === 'equation'))
    return compareStated(spec, code, stated, rough, adoption)
  const specified = adoption.graph ?? first.graph
  const pairs = align(specifiedUnits(specified), implemented)
  const comparison = new StructureComparison(spec, code, specified, pairs, adoption)
  return { ...comparison.result(stated), specified, partners: comparison.partners }
}

export function specifiedUnits({ model }: ModelGraph): readonly Unit[] {
  return unitsOf(
    model.applications,
    model.outputs.map(({ node }) => node),
  )
}

class StructureComparison {
  readonly #spec: StatedModel
  readonly #code: ModelGraph
  readonly #specified: ModelGraph
  readonly #pairs: readonly Pair[]
  readonly #adoption: Adoption
  readonly #values: Correspondence
  readonly #places: readonly number[]
  /** The first part of the spec that each clause states. */
  readonly #parts = new Map<Clause, string>()
  /** The pairs of each layer of the spec, by its id. */
  readonly #byLayer = new Map<string, Pair[]>()

  constructor(
    spec: StatedModel,
    code: ModelGraph,
    specified: ModelGraph,
    pairs: readonly Pair[],
    adoption: Adoption,
  ) {
    this.#spec = spec
    this.#code = code
    this.#specified = specified
    this.#pairs = pairs
    this.#adoption = adoption
    this.#places = outputPlaces(spec, code.model)
    for (const [part, clause] of spec.clauseOf) if (!this.#parts.has(clause)) this.#parts.set(clause, part)
    for (const pair of pairs) {
      if (!pair.specified) continue
      const id = String(pair.specified.layer.id)
      const own = this.#byLayer.get(id)
      if (own) own.push(pair)
      else this.#byLayer.set(id, [pair])
    }
    const places = inputPlaces(spec, code.model)
    this.#values = new Correspondence(
      pairs,
      specified.model.inputs.flatMap(({ node }, i) => {
        const other = code.model.inputs[places[i]!]
        return other ? [[node, other.node] as const] : []
      }),
    )
  }

  get partners(): ReadonlyMap<Node, Node> {
    return this.#values.partners
  }

  result(stated: readonly Clause[]): Structure {
    const { silent, bindings } = this.#adoption
    const bind = (shape: Parameters<typeof substituteIn>[0]) =>
      substituteIn(shape, name => bindings.get(name))
    const ports = [
      ...compareInputs(this.#spec, this.#code.model, bind),
      ...compareOutputs(this.#spec, this.#specified.model, this.#code.model),
    ]
    const named = [
      ...nameDifferences(this.#pairs, this.#values, this.#spec),
      ...nameSharing(this.#pairs, this.#spec),
    ]
    let candidates: readonly Candidate[] = [...ports, ...named]
    const judgement = judge([this.#sides()], () => {
      const connections = nameConnections(this.#pairs, this.#values, this.#spec).filter(
        ({ order, unit }) => !order || !unit || !isOrderFree(unit, this.#code.builder),
      )
      candidates = [...candidates, ...connections]
      return this.#whole(candidates)
    })
    if (judgement.kind !== 'same') return { ...this.#open(stated, candidates, judgement), silent }
    const kept = candidates.filter(({ effect }) => effect === 'stated')
    return { ...provedVerdicts(stated, kept, judgement.evidence), silent }
  }

  #sides(): Sides {
    const { model } = this.#specified
    const outputs = model.outputs.flatMap(({ node, name }, i) => {
      const other = this.#code.model.outputs[this.#places[i]!]
      return other ? [{ name, specified: node, implemented: other.node }] : []
    })
    return {
      specified: outputs.map(({ specified }) => specified),
      implemented: outputs.map(({ implemented }) => implemented),
      names: outputs.map(({ name }) => name),
      nameOf: leafNames(this.#code),
      assumed: this.#adoption.assumed,
      builder: this.#code.builder,
      complete: outputs.length === model.outputs.length && outputs.length === this.#code.model.outputs.length,
    }
  }

  /** What shows that the models differ as wholes. */
  #whole(candidates: readonly Candidate[]): Whole {
    const isReordered = candidates.some(({ order }) => order)
    return compareWholes(this.#sides(), {
      rearranged: isReordered || rearrangeOtherwise(this.#pairs, isSame),
      explained: candidates.length > 0 && candidates.every(({ effect }) => effect !== 'structure'),
    })
  }

  /** The verdicts where equality was not proved: what is shown to differ, what is the same at its place, and the rest. */
  #open(stated: readonly Clause[], candidates: readonly Candidate[], whole: Whole) {
    const findings: Finding[] = []
    const undecided = new Map<Finding, Diagnostic>()
    for (const candidate of candidates) {
      const { finding, open } = candidate
      const evidence = open ? undefined : this.#evidence(candidate, whole)
      if (evidence) findings.push({ ...finding, evidence })
      else undecided.set(finding, open ?? this.#notDecided(whole))
    }
    if (findings.length === 0 && undecided.size === 0 && whole.kind === 'differs') {
      const found = this.#unexplained(whole.evidence)
      if (found) findings.push(found)
    }
    const blamed = findings.find(({ clause }) => clause)?.clause
    const clauses = stated.map((clause): ClauseVerdict => {
      const own = findings.filter(finding => finding.clause && covers(finding.clause, clause, finding))
      if (own.length > 0) return differsBy(clause, own)
      const reason = [...undecided].find(
        ([finding]) => finding.clause && covers(finding.clause, clause, finding),
      )?.[1]
      if (reason) return { clause, verdict: 'unverified', reason, findings: [] }
      if (this.#isConfirmed(clause)) {
        const evidence: Evidence = { by: 'value', expected: clause.statement, actual: clause.statement }
        return { clause, verdict: 'as written', evidence, findings: [] }
      }
      return blamed
        ? behindDifference(clause, blamed, this.#code.model.origin.span)
        : unverified(clause, this.#notDecided(whole))
    })
    return {
      clauses: this.#withLooseDoubts(clauses, undecided),
      loose: findings.filter(({ clause }) => !clause),
    }
  }

  /** A doubt that concerns no clause, such as a layer too many, leaves the outputs open. */
  #withLooseDoubts(
    clauses: readonly ClauseVerdict[],
    undecided: ReadonlyMap<Finding, Diagnostic>,
  ): readonly ClauseVerdict[] {
    const reason = [...undecided].find(([{ clause }]) => !clause)?.[1]
    if (!reason) return clauses
    return clauses.map((entry): ClauseVerdict => {
      const { clause, verdict } = entry
      return clause.kind === 'output' && verdict === 'as written'
        ? { clause, verdict: 'unverified', reason, findings: [] }
        : entry
    })
  }

  /** What shows that a named difference is one; nothing where nothing does. */
  #evidence({ finding, effect, order }: Candidate, whole: Whole): Evidence | undefined {
    if (effect === 'stated') return finding.evidence
    if (effect === 'sharing')
      return whole.kind === 'differs' && whole.parameters ? finding.evidence : undefined
    if (effect === 'function') {
      return whole.kind === 'differs' ? finding.evidence : undefined
    }
    if (whole.kind !== 'differs') return undefined
    return order && !this.#onlyOrder() ? undefined : whole.evidence
  }

  /** Whether the order of values is all that differs. */
  #onlyOrder(): boolean {
    return this.#pairs.every(
      ({ specified, implemented, moved }) =>
        specified && implemented && !moved && isSame(specified, implemented),
    )
  }

  #notDecided(whole: Whole): Diagnostic {
    const reason =
      whole.kind === 'open'
        ? whole.problem
        : 'the models differ, and whether this is a part of it is not known'
    return diagnostic('not-decided', { reason }, { span: this.#code.model.origin.span })
  }

  /** A difference that nothing names is one of the outputs. */
  #unexplained(evidence: Evidence): Finding | undefined {
    const { specified, implemented, names } = this.#sides()
    const subject = evidence.by === 'counterexample' ? evidence.counterexample.subject : ''
    const at = Math.max(
      0,
      names.findIndex(name => subject.startsWith(`the output ${name}`)),
    )
    const clause = this.#spec.clauseOf.get(`output:${names[at]}`)
    if (!clause) return undefined
    const port = this.#code.model.outputs[this.#places[at]!]
    const output: NamedDifference = { specified: specified[at]!, implemented: implemented[at]! }
    const named = nameDifference([this.#sides()]) ?? output
    const { name, specified: expected, implemented: actual } = named
    const span = placeOf(named, this.#code.provenance) ?? port?.origin.span ?? this.#code.model.origin.span
    const entry = name
      ? filledDiagnostic(name, { span })
      : diagnostic('model-different', { output: names[at]! }, { span })
    return { diagnostic: entry, clause, evidence, specified: expected, implemented: actual }
  }

  /** Whether what a clause states holds at its place, whatever differs elsewhere. */
  #isConfirmed(clause: Clause): boolean {
    const part = this.#parts.get(clause)
    if (part === undefined) return false
    if (part.startsWith('input:')) return true
    if (part.startsWith('output:')) {
      const at = this.#specified.model.outputs.findIndex(({ name }) => `output:${name}` === part)
      const [own, other] = [
        this.#specified.model.outputs[at]?.node,
        this.#code.model.outputs[this.#places[at]!]?.node,
      ]
      return own !== undefined && other !== undefined && this.#values.has(own, other)
    }
    const [layer, key] = part.split('.', 2) as [string, string?]
    return (this.#byLayer.get(layer) ?? []).every(pair => this.#isConfirmedPair(pair, key))
  }

  #isConfirmedPair({ specified, implemented, moved }: Pair, key: string | undefined): boolean {
    if (!specified || moved) return false
    const hasOwnClause = (name: string) => this.#spec.clauseOf.has(`${specified.layer.id}.${name}`)
    const isActivation = specified.kind === 'activation'
    const isElsewhere = isActivation && key !== 'activation' && hasOwnClause('activation')
    if (!implemented) return isElsewhere
    const isOther = specified.what !== implemented.what
    if (isOther && !differInSettings({ specified, implemented }))
      return isElsewhere && implemented.kind === 'activation'
    const differing =
      isActivation && !isOther ? [] : differingKeys(specified, implemented).map(other => other.key)
    if (key !== undefined && key !== 'activation') return !differing.includes(key)
    const reads =
      this.#values.readsTheSame(specified, implemented) || this.#readsFreely(specified, implemented)
    return reads && differing.every(hasOwnClause)
  }

  #readsFreely(specified: Unit, implemented: Unit): boolean {
    return this.#values.readsReordered(specified, implemented) && isOrderFree(implemented, this.#code.builder)
  }
}

/** A layer that is missing or another takes its settings with it. */
function covers(own: Clause, clause: Clause, { diagnostic: { code } }: Finding): boolean {
  if (own === clause) return true
  return wholeLayer.has(code) && clause.id.startsWith(`${own.id}.`)
}

/** Findings about a layer as such. */
const wholeLayer: ReadonlySet<string> = new Set(['layer-missing', 'layer-kind-different', 'residual-missing'])
