import {
  type Arguments,
  type ExampleArgument,
  flag,
  number,
  type Result,
  real,
  shape,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  text,
  value,
} from './function.js'
import { noGradientWhereBatchIsBroadcast, swapped } from './products.js'
import { convolved, noGradientWhereDilated } from './windows.js'

const of = (...sizes: readonly number[]): ExampleArgument => ({ shape: sizes })

/** The activations of fused functions by name (tfjs-core/src/ops/fused_util.ts, applyActivation). */
const activations: Readonly<Record<string, (x: string) => string>> = {
  linear: x => x,
  relu: x => `relu(${x})`,
  relu6: x => `relu6(${x})`,
  elu: x => `elu(${x})`,
  sigmoid: x => `sigmoid(${x})`,
  prelu: x => `prelu(${x}, preluActivationWeights)`,
  leakyrelu: x => `leakyRelu[leakyreluAlpha](${x})`,
}

const ending = [
  tensor('bias', { optional: true, takes: 'float32' }),
  text('activation', 'linear'),
  tensor('preluActivationWeights', { optional: true, takes: 'float32' }),
  number('leakyreluAlpha', 0.2),
]

/** What comes after the product: a bias, if there is one, and an activation. */
function ended(given: Arguments, product: Result): Result {
  if (typeof product !== 'string') return product
  const activation = activations[String(given.value('activation'))]
  if (!activation) return { problem: `the activation ${String(given.value('activation'))} is not known` }
  return activation(given.optional('bias') ? `(${product} + bias)` : product)
}

const convolution = (op: string, filter: ExampleArgument): TensorFunction => ({
  fields: true,
  arguments: [
    real('x'),
    real('filter'),
    shape('strides'),
    value('pad'),
    text('dataFormat', 'NHWC'),
    shape('dilations', [1, 1]),
    { name: 'dimRoundingMode', kind: 'text', default: null },
    ...ending,
  ],
  means: given => ended(given, convolved(given, op)),
  ...noGradientWhereDilated('dilations'),
  examples: [
    [of(2, 6, 5, 3), filter, 1, 'same'],
    [of(6, 5, 3), filter, [2, 1], 'valid', undefined, undefined, undefined, of(6), 'relu'],
    [of(2, 6, 5, 3), filter, 1, 'same', undefined, undefined, undefined, of(6), 'prelu', of(6)],
    [of(2, 6, 5, 3), filter, 1, 'same', undefined, undefined, undefined, of(6), 'leakyrelu', undefined, 0.3],
  ],
  source: `tfjs-core/src/ops/fused/${op === 'conv2d' ? 'conv2d' : 'depthwise_conv2d'}.ts`,
})

/** `tf.fused`: a product, a bias and an activation at once. */
export const fused: TensorFunctions = {
  'fused.matMul': {
    fields: true,
    arguments: [tensor('a'), tensor('b'), flag('transposeA'), flag('transposeB'), ...ending],
    means: given => {
      const [a, b] = ['a', 'b'].map(name => given.tensor(name).shape!.length) as [number, number]
      const left = given.flag('transposeA') ? swapped('a', a) : 'a'
      const right = given.flag('transposeB') ? swapped('b', b) : 'b'
      return ended(given, `matMul(${left}, ${right})`)
    },
    ...noGradientWhereBatchIsBroadcast,
    examples: [
      [of(2, 3), of(3, 4)],
      [of(3, 2), of(4, 3), true, true, of(4), 'sigmoid'],
      [of(2, 3), of(3, 4), false, false, of(4), 'elu'],
      [of(2, 3), of(3, 4), false, false, undefined, 'relu6'],
    ],
    source: 'tfjs-core/src/ops/fused/mat_mul.ts',
  },
  'fused.conv2d': convolution('conv2d', of(3, 2, 3, 6)),
  'fused.depthwiseConv2d': convolution('depthwiseConv2d', of(3, 2, 3, 2)),
}
