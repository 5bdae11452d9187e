import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { equals } from '../graph/dimension.js'
import { lossesOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { computedFrom, nodesBelow } from '../graph/walk.js'
import type { Meanings } from '../meanings/meanings.js'
import { opTable } from '../ops/table.js'
import type { LintContext, LintRule } from './lint.js'

/** Tensors that are combined element by element with their batch axes across each other. */
export const alignmentFailures: LintRule = context => {
  const inLoss = context.model.isMinimized ? new Set(nodesBelow(lossesOf(context.model))) : new Set<Node>()
  const isLearned = computedFrom(({ op }) => op === 'parameter')
  return context.nodes.flatMap(node =>
    opTable[node.op]?.elementwise ? crossed(node, context, inLoss.has(node), isLearned) : [],
  )
}

type IsLearned = (node: Node) => boolean

/**
 * `[N, 1]` and `[N]` give `[N, N]`: the shorter one has its batch axis where the other has one feature. An axis that
 * the code itself puts in front is meant.
 */
function crossed(
  node: Node,
  { meanings, provenance }: LintContext,
  inLoss: boolean,
  isLearned: IsLearned,
): readonly Diagnostic[] {
  const rank = node.type.shape?.length ?? 0
  const longer = node.inputs.find(input => {
    const [first] = meanings.axes(input)
    return (
      input.type.shape?.length === rank &&
      (first === 'batch' || (first === undefined && inLoss && isLearned(input)))
    )
  })
  if (!longer) return []
  const along = meanings.axes(longer)
  for (const shorter of node.inputs) {
    const lead = rank - (shorter.type.shape?.length ?? rank)
    if (lead <= 0 || longer.type.shape![lead] !== 1) continue
    // What a model gives for data, in a loss, is compared with data: their first axes count the same.
    const meaning = along[lead] ?? (along[0] === undefined ? 'last' : undefined)
    if (!meaning || meaning === 'batch' || !isOfBatch(shorter, longer, meanings, isLearned)) continue
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

/**
 * Whether the first axis of a tensor counts the examples that another has along its first axis: it is said to, or it is
 * of that size, which data and nothing that is learned has by accident.
 */
function isOfBatch(shorter: Node, longer: Node, { axes }: Meanings, isLearned: IsLearned): boolean {
  const [meaning] = axes(shorter)
  if (meaning !== undefined) return meaning === 'batch'
  const [size] = shorter.type.shape ?? []
  if (size === undefined || size === 1 || !equals(size, longer.type.shape![0]!)) return false
  return !isLearned(shorter)
}
