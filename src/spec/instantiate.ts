import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { substituteIn } from '../graph/attribute.js'
import { type Dimension, symbol } from '../graph/dimension.js'
import type { Layer, LayerApplication, ModelGraph, Parameter, Port } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { applyLayer } from '../library/instantiate.js'
import type { Expression } from '../math/expression.js'
import { elaborate } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { nearest } from '../text/nearest.js'
import {
  isEquation,
  type Plan,
  type PlannedApplication,
  type PlannedEquation,
  type PlannedInput,
  type PlannedLayer,
} from './plan.js'
import type { Instantiation } from './spec.js'

/** Numbers for parameters and draws of specs, far from those of traced code. */
const firstIdentity = 1_000_000_000

/** Builds the graph of a plan: the same form as traced code has. `symbols` gives what a size stands for. */
export function instantiatePlan(
  title: string,
  plan: Plan,
  symbols: (name: string) => Dimension | undefined,
  request: Instantiation,
): { readonly graph?: ModelGraph; readonly diagnostics: readonly Diagnostic[] } {
  const build = new PlanBuild(request, symbols)
  for (const input of plan.inputs) {
    const failed = build.input(input)
    if (failed) return { diagnostics: [failed] }
  }
  for (const step of plan.steps) {
    const failed = isEquation(step) ? build.equation(step) : build.application(step)
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
  return { graph: { model, builder, provenance }, diagnostics: [] }
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
  readonly #symbols: (name: string) => Dimension | undefined
  readonly #applied: Applied[] = []
  readonly #parameters = new Map<PlannedLayer, readonly Parameter[]>()
  readonly #learned = new Map<string, Node>()
  #identity = firstIdentity

  constructor(request: Instantiation, symbols: (name: string) => Dimension | undefined) {
    this.#request = request
    this.#symbols = symbols
  }

  input({ name, shape, dtype, span }: PlannedInput): Diagnostic | undefined {
    const index = this.inputs.length
    const sizes = [symbol('N', true), ...shape.map(size => this.#bound(size))]
    const attributes = { name, index: firstIdentity + index, shape: sizes, dtype }
    const node = this.#request.input?.(name, index) ?? this.#request.builder.node('input', [], attributes)
    if (isProblem(node)) return misfit(name, node, span)
    this.values.set(name, node)
    this.inputs.push({ name, node, origin: { span, path: [] } })
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

  equation({ output, expression, parameters, statement, at, span }: PlannedEquation): Diagnostic | undefined {
    const { builder, provenance } = this.#request
    for (const { name, shape } of parameters) {
      if (this.#learned.has(name)) continue
      const node = this.#learnedTensor(
        name,
        shape.map(size => this.#bound(size)),
      )
      if (isProblem(node)) return misfit(name, node, span)
      this.#learned.set(name, node)
      provenance.setName(node, name)
    }
    const value = (name: string) =>
      this.values.get(name) ?? this.#learned.get(name) ?? this.#request.symbol?.(name) ?? this.#symbols(name)
    const node = elaborate(expression, { value }, builder)
    if (!isProblem(node)) {
      this.values.set(output, node)
      provenance.setName(node, output)
      return undefined
    }
    const unknown = unknownFunction(node)
    if (unknown === undefined) return misfit(`\`${statement}\``, node, span)
    const [start, end] = placeOf(unknown, expression) ?? [0, statement.length]
    const suggestion = nearest(unknown, Object.keys(opTable))
    const help = suggestion && `did you mean \`${suggestion}\`?`
    return diagnostic(
      'spec-equation',
      { equation: statement, problem: node.problem },
      { span: at(start, end), help },
    )
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

/** The name in the elaboration's message about a function that does not exist. */
function unknownFunction({ problem }: Problem): string | undefined {
  return /^there is no function `(.+)`$/.exec(problem)?.[1]
}

/** Where a function of that name is called. */
function placeOf(name: string, expression: Expression): readonly [number, number] | undefined {
  const inner: readonly Expression[] =
    expression.kind === 'binary'
      ? [expression.left, expression.right]
      : expression.kind === 'call'
        ? expression.arguments
        : 'operand' in expression
          ? [expression.operand]
          : []
  if (expression.kind === 'call' && expression.name === name)
    return [expression.range[0], expression.range[0] + name.length]
  for (const part of inner) {
    const place = placeOf(name, part)
    if (place) return place
  }
  return undefined
}
