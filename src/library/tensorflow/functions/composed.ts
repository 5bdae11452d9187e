import { equals } from '../../../graph/dimension.js'
import type { Shape } from '../../../graph/type.js'
import {
  type ExampleArgument,
  flag,
  noGradientIf,
  number,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  whole,
} from './function.js'

const of = (...sizes: readonly number[]): ExampleArgument => ({ shape: sizes })

/**
 * Whether statistics of a shape are spread over x in one way only: those of one number per channel, or of the last axes of x
 * behind axes of size 1. Of other shapes each backend makes something else (tfjs-backend-cpu/src/kernels/BatchNorm.ts).
 */
function isSpread(shape: Shape, of: Shape): boolean {
  const first = shape.findIndex(size => size !== 1)
  const own = first < 0 ? [] : shape.slice(first)
  return own.length <= of.length && own.every((size, i) => equals(size, of.at(i - own.length)!))
}

/** Centred and scaled by statistics of one number per channel, or of more. */
const batchNormalization = (rank?: 2 | 3 | 4): TensorFunction => ({
  ...(rank === undefined && { method: true as const }),
  arguments: [
    real('x'),
    real('mean'),
    real('variance'),
    tensor('offset', { optional: true, takes: 'float32' }),
    tensor('scale', { optional: true, takes: 'float32' }),
    number('varianceEpsilon', 0.001),
  ],
  means: given => {
    const statistics = ['mean', 'variance', 'offset', 'scale'].flatMap(name => {
      const type = given.optional(name)
      return type ? [type.shape!] : []
    })
    if (statistics.some(shape => shape.length !== statistics[0]!.length))
      return { problem: 'its statistics must have as many axes as each other' }
    if (!statistics.every(shape => isSpread(shape, given.tensor('x').shape!)))
      return { problem: 'what statistics of these shapes do depends on the backend' }
    const scaled = '(x - mean) / sqrt(variance + varianceEpsilon)'
    const product = given.optional('scale') ? `${scaled} * scale` : scaled
    return given.optional('offset') ? `${product} + offset` : product
  },
  ...noGradientIf(
    'TensorFlow.js has a gradient for it only with an offset and a scale',
    given => !given.optional('offset') || !given.optional('scale'),
  ),
  examples: [
    [
      of(...[2, 3, 4].slice(0, (rank ?? 4) - 1), 5),
      of(5),
      { shape: [5], range: [0.2, 2] },
      of(5),
      of(5),
      0.01,
    ],
    [of(...[2, 3, 4].slice(0, (rank ?? 4) - 1), 5), of(5), { shape: [5], range: [0.2, 2] }],
    ...(rank === undefined ? [[of(2, 5), of(1, 5), { shape: [2, 5], range: [0.2, 2] }] as const] : []),
  ],
})

/** Functions that are made of several others. */
export const composed: TensorFunctions = {
  batchNorm: batchNormalization(),
  batchNorm2d: batchNormalization(2),
  batchNorm3d: batchNormalization(3),
  batchNorm4d: batchNormalization(4),
  localResponseNormalization: {
    method: true,
    arguments: [
      real('x'),
      whole('depthRadius', 0, 5),
      number('bias', 1),
      number('alpha', 1),
      number('beta', 0.5),
    ],
    means: given => {
      const op = 'localResponseNormalization[depthRadius, bias, alpha, beta]'
      const { length: rank } = given.tensor('x').shape!
      if (rank !== 3 && rank !== 4) return { problem: 'it takes images, one or a batch of them' }
      return rank === 3 ? `squeeze[[0]](${op}(expandDims[[0]](x)))` : `${op}(x)`
    },
    examples: [[of(2, 3, 2, 7)], [of(3, 2, 7), 2, 0.5, 0.3, 0.75]],
  },
  movingAverage: {
    arguments: [
      real('v'),
      real('x'),
      tensor('decay'),
      tensor('step', { optional: true }),
      flag('zeroDebias', true),
    ],
    means: given => {
      const update = '(x - v) * (1 - decay)'
      if (!given.flag('zeroDebias')) return `v + ${update}`
      return given.optional('step')
        ? `v + ${update} / (1 - decay ^ step)`
        : { problem: 'it needs the number of the step' }
    },
    examples: [
      [of(2, 3), of(2, 3), 0.9, 3],
      [of(2, 3), of(2, 3), 0.9, undefined, false],
    ],
  },
  basicLSTMCell: {
    arguments: [real('forgetBias'), real('lstmKernel'), real('lstmBias'), real('data'), real('c'), real('h')],
    means: given => {
      const width = given.tensor('lstmKernel').shape![1]
      if (typeof width !== 'number') return { problem: 'the size of the kernel is not known' }
      const units = width / 4
      const z = 'matMul(concat[1](data, h), lstmKernel) + lstmBias'
      const [i, j, f, o] = [0, 1, 2, 3].map(k => `slice[1, ${k * units}, ${units}](${z})`)
      const c = `sigmoid(${i}) * tanh(${j}) + c * sigmoid(forgetBias + ${f})`
      return [c, `tanh(${c}) * sigmoid(${o})`]
    },
    examples: [[1, of(7, 16), of(16), of(2, 3), of(2, 4), of(2, 4)]],
  },
}
