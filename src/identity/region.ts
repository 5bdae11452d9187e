import { isDraw } from '../evaluate/concrete.js'
import type { Domain } from '../evaluate/domain.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import { operations } from './operations.js'

/** Two computations of one graph, output by output. */
export interface Pairs {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

/** Booleans are 0 or 1, and indices may say how many there are; of other leaves nothing is assumed. */
export function domainOf({ type, attributes: { below } }: Node): Domain {
  if (type.dtype === 'bool') return { kind: 'whole', below: 2 }
  return typeof below === 'number' ? { kind: 'whole', below } : { kind: 'real' }
}

export const isConstant = ({ op, inputs }: Node): boolean => inputs.length === 0 && op in operations
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

/** Nodes with leaves in place of those to cut, and in place of numbers that depend on symbols that are no sizes. */
export function abstracted(
  roots: readonly Node[],
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
): readonly Node[] | Problem {
  const sizes = sizeSymbols(roots)
  const change = (node: Node): Node | Problem => {
    const { value } = node.attributes
    const isNumber =
      node.op === 'scalar' && isPolynomial(value) && ![...symbolsOf(value)].some(name => sizes.has(name))
    if (!isNumber && (isLeaf(node) || !isCut(node))) return node
    if (!node.type.shape) return { problem: `the shape of \`${node.op}\` is not known` }
    const { shape, dtype } = node.type
    return builder.node('input', [], { name: standInName, index: node.id, shape, dtype })
  }
  return rebuild(roots, builder, change)
}

/** No program can call an input by this name. */
const standInName = 'shared node'

function sizeSymbols(roots: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set(roots)
  for (const node of seen) {
    for (const size of node.type.shape ?? []) for (const name of symbolsOf(size)) names.add(name)
    for (const input of node.inputs) seen.add(input)
  }
  return names
}
