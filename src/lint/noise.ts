import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { computedFrom } from '../graph/walk.js'
import { opTable } from '../ops/table.js'
import { dataOf, type IsData } from './linear-maps.js'
import type { LintContext, LintRule } from './lint.js'

/** What is wrong with random draws that are combined with data. */
export const noiseFailures: LintRule = context => {
  const isData = dataOf(context, { draws: false })
  const isRandom = computedFrom(isDraw)
  // Made of random draws and of no values that the model is given.
  const isNoise = (node: Node): boolean => isDraw(node) || (!isData(node) && isRandom(node))
  return [...sharedNoise(isData, isNoise, context), ...scaledByVariance(isData, isNoise, context)]
}

type IsNoise = (node: Node) => boolean

/** One draw for all examples of a batch, where each should have its own. */
function sharedNoise(
  isData: IsData,
  isNoise: IsNoise,
  { nodes, meanings, provenance }: LintContext,
): readonly Diagnostic[] {
  return nodes.flatMap(node => {
    if (!opTable[node.op]?.elementwise) return []
    const rank = node.type.shape?.length ?? 0
    const data = node.inputs.find(
      input => isData(input) && input.type.shape?.length === rank && meanings.axes(input)[0] === 'batch',
    )
    const noise = node.inputs.find(isNoise)
    if (!data || !noise?.type.shape || data.type.shape![0] === 1) return []
    const { shape } = noise.type
    if (shape.length === rank && shape[0] !== 1) return []
    const values = { noise: shapeText(shape), data: shapeText(data.type.shape) }
    return [diagnostic('shared-noise', values, { span: provenance.origins(node)[0]?.span })]
  })
}

/**
 * z = μ + exp(v) ε says that v is the logarithm of a deviation; a sum of v and exp(v), as in
 * −½ Σ (1 + v − μ² − exp(v)) of Kingma and Welling (2014), appendix B, says that it is that of a variance.
 */
function scaledByVariance(
  isData: IsData,
  isNoise: IsNoise,
  { nodes, provenance }: LintContext,
): readonly Diagnostic[] {
  const scales = nodes.filter(({ op, inputs }) => op === 'exp' && isData(inputs[0]!))
  if (scales.length === 0) return []
  const terms = nodes.map(node => new Set(termsOf(node)))
  return scales.flatMap(scale => {
    const product = nodes.find(
      ({ op, inputs }) => op === 'multiply' && inputs.includes(scale) && inputs.some(isNoise),
    )
    const divergence = terms.findIndex(own => own.has(scale) && own.has(scale.inputs[0]!))
    if (!product || divergence < 0) return []
    const { span } = provenance.origins(product)[0] ?? {}
    const related = provenance
      .origins(nodes[divergence]!)
      .slice(0, 1)
      .map(place => ({ message: 'here it is the logarithm of a variance', span: place.span }))
    const value = provenance.name(scale.inputs[0]!) ?? 'the value'
    return [diagnostic('variance-as-deviation', { value }, { span, related })]
  })
}

/** What a sum is made of, up to constant factors. */
function termsOf(node: Node): readonly Node[] {
  const terms: Node[] = []
  const pending = [node]
  for (let next = pending.pop(); next && terms.length < mostTerms; next = pending.pop()) {
    const op = opTable[next.op]
    const all =
      op?.kind === 'primitive' &&
      op.elementwise === true &&
      op.affine.find(set => set.length === op.inputs.length)
    if (all) pending.push(...next.inputs)
    else terms.push(next)
  }
  return terms
}

const mostTerms = 64
