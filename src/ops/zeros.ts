import type { Node } from '../graph/node.js'

/** Whether a value is zero everywhere by how it is written; `false` also where that is not seen. */
export function isWrittenZero({ op, inputs, attributes }: Node): boolean {
  if (op === 'zeros') return true
  if (op === 'scalar' || op === 'fill') return attributes.value === 0
  return op === 'multiply' && inputs.some(isWrittenZero)
}
