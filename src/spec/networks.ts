import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals, product } from '../graph/dimension.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import type { ApplyNetwork, StatedNetwork } from './algorithm.js'

/** Why a network does not take such values, if it does not. */
export function whyNotApplicable(
  { name, from }: StatedNetwork,
  args: readonly Node[],
  bind: (size: Dimension) => Dimension,
): Problem | undefined {
  if (args.length !== from.length)
    return { problem: `\`${name}\` takes ${from.length} arguments, not ${args.length}` }
  for (const [i, stated] of from.entries()) {
    const own = args[i]!.type.shape
    const wanted = stated.map(bind)
    if (!own) return { problem: `the shape of what \`${name}\` is applied to is not known` }
    const rest = own.slice(1)
    if (rest.length !== wanted.length || !rest.every((size, axis) => equals(size, wanted[axis]!)))
      return {
        problem: `\`${name}\` takes ${shapeText(wanted)} for each example, and is applied to ${shapeText(own)}`,
      }
  }
  return undefined
}

/**
 * Some network of the stated shapes, to find out whether equations fit it: a layer of its own for each output.
 * `identity` numbers its parameters.
 */
export function someNetwork(builder: GraphBuilder, identity: () => number): ApplyNetwork {
  const learned = new Map<string, Node | Problem>()
  const chain = (node: Node | Problem, op: string, attributes: Attributes, ...others: readonly Node[]) =>
    isProblem(node) ? node : builder.node(op, [node, ...others], attributes)
  return ({ name, from, to }, output, args) => {
    const { shape } = to[output]!
    let result: Node | Problem | undefined
    for (const [i, arg] of args.entries()) {
      const [batch = 1, ...own] = arg.type.shape ?? []
      const key = `${name} ${output} ${i}`
      const sizes = [product(from[i]!), product(shape)]
      const attributes = { identity: identity(), name: key, shape: sizes, dtype: 'float32' }
      const weights = learned.get(key) ?? builder.node('parameter', [], attributes)
      learned.set(key, weights)
      if (isProblem(weights)) return weights
      const flat = builder.node('reshape', [arg], { shape: [batch, product(own)] })
      const term = chain(chain(flat, 'matMul', {}, weights), 'tanh', {})
      if (isProblem(term)) return term
      result = result === undefined ? term : chain(result, 'add', {}, term)
    }
    if (result === undefined)
      return builder.node('parameter', [], { identity: identity(), name, shape, dtype: 'float32' })
    const batch = args[0]!.type.shape?.[0] ?? 1
    return chain(result, 'reshape', { shape: [batch, ...shape] })
  }
}
