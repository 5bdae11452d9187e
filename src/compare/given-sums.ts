import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { elaborateText } from '../ops/elaborate.js'
import { substituted } from './unrolled.js'

/** Far from the indices of inputs. */
const firstAny = 3_000_000

/** An input whose numbers along the last axis add up to something: any numbers, divided by their sum, are all there are. */
export function anyWithSum(node: Node, total: number, builder: GraphBuilder): Node | Problem {
  const index = Number(node.attributes.index) + firstAny
  const any = builder.node('input', [], { ...node.attributes, index })
  if (isProblem(any)) return any
  const values: Readonly<Record<string, Node | number>> = { c: total, u: any }
  return elaborateText('c * u / sum[[-1], keepDims = true](u)', { value: name => values[name] }, builder)
}

/** Values of such inputs. */
export function givenNormalised(
  nodes: readonly Node[],
  sums: ReadonlyMap<Node, number>,
  builder: GraphBuilder,
): readonly Node[] | Problem {
  const by = new Map<Node, Node>()
  for (const [node, total] of sums) {
    const own = anyWithSum(node, total, builder)
    if (isProblem(own)) return own
    by.set(node, own)
  }
  return substituted(nodes, builder, by)
}
