import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { substituteIn } from '../graph/attribute.js'
import { type Dimension, equals } from '../graph/dimension.js'
import type { Layer, LayerApplication, ModelGraph, Parameter, Port, StatedValue } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { applyLayer } from '../library/instantiate.js'
import { batch } from '../library/open-sizes.js'
import { type ElaborationProblem, problemOf } from '../ops/elaborate.js'
import { Misfit } from '../ops/misfit.js'
import { opTable } from '../ops/table.js'
import { nearest } from '../text/nearest.js'
import { type ApplyNetwork, isVariable, type StatedNetwork } from './algorithm.js'
import { EquationGraph, type EquationHost } from './equation-graph.js'
import type { Namespace } from './namespace.js'
import { someNetwork, whyNotApplicable } from './networks.js'
import {
  isPassage,
  type Plan,
  type PlannedApplication,
  type PlannedInput,
  type PlannedLayer,
  type PlannedLine,
  type PlannedPassage,
} from './plan.js'
import type { Instantiation, StandardDraw } from './spec.js'

/** Numbers for parameters and draws of specs, far from those of traced code. */
const firstIdentity = 1_000_000_000

/**
 * Builds the graph of a plan: the same form as traced code has. `symbols` gives what a size stands for,
 * and `names` are all of them.
 */
export function instantiatePlan(
  title: string,
  plan: Plan,
  symbols: (name: string) => Dimension | undefined,
  names: readonly string[],
  request: Instantiation,
): { readonly graph?: ModelGraph; readonly diagnostics: readonly Diagnostic[] } {
  const build = new PlanBuild(request, symbols, names, plan.networks)
  for (const input of plan.inputs) {
    const failed = build.input(input)
    if (failed) return { diagnostics: [failed] }
  }
  for (const variable of plan.networks?.filter(isVariable) ?? []) {
    const failed = build.variable(variable)
    if (failed) return { diagnostics: [failed] }
  }
  for (const step of plan.steps) {
    const failed = isPassage(step) ? build.passage(step) : build.application(step)
    if (failed) return { diagnostics: [failed] }
  }
  const applications = build.applications()
  const outputs = plan.outputs.flatMap(({ name, value, span }): Port[] => {
    const node = build.values.get(value)
    return node ? [{ name, node, origin: { span, path: [] } }] : []
  })
  const { builder, provenance } = request
  const origin = { span: plan.inputs[0]?.span ?? plan.steps[0]!.span, path: [] }
  const layers = [...new Set(applications.map(({ layer }) => layer))]
  const model = { name: title, inputs: build.inputs, outputs, applications, layers, origin }
  return { graph: { model, builder, provenance, statements: build.statements }, diagnostics: [] }
}

type Applied = Omit<LayerApplication, 'layer' | 'origin'> & {
  readonly layer: PlannedLayer
  readonly span: PlannedLayer['span']
}

/** One graph in the making. Each step gives what is wrong with it, or nothing. */
class PlanBuild {
  readonly values = new Map<string, Node>()
  readonly inputs: Port[] = []
  readonly #request: Instantiation
  readonly #applied: Applied[] = []
  readonly #parameters = new Map<PlannedLayer, readonly Parameter[]>()
  readonly #learned = new Map<string, Node>()
  /** Equations of the model itself, and of each round of a repeat. */
  readonly #equations = new Map<Namespace, EquationGraph>()
  readonly statements: StatedValue[] = []
  readonly #host: Omit<EquationHost, 'value' | 'state'>
  readonly #perExample = new Set<Node>()
  readonly #applyNetwork: ApplyNetwork
  #batch: Dimension | undefined
  #identity = firstIdentity

