import { equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { type AxisBuilder, ownRank, type Placed } from './named-axes.js'

/** Values one behind the other along one of their own axes, counted from the last. */
export function concatenated(axes: AxisBuilder, inputs: readonly Placed[], axis = -1): Placed {
  const open = inputs.find(({ node }) => node.type.shape === null)
  if (open) return open
  const names = axes.union(inputs)
  return { node: axes.node('concat', aligned(axes, inputs, names), { axis }), axes: names }
}

/** Values one behind the other along a new axis, which an index counts. */
export function counted(axes: AxisBuilder, members: readonly Placed[], index: string): Placed {
  const names = axes.union(members)
  const axis = names.length
  const each = aligned(axes, members, names).map(node => axes.node('expandDims', [node], { axes: [axis] }))
  const node = each.length === 1 ? each[0]! : axes.node('concat', each, { axis })
  return { node, axes: [...names, index] }
}

/** Values of one rank, with the same number of positions along their named axes. */
function aligned(axes: AxisBuilder, inputs: readonly Placed[], names: readonly string[]): readonly Node[] {
  const own = Math.max(...inputs.map(ownRank))
  const nodes = inputs.map(input => axes.align(input, names, own))
  const rank = Math.max(...nodes.map(({ type }) => type.shape!.length))
  const sizeOf = ({ type }: Node, axis: number) => type.shape![type.shape!.length - rank + axis] ?? 1
  const sizes = names.map((_, axis) => nodes.map(node => sizeOf(node, axis)).find(size => size !== 1))
  return nodes.map(node => {
    const shape = Array.from({ length: rank }, (_, axis) => {
      const size = sizeOf(node, axis)
      return size === 1 ? (sizes[axis] ?? size) : size
    })
    const isWhole =
      node.type.shape!.length === rank && shape.every((size, axis) => equals(size, sizeOf(node, axis)))
    return isWhole ? node : axes.node('broadcastTo', [node], { shape })
  })
}
