import type { Node } from '../graph/node.js'
import type { NoDerivative } from '../ops/op.js'
import { opTable } from '../ops/table.js'

/**
 * What flows back to one input of a node, as text in the equation language, or why nothing does; undefined for a derived
 * op that has no derivative of its own.
 */
export function derivativeOf(node: Node, at: number): string | NoDerivative | undefined {
  const op = opTable[node.op]
  const declared = op?.derivative?.[op.inputs[Math.min(at, op.inputs.length - 1)]!]
  return typeof declared === 'function'
    ? declared(
        node.attributes,
        node.inputs.map(({ type }) => type),
        at,
      )
    : declared
}
