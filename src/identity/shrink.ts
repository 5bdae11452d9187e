import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import { opTable } from '../ops/table.js'
import { isLeaf, type Pairs } from './region.js'
import type { Symmetry } from './symmetry.js'

/**
 * Two computations with few positions along each axis at every position of which the same is computed: equal there for
 * all values, they are equal at their own sizes. Undefined where nothing becomes smaller.
 */
export function shrunk(
  { first, second }: Pairs,
  symmetry: Symmetry,
  builder: GraphBuilder,
): Pairs | undefined {
  const done = new Map<Node, Node>()
  let isSmaller = false
  for (const node of symmetry.nodes) {
    const shape = symmetry.fewerPositions(node)
    if (!shape || !node.type.shape) return undefined
    const isOwn = shape.every((size, axis) => equals(size, node.type.shape![axis]!))
    isSmaller ||= !isOwn
    const inputs = node.inputs.map(input => done.get(input) ?? input)
    const isKept = isOwn && inputs.every((input, i) => input === node.inputs[i])
    const copy = isKept
      ? node
      : isLeaf(node)
        ? leafLike(node, shape, builder)
        : rebuilt(node, inputs, shape, builder)
    if (!copy || copy.type.shape?.length !== shape.length) return undefined
    if (!copy.type.shape.every((size, axis) => equals(size, shape[axis]!))) return undefined
    done.set(node, copy)
  }
  const of = (nodes: readonly Node[]) => nodes.map(node => done.get(node)!)
  return isSmaller ? { first: of(first), second: of(second) } : undefined
}

/** No program can call an input by this name. */
const standInName = 'fewer positions'

function leafLike({ id, type: { dtype } }: Node, shape: Shape, builder: GraphBuilder): Node | undefined {
  const leaf = builder.node('input', [], { name: standInName, index: id, shape, dtype })
  return isProblem(leaf) ? undefined : leaf
}

/** The same op of other operands; where it states the shape of its result, that one. */
function rebuilt(
  { op, attributes }: Node,
  inputs: readonly Node[],
  shape: Shape,
  builder: GraphBuilder,
): Node | undefined {
  const stated = Object.entries(opTable[op]?.attributes ?? {}).filter(
    ([name, { kind }]) =>
      kind === 'shape' && (attributes[name] as readonly unknown[]).length === shape.length,
  )
  const own: Attributes = { ...attributes, ...Object.fromEntries(stated.map(([name]) => [name, shape])) }
  const node = builder.node(op, inputs, own)
  return isProblem(node) ? undefined : node
}
