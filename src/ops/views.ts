import { type Dimension, dimensionText, divide, equals, product } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type Shape, shapeText, type TensorType } from '../graph/type.js'
import { broadcastAxes, permutedAxes, reshapedAxes } from './axes.js'
import type { Op, PrimitiveOp } from './op.js'
import { broadcastPositions, permutedPositions, reshapedPositions } from './positions.js'
import { sameRole } from './roles.js'
import { broadcast, mapBroadcast, resolveAxes, sizeOf } from './shape.js'

/** The target shape with its one unknown size filled in. */
function reshaped(x: TensorType, target: readonly Attribute[]): Shape | Problem {
  const total = product(x.shape!)
  const known = target.map(size => (size === null || size === -1 ? undefined : (size as Dimension)))
  const given = product(known.map(size => size ?? 1))
  const holes = known.filter(size => size === undefined).length
  if (holes > 1) return { problem: 'at most one size of a reshape can be left open' }
  const rest = divide(total, given)
  // TensorFlow.js compares the numbers of elements alone, and fails at what reads a shape of fractions later.
  const sizes = known.map(size => size ?? rest)
  if (!sizes.every(isSize) || (holes === 0 && !equals(total, given))) {
    const stated = target.map(size => (size === null ? '?' : dimensionText(size as Dimension)))
    return { problem: `${shapeText(x.shape)} cannot be reshaped to [${stated.join(', ')}]` }
  }
  return sizes
}

/** Whether an axis can be so long, where that is known. */
const isSize = (size: Dimension): boolean => typeof size !== 'number' || (Number.isInteger(size) && size >= 0)

function moved(x: Tensor, type: TensorType): Tensor {
  return { shape: type.shape as readonly number[], data: x.data, dtype: x.dtype }
}

function view(
  title: string,
  summary: string,
  attributes: PrimitiveOp['attributes'],
  type: PrimitiveOp['type'],
  notation: PrimitiveOp['notation'],
  examples: PrimitiveOp['examples'],
  laws: readonly string[] = [],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes,
    type,
    axes: reshapedAxes,
    positions: reshapedPositions,
    affine: [['x']],
    role: sameRole,
    notation,
    rearranges: true,
    evaluate: ([x], _, result) => moved(x!, result),
    derivative: { x: 'reshape[shape(x)](g)' },
    laws,
    examples,
  }
}

/** Only its shape counts. */
const zero = (type: TensorType): Tensor => ({
  shape: type.shape as readonly number[],
  data: new Float64Array(sizeOf(type.shape as readonly number[])),
  dtype: type.dtype,
})

const axes = { kind: 'axes', summary: 'the axes' } as const

