import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import type { GraphBuilder } from './builder.js'
import type { Dimension } from './dimension.js'
import type { Attribute, Node } from './node.js'
import type { Origin, Provenance } from './provenance.js'
import type { Shape } from './type.js'

/** One resolved entry of a layer's configuration. */
export interface ConfigEntry {
  readonly value: Attribute
  /** `given`: written by the user. `default`: the framework's. `silent`: a spec does not say. */
  readonly from: 'given' | 'default' | 'silent'
  /** The written value, or, for a default, the call that left it out. */
  readonly span?: Span
  /** Why the value is not known; a symbol stands for it. */
  readonly reason?: Diagnostic
}

/** How a parameter is filled at the start, as resolved: `{ kind: 'varianceScaling', scale: 1, … }`. */
export interface Initializer {
  readonly kind: string
  readonly settings: Readonly<Record<string, Attribute>>
}

/** A tensor that the model owns. */
export interface Parameter {
  /** As the layer calls it: `kernel`, `bias`. */
  readonly name: string
  /** The node of op `parameter`; its identity is the parameter's. */
  readonly node: Node
  readonly shape: Shape
  readonly initializer: Initializer
  /** Set where the program writes a value into it, which then stands for it. */
  readonly isOverwritten?: true
  /** What the code gives it before anything is computed with it, in terms of what the code is given. */
  readonly first?: Node
  /** What the layer declares: the moving statistics of batch normalisation never train. */
  readonly trainable: boolean
  /** For a tensor that a function is given: who says what shape it has, if that is not who reads the model. */
  readonly stated?: ShapeStatement
}

/** A layer as an object: it may be applied several times and then shares its parameters. */
export interface Layer {
  /** Unique within a trace or a spec; counts up in order of creation. */
  readonly id: number
  /** A key of the layer table: `dense`; `model` for a model used as a layer; `custom` for a class of the program. */
  readonly kind: string
  /** For `kind: 'custom'`: what the class calls itself. */
  readonly className?: string
  /** As the framework or the spec names it: `dense_Dense1`. */
  readonly name: string
  /** What the user calls it, if anything. */
  readonly variable?: string
  readonly config: Readonly<Record<string, ConfigEntry>>
  /** Filled at the first application, when the input's shape is known. */
  readonly parameters: readonly Parameter[]
  /** For a layer of the program that says itself which weights of its own, or of layers in it, train. */
  readonly listed?: readonly Node[] | 'unknown'
  /** Whether the user lets it train (`trainable: false` freezes all its parameters). */
  readonly trainable: boolean
  /** Where it was created. */
  readonly origin: Origin
  /** For `kind: 'model'`. */
  readonly model?: Model
  /** How many layers it stands for, where a loop makes one in each of its rounds. */
  readonly count?: Dimension
}

/** One use of a layer. */
export interface LayerApplication {
  readonly layer: Layer
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
  /**
   * For a layer that ends in an activation: the value before it. `outputs[0]` is the activation of this node.
   * Absent where the activation is linear.
   */
  readonly beforeActivation?: Node
  /** The place of its random draws, which tells them from those of other applications. */
  readonly site?: number
  /**
   * For a layer of the program: the layers that its `call` applies. The framework does not count their parameters as
   * those of the layer, nor of the model.
   */
  readonly inner?: readonly LayerApplication[]
  readonly origin: Origin
}

/** What says which shape an input has where the code does not. It is taken, and not checked. */
export interface ShapeStatement {
  /**
   * `use`: a call in the code that takes it and tensors of this shape; `loop`: it is made of a list that a loop fills, of which
   * nothing else is known.
   */
  readonly by: 'type' | 'comment' | 'spec' | 'use' | 'loop'
  /** For a spec: the name of its input. */
  readonly input?: string
  /** For a spec: the name of its parameter, for a tensor of the same name. */
  readonly parameter?: string
  /** For a spec: whether the code says that it has so many axes, by a type, by a comment, or as what a layer is applied to. */
  readonly isRankSaid?: true
  /** For a spec: a call in the code that says that it takes one example. */
  readonly calledAt?: Span
  /** Whether it may be wrong, so that no difference is to rest on it. */
  readonly isGuess?: true
  /** For a type: whether the code runs with tensors of this shape only. */
  readonly isForced?: true
  readonly span: Span
}

/** A named tensor at the border of a model. */
export interface Port {
  readonly name: string
  readonly node: Node
  readonly origin: Origin
  /** For a tensor that a function is given: who says what shape it has, if that is not who reads the model. */
  readonly stated?: ShapeStatement
}

/** What `compile` fixes, with defaults resolved. */
export interface Compilation {
  readonly losses: readonly LossTerm[]
  readonly optimizer?: Optimizer
  readonly metrics: readonly { readonly name: string; readonly span: Span }[]
  readonly origin: Origin
}

export interface LossTerm {
  /** Which output it applies to, by index. */
  readonly output: number
  /** A key of the loss table; `function` for one of the program; `opaque` where it could not be followed. */
  readonly kind: string
  readonly function?: LossFunction
  readonly weight: Attribute
  readonly span: Span
  readonly reason?: string
  /** What that reason comes from, where it is something that the trace found. */
  readonly cause?: Diagnostic
}

/** A loss that the program computes, of the labels and the output that it is on. */
export interface LossFunction {
  readonly labels: Node
  readonly prediction: Node
  /** Of any shape: what training minimises is the mean of all elements. */
  readonly value: Node
}

