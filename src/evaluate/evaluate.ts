import type { Attributes, Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { TensorType } from '../graph/type.js'
import type { Mode } from '../ops/elaborate.js'
import type { EvaluationContext, PrimitiveOp } from '../ops/op.js'
import { sizeOf } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { concreteGraph } from './concrete.js'
import { randomSource } from './random.js'
import { type Factored, type Foreknowledge, type Reach, reachOf } from './reach.js'
import { everything, type Selection, selectedShape, take, union } from './selection.js'

export interface EvaluationOptions {
  /**
   * The value of a node that is given from outside: inputs, parameters, opaque values, and random draws, which have a
   * value of their own where none is given. The whole tensor, or only the part that `selection` names.
   */
  readonly leaf: (node: Node, selection: Selection) => Tensor | undefined
  /** The value of a symbol in sizes and attributes. */
  readonly symbol?: (name: string) => number | undefined
  readonly mode?: Mode
  /** Outside of which positions a leaf is zero: rows of a table that nothing looks up. */
  readonly support?: (leaf: Node, shape: readonly number[]) => Selection | undefined
  /** Whether all positions of a leaf along an axis have the same numbers: what it is multiplied with is summed first. */
  readonly isUniform?: (leaf: Node, axis: number) => boolean
  /** Every number that is computed is off by up to this part of itself, so that it shows what rounding may do. */
  readonly noise?: number
  /** Another meaning of primitive ops than their value in double precision. */
  readonly interpret?: Interpretation
  /** Refuses a graph that needs more multiplications and additions than this. */
  readonly budget?: number
}

/** What a primitive op yields for inputs; tensors hold whatever numbers stand for in the interpretation. */
export type Interpretation = (
  application: OpApplication,
  inputs: readonly Tensor[],
  context: EvaluationContext,
) => Tensor | Problem

export interface OpApplication {
  readonly name: string
  readonly op: PrimitiveOp
  /** With numbers for all sizes. */
  readonly attributes: Attributes
  readonly type: Omit<TensorType, 'shape'> & { readonly shape: readonly number[] }
}

const inDoublePrecision: Interpretation = ({ op, attributes, type }, inputs, context) =>
  op.evaluate(inputs, attributes, type, context)

/**
 * The values of nodes in double precision. Shared nodes are computed once, only what the results depend on is
 * computed, and values are dropped when nothing reads them any more. A problem says which node could not be computed
 * and why.
 */
export function evaluate(outputs: readonly Node[], options: EvaluationOptions): readonly Tensor[] | Problem {
  const { symbol, mode = 'inference', interpret } = options
  const graph = concreteGraph(outputs, { symbol, mode, isNumeric: interpret === undefined })
  if (isProblem(graph)) return graph
  return new Evaluator(options, graph.sources).run(graph.outputs)
}

interface Step {
  readonly node: Node
  readonly reach: Reach
  /** The box of its value that is kept: as much as all readers together want. */
  readonly held: Selection
  /** Inputs that nothing reads after this step. */
  readonly last: readonly Node[]
}

/** The box of a node's value that is known. */
interface Part {
  readonly value: Tensor
  readonly held: Selection
}

const tooLarge: Problem = { problem: 'the computation is too large for the budget' }

class Evaluator {
  readonly #options: EvaluationOptions
  readonly #sources: ReadonlyMap<Node, Node>
  readonly #plans = new Map<readonly Node[], readonly Step[]>()
  /** Parts of leaves, which recur in every step of a recurrence. */
  readonly #leaves = new Map<Step, Tensor>()
  #spent = 0

  constructor(options: EvaluationOptions, sources: ReadonlyMap<Node, Node>) {
    this.#options = options
    this.#sources = sources
  }

  run(outputs: readonly Node[], given: ReadonlyMap<Node, Tensor> = new Map()): readonly Tensor[] | Problem {
    let steps = this.#plans.get(outputs)
    if (!steps) {
      steps = this.#plan(outputs, given)
      this.#plans.set(outputs, steps)
    }
    const values = new Map<Node, Part>()
    for (const step of steps) {
      const { node, held, reach, last } = step
      const size = selectedShape(node.type.shape as readonly number[], held).reduce((a, b) => a * b, 1)
      if (size > (this.#options.budget ?? Number.POSITIVE_INFINITY)) return tooLarge
      const leaf = given.get(node) ?? this.#leaf(step)
      const value = leaf ?? this.#compute(step, values)
      if (isProblem(value)) return value
      values.set(node, { value: leaf ?? take(value, reach.output, held), held })
      for (const input of last) values.delete(input)
    }
    return outputs.map(node => values.get(node)!.value)
  }

  /** Which part of which node is needed, in order. Inputs have smaller ids than the nodes that read them. */
  #plan(outputs: readonly Node[], given: ReadonlyMap<Node, Tensor>): readonly Step[] {
    const wanted = new Map<Node, Selection>()
    const want = (node: Node, selection: Selection) => {
      const before = wanted.get(node)
      wanted.set(node, before ? union(before, selection) : selection)
    }
    for (const node of outputs) want(node, everything(node.type.shape as readonly number[]))
    const order = reachable(outputs, given)
    const steps: Step[] = []
    const read = new Set<Node>(outputs)
    for (const node of order) {
      const held = given.has(node) ? everything(node.type.shape as readonly number[]) : wanted.get(node)!
      const reach: Reach =
        node.inputs.length === 0 || given.has(node)
          ? { inputs: [], output: held }
          : reachOf(node, held, this.#known)
      reach.inputs.forEach((selection, i) => {
        want(node.inputs[i]!, selection)
      })
      const last = given.has(node) ? [] : [...new Set(node.inputs)].filter(input => !read.has(input))
      for (const input of last) read.add(input)
      steps.push({ node, held, reach, last })
    }
    return steps.reverse()
  }

  readonly #known: Foreknowledge = {
    support: leaf => {
      const source = this.#sources.get(leaf)
      return source && this.#options.support?.(source, leaf.type.shape as readonly number[])
    },
    isUniform: (leaf, axis) => {
      const source = this.#sources.get(leaf)
      return source !== undefined && this.#options.isUniform?.(source, axis) === true
    },
  }

  #leaf(step: Step): Tensor | undefined {
    const { node, held } = step
    const source = this.#sources.get(node)
    if (!source) return undefined
    const known = this.#leaves.get(step)
    if (known) return known
    const shape = node.type.shape as readonly number[]
    const given = this.#options.leaf(source, held)
    const whole = given && given.shape.join() === shape.join()
    const value = given && (whole ? take(given, everything(shape), held) : given)
    if (value) this.#leaves.set(step, value)
    return value
  }

  #compute({ node, reach }: Step, values: ReadonlyMap<Node, Part>): Tensor | Problem {
    const op = opTable[node.op]
    if (op?.kind !== 'primitive') return { problem: `there is no op \`${node.op}\` that can be computed` }
    const inputs = node.inputs.map((input, i) => {
      const { value, held } = values.get(input)!
      return take(value, held, reach.inputs[i]!)
    })
    const { factored } = reach
    const shape = selectedShape(node.type.shape as readonly number[], reach.output)
    if (factored) return this.#product(op, node, inputs, factored, shape)
    return this.#apply(op, node, inputs, shape)
  }

  /** The number of each column, times what the op makes of the summed operand and ones. */
  #product(
    op: PrimitiveOp,
    node: Node,
    [x, weights]: readonly Tensor[],
    { summed, ones }: Factored,
    shape: readonly number[],
  ): Tensor | Problem {
    const one = { shape: ones, data: new Float64Array(sizeOf(ones)).fill(1), dtype: weights!.dtype }
    const common = this.#apply(op, node, [sumAlong(x!, summed), one], [...shape.slice(0, -1), 1])
    if (isProblem(common)) return common
    const columns = weights!.data
    const data = new Float64Array(common.data.length * columns.length)
    let at = 0
    for (const value of common.data) for (const column of columns) data[at++] = value * column
    this.#spent += data.length
    return { shape, data, dtype: common.dtype }
  }

  #apply(op: PrimitiveOp, node: Node, inputs: readonly Tensor[], shape: readonly number[]): Tensor | Problem {
    const types = inputs.map(input => ({ shape: input.shape, dtype: input.dtype }))
    const size = shape.reduce((a, b) => a * b, 1)
    this.#spent += Math.max(size, op.cost?.(types, node.attributes, shape) ?? 0)
    if (this.#spent > (this.#options.budget ?? Number.POSITIVE_INFINITY)) return tooLarge
    try {
      const application = { name: node.op, op, attributes: node.attributes, type: { ...node.type, shape } }
      const { noise, interpret = inDoublePrecision } = this.#options
      const value = interpret(application, inputs, this.#context)
      return noise === undefined || isProblem(value) ? value : withNoise(value, noise, node.id)
    } catch (error) {
      if (error instanceof BodyError) return { problem: error.message }
      throw error
    }
  }

  readonly #context: EvaluationContext = {
    body: (body: Body, inputs: readonly Tensor[]) => {
      const given = new Map(body.inputs.map((node, i) => [node, inputs[i]!]))
      const values = this.run(body.outputs, given)
      if (isProblem(values)) throw new BodyError(values.problem)
      return values
    },
  }
}

function sumAlong({ shape, data, dtype }: Tensor, axis: number): Tensor {
  const inner = sizeOf(shape.slice(axis + 1))
  const length = shape[axis]!
  const sums = new Float64Array(data.length / Math.max(1, length))
  for (let i = 0; i < data.length; i++)
    sums[Math.floor(i / (inner * length)) * inner + (i % inner)]! += data[i]!
  return { shape: shape.map((size, i) => (i === axis ? 1 : size)), data: sums, dtype }
}

function withNoise({ shape, data, dtype }: Tensor, noise: number, seed: number): Tensor {
  if (dtype !== 'float32') return { shape, data, dtype }
  const random = randomSource(seed)
  return { shape, data: data.map(value => value * (1 + noise * (2 * random() - 1))), dtype }
}

/** All nodes below the outputs, those that read others first. */
function reachable(outputs: readonly Node[], given: ReadonlyMap<Node, Tensor>): readonly Node[] {
  const seen = new Set<Node>(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (given.has(node)) continue
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return [...seen].sort((a, b) => b.id - a.id)
}

/** A step of a recurrence failed; the evaluator that runs the recurrence turns it into a problem. */
class BodyError extends Error {}
