import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { resolveAxes, resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'

/**
 * How an op treats the positions of its axes alike, as far as it does. What is not listed may depend on which position
 * it is: the order along the axis matters.
 */
export interface AxisUse {
  /** Axes of the result whose positions come from those of an axis of an input, one from one. */
  readonly same?: readonly (readonly [axis: number, input: number, inputAxis: number])[]
  /** Axes of inputs over all positions of which the op sums or takes the largest, together. */
  readonly contracted?: readonly (readonly (readonly [input: number, inputAxis: number])[])[]
  /** Axes of inputs of which nothing is read. */
  readonly unread?: readonly (readonly [input: number, inputAxis: number])[]
  /** The elements stay in order under other axes. */
  readonly reshaped?: true
  /** All positions of all axes of the result are the same. */
  readonly uniform?: true
}

type Use = (node: Node) => AxisUse

const rankOf = (node: Node): number => node.type.shape?.length ?? 0

/** Broadcasting aligns axes at the end; along an axis of size 1 the one element is repeated. */
function aligned(node: Node, input: number, behind = 0): readonly (readonly [number, number, number])[] {
  const [shape, own] = [node.type.shape ?? [], node.inputs[input]!.type.shape ?? []]
  const lead = shape.length - own.length
  return own.flatMap((size, axis) =>
    axis >= own.length - behind || (size === 1 && shape[axis + lead] !== 1)
      ? []
      : [[axis + lead, input, axis] as const],
  )
}

const elementwise: Use = node => ({ same: node.inputs.flatMap((_, input) => aligned(node, input)) })

const reduction: Use = ({ inputs, attributes }) => {
  const rank = rankOf(inputs[0]!)
  const gone = resolveAxes(attributes.axes, rank)
  if (isProblem(gone)) return {}
  let next = 0
  const same = Array.from({ length: rank }, (_, axis) => axis).flatMap(axis => {
    if (!gone.includes(axis)) return [[next++, 0, axis] as const]
    if (attributes.keepDims) next++
    return []
  })
  return { same, contracted: gone.map(axis => [[0, axis] as const]) }
}

/** A number that is read off the axes. */
const size: Use = ({ inputs, attributes }) => {
  const rank = rankOf(inputs[0]!)
  const counted = resolveAxes(attributes.axes, rank)
  if (isProblem(counted)) return {}
  const others = Array.from({ length: rank }, (_, axis) => axis).filter(axis => !counted.includes(axis))
  return {
    contracted: counted.map(axis => [[0, axis] as const]),
    unread: others.map(axis => [0, axis] as const),
  }
}

const matMul: Use = node => {
  const [left, right] = node.inputs.map(rankOf) as [number, number]
  const rank = rankOf(node)
  if (left < 2 || right < 2) return {}
  return {
    same: [...aligned(node, 0, 2), ...aligned(node, 1, 2), [rank - 2, 0, left - 2], [rank - 1, 1, right - 1]],
    contracted: [
      [
        [0, left - 1],
        [1, right - 2],
      ],
    ],
  }
}

const transpose: Use = node => {
  const rank = rankOf(node)
  const { permutation } = node.attributes
  const order = Array.isArray(permutation)
    ? (permutation as readonly number[])
    : [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]
  return { same: order.map((from, axis) => [axis, 0, from] as const) }
}

/** All axes but one, which an attribute names. */
const beside: Use = node => {
  const rank = rankOf(node)
  const own = resolveAxis(node.attributes.axis, rank)
  if (typeof own !== 'number') return {}
  return {
    same: node.inputs.flatMap((_, input) =>
      Array.from({ length: rank }, (_, axis) => axis).flatMap(axis =>
        axis === own ? [] : [[axis, input, axis] as const],
      ),
    ),
  }
}

const stack: Use = node => {
  const own = resolveAxis(node.attributes.axis, rankOf(node))
  if (typeof own !== 'number') return {}
  return {
    same: node.inputs.flatMap((input, i) =>
      Array.from({ length: rankOf(input) }, (_, axis) => [axis < own ? axis : axis + 1, i, axis] as const),
    ),
  }
}

const convolution =
  (contracted: number, columns: number): Use =>
  () => ({
    same: [
      [0, 0, 0],
      [3, 1, columns],
    ],
    contracted: [
      [
        [0, 3],
        [1, contracted],
      ],
    ],
  })

const pooling: Use = () => ({
  same: [
    [0, 0, 0],
    [3, 0, 3],
  ],
})

/** Rows of a table: which row is read depends on its place, the rest of the table and of the indices does not. */
const gather: Use = ({ inputs, attributes }) => {
  const [table, indices] = inputs.map(rankOf) as [number, number]
  if (resolveAxis(attributes.axis, table) !== 0 || attributes.batchDims !== 0) return {}
  return {
    same: [
      ...Array.from({ length: indices }, (_, axis) => [axis, 1, axis] as const),
      ...Array.from({ length: table - 1 }, (_, i) => [indices + i, 0, i + 1] as const),
    ],
  }
}

const reshaped: Use = () => ({ reshaped: true })

const uses: Readonly<Record<string, Use>> = {
  sum: reduction,
  product: reduction,
  max: reduction,
  min: reduction,
  all: reduction,
  any: reduction,
  size,
  matMul,
  transpose,
  reshape: reshaped,
  flatten: reshaped,
  expandDims: reshaped,
  squeeze: reshaped,
  broadcastTo: elementwise,
  concat: beside,
  slice: beside,
  pad: beside,
  reverse: beside,
  repeat: beside,
  tile: beside,
  cumsum: beside,
  cumprod: beside,
  stack,
  gather,
  conv2d: convolution(2, 3),
  conv2dTranspose: convolution(3, 2),
  maxPool2d: pooling,
  averagePool2d: pooling,
  fill: () => ({ uniform: true }),
}

/** How an op uses its axes; of an op that is not known, nothing is. */
export function axisUse(node: Node): AxisUse {
  const use = Object.hasOwn(uses, node.op) ? uses[node.op] : undefined
  if (use) return use(node)
  return opTable[node.op]?.elementwise ? elementwise(node) : {}
}
