import type { Dimension } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import { recurrenceForm, stepsOf } from '../../ops/recurrence.js'
import { resolveAxes, resolveAxis } from '../../ops/shape.js'
import { opTable } from '../../ops/table.js'
import { detached, type RealTensor, type TensorFlow } from './framework.js'
import { type Kernel, type KernelContext, UncompiledOp } from './kernel.js'

const axesOf = ({ attributes }: KernelContext, { rank }: RealTensor): number[] => [
  ...(resolveAxes(attributes.axes, rank) as readonly number[]),
]

const axisOf = (axis: Attribute | undefined, rank: number): number => resolveAxis(axis, rank) as number

/** Over no axes, TensorFlow.js reduces nothing but may complain; the value is that of the input. */
const reduction =
  (name: 'sum' | 'prod' | 'max' | 'min' | 'all' | 'any'): Kernel =>
  ([x], context) => {
    const axes = axesOf(context, x!)
    const { tf, attributes } = context
    if (axes.length === 0) return x!
    const isLogical = name === 'all' || name === 'any'
    const given = isLogical ? tf.cast(x!, 'bool') : x!.dtype === 'bool' ? tf.cast(x!, 'int32') : x!
    return tf[name](given, axes, attributes.keepDims === true)
  }

const reshape: Kernel = ([x], { tf, shape }) => tf.reshape(x!, [...shape])

const position =
  (name: 'argMax' | 'argMin'): Kernel =>
  ([x], { tf, attributes }) =>
    tf[name](x!, axisOf(attributes.axis, x!.rank))

/** Along the last axis: the gradient of TensorFlow.js along others has another order of axes. */
const cumulative =
  (name: 'cumsum' | 'cumprod'): Kernel =>
  ([x], { tf, attributes: { axis, exclusive, reverse } }) => {
    const { rank } = x!
    const order = lastOrder(axisOf(axis, rank), rank)
    const turned = tf.transpose(x!, [...order])
    const summed = tf[name](turned, rank - 1, exclusive === true, reverse === true)
    return tf.transpose(summed, [...inverseOf(order)])
  }

/** The axes with one of them at the end. */
const lastOrder = (axis: number, rank: number): readonly number[] => [
  ...Array.from({ length: rank }, (_, i) => i).filter(i => i !== axis),
  axis,
]

const inverseOf = (order: readonly number[]): readonly number[] => order.map((_, i) => order.indexOf(i))

/** Positions along an axis by their numbers. */
function picked(tf: TensorFlow, x: RealTensor, axis: number, positions: readonly number[]): RealTensor {
  return tf.gather(x, tf.tensor1d([...positions], 'int32'), axis)
}

/** Where blocks of a tensor start, from positions along its first axes: numbers of blocks in row-major order. */
function blockNumbers(tf: TensorFlow, indices: RealTensor, shape: readonly number[]): RealTensor {
  const depth = indices.shape.at(-1)!
  const strides = Array.from({ length: depth }, (_, i) =>
    shape.slice(i + 1, depth).reduce((a, b) => a * b, 1),
  )
  const weighted = tf.mul(tf.cast(indices, 'int32'), tf.tensor1d(strides, 'int32'))
  return tf.reshape(tf.sum(weighted, -1), [-1])
}

