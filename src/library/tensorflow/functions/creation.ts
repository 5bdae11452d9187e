import { type Dimension, equals, multiply, product, subtract } from '../../../graph/dimension.js'
import type { Attribute } from '../../../graph/node.js'
import { sameShape, shapeText } from '../../../graph/type.js'
import {
  type ArgumentDeclaration,
  type Arguments,
  number,
  type Result,
  shape,
  sizes,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  text,
  whole,
} from './function.js'

/** More elements than this are not written out. */
const longest = 1_000_000

const given = tensor('values', { dtype: { of: 'dtype' } })
/** Values of as many axes, or as many as the shape that is asked for has. */
const arranged = (rank: number | undefined, asked: string | undefined): ArgumentDeclaration =>
  tensor('values', {
    dtype: { of: 'dtype' },
    data: { ...(rank !== undefined && { rank }), ...(asked !== undefined && { shape: asked }) },
  })
const dtype: ArgumentDeclaration = { name: 'dtype', kind: 'text', default: null }

/** Values in a shape; nested lists already have it, up to how their last axis is divided (tfjs-core/src/ops/tensor_ops_util.ts). */
function shapedAs(call: Arguments, wanted: Attribute): Result {
  if (!Array.isArray(wanted)) return 'values'
  const own = call.tensor('values').shape!
  const sizes = wanted as readonly Dimension[]
  if (sameShape(own, sizes)) return 'values'
  const isDivided = (axis: number) =>
    axis === own.length - 1 && equals(product(sizes.slice(axis)), own[axis]!)
  const fits =
    equals(product(sizes), product(own)) &&
    (own.length < 2 || own.every((size, axis) => equals(size, sizes[axis] ?? 0) || isDivided(axis)))
  return fits
    ? 'reshape[shape](values)'
    : { problem: `values of shape ${shapeText(own)} are not of shape ${shapeText(sizes)}` }
}

/** `tensor1d` and its kin: of values of one rank, or of a flat list with a shape. */
const ofRank = (rank: number): TensorFunction => ({
  arguments: [
    arranged(rank, rank > 1 ? 'shape' : undefined),
    ...(rank > 1 ? [shape('shape', null)] : []),
    dtype,
  ],
  means: call => {
    const own = call.tensor('values').shape!
    const wanted = rank > 1 ? call.value('shape') : null
    if (Array.isArray(wanted) && wanted.length !== rank) return { problem: `its shape has ${rank} sizes` }
    if (own.length !== rank && (own.length > 1 || !Array.isArray(wanted)))
      return { problem: `expected values of rank ${rank}` }
    return shapedAs(call, wanted)
  },
  examples: [
    [Array.from({ length: rank - 1 }).reduce((inner: Attribute) => [inner], [1, -2.5] as Attribute)],
    ...(rank > 1
      ? [
          [
            [1, 2, 3, 4],
            [2, 2, ...new Array<number>(rank - 2).fill(1)],
          ] as const,
        ]
      : []),
    ...(rank === 1 ? [[[1.5, -2.5], 'int32'] as const] : []),
  ],
  source: 'tfjs-core/src/ops/tensor1d.ts',
})

/** A list of numbers as a constant. */
function listing(
  call: Arguments,
  values: readonly Dimension[],
  sizes: readonly number[],
  type: string,
): string {
  return `constant[${call.put([...sizes])}, ${call.put(values)}, ${call.put(type)}]()`
}

function filled(call: Arguments, value: Dimension): Result {
  const type = call.value('dtype')
  return type === null || type === 'float32'
    ? `zeros[shape]() + ${call.put(value)}`
    : constant(call, value, String(type))
}

/** A constant of whole numbers, written out. */
function constant(call: Arguments, value: Dimension, type: string): Result {
  const list = call.list('shape')
  const count = list.reduce(multiply, 1)
  if (typeof count !== 'number' || count > longest)
    return { problem: 'whole numbers of a shape that is not known are not modelled' }
  return listing(call, new Array<Dimension>(count).fill(value), list as readonly number[], type)
}

const like = (means: string): TensorFunction => ({
  method: true,
  arguments: [tensor('x')],
  means: call => {
    const { shape: sizes, dtype: type } = call.tensor('x')
    const values = means.replace('SHAPE', call.put(sizes!))
    return type === 'float32' ? values : `cast[${call.put(type)}](${values})`
  },
  examples: [[{ shape: [2, 3] }], [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }]],
})

/** Whether steps lead nowhere; one of less than 1 leads away from a lower end as often as back to it. */
const isEmpty = (length: number, step: number): boolean =>
  length === 0 || (length > 0 && step < 0) || (length < 0 && step > 1)

