import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { evaluate } from '../evaluate/evaluate.js'
import { type OwnedParameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { isDrawn } from '../library/initializers.js'
import { layers } from '../library/layers/table.js'
import { opTable } from '../ops/table.js'
import { dataOf, type IsData, linearMap } from './linear-maps.js'
import type { LintContext, LintRule } from './lint.js'

/** Functions that have no value below 0, of what a layer without an activation gives: a logarithm of raw scores. */
export const outsideDomain: LintRule = context => {
  const isData = dataOf(context)
  const owned = new Map(parametersOf(context.model).map(own => [own.parameter.node, own]))
  const known = new Map<string, boolean>()
  const needsPositive = (node: Node) => {
    const key = JSON.stringify([node.op, node.attributes])
    const isSo = known.get(key) ?? isForPositive(node, context)
    known.set(key, isSo)
    return isSo
  }
  return context.nodes.flatMap(node => {
    const [input, ...others] = node.inputs
    if (!input || others.length > 0 || !opTable[node.op]?.elementwise || !isData(input)) return []
    const source = rawSource(input, isData, owned)
    return source && needsPositive(node) ? [told(node, source, context)] : []
  })
}

/** Whether a function has a value at 2 and none at −2. */
function isForPositive({ op, attributes }: Node, { builder }: LintContext): boolean {
  const x = builder.node('input', [], { name: 'x', index: 0, shape: [2], dtype: 'float32' })
  if (isProblem(x)) return false
  const y = builder.node(op, [x], attributes)
  if (isProblem(y)) return false
  const numbers = { shape: [2], data: Float64Array.of(2, -2), dtype: 'float32' as const }
  const values = evaluate([y], { leaf: leaf => (leaf === x ? numbers : undefined) })
  if (isProblem(values)) return false
  const [above, below] = values[0]!.data
  return Number.isFinite(above) && Number.isNaN(below)
}

/**
 * The weights of a layer whose results a value is made of by sums, selections and factors that nothing is learned of: they
 * start with either sign, and so does the value.
 */
function rawSource(
  value: Node,
  isData: IsData,
  owned: ReadonlyMap<Node, OwnedParameter>,
): OwnedParameter | undefined {
  for (let node = value; ; ) {
    const map = linearMap(node, isData)
    if (map) {
      const own = owned.get(map.parameter)
      return own && startsWithEitherSign(own) ? own : undefined
    }
    const op = opTable[node.op]
    if (op?.kind !== 'primitive') return undefined
    const [learned, ...more] = node.inputs.filter(input => isData(input) && isLearned(input))
    if (!learned || more.length > 0) return undefined
    const name = op.inputs[Math.min(node.inputs.indexOf(learned), op.inputs.length - 1)]!
    if (!op.affine.some(set => set.includes(name))) return undefined
    const others = node.inputs.filter(input => input !== learned)
    // What is added in both may shift all of it above 0, unless it is a bias or as little as what keeps a logarithm finite.
    const isSum = op.affine.some(set => set.length === op.inputs.length && set.length > 1)
    if (isSum && !others.every(other => other.op === 'parameter' || isSmall(other))) return undefined
    if (!isSum && others.some(isLearned)) return undefined
    node = learned
  }
}

const isLearned = (node: Node): boolean => nodesBelow([node]).some(({ op }) => op === 'parameter')

const isSmall = ({ op, attributes: { value } }: Node): boolean =>
  op === 'scalar' && typeof value === 'number' && Math.abs(value) <= 0.01

/** Whether weights are drawn from both sides of 0, and nothing keeps them on one. */
function startsWithEitherSign({ layer, parameter: { initializer, isOverwritten } }: OwnedParameter): boolean {
  if (!layer || isOverwritten || !isDrawn(initializer)) return false
  const { mean = 0, minval = -1, maxval = 1 } = initializer.settings
  const isCentred = mean === 0 && Number(minval) < 0 && Number(maxval) > 0
  const isFree = Object.entries(layer.config).every(
    ([key, { value }]) => value === null || layers[layer.kind]?.config[key]?.kind !== 'constraint',
  )
  return isCentred && isFree
}

function told(node: Node, { layer }: OwnedParameter, { provenance }: LintContext): Diagnostic {
  const values = { op: opTable[node.op]!.title, layer: layer?.variable ?? layer?.name ?? '' }
  const related = layer ? [{ message: 'the layer', span: layer.origin.span }] : []
  return diagnostic('outside-domain', values, { span: provenance.origins(node)[0]?.span, related })
}
