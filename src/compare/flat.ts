import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals, product } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { CodeNetwork } from './networks.js'

/*
 * A paper writes a state, an image or a sequence as a vector where its places do not matter; code keeps its axes. The vector
 * is then the numbers of the tensor in their order, [batch, …] as [batch, product].
 */

/** Whether a tensor of this shape, [batch, …], has more axes than one for each example. */
const hasAxes = (shape: readonly Dimension[] | null | undefined): shape is readonly Dimension[] =>
  shape != null && shape.length > 2

/** The shape of the vector that a tensor of a shape, with the batch in front, stands for; other shapes as they are. */
export function flatShape(shape: readonly Dimension[]): readonly Dimension[] {
  return hasAxes(shape) ? [shape[0]!, product(shape.slice(1))] : shape
}

/** A tensor as the vector that it stands for. */
export function flattened(node: Node, builder: GraphBuilder): Node | Problem {
  const { shape } = node.type
  return hasAxes(shape) ? builder.node('reshape', [node], { shape: flatShape(shape) }) : node
}

/** A vector as the tensor that it stands for, with the axes of another one. */
function unflattened(vector: Node, like: Node, builder: GraphBuilder): Node | Problem {
  const [batch] = vector.type.shape ?? []
  if (!hasAxes(like.type.shape) || batch === undefined) return vector
  const shape = [batch, ...like.type.shape.slice(1)]
  const [inner] = vector.op === 'reshape' ? vector.inputs : []
  const node = builder.node('reshape', [vector], { shape })
  return inner && !isProblem(node) && isAlike(inner, node) ? inner : node
}

const isAlike = ({ type: { shape } }: Node, { type: { shape: other } }: Node): boolean =>
  shape?.length === other?.length && shape?.every((size, i) => equals(size, other![i]!)) === true

/** Networks that take or give tensors with axes, as networks of the vectors that these stand for. */
export const flatNetworks = (networks: readonly CodeNetwork[]): readonly CodeNetwork[] =>
  networks.flatMap(network => {
    const { inputs, outputs } = network.model
    const isOfTensors =
      inputs.length > 0 && [...inputs, ...outputs].some(({ node }) => hasAxes(node.type.shape))
    return isOfTensors && !network.joined ? [{ ...network, isFlat: true }] : []
  })

/** Whether the vector that a network gives is a tensor in the code: what is read from it may be more than the network. */
export const givesTensors = ({ isFlat, model }: CodeNetwork): boolean =>
  isFlat === true && model.outputs.some(({ node }) => hasAxes(node.type.shape))

/** Applies the model of a network, which may be flat, to the values that the network is given. */
export function applyFlat(
  network: CodeNetwork,
  args: readonly Node[],
  builder: GraphBuilder,
  apply: (args: readonly Node[]) => Node | Problem,
): Node | Problem {
  if (!network.isFlat) return apply(args)
  const given: Node[] = []
  for (const [i, arg] of args.entries()) {
    const own = unflattened(arg, network.model.inputs[i]!.node, builder)
    if (isProblem(own)) return own
    given.push(own)
  }
  const found = apply(given)
  return isProblem(found) ? found : flattened(found, builder)
}
