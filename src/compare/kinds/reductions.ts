import type { Attributes, Node } from '../../graph/node.js'
import { resolveAxes } from '../../ops/shape.js'
import { opTable } from '../../ops/table.js'
import { type Kind, kind } from './kind.js'

/** Ops over the axes of an attribute. */
const isReduction = ({ op, inputs }: Node): boolean =>
  inputs.length === 1 && opTable[op]?.attributes.axes !== undefined && 'keepDims' in opTable[op].attributes

const rankOf = (node: Node | undefined): number => node?.type.shape?.length ?? 0

function axesOf({ attributes, inputs }: Node): readonly number[] {
  const axes = resolveAxes(attributes.axes, rankOf(inputs[0]))
  return Array.isArray(axes) ? axes : []
}

/** All orders of a few axes. */
function ordersOf(rank: number): readonly (readonly number[])[] {
  if (rank === 0) return [[]]
  return ordersOf(rank - 1).flatMap(order =>
    Array.from({ length: rank }, (_, at) => [...order.slice(0, at), rank - 1, ...order.slice(at)]),
  )
}

/** The other ways to choose the axis, or the axes, that an op works along. */
function otherAxes({ op, attributes, inputs }: Node): readonly Attributes[] {
  const rank = rankOf(inputs[0])
  const positions = Array.from({ length: rank }, (_, i) => i)
  return Object.entries(opTable[op]?.attributes ?? {}).flatMap(([key, { kind: of }]) => {
    const value = attributes[key]
    if (of === 'axis') return positions.map(axis => ({ ...attributes, [key]: axis }))
    if (of !== 'axes') return []
    if (op === 'transpose')
      return rank <= 4 ? ordersOf(rank).map(order => ({ ...attributes, [key]: order })) : []
    const isOne = typeof value === 'number' || (Array.isArray(value) && value.length === 1)
    return isOne ? positions.map(axis => ({ ...attributes, [key]: [axis] })) : []
  })
}

const axisText = (attributes: Attributes): string => {
  const value = attributes.axis ?? attributes.axes ?? attributes.permutation
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

/** The words for reductions that are taken for each other. */
const reductionOps = ['sum', 'mean', 'max', 'min', 'product'] as const

/** Differences of sums, means and axes. */
export const reductionKinds: readonly Kind[] = [
  kind('mean-for-sum', ({ node, make, text }) =>
    node.op === 'sum'
      ? [{ to: make('mean', node.inputs, node.attributes), values: { value: text(node.inputs[0]!) } }]
      : [],
  ),
  kind('sum-for-mean', ({ node, make, text }) =>
    node.op === 'mean'
      ? [{ to: make('sum', node.inputs, node.attributes), values: { value: text(node.inputs[0]!) } }]
      : [],
  ),
  kind('reduction-over-all', ({ node, make, text }) => {
    if (!isReduction(node)) return []
    const stated = axesOf(node)
    const positions = Array.from({ length: rankOf(node.inputs[0]) }, (_, i) => i)
    const others = positions.filter(axis => !stated.includes(axis))
    const wider = [positions, ...others.map(axis => [...stated, axis].sort((a, b) => a - b))]
    return wider
      .filter(axes => axes.length > stated.length)
      .flatMap(axes =>
        [false, true].map(keepDims => ({
          to: make(node.op, node.inputs, { ...node.attributes, axes, keepDims }),
          values: {
            op: node.op,
            value: text(node.inputs[0]!),
            expected: `[${stated.join(', ')}]`,
            actual: `[${axes.join(', ')}]`,
          },
        })),
      )
  }),
  kind('axis-different', ({ node, make, text }) =>
    otherAxes(node).map(attributes => ({
      to: make(node.op, node.inputs, attributes),
      values: {
        op: node.op,
        value: text(node.inputs[0]!),
        expected: axisText(node.attributes),
        actual: axisText(attributes),
      },
    })),
  ),
  kind('reduction-different', ({ node, make, text }) =>
    reductionOps.includes(node.op as (typeof reductionOps)[number])
      ? reductionOps.map(actual => ({
          to: make(actual, node.inputs, node.attributes),
          values: { value: text(node.inputs[0]!), expected: node.op, actual },
        }))
      : [],
  ),
  kind('denominator-different', ({ node, make, text }) => {
    const [sum, count] = node.inputs
    if (node.op !== 'divide' || sum?.op !== 'sum' || !count || count.inputs.length === 0) return []
    const to = make('mean', sum.inputs, sum.attributes)
    return [{ to, values: { value: text(sum), expected: text(count) } }]
  }),
  kind('reduction-split', ({ node, make, text }) => {
    const [product] = node.inputs
    if (!isReduction(node) || product?.op !== 'multiply') return []
    const parts = product.inputs.map(input => make(node.op, [input], node.attributes))
    if (!parts[0] || !parts[1]) return []
    const to = make('multiply', [parts[0], parts[1]])
    return to ? [{ to, values: { expected: text(node), actual: text(to) } }] : []
  }),
]
