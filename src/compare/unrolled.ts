import { substituteIn } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { moveNodes } from '../graph/transplant.js'

/** Nodes in which others have taken the place of some, all at once, and a symbol has become a number. */
export function substituted(
  nodes: readonly Node[],
  builder: GraphBuilder,
  by: ReadonlyMap<Node, Node>,
  symbol?: { readonly name: string; readonly value: number },
): readonly Node[] | Problem {
  const moved = moveNodes(nodes, builder, node => {
    const known = by.get(node)
    if (known || !symbol) return known ?? { attributes: node.attributes }
    const attributes = Object.entries(node.attributes).map(
      ([name, value]) =>
        [name, substituteIn(value, own => (own === symbol.name ? symbol.value : undefined))] as const,
    )
    return { attributes: Object.fromEntries(attributes) }
  })
  return isProblem(moved) ? moved : nodes.map(node => moved.get(node)!)
}
