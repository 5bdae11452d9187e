import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Dimension, equals, multiply } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { computedFrom } from '../graph/walk.js'
import { expand } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { dataOf, type IsData, type LinearMap, linearMap } from './linear-maps.js'
import type { LintContext, LintRule } from './lint.js'

/** Linear maps that are given what another one gives, with nothing nonlinear in between. */
export const collapsedMaps: LintRule = context => {
  const { model, nodes } = context
  const isData = dataOf(context)
  // Nodes of meanings are no nodes of the model: whether they depend on data is found by what they read.
  const dependsOnData = computedFrom(isData)
  const uses = new Map<Node, number>(model.outputs.map(({ node }) => [node, 1]))
  for (const { inputs } of nodes)
    for (const input of new Set(inputs)) uses.set(input, (uses.get(input) ?? 0) + 1)
  return nodes.flatMap(node => {
    const second = linearMap(node, isData)
    const first = second && mapBefore(second.data, isData, dependsOnData, uses, context)
    if (!second || !first || isWaist(first, second)) return []
    return told(first, second, context)
  })
}

/** The linear map whose result a value is, but for what is affine and has no other reader. */
function mapBefore(
  value: Node,
  isData: IsData,
  dependsOnData: IsData,
  uses: ReadonlyMap<Node, number>,
  { builder }: LintContext,
): LinearMap | undefined {
  let node = value
  for (;;) {
    if ((uses.get(node) ?? 1) > 1) return undefined
    const map = linearMap(node, isData)
    if (map) return map
    const op = opTable[node.op]
    if (op?.kind === 'derived') {
      const meaning = expand(node, builder, 'inference')
      if (isProblem(meaning) || meaning === node) return undefined
      node = meaning
      continue
    }
    const data = node.inputs.filter(dependsOnData)
    const [only] = data
    if (!only || data.length > 1 || !op) return undefined
    const at = node.inputs.indexOf(only)
    const name = op.inputs[Math.min(at, op.inputs.length - 1)]!
    if (op.kind !== 'primitive' || !op.affine.some(set => set.includes(name))) return undefined
    node = only
  }
}

/**
 * Whether the two are one map in fewer numbers: a narrow value between wide ones, or a kernel of another form than that
 * of a whole map, as a convolution of each channel by itself.
 */
function isWaist(first: LinearMap, second: LinearMap): boolean {
  const width = last(first.node)
  const [before, after] = [inputsOf(first), last(second.node)]
  if (typeof width !== 'number' || typeof before !== 'number' || typeof after !== 'number') return true
  return width < Math.min(before, after) || !isWhole(first) || !isWhole(second) || areSeparable(first, second)
}

/** Whether two windows extend along different axes, as 1 × 3 and 3 × 1: the factors of one kernel. */
function areSeparable(first: LinearMap, second: LinearMap): boolean {
  const [one, other] = [first, second].map(({ parameter }) => (parameter.type.shape ?? []).slice(0, -2))
  const isWide = (size: Dimension | undefined) => size !== 1
  return (
    one!.some(isWide) &&
    other!.some(isWide) &&
    one!.length === other!.length &&
    one!.every((size, axis) => !isWide(size) || !isWide(other![axis]))
  )
}

const last = ({ type }: Node): Dimension | undefined => type.shape?.at(-1)

/** How many numbers each number of the result is computed from. */
function inputsOf({ node, parameter }: LinearMap): Dimension | undefined {
  const width = last(node)
  const size = sizeOf(parameter)
  return typeof width === 'number' && typeof size === 'number' ? size / width : undefined
}

function isWhole({ node, data, parameter }: LinearMap): boolean {
  const shape = parameter.type.shape ?? []
  const [from, to] = [last(data), last(node)]
  if (from === undefined || to === undefined || shape.length < 2) return false
  const window = shape.slice(0, -2).reduce<Dimension>(multiply, 1)
  return equals(sizeOf(parameter), multiply(window, multiply(from, to)))
}

const sizeOf = ({ type }: Node): Dimension => (type.shape ?? []).reduce<Dimension>(multiply, 1)

function told(first: LinearMap, second: LinearMap, context: LintContext): readonly Diagnostic[] {
  const { provenance } = context
  const [one, other] = [ownerOf(first, context), ownerOf(second, context)]
  // A layer that is two maps is so on purpose.
  if (one === other) return []
  const span = provenance.origins(first.node)[0]?.span ?? provenance.origins(first.parameter)[0]?.span
  const related = provenance
    .origins(second.node)
    .slice(0, 1)
    .map(place => ({ message: 'the second one', span: place.span }))
  return [diagnostic('linear-collapse', { first: one, second: other }, { span, related })]
}

/** What the user calls a layer or a variable. */
function ownerOf({ parameter }: LinearMap, { model, provenance }: LintContext): string {
  const layer = model.layers.find(({ parameters }) => parameters.some(({ node }) => node === parameter))
  const variable = model.variables?.find(({ node }) => node === parameter)
  return layer?.variable ?? layer?.name ?? provenance.name(parameter) ?? variable?.name ?? 'a parameter'
}
