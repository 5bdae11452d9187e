import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Dimension } from '../graph/dimension.js'
import { symbol } from '../graph/dimension.js'
import type { Layer, LayerApplication, Model, ModelGraph, Parameter, Port } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { applyLayer } from '../library/instantiate.js'
import type { Plan, PlannedLayer } from './plan.js'
import type { Instantiation } from './spec.js'

/** Numbers for parameters and draws of specs, far from those of traced code. */
const firstIdentity = 1_000_000_000

/** Builds the graph of a plan: the same form as traced code has. */
export function instantiatePlan(
  title: string,
  plan: Plan,
  request: Instantiation,
): { readonly graph?: ModelGraph; readonly diagnostics: readonly Diagnostic[] } {
  const { builder, provenance } = request
  let identity = firstIdentity
  const values = new Map<string, Node>()
  const inputs: Port[] = []
  for (const [index, { name, shape, dtype, span }] of plan.inputs.entries()) {
    const sizes = [symbol('N', true), ...(shape as readonly Dimension[])]
    const existing = request.input?.(name, index)
    const node =
      existing ?? builder.node('input', [], { name, index: firstIdentity + index, shape: sizes, dtype })
    if (isProblem(node))
      return {
        diagnostics: [diagnostic('spec-shape-mismatch', { layer: name, problem: node.problem }, { span })],
      }
    values.set(name, node)
    inputs.push({ name, node, origin: { span, path: [] } })
  }
  const parameters = new Map<PlannedLayer, readonly Parameter[]>()
  const records = new Map<PlannedLayer, Layer>()
  const applied: {
    layer: PlannedLayer
    inputs: readonly Node[]
    outputs: readonly Node[]
    beforeActivation?: Node
    span: PlannedLayer['span']
  }[] = []
  for (const [position, { layer, inputs: names, output, span }] of plan.applications.entries()) {
    const nodes = names.flatMap(name => values.get(name) ?? [])
    const config: Record<string, Attribute> = {}
    for (const [key, entry] of Object.entries(layer.config)) {
      config[key] = (entry.from === 'silent' ? request.adopt?.(layer.id, key) : undefined) ?? entry.value
    }
    const result =
      nodes.length === 0
        ? { problem: 'it reads nothing' }
        : applyLayer({
            definition: layer.definition,
            config,
            inputs: nodes,
            parameters: parameters.get(layer),
            builder,
            provenance,
            newIdentity: () => identity++,
            site: request.site?.(position),
            parameterFor: name => request.parameter?.(layer.id, name),
          })
    if (isProblem(result))
      return {
        diagnostics: [
          diagnostic('spec-shape-mismatch', { layer: layer.name, problem: result.problem }, { span }),
        ],
      }
    parameters.set(layer, result.parameters)
    values.set(output, result.outputs[0]!)
    if (layer.named) provenance.setName(result.outputs[0]!, layer.name)
    applied.push({
      layer,
      inputs: nodes,
      outputs: result.outputs,
      ...(result.beforeActivation && { beforeActivation: result.beforeActivation }),
      span,
    })
  }
  const record = (layer: PlannedLayer): Layer => {
    let known = records.get(layer)
    if (!known) {
      const entries = Object.entries(layer.config).map(
        ([key, entry]) =>
          [
            key,
            entry.from === 'silent'
              ? { ...entry, value: request.adopt?.(layer.id, key) ?? entry.value }
              : entry,
          ] as const,
      )
      known = {
        id: layer.id,
        kind: layer.definition.kind,
        name: layer.name,
        config: Object.fromEntries(entries),
        parameters: parameters.get(layer) ?? [],
        trainable: true,
        origin: { span: layer.span, path: [] },
      }
      records.set(layer, known)
    }
    return known
  }
  const applications = applied.map(
    ({ layer, span, ...rest }): LayerApplication => ({
      ...rest,
      layer: record(layer),
      origin: { span, path: [] },
    }),
  )
  const outputs = plan.outputs.flatMap(({ name, value, span }): Port[] => {
    const node = values.get(value)
    return node ? [{ name, node, origin: { span, path: [] } }] : []
  })
  const model: Model = {
    name: title,
    inputs,
    outputs,
    applications,
    layers: [...new Set(applications.map(({ layer }) => layer))],
    origin: { span: plan.inputs[0]?.span ?? plan.applications[0]!.span, path: [] },
  }
  return { graph: { model, builder, provenance }, diagnostics: [] }
}
