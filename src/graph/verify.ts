import { attributeKey } from './attribute.js'
import type { Node } from './node.js'
import { isProblem, type OpSignatures } from './op.js'
import { shapeText } from './type.js'

/** What is wrong with a graph, as sentences; none for a sound one. Inputs precede nodes, and types follow the rules. */
export function verify(outputs: readonly Node[], ops: OpSignatures): readonly string[] {
  const problems: string[] = []
  const seen = new Set<Node>(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    const { id, op, inputs, attributes, type } = node
    const signature = ops[op]
    const name = `node ${id} (${op})`
    for (const input of inputs) {
      if (input.id >= id) problems.push(`${name} reads node ${input.id}, which is not older`)
      if (!seen.has(input)) {
        seen.add(input)
        pending.push(input)
      }
    }
    if (!signature) {
      problems.push(`${name} has no entry in the op table`)
      continue
    }
    for (const key of Object.keys(signature.attributes))
      if (!(key in attributes)) problems.push(`${name} lacks the attribute ${key}`)
    for (const key of Object.keys(attributes))
      if (!(key in signature.attributes))
        problems.push(`${name} has the unknown attribute ${key}: ${attributeKey(attributes[key])}`)
    if (inputs.some(input => input.type.shape === null)) continue
    const expected = signature.type(
      inputs.map(input => input.type),
      attributes,
      inputs,
    )
    if (isProblem(expected)) problems.push(`${name}: ${expected.problem}`)
    else if (shapeText(expected.shape) !== shapeText(type.shape))
      problems.push(
        `${name} has the shape ${shapeText(type.shape)}, its rule says ${shapeText(expected.shape)}`,
      )
    else if (expected.dtype !== type.dtype)
      problems.push(`${name} has the data type ${type.dtype}, its rule says ${expected.dtype}`)
  }
  return problems
}
