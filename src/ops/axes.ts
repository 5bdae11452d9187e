import { type Dimension, equals, product } from '../graph/dimension.js'
import type { AxisOrder } from '../graph/meaning.js'
import type { Attribute, Body, Node } from '../graph/node.js'
import { resolveAxes, resolveAxis } from './shape.js'

/** Two axes that count the same thing. */
export interface SameAxis {
  readonly a: Node
  readonly axis: number
  readonly b: Node
  readonly other: number
}

/**
 * Which axes of a node and of its inputs count the same thing. What any of them counts, the others count as well, in
 * whichever direction it is found out. A rule is asked only where all shapes are known.
 */
export type AxisRule = (node: Node) => readonly SameAxis[]

const rankOf = ({ type }: Node): number => type.shape!.length
const sizeOf = ({ type }: Node, axis: number): Dimension => type.shape![axis]!

/** Axes of an input that are those of the result at places that `to` gives, if it gives one. */
function carried(node: Node, input: Node, to: (axis: number) => number | undefined): readonly SameAxis[] {
  return input.type.shape!.flatMap((_, other) => {
    const axis = to(other)
    return axis === undefined ? [] : [{ a: node, axis, b: input, other }]
  })
}

/** Nothing is the same: a leaf, or a result whose axes are new. */
export const newAxes: AxisRule = () => []

/** By place from the end, as broadcasting goes; an axis of size 1 that is repeated is none of the others. */
export const broadcastAxes: AxisRule = node =>
  node.inputs.flatMap(input => {
    const lead = rankOf(node) - rankOf(input)
    return carried(node, input, axis =>
      axis + lead >= 0 && equals(sizeOf(input, axis), sizeOf(node, axis + lead)) ? axis + lead : undefined,
    )
  })

/** Those of the first input, whatever becomes of their sizes. */
export const sameAxes: AxisRule = node => carried(node, node.inputs[0]!, axis => axis)

/** Those of every input. */
export const sameAxesOfAll: AxisRule = node =>
  node.inputs.flatMap(input => carried(node, input, axis => axis))

/** Those of every input, but for the one that an attribute names, which goes or keeps its place with another size. */
export const withoutAxes =
  (attribute: string): AxisRule =>
  node =>
    node.inputs.flatMap(input => {
      const gone = axesOf(node.attributes[attribute], rankOf(input))
      return rankOf(input) === rankOf(node)
        ? carried(node, input, axis => axis)
        : carried(node, input, axis =>
            gone.includes(axis) ? undefined : axis - gone.filter(other => other < axis).length,
          )
    })

/** Those of every input, as far as the result has them. */
export const frontAxes: AxisRule = node =>
  node.inputs.flatMap(input => carried(node, input, axis => (axis < rankOf(node) ? axis : undefined)))

/** Those of the first input but for the last one, in whose place the result has another. */
export const allButLastAxis: AxisRule = node => {
  const x = node.inputs[0]!
  return carried(node, x, axis => (axis < rankOf(x) - 1 ? axis : undefined))
}

/** Those of x; the statistics have the axes of x that an attribute names. */
export const normalizedAxes: AxisRule = node => {
  const [x, ...statistics] = node.inputs as readonly [Node, ...Node[]]
  const along = axesOf(node.attributes.axis, rankOf(x))
  return [
    ...sameAxes(node),
    ...statistics.flatMap(b => along.map((axis, other) => ({ a: x, axis, b, other }))),
  ]
}

/** Those of every input, with a new axis at the place that an attribute names. */
export const besideNewAxis =
  (attribute: string): AxisRule =>
  node => {
    const at = axesOf(node.attributes[attribute], rankOf(node))[0]!
    return node.inputs.flatMap(input => carried(node, input, axis => (axis < at ? axis : axis + 1)))
  }

/** Those of the input, with a new one behind them. */
export const beforeNewAxis: AxisRule = sameAxes

