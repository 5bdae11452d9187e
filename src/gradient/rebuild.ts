import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'

/**
 * Rebuilds nodes with every node below replaced by what `change` makes of it, again and again until it is unchanged.
 * What a node is changed to is rebuilt as well, so `change` must come to an end. Shared nodes are visited once; `kept`
 * ones stay as they are, with all that is below them.
 */
export function rebuild(
  outputs: readonly Node[],
  builder: GraphBuilder,
  change: (node: Node) => Node | Problem,
  kept: ReadonlySet<Node> = new Set(),
): readonly Node[] | Problem {
  const done = new Map<Node, Node>([...kept].map(node => [node, node]))
  const changed = new Map<Node, Node>()
  const pending = [...outputs]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (done.has(node)) {
      pending.pop()
      continue
    }
    const next = changed.get(node) ?? change(node)
    if (isProblem(next)) return next
    changed.set(node, next)
    const missing = (next === node ? node.inputs : [next]).filter(input => !done.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    if (next !== node) {
      done.set(node, done.get(next)!)
      continue
    }
    const inputs = node.inputs.map(input => done.get(input)!)
    const copy = inputs.every((input, i) => input === node!.inputs[i])
      ? node
      : builder.node(node.op, inputs, node.attributes)
    if (isProblem(copy)) return copy
    done.set(node, copy)
  }
  return outputs.map(node => done.get(node)!)
}