/** Ops that reduce along axes, move elements or look them up. */
export const shapeKernels = {
  sum: reduction('sum'),
  product: reduction('prod'),
  max: reduction('max'),
  min: reduction('min'),
  all: reduction('all'),
  any: reduction('any'),
  size: ([x], context) =>
    context.tf.scalar(axesOf(context, x!).reduce((count, axis) => count * x!.shape[axis]!, 1)),
  argMax: position('argMax'),
  argMin: position('argMin'),
  cumsum: cumulative('cumsum'),
  cumprod: cumulative('cumprod'),
  // `topk` has no gradient in TensorFlow.js; a product with one-hot codes has.
  topValues: ([x], { tf, attributes }) => {
    const { indices } = tf.topk(detached(x!, tf), attributes.k as number)
    const codes = tf.oneHot(tf.cast(indices, 'int32'), x!.shape.at(-1)!)
    return tf.sum(tf.mul(tf.cast(codes, x!.dtype as 'float32'), tf.expandDims(x!, -2)), -1)
  },
  topIndices: ([x], { tf, attributes }) => tf.topk(x!, attributes.k as number).indices,
  matMul: ([x, y], { tf, shape }) => {
    const [left, right] = [tf.cast(x!, 'float32'), tf.cast(y!, 'float32')]
    if (left.rank === 1) return tf.reshape(tf.matMul(tf.expandDims(left, 0), right), [...shape])
    // The gradient of TensorFlow.js fails where axes in front are broadcast.
    const outer = shape.slice(0, -2)
    const whole = (of: RealTensor) =>
      of.rank === shape.length && of.shape.slice(0, -2).join() === outer.join()
        ? of
        : tf.broadcastTo(of, [...outer, ...of.shape.slice(-2)])
    return tf.matMul(whole(left), whole(right))
  },
  reshape,
  flatten: reshape,
  expandDims: reshape,
  squeeze: reshape,
  transpose: ([x], { tf, node, attributes }) => {
    const { permutation } = opTable[node.op]!.canonical!(attributes, [
      { dtype: node.type.dtype, shape: x!.shape },
    ])
    return tf.transpose(x!, [...(permutation as readonly number[])])
  },
  broadcastTo: ([x], { tf, shape }) => tf.broadcastTo(x!, [...shape]),
  slice: ([x], { tf, attributes, shape }) => {
    const axis = axisOf(attributes.axis, x!.rank)
    const [start, step] = [attributes.start as number, attributes.step as number]
    if (step !== 1)
      return picked(
        tf,
        x!,
        axis,
        Array.from({ length: shape[axis]! }, (_, i) => start + i * step),
      )
    return tf.slice(
      x!,
      x!.shape.map((_, i) => (i === axis ? start : 0)),
      [...shape],
    )
  },
  pad: ([x], { tf, attributes }) => {
    const axis = axisOf(attributes.axis, x!.rank)
    const amounts = x!.shape.map((_, i): [number, number] =>
      i === axis ? [attributes.before as number, attributes.after as number] : [0, 0],
    )
    return tf.pad(x!, amounts, attributes.value as number)
  },
  reverse: ([x], { tf, attributes }) => tf.reverse(x!, [axisOf(attributes.axis, x!.rank)]),
  repeat: ([x], { tf, attributes, shape }) => {
    const axis = axisOf(attributes.axis, x!.rank)
    const apart = tf.expandDims(x!, axis + 1)
    const times = apart.shape.map((_, i) => (i === axis + 1 ? (attributes.times as number) : 1))
    return tf.reshape(tf.tile(apart, times), [...shape])
  },
  tile: ([x], { tf, attributes }) => {
    const axis = axisOf(attributes.axis, x!.rank)
    return tf.tile(
      x!,
      x!.shape.map((_, i) => (i === axis ? (attributes.times as number) : 1)),
    )
  },
  concat: (inputs, { tf, attributes, shape }) =>
    tf.concat([...inputs], axisOf(attributes.axis, shape.length)),
  stack: (inputs, { tf, attributes, shape }) => tf.stack([...inputs], axisOf(attributes.axis, shape.length)),
  gather: ([table, indices], { tf, attributes }) =>
    tf.gather(
      table!,
      tf.cast(indices!, 'int32'),
      axisOf(attributes.axis, table!.rank),
      attributes.batchDims as number,
    ),
  // Through one number for each block, which has a gradient.
  gatherND: ([x, indices], { tf, shape }) => {
    const depth = indices!.shape.at(-1)!
    const blocks = tf.reshape(x!, [-1, ...x!.shape.slice(depth)])
    return tf.reshape(tf.gather(blocks, blockNumbers(tf, indices!, x!.shape)), [...shape])
  },
  scatterND: ([indices, updates], { tf, shape }) => {
    const depth = indices!.shape.at(-1)!
    const count = shape.slice(0, depth).reduce((a, b) => a * b, 1)
    const block = shape.slice(depth)
    const rows = tf.reshape(tf.cast(updates!, 'float32'), [-1, block.reduce((a, b) => a * b, 1)])
    const codes = tf.oneHot(tf.cast(blockNumbers(tf, indices!, shape), 'int32'), count)
    return tf.reshape(tf.matMul(tf.cast(codes, 'float32'), rows, true), [...shape])
  },
  tensorScatterUpdate: ([x, indices, updates], { tf }) =>
    tf.tensorScatterUpdate(x as never, tf.cast(indices!, 'int32') as never, updates as never),
  // Linear along the axis: its matrix is the op applied to the identity.
  interpolate: ([x], { tf, node, attributes, shape }) => {
    const axis = axisOf(attributes.axis, x!.rank)
    const [before, after] = [x!.shape[axis]!, shape[axis]!]
    const op = opTable[node.op]
    if (op?.kind !== 'primitive') throw new UncompiledOp(`there is no op \`${node.op}\` that can be computed`)
    const identity = Float64Array.from({ length: before * before }, (_, i) =>
      i % (before + 1) === 0 ? 1 : 0,
    )
    const { data } = op.evaluate(
      [{ shape: [before, before], data: identity, dtype: 'float32' }],
      { ...attributes, axis: 0 },
      { dtype: 'float32', shape: [after, before] },
      { body: () => [] },
    )
    const matrix = tf.tensor2d(Float32Array.from(data), [after, before])
    const order = lastOrder(axis, x!.rank)
    const lines = tf.reshape(tf.transpose(tf.cast(x!, 'float32'), [...order]), [-1, before])
    const rest = order.slice(0, -1).map(i => x!.shape[i]!)
    const moved = tf.reshape(tf.matMul(lines, matrix, false, true), [...rest, after])
    return tf.transpose(moved, [...inverseOf(order)])
  },
  recurrence: (inputs, context) => repeated(inputs, context),
} as const satisfies Readonly<Record<string, Kernel>>

/** A recurrence as a loop, whose steps TensorFlow.js remembers one by one for the gradient. */
function repeated(inputs: readonly RealTensor[], { tf, attributes, body }: KernelContext): RealTensor {
  const form = recurrenceForm(attributes)
  const { along, states: count, output, sequences, axis, reverse } = form
  const types = inputs.map(({ shape }) => ({
    dtype: 'float32' as const,
    shape: shape as readonly Dimension[],
  }))
  const steps = stepsOf(types, attributes)
  if (typeof steps !== 'number') throw new UncompiledOp('how many steps a recurrence has is open')
  const rest = inputs.slice(along.length)
  const stays = rest.slice(count)
  let states: readonly RealTensor[] = rest.slice(0, count)
  const history: RealTensor[] = []
  for (let k = 0; k < steps; k++) {
    const at = reverse ? steps - 1 - k : k
    const elements = along.map((time, i) => {
      const sequence = inputs[i]!
      const begin = sequence.shape.map((_, place) => (place === time ? at : 0))
      const size = sequence.shape.map((whole, place) => (place === time ? 1 : whole))
      return tf.squeeze(tf.slice(sequence, begin, size), [time])
    })
    states = body(form.body, [...elements, ...states, ...stays])
    if (sequences) history.push(states[output]!)
  }
  return sequences ? tf.stack(history, axis) : states[output]!
}
