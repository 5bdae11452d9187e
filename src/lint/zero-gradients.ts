import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { domainOf } from '../evaluate/domain.js'
import { drawnPoints } from '../evaluate/draws.js'
import { evaluate } from '../evaluate/evaluate.js'
import { gradients } from '../gradient/gradient.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { lossesOf, type OwnedParameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type LeafOptions, prove } from '../identity/prove.js'
import { expand } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import type { LintContext, LintRule } from './lint.js'

/** Multiplications and additions that the gradients of one model may take at one point. */
const budget = 20_000_000

/** The same for the proof that one of them is zero. */
const proofBudget = 100_000

/** As a part of the largest gradient: what rounding leaves of a sum that is zero. */
const tolerance = 1e-9

/** Sizes that are not known are tried at this one. */
const openSize = 3

/**
 * Trained parameters on which nothing that training sees depends, though the expressions name them: the gradient is zero
 * at random points, and proved to be in exact arithmetic, since functions that saturate leave nothing of a gradient either.
 * Nothing is said of models that are too large to be tried, or of which a gradient is not known.
 */
export const zeroGradients: LintRule = context => {
  const trained = parametersOf(context.model).filter(
    ({ trainable, parameter }) => trainable && !parameter.isOverwritten,
  )
  const losses = lossesOf(context.model)
  const outputs = losses.length > 0 ? losses : context.model.outputs.map(({ node }) => node)
  const flows = outputs.map(output => flowOf(output, trained, context))
  return trained.flatMap((own, i) => {
    const all = flows.map(flow => flow?.[i])
    return all.every(flow => flow !== undefined) && all.includes('zero') && !all.includes('flows')
      ? [told(own, context)]
      : []
  })
}

/** What flows back to each parameter: undefined where that is not known. */
type Flow = 'absent' | 'zero' | 'flows'

function flowOf(
  output: Node,
  trained: readonly OwnedParameter[],
  { builder }: LintContext,
): readonly Flow[] | undefined {
  const [inTraining] =
    asArray(rebuild([output], builder, node => (isModal(node) ? expand(node, builder, 'training') : node))) ??
    []
  if (!inTraining?.type.shape) return undefined
  const seed = builder.node('input', [], {
    name: 'gradient',
    index: -1,
    shape: inTraining.type.shape,
    dtype: 'float32',
  })
  if (isProblem(seed)) return undefined
  const found = gradients(
    inTraining,
    trained.map(({ parameter }) => parameter.node),
    builder,
    { seed },
  )
  if (isProblem(found)) return undefined
  const own = found.flatMap(node => node ?? [])
  const symbol = () => openSize
  const leaf = (node: Node) => {
    const shape = node.type.shape?.map(size => (typeof size === 'number' ? size : openSize))
    const isGiven = node.inputs.length === 0 && ['input', 'parameter'].includes(node.op)
    return shape && isGiven ? { name: `${node.id}`, shape, domain: domainOf(node.type.dtype) } : undefined
  }
  const points = [...drawnPoints(leaf, { symbol, mode: 'training', budget })].filter(({ isFar }) => !isFar)
  const values = points.flatMap(point => asArray(evaluate(own, point)) ?? [])
  if (values.length < points.length * own.length) return undefined
  const largest = values.map(magnitude)
  const scale = Math.max(...largest)
  if (!Number.isFinite(scale) || scale === 0) return undefined
  let next = 0
  return found.map(node => {
    if (!node) return 'absent'
    const at = next++
    const seemsZero = points.every((_, p) => largest[p * own.length + at]! <= tolerance * scale)
    return seemsZero && isProvedZero(node, builder, { leaf, symbol, mode: 'training', budget: proofBudget })
      ? 'zero'
      : 'flows'
  })
}

function isProvedZero(node: Node, builder: GraphBuilder, options: LeafOptions): boolean {
  const { shape } = node.type
  const zeros = shape && builder.node('fill', [], { shape, value: 0 })
  return zeros && !isProblem(zeros)
    ? prove({ first: [node], second: [zeros] }, options).kind === 'proved'
    : false
}

/** Whether an op is something else in training, and takes its mode from who runs the model. */
function isModal({ op: name, attributes: { mode } }: Node): boolean {
  const op = opTable[name]
  const isFixed = mode === 'training' || mode === 'inference'
  return op?.kind === 'derived' && typeof op.means === 'object' && !isFixed
}

const magnitude = ({ data }: Tensor): number => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

const asArray = <Item>(found: readonly Item[] | { readonly problem: string }): readonly Item[] | undefined =>
  'problem' in found ? undefined : found

function told({ layer, parameter }: OwnedParameter, { provenance }: LintContext): Diagnostic {
  const name = layer
    ? `\`${parameter.name}\` of \`${layer.variable ?? layer.name}\``
    : `\`${provenance.name(parameter.node) ?? parameter.name}\``
  const span = layer?.origin.span ?? provenance.origins(parameter.node)[0]?.span
  return diagnostic('zero-gradient', { parameter: name }, { span })
}