/** Functions that make tensors out of numbers. */
export const creation: TensorFunctions = {
  scalar: {
    arguments: [given, dtype],
    means: call =>
      call.tensor('values').shape!.length === 0 ? 'values' : { problem: 'a scalar takes one number' },
    examples: [[2.5], [2.5, 'int32'], [true]],
  },
  tensor: {
    arguments: [arranged(undefined, 'shape'), shape('shape', null), dtype],
    means: call => shapedAs(call, call.value('shape')),
    examples: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[1, 2, 3, 4], [2, 2], 'int32'],
      [[true, false]],
    ],
  },
  tensor1d: ofRank(1),
  tensor2d: ofRank(2),
  tensor3d: ofRank(3),
  tensor4d: ofRank(4),
  tensor5d: ofRank(5),
  tensor6d: ofRank(6),
  zeros: {
    arguments: [sizes('shape'), dtype],
    means: call => {
      const type = call.value('dtype')
      return type === null || type === 'float32' ? 'zeros[shape]()' : constant(call, 0, String(type))
    },
    examples: [[[2, 3]], [[2, 3], 'int32'], [[2], 'bool']],
  },
  ones: {
    arguments: [sizes('shape'), dtype],
    means: call => filled(call, 1),
    examples: [[[2, 3]], [[2], 'int32']],
  },
  fill: {
    arguments: [sizes('shape'), number('value'), dtype],
    means: call => filled(call, call.value('value') as Dimension),
    examples: [
      [[2, 3], 4.5],
      [[2], 3, 'int32'],
    ],
  },
  zerosLike: like('zeros[SHAPE]()'),
  onesLike: like('zeros[SHAPE]() + 1'),
  eye: {
    arguments: [
      number('numRows'),
      { name: 'numColumns', kind: 'number', default: null },
      shape('batchShape', null),
      text('dtype', 'float32'),
    ],
    means: call => {
      const rows = call.value('numRows')
      const columns = call.value('numColumns') ?? rows
      if (typeof rows !== 'number' || typeof columns !== 'number' || rows * columns > longest)
        return { problem: 'the size of the matrix is not known' }
      const values = Array.from({ length: rows * columns }, (_, i) =>
        i % (columns + 1) === 0 && i < columns * columns ? 1 : 0,
      )
      const matrix = listing(call, values, [rows, columns], String(call.value('dtype')))
      const batch = call.list('batchShape')
      if (batch.length === 0) return matrix
      const one = `reshape[${call.put([...batch.map(() => 1), rows, columns])}](${matrix})`
      return batch.reduce((text: string, times, axis) => `tile[${axis}, ${call.put(times)}](${text})`, one)
    },
    examples: [[3], [2, 3], [3, 2], [2, null, undefined, 'int32'], [2, 3, [4, 2]]],
  },
  range: {
    arguments: [number('start'), number('stop'), number('step', 1), text('dtype', 'float32')],
    means: given => {
      const [start, stop, step] = ['start', 'stop', 'step'].map(name => given.value(name) as Dimension)
      const length = subtract(stop!, start!)
      if (typeof length === 'number' && typeof step === 'number' && step !== 0) {
        const steps = step === 1 && length < 0 ? -1 : step
        const count = isEmpty(length, steps) ? 0 : Math.abs(Math.ceil(length / steps))
        return count > longest
          ? { problem: 'the range is too long' }
          : `range[start, ${count}, ${given.put(steps)}, dtype]()`
      }
      // A size that is a symbol is not negative, which a difference of symbols may be.
      if (step !== 1 || start !== 0) return { problem: 'the length of the range is not known' }
      return 'range[0, stop, 1, dtype]()'
    },
    examples: [
      [0, 5],
      [1, 6, 2, 'int32'],
      [5, 0, -2],
      [5, 0],
      [0, 5, -1],
      [5, 0, 2],
      [0, 0.5, 0.1],
    ],
    source: 'tfjs-core/src/ops/range.ts, tfjs-backend-cpu/src/kernels/Range_impl.ts',
  },
  linspace: {
    arguments: [number('start'), number('stop'), whole('num', 1)],
    means: call => {
      const [start, stop, num] = ['start', 'stop', 'num'].map(name => call.value(name))
      if (typeof start !== 'number' || typeof stop !== 'number' || typeof num !== 'number' || num > longest)
        return { problem: 'the numbers of the range are not known' }
      const values = Array.from({ length: num }, (_, i) =>
        num === 1 ? start : start + (i * (stop - start)) / (num - 1),
      )
      return listing(call, values, [num], 'float32')
    },
    examples: [[0, 1, 5]],
  },
}
