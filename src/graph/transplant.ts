import type { GraphBuilder } from './builder.js'
import type { Layer, LayerApplication, LossTerm, Model, ModelGraph, Parameter, Port } from './model.js'
import type { Attribute, Attributes, Node } from './node.js'
import { isProblem, type Problem } from './op.js'
import { Provenance } from './provenance.js'
import { nodesBelow } from './walk.js'

/** What becomes of a node of the other builder: this node, or a copy with these attributes. */
export type Replacement = Node | { readonly attributes: Attributes }

/** A model in another builder than it was made in, and what its nodes became there. */
export interface Transplanted {
  readonly graph: ModelGraph
  readonly moved: ReadonlyMap<Node, Node>
}

/** Moves a model into another builder, where it can share nodes with another model. Names and origins go with it. */
export function transplant(
  { model, provenance }: ModelGraph,
  builder: GraphBuilder,
  replace: (node: Node) => Replacement,
): Transplanted | Problem {
  const moved = moveNodes(nodesOfModel(model), builder, replace)
  if (isProblem(moved)) return moved
  const own = new Provenance()
  for (const [node, copy] of moved) {
    const name = provenance.name(node)
    if (name !== undefined) own.setName(copy, name)
    for (const origin of provenance.origins(node)) own.addOrigin(copy, origin)
  }
  return { graph: { model: new Mover(moved).model(model), builder, provenance: own }, moved }
}

/** Moves nodes with all that they depend on, the bodies of recurrences included. */
export function moveNodes(
  roots: readonly Node[],
  builder: GraphBuilder,
  replace: (node: Node) => Replacement,
): ReadonlyMap<Node, Node> | Problem {
  const moved = new Map<Node, Node>()
  for (const node of nodesBelow(roots)) {
    const replacement = replace(node)
    const copy =
      'op' in replacement
        ? replacement
        : builder.node(
            node.op,
            node.inputs.map(input => moved.get(input)!),
            movedAttributes(replacement.attributes, moved),
          )
    if (isProblem(copy)) return copy
    moved.set(node, copy)
  }
  return moved
}

function movedAttributes(attributes: Attributes, moved: ReadonlyMap<Node, Node>): Attributes {
  const move = (value: Attribute): Attribute => {
    if (typeof value !== 'object' || value === null || !('body' in value)) return value
    const nodes = (list: readonly Node[]) => list.map(node => moved.get(node)!)
    return {
      kind: 'body',
      body: { inputs: nodes(value.body.inputs), outputs: nodes(value.body.outputs) },
    }
  }
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, move(value)]))
}

/** Every node that a model names. */
export function nodesOfModel(model: Model): readonly Node[] {
  const ofApplication = ({ inputs, outputs, inner = [] }: LayerApplication): readonly Node[] => [
    ...inputs,
    ...outputs,
    ...inner.flatMap(ofApplication),
  ]
  const ofLayer = ({ parameters, model: part }: Layer): readonly Node[] => [
    ...parameters.map(({ node }) => node),
    ...(part ? nodesOfModel(part) : []),
  ]
  return [
    ...[...model.inputs, ...model.outputs].map(({ node }) => node),
    ...model.applications.flatMap(application => [
      ...ofApplication(application),
      ...(application.beforeActivation ? [application.beforeActivation] : []),
      ...ofLayer(application.layer),
    ]),
    ...model.layers.flatMap(ofLayer),
    ...(model.variables ?? []).map(({ node }) => node),
    ...(model.trained ?? []),
    ...(model.compilation?.losses ?? []).flatMap(({ function: own }) =>
      own ? [own.labels, own.prediction, own.value] : [],
    ),
  ]
}

/** Writes what nodes became into a model; a layer that is used twice stays one layer. */
class Mover {
  readonly #moved: ReadonlyMap<Node, Node>
  readonly #layers = new Map<Layer, Layer>()
  readonly #models = new Map<Model, Model>()

  constructor(moved: ReadonlyMap<Node, Node>) {
    this.#moved = moved
  }

  model(model: Model): Model {
    const known = this.#models.get(model)
    if (known) return known
    const { variables, trained, compilation } = model
    const copy: Model = {
      ...model,
      inputs: model.inputs.map(port => this.#port(port)),
      outputs: model.outputs.map(port => this.#port(port)),
      applications: model.applications.map(application => this.#application(application)),
      layers: model.layers.map(layer => this.#layer(layer)),
      ...(variables && { variables: variables.map(parameter => this.#parameter(parameter)) }),
      ...(compilation && {
        compilation: { ...compilation, losses: compilation.losses.map(term => this.#loss(term)) },
      }),
      ...(trained && { trained: new Set([...trained].map(node => this.#node(node))) }),
    }
    this.#models.set(model, copy)
    return copy
  }

  #node(node: Node): Node {
    return this.#moved.get(node) ?? node
  }

  #port(port: Port): Port {
    return { ...port, node: this.#node(port.node) }
  }

  #loss(term: LossTerm): LossTerm {
    const { function: own } = term
    if (!own) return term
    const { labels, prediction, value } = own
    const moved = { labels: this.#node(labels), prediction: this.#node(prediction), value: this.#node(value) }
    return { ...term, function: moved }
  }

  #parameter(parameter: Parameter): Parameter {
    return { ...parameter, node: this.#node(parameter.node) }
  }

  #application(application: LayerApplication): LayerApplication {
    const { beforeActivation, inner } = application
    return {
      ...application,
      layer: this.#layer(application.layer),
      inputs: application.inputs.map(node => this.#node(node)),
      outputs: application.outputs.map(node => this.#node(node)),
      ...(beforeActivation && { beforeActivation: this.#node(beforeActivation) }),
      ...(inner && { inner: inner.map(entry => this.#application(entry)) }),
    }
  }

  #layer(layer: Layer): Layer {
    const known = this.#layers.get(layer)
    if (known) return known
    const { model } = layer
    const copy: Layer = {
      ...layer,
      parameters: layer.parameters.map(parameter => this.#parameter(parameter)),
      ...(model && { model: this.model(model) }),
    }
    this.#layers.set(layer, copy)
    return copy
  }
}