export interface Optimizer {
  /** A key of the optimizer table; `opaque` where it could not be followed. */
  readonly kind: string
  readonly settings: Readonly<Record<string, ConfigEntry>>
  /** The number of the object, where the code makes one: what it has, several steps can share. */
  readonly object?: number
  readonly span: Span
  readonly reason?: string
  /** What that reason comes from, where it is something that the trace found. */
  readonly cause?: Diagnostic
}

/**
 * A model: a graph between named ports, with the layers it was written in as an overlay on the graph. A function over
 * tensors is one as well, with the layers that it uses, if any, and the variables that it reads.
 */
export interface Model {
  readonly name: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** In order of application; a model used as a layer appears as one application. */
  readonly applications: readonly LayerApplication[]
  /** Layers in the order in which the framework lists them; input layers are not among them. */
  readonly layers: readonly Layer[]
  /** Tensors that training changes and that no layer owns: each `tf.variable` that is read. */
  readonly variables?: readonly Parameter[]
  readonly compilation?: Compilation
  /** For the loss of a training step of the program, which is its only output. */
  readonly isMinimized?: true
  /** For a function that makes layers itself: their weights are what it gives them in each call, and nothing learns them. */
  readonly makesWeights?: true
  /** Only its shapes are known: it stands for any model that has them, and what it is made of means nothing. */
  readonly isAny?: true
  /** The user lets none of it train. */
  readonly frozen?: true
  /** For a compiled model: the parameters that its optimizer was given. Those that were frozen since do not train. */
  readonly trained?: ReadonlySet<Node>
  readonly origin: Origin
}

/** A model together with what its nodes were built with. */
export interface ModelGraph {
  readonly model: Model
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  /** Whether shapes of its inputs follow from how the code uses them alone, and could be others. */
  readonly isSupposed?: true
  /** What the equations of a spec state, where it is built from one. */
  readonly statements?: readonly StatedValue[]
}

/** A value that an equation defines. */
export interface StatedValue {
  /** The part of the spec: `equation:head_i`. */
  readonly part: string
  readonly node: Node
  /** What the equation is given, where it is a function; any other reads values that others define. */
  readonly given?: readonly Node[]
}

/** A parameter of a model with its owner, if that is a layer, and whether it trains. */
export interface OwnedParameter {
  readonly layer?: Layer
  readonly parameter: Parameter
  readonly trainable: boolean
}

/** A tensor that a function may have been given. */
export type GivenTensor = Pick<Port, 'name' | 'node' | 'stated'>

/** The tensors that a function is given: what it computes on, and what of it is learned. */
export const givenTensors = ({ inputs, variables = [] }: Model): readonly GivenTensor[] => [
  ...inputs,
  ...variables,
]

/** Layers that layers of the program apply, in order of application: the framework does not list them as the model's. */
export function innerLayersOf(model: Model): readonly Layer[] {
  const found = new Set<Layer>()
  const visit = ({ layer, inner = [] }: LayerApplication): void => {
    for (const application of inner) {
      found.add(application.layer)
      visit(application)
    }
    layer.model?.applications.forEach(visit)
  }
  model.applications.forEach(visit)
  for (const layer of model.layers) found.delete(layer)
  return [...found]
}

/** The parameters of a layer, and those of layers in it that it lists; what trains and is not listed is left out. */
function ownedBy(
  layer: Layer,
  inner: ReadonlyMap<Node, Required<Omit<OwnedParameter, 'trainable'>>>,
): readonly Required<Omit<OwnedParameter, 'trainable'>>[] {
  const { listed, parameters } = layer
  const own = parameters.map(parameter => ({ layer, parameter }))
  if (!listed || listed === 'unknown') return own
  const nodes = new Set(listed)
  return [
    ...own.filter(({ parameter: { trainable, node } }) => !trainable || nodes.has(node)),
    ...listed.flatMap(node => inner.get(node) ?? []),
  ]
}

/** All parameters of a model, each once, in the framework's order. */
export function parametersOf(model: Model): readonly OwnedParameter[] {
  const seen = new Set<Node>()
  const found: OwnedParameter[] = []
  const inner = new Map(
    innerLayersOf(model).flatMap(layer =>
      layer.parameters.map(parameter => [parameter.node, { layer, parameter }] as const),
    ),
  )
  const visit = (layers: readonly Layer[], frozen: boolean) => {
    for (const layer of layers) {
      const still = frozen || !layer.trainable
      if (layer.model) visit(layer.model.layers, still)
      for (const own of ownedBy(layer, inner)) {
        const { node, trainable } = own.parameter
        if (seen.has(node)) continue
        seen.add(node)
        const reached = model.trained?.has(node) ?? !still
        found.push({ ...own, trainable: trainable && reached })
      }
    }
  }
  visit(model.layers, model.frozen === true)
  for (const parameter of model.variables ?? [])
    if (!seen.has(parameter.node)) found.push({ parameter, trainable: parameter.trainable })
  return found
}

/** What training makes small, or what losses of the framework are taken of. */
export function lossesOf({ outputs, compilation, isMinimized }: Model): readonly Node[] {
  if (isMinimized) return outputs.map(({ node }) => node)
  return (compilation?.losses ?? []).flatMap(
    ({ output, function: own }) => own?.value ?? outputs[output]?.node ?? [],
  )
}
