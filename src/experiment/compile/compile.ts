import { type ConcreteGraph, concreteGraph, isDraw } from '../../evaluate/concrete.js'
import type { Body, Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { nodesBelow } from '../../graph/walk.js'
import type { Mode } from '../../ops/elaborate.js'
import { opTable } from '../../ops/table.js'
import { elementKernels } from './elements.js'
import { detached, type RealTensor, type TensorFlow } from './framework.js'
import { type Kernel, type PrimitiveName, UncompiledOp } from './kernel.js'
import { leafKernels } from './leaves.js'
import { shapeKernels } from './shapes.js'
import { windowKernels } from './windows.js'

/** Every op that is no equation over others, in TensorFlow.js. One that is missing does not compile. */
const kernels: Readonly<Record<PrimitiveName, Kernel>> = {
  ...leafKernels,
  ...elementKernels,
  ...shapeKernels,
  ...windowKernels,
}

export interface CompileOptions {
  /** The value of a symbol in sizes and attributes. */
  readonly symbol?: (name: string) => number | undefined
  readonly mode: Mode
}

/** The value of an input or a parameter; of a random draw where one is given. */
export type LeafValue = (node: Node) => RealTensor | undefined

/** A graph that TensorFlow.js computes. Gradients are those that it finds by itself. */
export type CompiledGraph = (leaf: LeafValue) => readonly RealTensor[]

/** Makes a graph into calls of TensorFlow.js: derived ops as their equations, and one call for each other op. */
export function compileGraph(
  outputs: readonly Node[],
  tf: TensorFlow,
  { symbol, mode }: CompileOptions,
): CompiledGraph | Problem {
  const graph = concreteGraph(outputs, { symbol, mode, isNumeric: true })
  if (isProblem(graph)) return graph
  const missing = nodesBelow(graph.outputs).find(({ op }) => !Object.hasOwn(kernels, op))
  if (missing) return { problem: `TensorFlow.js has no op for \`${missing.op}\`` }
  const program = new Program(graph, tf)
  return leaf => program.run(graph.outputs, new Map(), leaf)
}

/** The calls of a graph in their order; those of a body each time that it runs. */
class Program {
  readonly #sources: ConcreteGraph['sources']
  readonly #tf: TensorFlow
  readonly #orders = new Map<string, readonly Node[]>()

  constructor({ sources }: ConcreteGraph, tf: TensorFlow) {
    this.#sources = sources
    this.#tf = tf
  }

  run(
    outputs: readonly Node[],
    given: ReadonlyMap<Node, RealTensor>,
    leaf: LeafValue,
  ): readonly RealTensor[] {
    const values = new Map(given)
    for (const node of this.#order(outputs, given)) {
      const source = this.#sources.get(node)
      const known = source && (node.inputs.length === 0 || isDraw(node)) ? leaf(source) : undefined
      values.set(node, known ?? this.#compute(node, values, leaf))
    }
    return outputs.map(node => values.get(node)!)
  }

  #compute(node: Node, values: ReadonlyMap<Node, RealTensor>, leaf: LeafValue): RealTensor {
    const inputs = node.inputs.map((input, i) => {
      const value = values.get(input)!
      return isFlat(node, i) ? detached(value, this.#tf) : value
    })
    const { shape, dtype } = node.type
    const context = {
      tf: this.#tf,
      attributes: node.attributes,
      node,
      shape: shape as readonly number[],
      body: (body: Body, own: readonly RealTensor[]) =>
        this.run(body.outputs, new Map(body.inputs.map((input, i) => [input, own[i]!])), leaf),
    }
    const value = kernels[node.op as PrimitiveName](inputs, context)
    if (value.shape.join() !== context.shape.join())
      throw new UncompiledOp(`\`${node.op}\` gives [${value.shape}] in TensorFlow.js, not [${context.shape}]`)
    return value.dtype === dtype ? value : this.#tf.cast(value, dtype as 'float32')
  }

  /** What outputs are computed from and is not given, each after what it reads; a body is a part of its node. */
  #order(outputs: readonly Node[], given: ReadonlyMap<Node, RealTensor>): readonly Node[] {
    const key = outputs.map(({ id }) => id).join()
    const known = this.#orders.get(key)
    if (known) return known
    const seen = new Set(outputs.filter(node => !given.has(node)))
    for (const node of seen) for (const input of node.inputs) if (!given.has(input)) seen.add(input)
    const order = [...seen].sort((a, b) => a.id - b.id)
    this.#orders.set(key, order)
    return order
  }
}

/** Whether nothing flows back to an input, since the op is a step function of it or is meant to stop it. */
function isFlat({ op: name, inputs, attributes }: Node, at: number): boolean {
  const op = opTable[name]
  if (op?.kind !== 'primitive') return false
  const derivative = op.derivative[op.inputs[Math.min(at, op.inputs.length - 1)]!]
  const types = inputs.map(({ type }) => type)
  const own = typeof derivative === 'function' ? derivative(attributes, types, at) : derivative
  return typeof own === 'object' && own.zero === true
}
