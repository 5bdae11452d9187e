import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import type { LintContext, LintRule } from './lint.js'

/** Softmaxes and searches along an axis that leaves them no choice, or among the examples of a batch. */
export const choiceFailures: LintRule = context =>
  context.nodes.flatMap(node => [...single(node, context), ...amongExamples(node, context)])

function alongOf(node: Node): number | undefined {
  const { selects } = opTable[node.op] ?? {}
  const rank = node.inputs[0]?.type.shape?.length
  if (!selects || rank === undefined) return undefined
  const along = typeof selects.axis === 'number' ? selects.axis : node.attributes[selects.axis]
  const axis = resolveAxis(along, rank)
  return typeof axis === 'number' ? axis : undefined
}

function single(node: Node, { model, provenance }: LintContext): readonly Diagnostic[] {
  const axis = alongOf(node)
  if (axis === undefined || node.inputs[0]!.type.shape![axis] !== 1) return []
  const { title, selects } = opTable[node.op]!
  const values = {
    op: title,
    axis: String(axis),
    shape: shapeText(node.inputs[0]!.type.shape),
    value: String(selects!.alone),
  }
  const activation = model.applications.find(({ outputs }) => outputs.includes(node))?.layer.config.activation
  const span = activation?.span ?? provenance.origins(node)[0]?.span
  return [diagnostic('single-choice', values, { span })]
}

/**
 * Only where the values are to be chosen among along another axis: what sums to one there, or a score. Where two axes
 * are the batch, examples are compared on purpose.
 */
function amongExamples(node: Node, { meanings, provenance }: LintContext): readonly Diagnostic[] {
  const axis = alongOf(node)
  const input = node.inputs[0]
  if (axis === undefined || !input) return []
  const axes = meanings.axes(input)
  const others = axes.filter((_, other) => other !== axis && input.type.shape![other] !== 1)
  const isBatch = axes[axis] === 'batch' && input.type.shape![axis] !== 1
  if (!isBatch || others.length === 0 || others.some(other => other === undefined || other === 'batch'))
    return []
  const values = {
    op: opTable[node.op]!.title,
    axis: String(axis),
    shape: shapeText(input.type.shape),
    meanings: axes.map(meaning => meaning ?? '?').join(', '),
  }
  return [diagnostic('choice-over-batch', values, { span: provenance.origins(node)[0]?.span })]
}
