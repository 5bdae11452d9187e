import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Attribute, Attributes, Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { expand, type Mode } from '../ops/elaborate.js'
import type { EvaluationContext, Op } from '../ops/op.js'
import { opTable } from '../ops/table.js'

export interface EvaluationOptions {
  /** The value of a node that is given from outside: inputs, parameters, opaque values. */
  readonly leaf: (node: Node) => Tensor | undefined
  /** The value of a symbol in sizes and attributes. */
  readonly symbol?: (name: string) => number | undefined
  readonly mode?: Mode
  /** Refuses a graph that needs more multiplications and additions than this. */
  readonly budget?: number
}

/**
 * The values of nodes in double precision. Shared nodes are computed once, and long chains do not exhaust the
 * stack. A problem says which node could not be computed and why.
 */
export function evaluate(outputs: readonly Node[], options: EvaluationOptions): readonly Tensor[] | Problem {
  return new Evaluator(options).run(outputs)
}

class Evaluator {
  readonly #options: EvaluationOptions
  readonly #values = new Map<Node, Tensor>()
  /** Only for expanding derived ops: the nodes of an expansion belong to this builder and to none other. */
  readonly #expansions = new Map<Node, Node>()
  readonly #builder = new GraphBuilder(opTable)
  #spent = 0

  constructor(options: EvaluationOptions, given?: ReadonlyMap<Node, Tensor>) {
    this.#options = options
    if (given) for (const [node, value] of given) this.#values.set(node, value)
  }

  run(outputs: readonly Node[]): readonly Tensor[] | Problem {
    const pending = [...outputs]
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      if (this.#values.has(node)) {
        pending.pop()
        continue
      }
      const given = this.#options.leaf(node)
      if (given) {
        this.#values.set(node, given)
        continue
      }
      const missing = node.inputs.filter(input => !this.#values.has(input))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      const op = opTable[node.op]
      if (!op) return { problem: `there is no op \`${node.op}\`` }
      if (op.kind === 'derived') {
        const meaning = this.#expansion(node)
        if (isProblem(meaning)) return meaning
        const value = this.#values.get(meaning)
        if (value) this.#values.set(node, value)
        else pending.push(meaning)
        continue
      }
      const value = this.#compute(op, node)
      if (isProblem(value)) return value
      this.#values.set(node, value)
    }
    return outputs.map(node => this.#values.get(node)!)
  }

  /** The meaning of a derived node, over stand-ins for its inputs whose values are known by now. */
  #expansion(node: Node): Node | Problem {
    const known = this.#expansions.get(node)
    if (known) return known
    const inputs: Node[] = []
    for (const input of node.inputs) {
      const value = this.#values.get(input)!
      const attributes = { identity: this.#builder.size, name: 'x', shape: value.shape, dtype: value.dtype }
      const stand = this.#builder.node('parameter', [], attributes)
      if (isProblem(stand)) return stand
      this.#values.set(stand, value)
      inputs.push(stand)
    }
    const copy: Node = { ...node, inputs, attributes: this.#numeric(node.attributes) }
    const meaning = expand(copy, this.#builder, this.#options.mode ?? 'inference')
    if (!isProblem(meaning)) this.#expansions.set(node, meaning)
    return meaning
  }

  #compute(op: Extract<Op, { kind: 'primitive' }>, node: Node): Tensor | Problem {
    const inputs = node.inputs.map(input => this.#values.get(input)!)
    const attributes = this.#numeric(node.attributes)
    const types = inputs.map(({ shape, dtype }) => ({ shape, dtype }))
    const type = op.type(types, attributes, node.inputs)
    if (isProblem(type)) return type
    const shape = type.shape?.map(dimension => this.#number(dimension))
    if (!shape || shape.some(size => typeof size !== 'number')) {
      return { problem: `the shape of \`${node.op}\` is not known` }
    }
    const size = (shape as number[]).reduce((a, b) => a * b, 1)
    this.#spent += Math.max(size, op.cost?.(types, attributes, shape as number[]) ?? 0)
    if (this.#spent > (this.#options.budget ?? Number.POSITIVE_INFINITY)) {
      return { problem: 'the computation is too large for the budget' }
    }
    try {
      return op.evaluate(inputs, attributes, { ...type, shape }, this.#context)
    } catch (error) {
      if (error instanceof BodyError) return { problem: error.message }
      throw error
    }
  }

  readonly #context: EvaluationContext = {
    body: (body: Body, inputs: readonly Tensor[]) => {
      const given = new Map(body.inputs.map((node, i) => [node, inputs[i]!]))
      const values = new Evaluator(this.#options, given).run(body.outputs)
      if (isProblem(values)) throw new BodyError(values.problem)
      return values
    },
  }

  #numeric(attributes: Attributes): Attributes {
    const values: Record<string, Attribute> = {}
    for (const name in attributes) values[name] = this.#attribute(attributes[name]!)
    return values
  }

  #attribute(value: Attribute): Attribute {
    if (Array.isArray(value)) return value.map(item => this.#attribute(item))
    if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'polynomial') {
      return this.#number(value)
    }
    return value
  }

  #number(dimension: Dimension): Dimension {
    return substitute(dimension, name => this.#options.symbol?.(name))
  }
}

/** A step of a recurrence failed; the evaluator that runs the recurrence turns it into a problem. */
class BodyError extends Error {}
