import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'

/** How a leaf is read. */
export type Layout =
  /** `[…, rows, columns]`, contracted along the rows. */
  | 'rows'
  /** `[…, columns, rows]`, contracted along the last axis. */
  | 'columns'
  /** Rows that are looked up. */
  | 'table'
  /** Positions of rows. */
  | 'index'
  | 'variance'
  | 'plain'

/** The operands that are read in a way of their own, by op. */
const layouts: Readonly<Record<string, readonly (Layout | undefined)[]>> = {
  matMul: [undefined, 'rows'],
  conv1d: [undefined, 'rows'],
  conv2d: [undefined, 'rows'],
  conv2dTranspose: [undefined, 'columns'],
  gather: ['table', 'index'],
  oneHot: ['index'],
  batchNormalization: [undefined, undefined, 'variance'],
}

/** How each leaf below the outputs is read: `plain` where it is read in several ways. */
export function layoutsOf(outputs: readonly Node[]): ReadonlyMap<Node, Layout> {
  const found = new Map<Node, Layout>()
  const note = (node: Node, layout: Layout) => {
    found.set(node, (found.get(node) ?? layout) === layout ? layout : 'plain')
  }
  for (const node of [...below(outputs)].sort((a, b) => b.id - a.id)) {
    const own = found.get(node)
    const passesOn = own === 'index' && opTable[node.op]?.rearranges
    node.inputs.forEach((input, i) => {
      note(input, passesOn ? 'index' : (layouts[node.op]?.[i] ?? 'plain'))
    })
  }
  return found
}

/** The nodes that outputs depend on, those in the bodies of recurrences included. */
export function below(outputs: readonly Node[]): ReadonlySet<Node> {
  const seen = new Set<Node>(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const next of readBy(node)) {
      if (seen.has(next)) continue
      seen.add(next)
      pending.push(next)
    }
  }
  return seen
}

/** What a node reads, the results of its bodies included. */
export function readBy({ inputs, attributes }: Node): readonly Node[] {
  const results = Object.values(attributes).flatMap(value =>
    typeof value === 'object' && value !== null && 'body' in value ? value.body.outputs : [],
  )
  return [...inputs, ...results]
}
