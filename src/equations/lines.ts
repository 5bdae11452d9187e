import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'

/** An expression deeper than this gets a name in between, so that lines stay readable. */
const deepest = 8

/**
 * The values of a model that deserve an equation of their own, in order of computation: outputs, values read more
 * than once, and the last value before a layer with parameters. A layer without parameters joins the line before it.
 */
export function chooseLines(model: Model): readonly Node[] {
  const inputs = new Set(model.inputs.map(({ node }) => node))
  const outputs = new Set(model.outputs.map(({ node }) => node))
  const readers = new Map<Node, LayerApplication[]>()
  for (const application of model.applications) {
    for (const input of new Set(application.inputs)) {
      const known = readers.get(input)
      if (known) known.push(application)
      else readers.set(input, [application])
    }
  }
  const lines = new Set<Node>(outputs)
  for (const { outputs: produced, inputs: read } of model.applications) {
    for (const node of produced) {
      const consumers = readers.get(node) ?? []
      const [only] = consumers
      if (consumers.length === 0 || inputs.has(node)) continue
      if (consumers.length > 1 || !only) lines.add(node)
      else if (only.layer.parameters.length > 0 || only.layer.model || only.inputs.length > 1) {
        // What only rearranges a value belongs to the line that reads it: h = f(vec(h) W).
        const source = read[0]
        lines.add(rearranges(node) && source && !inputs.has(source) ? source : node)
      }
    }
  }
  for (const input of inputs) lines.delete(input)
  addDeepAndShared(outputs, lines, inputs)
  return [...lines].sort((a, b) => a.id - b.id)
}

function rearranges(node: Node): boolean {
  const notation = opTable[node.op]?.notation
  return notation?.form === 'transparent' || (opTable[node.op]?.rearranges ?? false)
}

/** Names for values inside expressions that are read twice, or would make an expression too deep. */
function addDeepAndShared(outputs: ReadonlySet<Node>, lines: Set<Node>, inputs: ReadonlySet<Node>): void {
  const consumers = new Map<Node, number>()
  const order: Node[] = []
  const pending = [...outputs]
  const seen = new Set(pending)
  for (let node = pending.pop(); node; node = pending.pop()) {
    order.push(node)
    for (const input of new Set(node.inputs)) {
      consumers.set(input, (consumers.get(input) ?? 0) + 1)
      if (!seen.has(input)) {
        seen.add(input)
        pending.push(input)
      }
    }
  }
  const depth = new Map<Node, number>()
  for (const node of order.sort((a, b) => a.id - b.id)) {
    if (node.inputs.length === 0 || inputs.has(node)) {
      depth.set(node, 0)
      continue
    }
    const below = Math.max(...node.inputs.map(input => (lines.has(input) ? 0 : (depth.get(input) ?? 0))))
    depth.set(node, below + 1)
    if ((consumers.get(node) ?? 0) > 1 || below + 1 > deepest) lines.add(node)
  }
}