/** Ops that read the same elements under another shape. */
export const views = {
  reshape: view(
    'reshape',
    'The same elements in row-major order under another shape.',
    { shape: { kind: 'shape', summary: 'the new sizes; one may be null' } },
    ([x], { shape }) => {
      const result = reshaped(x!, shape as readonly Attribute[])
      return 'problem' in result ? result : { dtype: x!.dtype, shape: result }
    },
    { form: 'function', latex: '\\mathrm{reshape}', text: 'reshape', shown: ['shape'] },
    [
      { shapes: [[2, 6]], attributes: { shape: [3, 4] } },
      { shapes: [[2, 6]], attributes: { shape: [4, null] } },
    ],
  ),
  flatten: view(
    'flattening',
    'All axes but the first become one.',
    {},
    ([x]) => {
      const shape = x!.shape!
      return shape.length < 2
        ? { problem: `${shapeText(shape)} has no axes to flatten` }
        : { dtype: x!.dtype, shape: [shape[0]!, product(shape.slice(1))] }
    },
    { form: 'function', latex: '\\mathrm{vec}', text: 'vec' },
    [{ shapes: [[2, 3, 4]] }],
  ),
  expandDims: {
    ...view(
      'new axes',
      'Axes of size 1 at the given places of the result.',
      { axes },
      ([x], { axes: at }) => {
        const shape = x!.shape!
        const places = resolveAxes(at, shape.length + (Array.isArray(at) ? at.length : 1))
        if (!Array.isArray(places)) return places as Problem
        const rest = [...shape]
        return {
          dtype: x!.dtype,
          shape: Array.from({ length: shape.length + places.length }, (_, i) =>
            places.includes(i) ? 1 : rest.shift()!,
          ),
        }
      },
      { form: 'transparent' },
      [{ shapes: [[2, 3]], attributes: { axes: [1] } }],
    ),
    canonical: ({ axes: at }, [x]) => ({
      axes: inOrder(at, x!.shape!.length + (Array.isArray(at) ? at.length : 1)),
    }),
  },
  squeeze: {
    ...view(
      'axes removed',
      'The shape without the given axes of size 1; without all such axes if none are given.',
      { axes: { ...axes, default: null } },
      ([x], { axes: at }) => {
        const shape = x!.shape!
        const gone =
          at === null ? shape.flatMap((size, i) => (size === 1 ? [i] : [])) : resolveAxes(at, shape.length)
        if (!Array.isArray(gone)) return gone as Problem
        if (gone.some(i => shape[i] !== 1))
          return { problem: `an axis of ${shapeText(shape)} that is not of size 1 cannot be removed` }
        return { dtype: x!.dtype, shape: shape.filter((_, i) => !gone.includes(i)) }
      },
      { form: 'transparent' },
      [{ shapes: [[2, 1, 3]], attributes: { axes: [1] } }, { shapes: [[1, 2, 1, 3]] }],
    ),
    canonical: ({ axes: at }, [x]) => ({
      axes:
        at === null ? x!.shape!.flatMap((size, i) => (size === 1 ? [i] : [])) : inOrder(at, x!.shape!.length),
    }),
  },
  transpose: {
    kind: 'primitive',
    title: 'transpose',
    summary: 'The axes in another order; without one, the last two change places.',
    inputs: ['x'],
    attributes: {
      permutation: {
        kind: 'axes',
        default: null,
        summary: 'for each axis of the result, the axis it comes from',
      },
    },
    type: ([x], { permutation }) => {
      const shape = x!.shape!
      const order = permutationOf(permutation, shape.length)
      return order
        ? { dtype: x!.dtype, shape: order.map(axis => shape[axis]!) }
        : { problem: `${JSON.stringify(permutation)} is no order of the axes of ${shapeText(shape)}` }
    },
    axes: permutedAxes,
    positions: permutedPositions,
    affine: [['x']],
    role: sameRole,
    notation: { form: 'transpose' },
    rearranges: true,
    evaluate: ([x], { permutation }, type) => {
      const shape = type.shape as readonly number[]
      const order = permutationOf(permutation, shape.length)!
      const strides = x!.shape.map((_, i) => sizeOf(x!.shape.slice(i + 1)))
      const data = new Float64Array(x!.data.length)
      const index = shape.map(() => 0)
      let from = 0
      for (let at = 0; at < data.length; at++) {
        data[at] = x!.data[from]!
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          const step = strides[order[axis]!]!
          index[axis]!++
          from += step
          if (index[axis]! < shape[axis]!) break
          from -= step * shape[axis]!
          index[axis] = 0
        }
      }
      return { shape, data, dtype: x!.dtype }
    },
    derivative: {
      x: ({ permutation }, [x]) => {
        const order = permutationOf(permutation, x!.shape!.length)!
        return `transpose[[${order.map((_, axis) => order.indexOf(axis)).join(', ')}]](g)`
      },
    },
    canonical: ({ permutation }, [x]) => ({
      permutation: [...permutationOf(permutation, x!.shape!.length)!],
    }),
    laws: ['transpose(transpose(x)) = x'],
    examples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 4]], attributes: { permutation: [2, 0, 1] } }],
  },
  broadcastTo: {
    kind: 'primitive',
    title: 'broadcasting',
    summary: 'x repeated along new axes in front and along axes of size 1, up to the given shape.',
    source: 'tfjs-core/src/ops/broadcast_to.ts',
    inputs: ['x'],
    attributes: { shape: { kind: 'shape', summary: 'the new sizes' } },
    type: ([x], { shape: target }) => {
      const shape = target as Shape
      const result = broadcast(x!.shape!, shape)
      if (isProblem(result)) return result
      return shapeText(result) === shapeText(shape)
        ? { dtype: x!.dtype, shape }
        : { problem: `${shapeText(x!.shape)} cannot be broadcast to ${shapeText(shape)}` }
    },
    axes: broadcastAxes,
    positions: broadcastPositions,
    affine: [['x']],
    role: sameRole,
    notation: { form: 'transparent' },
    evaluate: ([x], _, type) =>
      mapBroadcast(type, [x!, zero(type)], (value => value) as (...v: number[]) => number),
    derivative: { x: 'g' },
    examples: [
      { shapes: [[3]], attributes: { shape: [2, 3] } },
      { shapes: [[2, 1, 4]], attributes: { shape: [2, 3, 4] } },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>

/** Axes counted from the front, in ascending order. */
const inOrder = (axes: Attribute | undefined, rank: number): readonly number[] =>
  [...(resolveAxes(axes, rank) as readonly number[])].sort((a, b) => a - b)

function permutationOf(permutation: unknown, rank: number): readonly number[] | undefined {
  const order: readonly unknown[] = Array.isArray(permutation)
    ? permutation
    : Array.from({ length: rank }, (_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i))
  const valid =
    order.length === rank && Array.from({ length: rank }, (_, i) => i).every(axis => order.includes(axis))
  return valid ? (order as readonly number[]) : undefined
}