/** Those of the input in the order of a permutation; without one, the last two change places. */
export const permutedAxes: AxisRule = node => {
  const rank = rankOf(node)
  const { permutation } = node.attributes
  const order = Array.isArray(permutation)
    ? (permutation as readonly number[])
    : Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return carried(node, node.inputs[0]!, axis => order.indexOf(axis))
}

/**
 * An axis of the result is one of the input where both have the same size and as many elements behind them: then both
 * indices are the same digits of the place in row-major order.
 */
export const reshapedAxes: AxisRule = node => {
  const [before, after] = [node.inputs[0]!.type.shape!, node.type.shape!]
  const behind = (shape: readonly Dimension[], axis: number) => product(shape.slice(axis + 1))
  if (before.length === after.length && before.every((size, axis) => equals(size, after[axis]!)))
    return sameAxes(node)
  return carried(node, node.inputs[0]!, axis => {
    if (before[axis] === 1) return undefined
    const at = after.findIndex(
      (size, other) => equals(size, before[axis]!) && equals(behind(before, axis), behind(after, other)),
    )
    return at < 0 ? undefined : at
  })
}

/** `x [… n, k]` times `y [… k, m]` is `[… n, m]`; both have the axis k. */
export const productAxes: AxisRule = node => {
  const [x, y] = node.inputs as readonly [Node, Node]
  const [rank, left, right] = [rankOf(node), rankOf(x), rankOf(y)]
  const rows = left > 1 ? 1 : 0
  const outer = (input: Node, own: number) =>
    carried(node, input, axis => {
      const at = rank - 1 - rows - (own - axis)
      return axis < own && equals(sizeOf(input, axis), sizeOf(node, at)) ? at : undefined
    })
  return [
    { a: x, axis: left - 1, b: y, other: right - 2 },
    { a: node, axis: rank - 1, b: y, other: right - 1 },
    ...(rows === 1 ? [{ a: node, axis: rank - 2, b: x, other: left - 2 }] : []),
    ...outer(x, left - 1 - rows),
    ...outer(y, right - 2),
  ]
}

/** The first axis of x and of the result. */
export const firstAxis: AxisRule = node => [{ a: node, axis: 0, b: node.inputs[0]!, other: 0 }]

/** The first and the last axis of x and of the result, as of windows that slide over the others of each channel. */
export const outermostAxes: AxisRule = node => [
  ...firstAxis(node),
  { a: node, axis: rankOf(node) - 1, b: node.inputs[0]!, other: rankOf(node.inputs[0]!) - 1 },
]

/** The axes of the positions, in place of the axis of the table. */
export const lookupAxes: AxisRule = node => {
  const [table, indices] = node.inputs as readonly [Node, Node]
  const along = axesOf(node.attributes.axis, rankOf(table))[0]!
  const common = node.attributes.batchDims as number
  const count = rankOf(indices) - common
  return [
    ...carried(node, table, axis => (axis === along ? undefined : axis < along ? axis : axis + count - 1)),
    ...carried(node, indices, axis => (axis < common ? axis : axis + along - common)),
  ]
}

/** The axes of the positions but for the last one, which runs along the axes of x. */
export const positionAxes: AxisRule = node => {
  const indices = node.inputs[1]!
  return carried(node, indices, axis => (axis < rankOf(indices) - 1 ? axis : undefined))
}

/** For each example, one axis of x and one of y go; the others follow each other. */
export const contractedAxes: AxisRule = node => {
  const [x, y] = node.inputs as readonly [Node, Node]
  const [i, j] = node.attributes.axes as readonly [number, number]
  const ofX = [...x.type.shape!.keys()].filter(axis => axis !== i)
  const ofY = [...y.type.shape!.keys()].filter(axis => axis !== j && axis !== 0)
  return [
    { a: x, axis: i, b: y, other: j },
    { a: x, axis: 0, b: y, other: 0 },
    ...ofX.map((other, axis) => ({ a: node, axis, b: x, other })),
    ...ofY.map((other, k) => ({ a: node, axis: ofX.length + k, b: y, other })),
  ]
}

