import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import { operandsOf } from '../graph/walk.js'
import { expand } from '../ops/elaborate.js'
import type { NoDerivative } from '../ops/op.js'
import { derivativeOf } from './derivative.js'

/** A place where no gradient flows on, whatever the numbers are. */
export interface Block {
  readonly node: Node
  readonly input: Node
  readonly because: NoDerivative
  /** The node as the program has it, of which `node` is a part. */
  readonly written: Node
}

export interface Flow {
  /** What the gradient of an output reaches, as far as the op table says: what it does not know lets it through. */
  readonly reached: ReadonlySet<Node>
  readonly blocks: readonly Block[]
}

/** Where the gradients of outputs flow in training, those that the program states itself as it says. */
export function gradientFlow(outputs: readonly Node[], builder: GraphBuilder, provenance: Provenance): Flow {
  const reached = new Set<Node>(outputs)
  const blocks: Block[] = []
  const pending = outputs.map(node => ({ node, written: node }))
  const reach = (node: Node, written: Node) => {
    if (reached.has(node)) return
    reached.add(node)
    pending.push({ node, written })
  }
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, written } = next
    const passed = provenance.passedOn(node)
    for (const input of passed ?? []) reach(input, input)
    // What gives its argument unchanged is that node, which passes on by its own op as well.
    if (passed && !passed.includes(node)) continue
    const known = node.inputs.map((_, at) => derivativeOf(node, at))
    const meaning = known.includes(undefined) ? expand(node, builder, 'training') : node
    if (!isProblem(meaning) && meaning !== node) {
      // What a meaning shares with the program is the program's again.
      reach(meaning, written)
      continue
    }
    for (const [at, input] of node.inputs.entries()) {
      const because = known[at]
      if (typeof because === 'object' && because.zero) blocks.push({ node, input, because, written })
      else reach(input, written.inputs.includes(input) ? input : written)
    }
    // A recurrence reads values of the program within its body as well.
    for (const operand of operandsOf(node)) if (!node.inputs.includes(operand)) reach(operand, written)
  }
  return { reached, blocks }
}
