import {
  type ArgumentDeclaration,
  type Arguments,
  type ExampleArgument,
  flag,
  number,
  real,
  shape,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

const of = (...sizes: readonly number[]): ExampleArgument => ({ shape: sizes })
const seed: ArgumentDeclaration = { name: 'seed', kind: 'value', default: null }

/** Centred and scaled along the last axis, by statistics of one number per channel. */
const batchNormalization = (rank?: number): TensorFunction => ({
  ...(rank === undefined && { method: true as const }),
  arguments: [
    real('x'),
    real('mean'),
    real('variance'),
    tensor('offset', { optional: true, real: true }),
    tensor('scale', { optional: true, real: true }),
    number('varianceEpsilon', 0.001),
  ],
  means: given => {
    const channels = given.tensor('x').shape!.at(-1)
    const given_ = ['mean', 'variance', 'offset', 'scale'].map(name => given.optional(name))
    const isPerChannel = given_.every(
      type => !type || (type.shape!.length === 1 && type.shape![0] === channels),
    )
    if (!isPerChannel) return { problem: 'statistics that are not one number per channel are not modelled' }
    const scaled = '(x - mean) / sqrt(variance + varianceEpsilon)'
    const product = given.optional('scale') ? `${scaled} * scale` : scaled
    return given.optional('offset') ? `${product} + offset` : product
  },
  examples: [
    [of(2, 3, 4, 5), of(5), { shape: [5], range: [0.2, 2] }, of(5), of(5), 0.01],
    [of(2, 3, 4, 5), of(5), { shape: [5], range: [0.2, 2] }],
  ],
})

/** Functions that are made of several others. */
export const composed: TensorFunctions = {
  batchNorm: batchNormalization(),
  batchNorm4d: batchNormalization(4),
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

/** `site` is a name for the place of the draw. */
const randomNormal = (given: Arguments): string => {
  const draw = 'gaussian[stdDev, site](zeros[shape]())'
  return given.value('mean') === 0 ? draw : `mean + ${draw}`
}

/** Draws: they cannot be compared by value. */
export const draws: TensorFunctions = {
  randomNormal: {
    arguments: [
      shape('shape'),
      number('mean', 0),
      number('stdDev', 1),
      { name: 'dtype', kind: 'text', default: 'float32' },
      seed,
    ],
    means: given =>
      given.value('dtype') === 'float32'
        ? randomNormal(given)
        : { problem: 'whole numbers are not modelled' },
    examples: [],
  },
  truncatedNormal: {
    arguments: [
      shape('shape'),
      number('mean', 0),
      number('stdDev', 1),
      { name: 'dtype', kind: 'text', default: 'float32' },
      seed,
    ],
    means: given =>
      given.value('dtype') === 'float32'
        ? 'truncatedNormal[shape, mean, stdDev, site]()'
        : { problem: 'whole numbers are not modelled' },
    examples: [],
  },
  randomUniform: {
    arguments: [
      shape('shape'),
      number('minval', 0),
      number('maxval', 1),
      { name: 'dtype', kind: 'text', default: 'float32' },
      seed,
    ],
    means: given =>
      given.value('dtype') === 'float32'
        ? 'randomUniform[shape, minval, maxval, site]()'
        : { problem: 'whole numbers are not modelled' },
    examples: [],
  },
  multinomial: {
    arguments: [real('logits'), number('numSamples'), seed, flag('normalized')],
    means: 'multinomial[numSamples, normalized, site](logits)',
    examples: [],
  },
  dropout: {
    arguments: [real('x'), number('rate'), shape('noiseShape', null), seed],
    means: given =>
      given.value('rate') === 0
        ? 'x'
        : given.value('noiseShape') === null
          ? 'x * bernoulli[1 - rate, site](x) / (1 - rate)'
          : { problem: 'a noise shape is not modelled' },
    examples: [],
  },
}
