import { GraphBuilder } from '../graph/builder.js'
import { type Initializer, type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { printGraph } from '../graph/print.js'
import { readGraph } from '../graph/read.js'
import { nodesBelow } from '../graph/walk.js'
import { opTable } from '../ops/table.js'

/** A model as text, which another process can read. */
export interface SentGraph {
  /** The graph of inputs, parameters and outputs, in this order. */
  readonly text: string
  readonly inputs: readonly string[]
  readonly parameters: readonly {
    readonly name: string
    readonly initializer: Initializer
    readonly trainable: boolean
  }[]
  readonly outputs: readonly string[]
}

/**
 * How learned tensors of equations start, of which a paper rarely says it: matrices as the layers of TensorFlow.js do
 * (Glorot and Bengio 2010), what scales a value at one, and everything else, as biases do, at zero.
 */
function usualStart(node: Node, readers: readonly Node[]): Initializer {
  if ((node.type.shape?.length ?? 0) > 1)
    return {
      kind: 'varianceScaling',
      settings: { scale: 1, mode: 'fanAvg', distribution: 'uniform' },
    }
  const scales = readers.some(({ op, inputs }) => op === 'multiply' && inputs.includes(node))
  return { kind: 'constant', settings: { value: scales ? 1 : 0 } }
}

/** A parameter of a graph: one that a layer or a variable of the model has, or one of its equations. */
export interface GraphParameter {
  readonly name: string
  readonly node: Node
  readonly initializer: Initializer
  readonly trainable: boolean
}

/** All parameters of a model in the framework's order, and after them those that only its equations read. */
export function allParametersOf({ model, provenance }: ModelGraph): readonly GraphParameter[] {
  const owned = parametersOf(model).map(({ layer, parameter, trainable }) => ({
    name: layer ? `${layer.name}/${parameter.name}` : parameter.name,
    node: parameter.node,
    initializer: parameter.initializer,
    trainable,
  }))
  const known = new Set(owned.map(({ node }) => node))
  const nodes = nodesBelow(model.outputs.map(({ node }) => node))
  const others = nodes
    .filter(node => node.op === 'parameter' && !known.has(node))
    .map(node => ({
      name: provenance.name(node) ?? String(node.attributes.name),
      node,
      initializer: usualStart(node, nodes),
      trainable: true,
    }))
  return [...owned, ...others]
}

export function sendGraph(graph: ModelGraph): SentGraph {
  const { inputs, outputs } = graph.model
  const parameters = allParametersOf(graph)
  const roots = [...inputs, ...parameters, ...outputs].map(({ node }) => node)
  return {
    text: printGraph(roots),
    inputs: inputs.map(({ name }) => name),
    parameters: parameters.map(({ name, initializer, trainable }) => ({ name, initializer, trainable })),
    outputs: outputs.map(({ name }) => name),
  }
}

/** The nodes of a graph that was sent. */
export interface ReceivedGraph {
  readonly builder: GraphBuilder
  readonly inputs: readonly Node[]
  readonly parameters: readonly Node[]
  readonly outputs: readonly Node[]
}

export function receiveGraph({ text, inputs, parameters }: SentGraph): ReceivedGraph | Problem {
  const builder = new GraphBuilder(opTable)
  const roots = readGraph(text, builder)
  if (isProblem(roots)) return roots
  const first = inputs.length
  const last = first + parameters.length
  return {
    builder,
    inputs: roots.slice(0, first),
    parameters: roots.slice(first, last),
    outputs: roots.slice(last),
  }
}
