import type { Node } from './node.js'

/** All nodes below some, those in bodies included, inputs before what reads them. */
export function nodesBelow(outputs: readonly Node[]): readonly Node[] {
  const seen = new Set<Node>(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop())
    for (const operand of operandsOf(node)) {
      if (seen.has(operand)) continue
      seen.add(operand)
      pending.push(operand)
    }
  return [...seen].sort((a, b) => a.id - b.id)
}

/**
 * Which nodes are one of some, or are computed from one. A node is looked at once, however often and from wherever it is
 * asked.
 */
export function computedFrom(isSource: (node: Node) => boolean): (node: Node) => boolean {
  const known = new Map<Node, boolean>()
  return root => {
    const pending = [root]
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const operands = known.has(node) || isSource(node) ? [] : operandsOf(node)
      const missing = operands.filter(operand => !known.has(operand))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      pending.pop()
      if (!known.has(node)) known.set(node, isSource(node) || operands.some(operand => known.get(operand)))
    }
    return known.get(root)!
  }
}

/** What a node reads, and the inputs and outputs of its bodies. */
export function operandsOf({ inputs, attributes }: Node): readonly Node[] {
  const inner = Object.values(attributes).flatMap(value =>
    typeof value === 'object' && value !== null && 'body' in value
      ? [...value.body.inputs, ...value.body.outputs]
      : [],
  )
  return inner.length > 0 ? [...inputs, ...inner] : inputs
}
