import { attributeKey } from './attribute.js'
import type { Attribute, Attributes, Node } from './node.js'
import { isProblem, type OpSignatures, type Problem } from './op.js'
import type { TensorType } from './type.js'

/** Makes the nodes of one graph, each at most once. Nodes of different builders must not be mixed. */
export class GraphBuilder {
  readonly #ops: OpSignatures
  readonly #nodes = new Map<string, Node>()
  #count = 0

  constructor(ops: OpSignatures) {
    this.#ops = ops
  }

  /** How many distinct nodes exist. */
  get size(): number {
    return this.#count
  }

  /**
   * The node of an op applied to inputs. Missing attributes take the op's defaults.
   * A problem says, for the user, why the op does not accept these inputs.
   */
  node(op: string, inputs: readonly Node[], attributes: Attributes = {}): Node | Problem {
    const signature = this.#ops[op]
    if (!signature) return { problem: `there is no op \`${op}\`` }
    const complete: Record<string, Attribute> = {}
    for (const [name, { default: fallback }] of Object.entries(signature.attributes)) {
      const value = attributes[name] === undefined ? fallback : attributes[name]
      if (value === undefined) return { problem: `\`${op}\` needs the attribute \`${name}\`` }
      complete[name] = value
    }
    for (const name of Object.keys(attributes)) {
      if (!(name in signature.attributes)) return { problem: `\`${op}\` has no attribute \`${name}\`` }
    }
    const { length } = signature.inputs
    if (signature.variadic ? inputs.length < length - 1 : inputs.length !== length) {
      return { problem: `\`${op}\` takes ${length} inputs, not ${inputs.length}` }
    }
    const key = `${op}(${inputs.map(input => input.id).join(',')})${this.#key(complete)}`
    const existing = this.#nodes.get(key)
    if (existing) return existing
    const type = this.#type(signature.type, inputs, complete)
    if (isProblem(type)) return type
    const node: Node = { id: this.#count++, op, inputs, attributes: complete, type }
    this.#nodes.set(key, node)
    return node
  }

  #type(
    rule: OpSignatures[string]['type'],
    inputs: readonly Node[],
    attributes: Attributes,
  ): TensorType | Problem {
    const unknown = inputs.find(input => input.type.shape === null)
    return unknown
      ? { dtype: unknown.type.dtype, shape: null }
      : rule(
          inputs.map(input => input.type),
          attributes,
          inputs,
        )
  }

  #key(attributes: Attributes): string {
    let key = ''
    for (const name in attributes) key += `;${name}=${attributeKey(attributes[name])}`
    return key
  }
}
