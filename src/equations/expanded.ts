import type { GraphBuilder } from '../graph/builder.js'
import type { Model, ModelGraph } from '../graph/model.js'
import type { Attributes, Body, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { Provenance } from '../graph/provenance.js'
import { expand, type Mode } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'

/** Which nodes give way to their meaning. */
export interface ExpansionRequest {
  /** Everything down to primitive ops; without a mode as in inference. */
  readonly primitive: boolean
  /** Ops that mean one thing in training and another in inference are written out for this one. */
  readonly mode?: Mode
}

/** The same model with the requested ops replaced by what they mean. Names and applications move along. */
export function expandGraph(graph: ModelGraph, request: ExpansionRequest): ModelGraph {
  if (!request.primitive && !request.mode) return graph
  const rewriting = new Rewriting(graph.builder, node => meaningOf(node, graph.builder, request))
  const provenance = new Provenance()
  const model = rewriteModel(graph.model, rewriting)
  for (const [from, to] of rewriting.done) {
    const name = graph.provenance.name(from)
    if (name !== undefined) provenance.setName(to, name)
    for (const origin of graph.provenance.origins(from)) provenance.addOrigin(to, origin)
  }
  return { model, builder: graph.builder, provenance }
}

function meaningOf(node: Node, builder: GraphBuilder, { primitive, mode }: ExpansionRequest): Node {
  let current = node
  for (let op = opTable[current.op]; op?.kind === 'derived'; op = opTable[current.op]) {
    if (!primitive && typeof op.means !== 'object') return current
    const next = expand(current, builder, mode ?? 'inference')
    if (isProblem(next) || next === current) return current
    current = next
  }
  return current
}

/** Rebuilds graphs bottom-up, with `change` applied to every node once its inputs are final. */
export class Rewriting {
  readonly done = new Map<Node, Node>()
  readonly #builder: GraphBuilder
  readonly #change: (node: Node) => Node

  constructor(builder: GraphBuilder, change: (node: Node) => Node) {
    this.#builder = builder
    this.#change = change
  }

  node(root: Node): Node {
    const pending = [root]
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const missing = this.done.has(node) ? [] : node.inputs.filter(input => !this.done.has(input))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      pending.pop()
      if (!this.done.has(node)) this.done.set(node, this.#rebuilt(node))
    }
    return this.done.get(root)!
  }

  #rebuilt(node: Node): Node {
    const inputs = node.inputs.map(input => this.done.get(input)!)
    const attributes = this.#attributes(node.attributes)
    const same = attributes === node.attributes && inputs.every((input, i) => input === node.inputs[i])
    const copy = same ? node : this.#builder.node(node.op, inputs, attributes)
    if (isProblem(copy)) return node
    const changed = this.#change(copy)
    if (changed === copy || changed.inputs.length === 0) return changed
    // The meaning may hold derived ops of its own.
    return this.done.has(changed) ? this.done.get(changed)! : this.node(changed)
  }

  #attributes(attributes: Attributes): Attributes {
    let result = attributes
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value !== 'object' || value === null || !('body' in value)) continue
      const body: Body = { ...value.body, outputs: value.body.outputs.map(output => this.node(output)) }
      if (body.outputs.some((output, i) => output !== value.body.outputs[i]))
        result = { ...result, [name]: { kind: 'body', body } }
    }
    return result
  }
}

function rewriteModel(model: Model, rewriting: Rewriting): Model {
  const moved = (node: Node) => rewriting.node(node)
  const nested = new Map<Model, Model>()
  const layers = model.layers.map(layer => {
    if (!layer.model) return layer
    const inner = nested.get(layer.model) ?? rewriteModel(layer.model, rewriting)
    nested.set(layer.model, inner)
    return { ...layer, model: inner }
  })
  const layerFor = new Map(model.layers.map((layer, i) => [layer, layers[i]!]))
  return {
    ...model,
    layers,
    outputs: model.outputs.map(port => ({ ...port, node: moved(port.node) })),
    applications: model.applications.map(application => ({
      ...application,
      layer: layerFor.get(application.layer) ?? application.layer,
      inputs: application.inputs.map(moved),
      outputs: application.outputs.map(moved),
    })),
  }
}
