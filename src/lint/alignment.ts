import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { opTable } from '../ops/table.js'
import type { LintContext, LintRule } from './lint.js'

/** Tensors that are combined element by element with their batch axes across each other. */
export const alignmentFailures: LintRule = context =>
  context.nodes.flatMap(node => (opTable[node.op]?.elementwise ? crossed(node, context) : []))

/**
 * `[N, 1]` and `[N]` give `[N, N]`: the shorter one has its batch axis where the other has one feature. An axis that
 * the code itself puts in front is meant.
 */
function crossed(node: Node, { meanings, provenance }: LintContext): readonly Diagnostic[] {
  const rank = node.type.shape?.length ?? 0
  const longer = node.inputs.find(
    input => input.type.shape?.length === rank && meanings.axes(input)[0] === 'batch',
  )
  if (!longer) return []
  const along = meanings.axes(longer)
  for (const shorter of node.inputs) {
    const lead = rank - (shorter.type.shape?.length ?? rank)
    if (lead <= 0 || meanings.axes(shorter)[0] !== 'batch') continue
    const meaning = along[lead]
    if (longer.type.shape![lead] !== 1 || !meaning || meaning === 'batch') continue
    const values = {
      left: shapeText(node.inputs[0]!.type.shape),
      right: shapeText(node.inputs[1]!.type.shape),
      result: shapeText(node.type.shape),
      meaning,
    }
    return [diagnostic('batch-crossed', values, { span: provenance.origins(node)[0]?.span })]
  }
  return []
}