/** The last axis of x and the first of y go; the others follow each other. */
export const vectorProductAxes: AxisRule = node => {
  const [x, y] = node.inputs as readonly [Node, Node]
  const last = rankOf(x) - 1
  return [
    { a: x, axis: last, b: y, other: 0 },
    ...carried(node, x, axis => (axis < last ? axis : undefined)),
    ...carried(node, y, axis => (axis > 0 ? last + axis - 1 : undefined)),
  ]
}

/** Those of the input, and behind them the same again. */
export const doubledAxes: AxisRule = node => {
  const x = node.inputs[0]!
  return [...sameAxes(node), ...carried(node, x, axis => rankOf(x) + axis)]
}

/** Those of x and behind them those of y. */
export const outerAxes: AxisRule = node => {
  const [x, y] = node.inputs as readonly [Node, Node]
  return [...carried(node, x, axis => axis), ...carried(node, y, axis => rankOf(x) + axis)]
}

/** The axes of equal letters of `ij,jk->ik`. */
export const letteredAxes: AxisRule = node => {
  const [left = '', right = ''] = String(node.attributes.equation).replaceAll(' ', '').split('->')
  const operands = [...left.split(','), right]
  const places = operands.flatMap((letters, i) =>
    [...letters].map((letter, axis) => ({ letter, node: node.inputs[i] ?? node, axis })),
  )
  return places.flatMap((place, i) => {
    const first = places.findIndex(({ letter }) => letter === place.letter)
    const { node: a, axis } = places[first]!
    return first === i ? [] : [{ a, axis, b: place.node, other: place.axis }]
  })
}

/**
 * The body sees sequences without the axis that it is read along; states go through it, and the result is one of them,
 * with an axis of its own where it has all steps.
 */
export const recurrentAxes: AxisRule = node => {
  const { body } = node.attributes.body as { readonly body: Body }
  const { states, output, sequences, axis: whole } = node.attributes
  const along = node.attributes.along as readonly number[]
  const same = (a: Node, b: Node, to: (axis: number) => number | undefined = axis => axis) =>
    a.type.shape && b.type.shape ? carried(a, b, to).filter(({ axis }) => axis < rankOf(a)) : []
  const without = (gone: number) => (axis: number) =>
    axis === gone ? undefined : axis < gone ? axis : axis - 1
  const state = body.outputs[output as number]!
  const given = body.inputs.slice(along.length)
  return [
    ...node.inputs.flatMap((input, i) => {
      const inner = body.inputs[i]
      const gone = along[i]
      return inner ? same(inner, input, gone === undefined ? undefined : without(gone)) : []
    }),
    ...body.outputs.flatMap((next, i) => (i < (states as number) && given[i] ? same(given[i], next) : [])),
    ...(sequences
      ? [
          ...same(state, node, without(whole as number)),
          ...along.map((other, i) => ({ a: node, axis: whole as number, b: node.inputs[i]!, other })),
        ]
      : same(node, state)),
  ]
}

const inner: Readonly<Record<1 | 2 | 3, AxisOrder>> = {
  1: ['time'],
  2: ['height', 'width'],
  3: ['depth', 'height', 'width'],
}

/** What ops with windows take x for, and give: a batch, the axes along which windows slide, and channels. */
export function channelsLast(spatial: 1 | 2 | 3): Readonly<Record<'x' | 'result', AxisOrder>> {
  const order: AxisOrder = ['batch', ...inner[spatial], 'channel']
  return { x: order, result: order }
}

/** The axes that an attribute names, from the front. */
function axesOf(value: Attribute | undefined, rank: number): readonly number[] {
  const axes = Array.isArray(value) || value === null ? resolveAxes(value, rank) : [resolveAxis(value, rank)]
  return Array.isArray(axes) ? axes.filter(axis => typeof axis === 'number') : []
}
