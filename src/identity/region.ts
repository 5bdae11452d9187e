import { isDraw } from '../evaluate/concrete.js'
import type { Domain } from '../evaluate/domain.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, dimensionText, isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import { operations } from './operations.js'

/** Two computations of one graph, output by output. */
export interface Pairs {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

/** Booleans are 0 or 1, indices may say how many there are, and axes have positions; of other leaves nothing is assumed. */
export function domainOf({ type, attributes: { name, below } }: Node): Domain {
  if (name === sizeName) return { kind: 'interval', low: 1, high: Number.POSITIVE_INFINITY }
  if (type.dtype === 'bool') return { kind: 'whole', below: 2 }
  return typeof below === 'number' ? { kind: 'whole', below } : { kind: 'real' }
}

const constants = new WeakMap<Node, boolean>()

/** A constant, or a number that is made of sizes: both sides may make others of the same sizes. */
export function isConstant(node: Node): boolean {
  const known = constants.get(node)
  if (known !== undefined) return known
  const { op, inputs, type } = node
  const isNumber = inputs.length === 0 || (type.shape?.length === 0 && inputs.every(isConstant))
  const result = op in operations && isNumber
  constants.set(node, result)
  return result
}

export const isLeaf = (node: Node): boolean =>
  isDraw(node) || (node.inputs.length === 0 && !(node.op in operations))
export const isFollowed = (node: Node): boolean => node.op in operations || isLeaf(node)

/** The nodes that both sides read or are. */
export function sharedNodes({ first, second }: Pairs): ReadonlySet<Node> {
  const below = new Set(first)
  for (const node of below) for (const input of node.inputs) below.add(input)
  const shared = new Set<Node>()
  const seen = new Set(second)
  for (const node of seen) {
    if (below.has(node)) shared.add(node)
    for (const input of node.inputs) seen.add(input)
  }
  return shared
}

/**
 * Nodes with leaves in place of those to cut, and in place of numbers that depend on symbols: `numbers` says whether of
 * those that are no sizes, or of sizes as well. What holds for all numbers holds for sizes.
 */
export function abstracted(
  roots: readonly Node[],
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
  numbers: 'of no size' | 'of any symbol' = 'of no size',
): readonly Node[] | Problem {
  const sizes = sizesBelow(roots)
  const kept = new Set(numbers === 'of no size' ? [...sizes].flatMap(size => [...symbolsOf(size)]) : [])
  const axes = new Set([...sizes].map(dimensionText))
  const change = (node: Node): Node | Problem => {
    const { value } = node.attributes
    const isNumber =
      node.op === 'scalar' && isPolynomial(value) && ![...symbolsOf(value)].some(name => kept.has(name))
    if (!isNumber && (isLeaf(node) || !isCut(node))) return node
    if (!node.type.shape) return { problem: `the shape of \`${node.op}\` is not known` }
    const { shape, dtype } = node.type
    const isSize = isNumber && axes.has(value.key)
    return builder.node('input', [], { name: isSize ? sizeName : standInName, index: node.id, shape, dtype })
  }
  return rebuild(roots, builder, change)
}

/** No program can call an input by these names. */
const standInName = 'shared node'
const sizeName = 'size of an axis'

function sizesBelow(roots: readonly Node[]): ReadonlySet<Dimension> {
  const sizes = new Set<Dimension>()
  const seen = new Set(roots)
  for (const node of seen) {
    for (const size of node.type.shape ?? []) if (isPolynomial(size)) sizes.add(size)
    for (const input of node.inputs) seen.add(input)
  }
  return sizes
}
