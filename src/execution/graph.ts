import type { Tensor as RealTensor, Variable } from '@tensorflow/tfjs'
import { type CompiledGraph, compileGraph } from '../experiment/compile/compile.js'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { failureOf } from '../experiment/failures.js'
import type { DescribedPort } from '../experiment/protocol.js'
import { receiveGraph, type SentGraph } from '../experiment/sent-graph.js'
import { isPolynomial } from '../graph/dimension.js'
import type { Initializer } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import type { Mode } from '../ops/elaborate.js'
import type { Runnable, RunnableParameter } from './subject.js'

/** A graph as something that runs and trains: its parameters are variables that start as their initializers say. */
export function runnableGraph(sent: SentGraph, tf: TensorFlow): Runnable {
  const graph = receiveGraph(sent)
  if (isProblem(graph)) throw failureOf('graph', { message: graph.problem })
  const parameters = graph.parameters.map((node, i): RunnableParameter => {
    const { name, initializer, trainable } = sent.parameters[i]!
    const shape = sizesOf(node)
    return { name, shape, trainable, variable: startOf(initializer, shape, trainable, tf) }
  })
  const variables = new Map(graph.parameters.map((node, i) => [node, parameters[i]!.variable]))
  const compiled = new Map<string, CompiledGraph>()
  /** The graph at the sizes that inputs have. */
  const at = (inputs: readonly RealTensor[], mode: Mode): CompiledGraph => {
    const sizes = sizesGiven(graph.inputs, inputs)
    const key = `${mode} ${[...sizes].join(' ')}`
    const known = compiled.get(key)
    if (known) return known
    const made = compileGraph(graph.outputs, tf, { symbol: name => sizes.get(name), mode })
    if (isProblem(made)) throw failureOf('graph', { message: made.problem })
    compiled.set(key, made)
    return made
  }
  return {
    inputs: ports(graph.inputs, sent.inputs),
    outputs: ports(graph.outputs, sent.outputs),
    parameters,
    apply: (inputs, training) => {
      const given = new Map(graph.inputs.map((node, i) => [node, inputs[i]!]))
      return at(inputs, training ? 'training' : 'inference')(node => given.get(node) ?? variables.get(node))
    },
  }
}

function ports(nodes: readonly Node[], names: readonly string[]): readonly DescribedPort[] {
  return nodes.map(({ type: { shape, dtype } }, i) => ({
    name: names[i]!,
    dtype,
    shape: (shape ?? []).map(size => (typeof size === 'number' ? size : null)),
  }))
}

function sizesOf({ type: { shape } }: Node): readonly number[] {
  if (shape?.every(size => typeof size === 'number')) return shape as readonly number[]
  throw failureOf('graph', { message: `the sizes ${shapeText(shape)} of a learned tensor are open` })
}

/** What open sizes are, by the inputs that have them. */
function sizesGiven(nodes: readonly Node[], inputs: readonly RealTensor[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  nodes.forEach(({ type: { shape } }, i) => {
    shape?.forEach((size, axis) => {
      if (isPolynomial(size)) sizes.set(size.key, inputs[i]!.shape[axis]!)
    })
  })
  return sizes
}

function startOf(
  { kind, settings }: Initializer,
  shape: readonly number[],
  trainable: boolean,
  tf: TensorFlow,
): Variable {
  const make = (tf.initializers as unknown as Readonly<Record<string, (config: object) => { apply: Apply }>>)[
    kind
  ]
  const value = make
    ? make({ ...settings }).apply([...shape])
    : tf.initializers.glorotUniform({}).apply([...shape])
  return tf.variable(value, trainable)
}

type Apply = (shape: number[]) => RealTensor
