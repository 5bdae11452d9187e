import { type Diagnostic, type DiagnosticPlace, diagnostic } from '../diagnostics/diagnostic.js'
import { lossesOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { resolveAxes } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { isWrittenZero } from '../ops/zeros.js'
import type { LintContext, LintRule } from './lint.js'
import { roleMade } from './outputs.js'

/** Sums and means in losses that go over more, or over something else, than their neighbours do. */
export const reductionFailures: LintRule = context => {
  const losses = lossesOf(context.model)
  const nodes = nodesBelow(losses)
  return losses.flatMap(loss => [
    ...maskedMeans(loss, nodes, context),
    ...unequalReductions(loss, context),
    ...normsOverBatch(loss, nodes, context),
  ])
}

/** A sum or mean along axes. */
interface Reduction {
  readonly node: Node
  readonly kind: 'sum' | 'mean'
  readonly of: Node
  readonly axes: readonly number[]
}

function reductionAt(node: Node): Reduction | undefined {
  const notation = opTable[node.op]?.notation
  const [of] = node.inputs
  if (typeof notation !== 'object' || notation.form !== 'reduction' || !notation.linear || !of?.type.shape)
    return undefined
  const axes = resolveAxes(node.attributes[notation.over], of.type.shape.length)
  return Array.isArray(axes) ? { node, kind: notation.average ? 'mean' : 'sum', of, axes } : undefined
}

const placeOf = (node: Node, { provenance }: LintContext): DiagnosticPlace => ({
  span: provenance.origins(node)[0]?.span,
})

// Means of what is masked

/**
 * The mean of a product with a mask, where nothing divides by how much the mask leaves. Masks that a loss has beside others
 * may share all positions among them, as those of two classes do.
 */
function maskedMeans(loss: Node, nodes: readonly Node[], context: LintContext): readonly Diagnostic[] {
  const found = averages(loss, nodes).flatMap(({ node, of, axes }) => {
    const mask = maskIn(of, context)
    return mask && variesAlong(mask, of, axes) && !isDividedBy(mask, nodes) ? [{ node, of, mask }] : []
  })
  const [first, ...others] = found
  if (!first || others.some(({ mask }) => mask !== first.mask)) return []
  const values = { shape: shapeText(first.of.type.shape), mask: shapeText(first.mask.type.shape) }
  return [diagnostic('masked-mean', values, placeOf(first.node, context))]
}

type Average = Pick<Reduction, 'node' | 'of' | 'axes'>

/** The means in a loss; what it leaves to be averaged has one over all axes. */
function averages(loss: Node, nodes: readonly Node[]): readonly Average[] {
  const rank = loss.type.shape?.length ?? 0
  return [
    ...(rank > 0 ? [{ node: loss, of: loss, axes: [...Array(rank).keys()] }] : []),
    ...nodes.flatMap(node => {
      const reduction = reductionAt(node)
      return reduction?.kind === 'mean' ? [reduction] : []
    }),
  ]
}

/** What a value is multiplied with that is 0 or 1, by data alone. */
function maskIn(value: Node, context: LintContext): Node | undefined {
  const { op, inputs } = value
  if (op === 'where') {
    const [condition, , other] = inputs
    return condition && other && isWrittenZero(other) && isOfData(condition) ? condition : undefined
  }
  const inner = scaledOne(value)
  if (inner) return maskIn(inner.node, context)
  if (op !== 'multiply') return undefined
  return (
    inputs.find(input => roleMade(context.meanings, input) === 'mask' && isOfData(input)) ??
    inputs.map(input => maskIn(input, context)).find(mask => mask)
  )
}

/** Whether data decides it, and nothing that is learned. */
function isOfData(node: Node): boolean {
  const leaves = nodesBelow([node]).map(({ op }) => op)
  return !leaves.includes('parameter') && leaves.some(op => op === 'input' || op === 'constant')
}

/** Whether the mask has several positions along an axis that goes. */
function variesAlong(mask: Node, of: Node, axes: readonly number[]): boolean {
  const lead = (of.type.shape?.length ?? 0) - (mask.type.shape?.length ?? 0)
  return axes.some(axis => axis >= lead && mask.type.shape?.[axis - lead] !== 1)
}

function isDividedBy(mask: Node, nodes: readonly Node[]): boolean {
  const masks = new Set(nodesBelow([mask]).filter(({ type }) => type.dtype === 'bool'))
  return nodes.some(
    ({ op, inputs }) =>
      op === 'divide' && nodesBelow([inputs[1]!]).some(node => node === mask || masks.has(node)),
  )
}

// Terms of which the weight depends on the size of the batch

/** Terms of a loss of which one is a mean over the batch and another one the sum over it. */
function unequalReductions(loss: Node, context: LintContext): readonly Diagnostic[] {
  const terms = termsOf(loss).flatMap(term => {
    const reduction = batchReduction(term, context)
    return reduction ? [reduction] : []
  })
  const mean = terms.find(({ kind }) => kind === 'mean')
  return terms
    .filter(({ kind }) => kind === 'sum')
    .flatMap(sum => {
      if (!mean) return []
      const related = context.provenance
        .origins(mean.node)
        .slice(0, 1)
        .map(({ span }) => ({ message: 'the mean', span }))
      const values = { sum: shapeText(sum.of.type.shape), mean: shapeText(mean.of.type.shape) }
      return [diagnostic('unequal-reductions', values, { ...placeOf(sum.node, context), related })]
    })
}

/** What is added up to a value, each as it is or with the other sign. */
function termsOf(node: Node): readonly Node[] {
  const terms: Node[] = []
  const pending = [node]
  for (let next = pending.pop(); next && terms.length < mostTerms; next = pending.pop()) {
    if (next.type.shape?.length === 0 && ['add', 'subtract'].includes(next.op)) pending.push(...next.inputs)
    else terms.push(next)
  }
  return terms
}

const mostTerms = 64

/** Factors beside which a sum over a batch stays one: others may be the size of the batch, or stand in for it. */
const plainFactors: ReadonlySet<number> = new Set([0.5, 1, 2])

/** The outermost reduction of a term, where it goes over the batch and nothing takes the number of examples back. */
function batchReduction(term: Node, { meanings }: LintContext): Reduction | undefined {
  let node = term
  let isPlain = true
  for (let inner = scaledOne(node); inner; inner = scaledOne(node)) {
    isPlain &&= plainFactors.has(Math.abs(inner.factor))
    node = inner.node
  }
  const reduction = reductionAt(node)
  if (!reduction || (reduction.kind === 'sum' && !isPlain)) return undefined
  const { of, axes } = reduction
  const meaningOf = meanings.axes(of)
  return axes.some(axis => meaningOf[axis] === 'batch' && of.type.shape![axis] !== 1) ? reduction : undefined
}

/** The value of which a node is a multiple, element by element, and how many times it is that. */
export function scaledOne({
  op,
  inputs,
}: Node): { readonly node: Node; readonly factor: number } | undefined {
  const [x, y] = inputs
  if (op === 'negate') return { node: x!, factor: -1 }
  const [left, right] = inputs.map(({ op: leaf, attributes: { value } }) =>
    leaf === 'scalar' && typeof value === 'number' ? value : undefined,
  )
  if (op === 'multiply' && right !== undefined) return { node: x!, factor: right }
  if (op === 'multiply' && left !== undefined) return { node: y!, factor: left }
  return op === 'divide' && right ? { node: x!, factor: 1 / right } : undefined
}

// Norms of a whole batch

/** A root of squares that are added up over the batch and more, which something else than a sum reads. */
function normsOverBatch(loss: Node, nodes: readonly Node[], context: LintContext): readonly Diagnostic[] {
  const linear = new Set(linearlyRead(loss))
  return nodes.flatMap(node => {
    const of = normed(node)
    if (!of || linear.has(node)) return []
    const meaningOf = context.meanings.axes(of.of)
    const others = of.axes.filter(axis => meaningOf[axis] !== 'batch' && of.of.type.shape![axis] !== 1)
    const isWhole = of.axes.some(axis => meaningOf[axis] === 'batch' && of.of.type.shape![axis] !== 1)
    if (!isWhole || others.length === 0) return []
    return [diagnostic('norm-over-batch', { shape: shapeText(of.of.type.shape) }, placeOf(node, context))]
  })
}

/** The sum of squares of which a node is the root. */
function normed({ op, inputs }: Node): Reduction | undefined {
  if (op !== 'sqrt') return undefined
  const inner = inputs[0]!
  const sum = reductionAt(inner) ?? inner.inputs.map(reductionAt).find(found => found)
  return sum?.kind === 'sum' && isSquare(sum.of) ? sum : undefined
}

const isSquare = ({ op, inputs }: Node): boolean =>
  op === 'square' || (op === 'multiply' && inputs[0] === inputs[1])

/** What a loss is a sum of multiples of: a norm there is a loss of its own. */
function linearlyRead(loss: Node): readonly Node[] {
  return termsOf(loss).map(term => {
    let node = term
    for (let inner = scaledOne(node); inner; inner = scaledOne(node)) node = inner.node
    return node
  })
}
