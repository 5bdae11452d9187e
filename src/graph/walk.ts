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

/** What a node reads, and the inputs and outputs of its bodies. */
export function operandsOf({ inputs, attributes }: Node): readonly Node[] {
  const inner = Object.values(attributes).flatMap(value =>
    typeof value === 'object' && value !== null && 'body' in value
      ? [...value.body.inputs, ...value.body.outputs]
      : [],
  )
  return inner.length > 0 ? [...inputs, ...inner] : inputs
}
