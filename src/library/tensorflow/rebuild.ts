import type { Attribute, Attributes, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Mode } from '../../ops/elaborate.js'
import type { Tracer } from '../../trace/host.js'

/**
 * The same computation with some nodes replaced; parameters and bodies of recurrences stay. In a mode, what differs
 * between training and inference is what it is in that mode.
 */
export function rebuild(
  trace: Tracer,
  root: Node,
  replaced: Map<Node, Node>,
  mode: Mode | undefined,
): Node | undefined {
  const pending = [root]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (replaced.has(node)) {
      pending.pop()
      continue
    }
    const missing = node.inputs.filter(input => !replaced.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    const inputs = node.inputs.map(input => replaced.get(input)!)
    const same = inputs.every((input, i) => input === node.inputs[i])
    const attributes = mode ? fixed(trace, node, mode) : node.attributes
    if (!attributes) return undefined
    const unchanged = same && attributes === node.attributes
    const copy = unchanged ? node : trace.builder.node(node.op, inputs, attributes)
    if (isProblem(copy)) return undefined
    for (const origin of trace.provenance.origins(node)) trace.provenance.addOrigin(copy, origin)
    replaced.set(node, copy)
    pending.pop()
  }
  return replaced.get(root)
}

/** The attributes of a node where the code fixes the mode, in the bodies of recurrences as well. */
function fixed(trace: Tracer, { attributes }: Node, mode: Mode): Attributes | undefined {
  const changed: Record<string, Attribute> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'mode' && value === 'run') changed[name] = mode
    if (typeof value !== 'object' || value === null || !('body' in value)) continue
    const { inputs, outputs } = value.body
    const replaced = new Map(inputs.map(input => [input, input]))
    const nodes = outputs.map(output => rebuild(trace, output, replaced, mode))
    if (nodes.some(node => !node)) return undefined
    changed[name] = { kind: 'body', body: { inputs, outputs: nodes as readonly Node[] } }
  }
  return Object.keys(changed).length > 0 ? { ...attributes, ...changed } : attributes
}
