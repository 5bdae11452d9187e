import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { resolveAxes, resolveAxis } from './shape.js'

/**
 * How an op treats the positions of its axes alike, as far as it does: permuting positions of an axis of an input permutes
 * those of the result, or changes nothing. Of axes that are not listed, the order of the positions may matter.
 */
export interface PositionUse {
  /** Axes of the result whose positions come from those of an axis of an input, one from one. */
  readonly same?: readonly (readonly [axis: number, input: number, inputAxis: number])[]
  /** Axes of inputs over all positions of which the op sums or takes the largest, together. */
  readonly contracted?: readonly (readonly (readonly [input: number, inputAxis: number])[])[]
  /** Axes of inputs of which nothing is read. */
  readonly unread?: readonly (readonly [input: number, inputAxis: number])[]
  /** Axes of the result along which all positions are the same. */
  readonly repeated?: readonly number[]
  /** The elements stay in order under other axes. */
  readonly reshaped?: true
  /** All positions of all axes of the result are the same. */
  readonly uniform?: true
}

/** A rule is asked only where all shapes are known. */
export type PositionRule = (node: Node) => PositionUse

const rankOf = (node: Node): number => node.type.shape!.length
const axesUpTo = (rank: number): readonly number[] => Array.from({ length: rank }, (_, axis) => axis)

/** Broadcasting aligns axes at the end; along an axis of size 1 the one element is repeated. */
function aligned(node: Node, input: number, behind = 0): readonly (readonly [number, number, number])[] {
  const [shape, own] = [node.type.shape!, node.inputs[input]!.type.shape!]
  const lead = shape.length - own.length
  return own.flatMap((size, axis) =>
    axis >= own.length - behind || (size === 1 && shape[axis + lead] !== 1)
      ? []
      : [[axis + lead, input, axis] as const],
  )
}

/** Nothing is treated alike, or nothing is known of it. */
export const orderedPositions: PositionRule = () => ({})

/** Each position by itself, after broadcasting. */
export const elementwisePositions: PositionRule = node => ({
  same: node.inputs.flatMap((_, input) => aligned(node, input)),
})

/** The elements of the one input, repeated along the axes that it does not have. */
export const broadcastPositions: PositionRule = node => {
  const same = aligned(node, 0)
  const own = new Set(same.map(([axis]) => axis))
  return { same, repeated: axesUpTo(rankOf(node)).filter(axis => !own.has(axis)) }
}

/** All positions of the axes of the attribute `axes` together, each of the others by itself. */
export const reducedPositions: PositionRule = ({ inputs, attributes }) => {
  const rank = rankOf(inputs[0]!)
  const gone = resolveAxes(attributes.axes, rank)
  if (isProblem(gone)) return {}
  let next = 0
  const same = axesUpTo(rank).flatMap(axis => {
    if (!gone.includes(axis)) return [[next++, 0, axis] as const]
    if (attributes.keepDims) next++
    return []
  })
  return { same, contracted: gone.map(axis => [[0, axis] as const]) }
}

/** A number that is read off the axes of the attribute `axes`. */
export const countedPositions: PositionRule = ({ inputs, attributes }) => {
  const rank = rankOf(inputs[0]!)
  const counted = resolveAxes(attributes.axes, rank)
  if (isProblem(counted)) return {}
  const others = axesUpTo(rank).filter(axis => !counted.includes(axis))
  return {
    contracted: counted.map(axis => [[0, axis] as const]),
    unread: others.map(axis => [0, axis] as const),
  }
}

/** Rows of the first and columns of the second; over what lies between, a sum. */
export const productPositions: PositionRule = node => {
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

/** In the order of a permutation; without one, the last two change places. */
export const permutedPositions: PositionRule = node => {
  const rank = rankOf(node)
  const { permutation } = node.attributes
  const order = Array.isArray(permutation)
    ? (permutation as readonly number[])
    : axesUpTo(rank).map(axis => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
  return { same: order.map((from, axis) => [axis, 0, from] as const) }
}

/** Each position of all axes but the one of the attribute `axis`, along which the order matters. */
export const positionsBesideAxis: PositionRule = node => {
  const rank = rankOf(node)
  const own = resolveAxis(node.attributes.axis, rank)
  if (typeof own !== 'number') return {}
  return {
    same: node.inputs.flatMap((_, input) =>
      axesUpTo(rank).flatMap(axis => (axis === own ? [] : [[axis, input, axis] as const])),
    ),
  }
}

/** Each position but those along the attribute `axis`, which goes and along which the order matters. */
export const searchedPositions: PositionRule = ({ inputs, attributes }) => {
  const rank = rankOf(inputs[0]!)
  const gone = resolveAxis(attributes.axis, rank)
  if (typeof gone !== 'number') return {}
  const kept = axesUpTo(rank).filter(axis => axis !== gone)
  return { same: kept.map((axis, i) => [i, 0, axis] as const) }
}

/** Each position but those along the last axis, along which the order matters. */
export const positionsBeforeLast: PositionRule = node => ({
  same: axesUpTo(rankOf(node) - 1).map(axis => [axis, 0, axis] as const),
})

/** Each position of the inputs, with a new axis at the place of the attribute `axis`. */
export const stackedPositions: PositionRule = node => {
  const own = resolveAxis(node.attributes.axis, rankOf(node))
  if (typeof own !== 'number') return {}
  return {
    same: node.inputs.flatMap((input, i) =>
      axesUpTo(rankOf(input)).map(axis => [axis < own ? axis : axis + 1, i, axis] as const),
    ),
  }
}

/**
 * Each example by itself, a sum over the channels of the input, and each channel of the result by itself; the axes are
 * those of the kernel, counted from its end.
 */
export const convolvedPositions =
  (contracted: 1 | 2, columns: 1 | 2): PositionRule =>
  node => {
    const [x, kernel] = node.inputs.map(rankOf) as [number, number]
    return {
      same: [
        [0, 0, 0],
        [rankOf(node) - 1, 1, kernel - columns],
      ],
      contracted: [
        [
          [0, x - 1],
          [1, kernel - contracted],
        ],
      ],
    }
  }

/** Each example and each channel by itself. */
export const pooledPositions: PositionRule = node => ({
  same: [
    [0, 0, 0],
    [rankOf(node) - 1, 0, rankOf(node) - 1],
  ],
})

/** Each example by itself. */
export const positionsOfExamples: PositionRule = () => ({ same: [[0, 0, 0]] })

/** Rows of a table: which row is read depends on its place, the rest of the table and of the indices does not. */
export const gatheredPositions: PositionRule = ({ inputs, attributes }) => {
  const [table, indices] = inputs.map(rankOf) as [number, number]
  if (resolveAxis(attributes.axis, table) !== 0 || attributes.batchDims !== 0) return {}
  return {
    same: [
      ...axesUpTo(indices).map(axis => [axis, 1, axis] as const),
      ...axesUpTo(table - 1).map(i => [indices + i, 0, i + 1] as const),
    ],
  }
}

/** The elements in their order under other axes. */
export const reshapedPositions: PositionRule = () => ({ reshaped: true })

/** One number everywhere. */
export const uniformPositions: PositionRule = () => ({ uniform: true })
