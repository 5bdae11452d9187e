import { equals, multiply, product } from '../../../graph/dimension.js'
import {
  flag,
  indices,
  noGradient,
  noGradientByPositions,
  number,
  real,
  type TensorFunctions,
  tensor,
  whole,
} from './function.js'

const classes = { shape: [7], dtype: 'int32', range: [0, 4] } as const
const of = (...sizes: readonly number[]) => ({ shape: sizes })

/** Functions that count or add up by class, and those that lay numbers out. */
export const counts: TensorFunctions = {
  'math.confusionMatrix': {
    arguments: [tensor('labels'), tensor('predictions'), whole('numClasses', 1)],
    means: given => {
      const [labels, predictions] = ['labels', 'predictions'].map(name => given.tensor(name).shape![0] ?? 0)
      return equals(labels!, predictions!)
        ? 'confusionMatrix[numClasses](labels, predictions)'
        : { problem: 'there is a prediction for each label' }
    },
    examples: [[classes, classes, 5]],
    source: 'tfjs-core/src/ops/confusion_matrix.ts',
  },
  bincount: {
    arguments: [tensor('x'), tensor('weights'), whole('size', 0)],
    ...noGradient,
    means: given => {
      if (given.tensor('x').dtype !== 'int32') return { problem: 'it counts whole numbers' }
      const { shape, dtype } = given.tensor('weights')
      if (dtype === 'bool') return { problem: 'the weights must be numbers' }
      const classes = `oneHot[size, 1, 0, ${given.put(dtype)}](x)`
      const isCount = shape!.length === 1 && shape![0] === 0
      return `sum[[0], false](${isCount ? classes : `${classes} * expandDims[[1]](weights)`})`
    },
    examples: [
      [classes, [], 4],
      [classes, of(7), 5],
      [classes, of(7), 2],
    ],
  },
  unsortedSegmentSum: {
    method: true,
    arguments: [real('x'), indices('segmentIds'), number('numSegments')],
    means: given => {
      const sizes = given.tensor('x').shape!
      const ids = given.tensor('segmentIds').shape!
      if (ids.length !== 1) return { problem: 'segments of several axes are not modelled' }
      const rest = sizes.slice(1)
      const rows = `reshape[${given.put([sizes[0]!, product(rest)])}](x)`
      const sums = `matMul(transpose(oneHot[numSegments, 1, 0, 'float32'](segmentIds)), ${rows})`
      return `reshape[${given.put([given.value('numSegments') as number, ...rest])}](${sums})`
    },
    ...noGradientByPositions('segmentIds'),
    examples: [
      [of(7, 2), classes, 4],
      [of(7), classes, 5],
      [of(7, 2, 3), classes, 3],
    ],
  },
  diag: {
    arguments: [tensor('x')],
    means: 'diagonal(x)',
    ...noGradient,
    examples: [[of(3)], [{ shape: [3], dtype: 'int32', range: [-4, 5] }]],
  },
  meshgrid: {
    arguments: [
      tensor('x'),
      tensor('y', { optional: true }),
      { name: 'options', kind: 'value', default: null },
    ],
    means: given => {
      const y = given.optional('y')
      if (!y) return ['x']
      const [width, height] = [given.tensor('x').shape!, y.shape!].map(sizes => sizes.reduce(multiply, 1))
      return [
        `tile[0, ${given.put(height!)}](reshape[[1, -1]](x))`,
        `tile[1, ${given.put(width!)}](reshape[[-1, 1]](y))`,
      ]
    },
    examples: [
      [of(3), of(4)],
      [of(3)],
      [
        [1, 2],
        [3, 4, 5],
      ],
    ],
  },
  ensureShape: {
    arguments: [tensor('x'), { name: 'shape', kind: 'shape' }],
    means: given => {
      const sizes = given.tensor('x').shape!
      const wanted = given.list('shape') as readonly unknown[]
      const fits =
        wanted.length === sizes.length && wanted.every((size, i) => size === null || size === sizes[i])
      return fits ? 'x' : { problem: 'it does not have that shape' }
    },
    examples: [
      [of(2, 3), [2, 3]],
      [of(2, 3), [null, 3]],
    ],
  },
  euclideanNorm: {
    method: true,
    arguments: [real('x'), { name: 'axis', kind: 'axes', default: null }, flag('keepDims')],
    means: 'sqrt(sum[axis, keepDims](square(x)))',
    examples: [[of(2, 3)], [of(2, 3, 4), [0, 2], true]],
  },
}
