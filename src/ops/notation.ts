import type { Node } from '../graph/node.js'
import type { Notation } from './op.js'
import { opTable } from './table.js'

/** The notation of a node, where its op has one entry per case. */
export function notationOf(node: Node): Notation | undefined {
  const notation = opTable[node.op]?.notation
  return typeof notation === 'function'
    ? notation(
        node.attributes,
        node.inputs.map(({ type }) => type),
      )
    : notation
}
