import type { Attributes, Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { TensorType } from '../graph/type.js'
import type { Mode } from '../ops/elaborate.js'
import type { EvaluationContext, PrimitiveOp } from '../ops/op.js'
import { sizeOf } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { type Application, applicationOf } from './application.js'
import { concreteGraph } from './concrete.js'
import { classCount, type Partition } from './partition.js'
import { type Quotient, read, readShape, unfold, whole, wholeShape } from './quotient.js'
import { randomSource } from './random.js'

export interface EvaluationOptions {
  /**
   * The value of a node that is given from outside: inputs, parameters, opaque values, and random draws, which have a
   * value of their own where none is given. A quotient says which positions have the same numbers; what follows from
   * it has the same numbers there, too, and is computed once. A problem where the value is too large to be made.
   */
  readonly leaf: (node: Node) => Tensor | Quotient | Problem | undefined
  /** The value of a symbol in sizes and attributes. */
  readonly symbol?: (name: string) => number | undefined
  readonly mode?: Mode
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

/**
 * The same for many rounds of draws, which are those of its place in a program in round 0. The graph is prepared once;
 * what is given has one value in all rounds, and the budget is for each of them.
 */
export function evaluateInRounds(
  outputs: readonly Node[],
  options: Omit<EvaluationOptions, 'interpret'>,
): ((round: number) => readonly Tensor[] | Problem) | Problem {
  const { symbol, mode = 'inference' } = options
  const graph = concreteGraph(outputs, { symbol, mode, isNumeric: true })
  if (isProblem(graph)) return graph
  return round => new Evaluator({ ...options, interpret: drawingIn(round) }, graph.sources).run(graph.outputs)
}

/** Rounds are told apart by a multiple that no program has places of draws for. */
const placesOfARound = 1_000_003

const drawingIn =
  (round: number): Interpretation =>
  ({ op, attributes, type }, inputs, context) => {
    const { site } = attributes
    const own = typeof site === 'number' ? { ...attributes, site: site + round * placesOfARound } : attributes
    return op.evaluate(inputs, own, type, context)
  }

interface Step {
  readonly node: Node
  /** For what is given from outside; it recurs in every step of a recurrence. */
  readonly leaf?: Quotient
  readonly application: Application
  /** Inputs that nothing reads after this step. */
  readonly last: readonly Node[]
}

/** Axes that are longer are not looked at position by position. */
const longestAxis = 5_000_000

export const tooLarge: Problem = { problem: 'the computation is too large for the budget' }

class Evaluator {
  readonly #options: EvaluationOptions
  readonly #sources: ReadonlyMap<Node, Node>
  readonly #plans = new Map<readonly Node[], readonly Step[]>()
  #spent = 0

  constructor(options: EvaluationOptions, sources: ReadonlyMap<Node, Node>) {
    this.#options = options
    this.#sources = sources
  }

  run(outputs: readonly Node[], given: ReadonlyMap<Node, Tensor> = new Map()): readonly Tensor[] | Problem {
    let steps = this.#plans.get(outputs)
    if (!steps) {
      const planned = this.#plan(outputs, given)
      if (isProblem(planned)) return planned
      steps = planned
      this.#plans.set(outputs, steps)
    }
    const values = new Map<Node, Quotient>()
    for (const [node, tensor] of given) values.set(node, whole(tensor))
    for (const { node, leaf, application, last } of steps) {
      const value = leaf?.value ?? this.#compute(node, application, values)
      if (isProblem(value)) return value
      values.set(node, { value, partitions: application.partitions })
      for (const input of last) values.delete(input)
    }
    const results = outputs.map(node => values.get(node)!)
    if (results.some(value => this.#exceeds(sizeOf(wholeShape(value))))) return tooLarge
    return results.map(unfold)
  }

  /** What is computed and how, in order. Inputs have smaller ids than the nodes that read them. */
  #plan(outputs: readonly Node[], given: ReadonlyMap<Node, Tensor>): readonly Step[] | Problem {
    const known = new Map<Node, readonly Partition[]>()
    for (const node of given.keys()) known.set(node, partitionsOf(node))
    const leaves = new Map<Node, Quotient>()
    const steps: Step[] = []
    const needed = this.#needed(outputs, given, leaves)
    if (isProblem(needed)) return needed
    for (const node of needed) {
      const leaf = leaves.get(node)
      const application = leaf
        ? { operands: [], partitions: leaf.partitions }
        : applicationOf(
            node,
            node.inputs.map(input => known.get(input)!),
          )
      known.set(node, application.partitions)
      steps.push({ node, application, last: [], ...(leaf && { leaf }) })
    }
    const read = new Set<Node>([...outputs, ...given.keys()])
    for (let i = steps.length - 1; i >= 0; i--) {
      const step = steps[i]!
      const last = step.leaf ? [] : [...new Set(step.node.inputs)].filter(input => !read.has(input))
      for (const input of last) read.add(input)
      steps[i] = { ...step, last }
    }
    return steps
  }

  /** The nodes below the outputs that are not given, each after those that it reads; notes those that are leaves. */
  #needed(
    outputs: readonly Node[],
    given: ReadonlyMap<Node, Tensor>,
    leaves: Map<Node, Quotient>,
  ): readonly Node[] | Problem {
    const seen = new Set<Node>(outputs)
    for (const node of seen) {
      if (given.has(node)) {
        seen.delete(node)
        continue
      }
      if ((node.type.shape as readonly number[]).some(length => length > longestAxis)) return tooLarge
      const leaf = this.#leaf(node)
      if (leaf && isProblem(leaf)) return leaf
      if (leaf) leaves.set(node, leaf)
      else for (const input of node.inputs) if (!given.has(input)) seen.add(input)
    }
    return [...seen].sort((a, b) => a.id - b.id)
  }

  #leaf(node: Node): Quotient | Problem | undefined {
    const source = this.#sources.get(node)
    const leaf = source && this.#options.leaf(source)
    return leaf && 'data' in leaf ? whole(leaf) : leaf
  }

  #compute(
    node: Node,
    { operands, partitions, op: other, attributes }: Application,
    values: ReadonlyMap<Node, Quotient>,
  ): Tensor | Problem {
    const name = other ?? node.op
    const op = opTable[name]
    if (op?.kind !== 'primitive') return { problem: `there is no op \`${name}\` that can be computed` }
    const sizes = node.type.shape as readonly number[]
    const shape = sizes.map((size, axis) => classCount(partitions[axis]!, size))
    const size = sizeOf(shape)
    const given = node.inputs.map(input => values.get(input)!)
    // Before anything of this size is made.
    const needed = given.map((value, i) => sizeOf(readShape(value, operands[i]!)))
    if ([size, ...needed].some(elements => this.#exceeds(elements))) return tooLarge
    const inputs = given.map((value, i) => read(value, operands[i]!))
    const types = inputs.map(input => ({ shape: input.shape, dtype: input.dtype }))
    const settings = attributes ?? node.attributes
    this.#spent += Math.max(size, op.cost?.(types, settings, shape) ?? 0)
    if (this.#exceeds(this.#spent)) return tooLarge
    try {
      const application = { name, op, attributes: settings, type: { ...node.type, shape } }
      const { noise, interpret = inDoublePrecision } = this.#options
      const value = interpret(application, inputs, this.#context)
      const isExact = op.inputs.length === 0 || op.rearranges || op.picks || isWhole(inputs, value)
      return noise === undefined || isProblem(value) || isExact ? value : withNoise(value, noise, node.id)
    } catch (error) {
      if (error instanceof BodyError) return { problem: error.message }
      throw error
    }
  }

  #exceeds(count: number): boolean {
    return count > (this.#options.budget ?? Number.POSITIVE_INFINITY)
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

/** Each position of its own, along each axis. */
const partitionsOf = (node: Node): readonly Partition[] => (node.type.shape ?? []).map(() => null)

/** Whether whole numbers are made of whole numbers: positions and counts, which no rounding changes. */
const isWhole = (inputs: readonly Tensor[], value: Tensor | Problem): boolean =>
  !isProblem(value) &&
  inputs.every(({ dtype }) => dtype === 'int32' || dtype === 'bool') &&
  value.data.every(Number.isInteger)

function withNoise({ shape, data, dtype }: Tensor, noise: number, seed: number): Tensor {
  if (dtype !== 'float32') return { shape, data, dtype }
  const random = randomSource(seed)
  return { shape, data: data.map(value => value * (1 + noise * (2 * random() - 1))), dtype }
}

/** A step of a recurrence failed; the evaluator that runs the recurrence turns it into a problem. */
class BodyError extends Error {}