  constructor(
    request: Instantiation,
    symbols: (name: string) => Dimension | undefined,
    names: readonly string[],
    networks: readonly StatedNetwork[] = [],
  ) {
    this.#request = request
    this.#applyNetwork = request.network ?? someNetwork(request.builder, () => this.#identity++)
    const size = (name: string) => {
      const stated = request.symbol?.(name) ?? symbols(name)
      return stated === undefined ? undefined : (this.#bound(stated) as Dimension)
    }
    this.#host = {
      builder: request.builder,
      provenance: request.provenance,
      size,
      sizeNames: whole => {
        const named = names.filter(name => {
          const own = size(name)
          return own !== undefined && equals(own, whole)
        })
        return typeof whole === 'number' ? [...named, String(whole)] : named
      },
      countsExamples: leaf => this.#perExample.has(leaf) || isStandIn(leaf),
      batch: () => this.#batch,
      isOpaque: node => request.isOpaque?.(node) ?? false,
      isWrittenOut: request.isWrittenOut ?? false,
      onValue: request.onValue,
      draw: (draw, name, shape) => this.#draw(draw, name, shape),
      network: (name, args) => {
        const known = networks.find(own => !isVariable(own) && own.to.some(output => output.name === name))
        if (!known) return undefined
        const problem = whyNotApplicable(known, args, own => this.#bound(own) as Dimension)
        const output = known.to.findIndex(own => own.name === name)
        return problem ?? this.#applyNetwork(known, output, args)
      },
    }
  }

  #equationsOf(scope: Namespace): EquationGraph {
    const known = this.#equations.get(scope)
    if (known) return known
    const { prefix, outer } = scope
    const { sizes } = scope
    const size = (name: string) => {
      const stated = sizes.get(name)
      return stated === undefined ? this.#host.size(name) : (this.#bound(stated) as Dimension)
    }
    const own: EquationHost = {
      ...this.#host,
      size,
      sizeNames: whole => [
        ...[...sizes.keys()].filter(name => equals(size(name)!, whole)),
        ...this.#host.sizeNames(whole).filter(name => !sizes.has(name)),
      ],
      value: name => {
        const whole = scope.find(name)
        return whole === undefined ? undefined : (this.values.get(whole) ?? this.#learned.get(whole))
      },
      draw: (draw, name, shape) => this.#draw(draw, `${prefix}${name}`, shape),
      state: (clause, node, given) => {
        this.statements.push({ part: `equation:${prefix}${clause}`, node, ...(given && { given }) })
      },
    }
    const graph = new EquationGraph(own, outer && this.#equationsOf(outer))
    this.#equations.set(scope, graph)
    return graph
  }

  input({ name, shape, dtype, hasBatch, span }: PlannedInput): Diagnostic | undefined {
    const index = this.inputs.length
    const own = shape.map(size => this.#bound(size))
    const sizes = hasBatch ? [batch, ...own] : own
    const attributes = { name, index: firstIdentity + index, shape: sizes, dtype }
    const node = this.#request.input?.(name, index) ?? this.#request.builder.node('input', [], attributes)
    if (isProblem(node)) return misfit(name, node, span)
    if (hasBatch) {
      this.#batch ??= node.type.shape?.[0]
      // What is given may be another form of a tensor, which then counts the examples.
      for (const own of nodesBelow([node])) if (own.inputs.length === 0) this.#perExample.add(own)
    }
    this.values.set(name, node)
    this.inputs.push({ name, node, origin: { span, path: [] } })
    return undefined
  }

  variable(stated: StatedNetwork): Diagnostic | undefined {
    const { name, clause } = stated
    const node = this.#applyNetwork(stated, 0, [])
    if (isProblem(node)) return misfit(name, node, clause.span)
    this.values.set(name, node)
    return undefined
  }

  application({ layer, inputs: names, output, span }: PlannedApplication): Diagnostic | undefined {
    const { builder, provenance, site, parameter } = this.#request
    const inputs = names.flatMap(name => this.values.get(name) ?? [])
    const entries = Object.keys(layer.config).map(key => [key, this.#entry(layer, key).value] as const)
    const result =
      inputs.length === 0
        ? { problem: 'it reads nothing' }
        : applyLayer({
            definition: layer.definition,
            config: Object.fromEntries(entries),
            inputs,
            parameters: this.#parameters.get(layer),
            builder,
            provenance,
            newIdentity: () => this.#identity++,
            site: site?.(this.#applied.length),
            parameterFor: name => parameter?.(layer.id, name),
          })
    if (isProblem(result)) return misfit(layer.name, result, span)
    const { outputs, parameters, beforeActivation } = result
    this.#parameters.set(layer, parameters)
    this.values.set(output, outputs[0]!)
    if (layer.named) provenance.setName(outputs[0]!, layer.name)
    this.#applied.push({ layer, inputs, outputs, span, ...(beforeActivation && { beforeActivation }) })
    return undefined
  }

  passage(passage: PlannedPassage): Diagnostic | undefined {
    const { provenance } = this.#request
    for (const { name, shape } of passage.parameters) {
      if (this.#learned.has(name)) continue
      const node = this.#learnedTensor(
        name,
        shape.map(size => this.#bound(size)),
      )
      if (isProblem(node)) return misfit(name, node, passage.span)
      this.#learned.set(name, node)
      provenance.setName(node, name.slice(name.lastIndexOf('.') + 1))
    }
    const draws = [...passage.draws].map(
      ([name, shape]) => [name, shape.map(size => this.#bound(size))] as const,
    )
    try {
      const { scope } = passage
      const values = this.#equationsOf(scope).evaluate({ ...passage, draws: new Map(draws) })
      for (const [name, node] of values) this.values.set(`${scope.prefix}${name}`, node)
      return undefined
    } catch (thrown) {
      return this.#problemIn(passage, problemOf(thrown))
    }
  }

  #problemIn(
    { lines, at, span }: PlannedPassage,
    { problem, range, unknownFunction }: ElaborationProblem,
  ): Diagnostic {
    const isWithin = (line: PlannedLine) => range && line.range[0] <= range[0] && range[1] <= line.range[1]
    const { statement } = lines.find(isWithin) ?? lines[0]!
    const place = range ? at(...range) : span
    if (unknownFunction === undefined) return misfit(`\`${statement}\``, { problem }, place)
    const suggestion = nearest(unknownFunction, Object.keys(opTable))
    const help = suggestion && `did you mean \`${suggestion}\`?`
    const [start] = range ?? [0]
    const word = at(start, start + unknownFunction.length)
    return diagnostic('spec-equation', { equation: statement, problem }, { span: word, help })
  }

  /** Draws for a name: those of the code that are of the same kind, else draws of their own. */
  #draw(draw: StandardDraw, name: string, shape: readonly Dimension[]): Node {
    const existing = this.#request.draw?.(draw, name, shape)
    if (existing) return existing
    const { op, attributes } = draw
    const { builder } = this.#request
    const zeros = builder.node('zeros', [], { shape })
    const node = isProblem(zeros)
      ? zeros
      : builder.node(op, [zeros], { ...attributes, site: this.#identity++ })
    if (isProblem(node)) throw new Misfit(node.problem)
    return node
  }

  #learnedTensor(name: string, shape: readonly Attribute[]): Node | Problem {
    const existing = this.#request.equationParameter?.(name)
    if (existing && shapeText(existing.type.shape) === shapeText(shape as readonly Dimension[]))
      return existing
    const attributes = { identity: this.#identity++, name, shape, dtype: 'float32' }
    return this.#request.builder.node('parameter', [], attributes)
  }

  /** A stated value with what its open symbols stand for. */
  #bound(value: Attribute): Attribute {
    const { symbol: named } = this.#request
    return named ? substituteIn(value, named) : value
  }

  /** A key of a layer with what the code chose where the spec is silent. */
  #entry(layer: PlannedLayer, key: string): PlannedLayer['config'][string] {
    const entry = layer.config[key]!
    const value = entry.from === 'silent' ? this.#request.adopt?.(layer.id, key) : undefined
    return { ...entry, value: value ?? this.#bound(entry.value) }
  }

  applications(): readonly LayerApplication[] {
    const records = new Map<PlannedLayer, Layer>()
    return this.#applied.map(({ layer, span, ...rest }): LayerApplication => {
      const record = records.get(layer) ?? this.#record(layer)
      records.set(layer, record)
      return { ...rest, layer: record, origin: { span, path: [] } }
    })
  }

  #record(layer: PlannedLayer): Layer {
    const { id, name, definition, span } = layer
    const config = Object.keys(layer.config).map(key => [key, this.#entry(layer, key)] as const)
    return {
      id,
      kind: definition.kind,
      name,
      config: Object.fromEntries(config),
      parameters: this.#parameters.get(layer) ?? [],
      trainable: true,
      origin: { span, path: [] },
    }
  }
}

function misfit(layer: string, { problem }: Problem, span: PlannedLayer['span']): Diagnostic {
  return diagnostic('spec-shape-mismatch', { layer, problem }, { span })
}

/** What stands for a step or a state within a recurrence: an input of its body. */
function isStandIn({ op, attributes: { index } }: Node): boolean {
  return op === 'input' && typeof index === 'number' && index < 0
}
