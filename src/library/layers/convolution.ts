import { type Dimension, isPolynomial, multiply } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import type { TensorType } from '../../graph/type.js'
import { samples } from '../axes.js'
import {
  type ConfigKey,
  type LayerConfig,
  type LayerDefinition,
  type ParameterDeclaration,
  unmodelled,
} from '../layer.js'
import {
  activationKey,
  activityRegularizer,
  asConfigured,
  channelAxis,
  channelsLast,
  dilationRate,
  noGradientWhereDilated,
  parameterKeys,
  plusBias,
  required,
  spatialKeys,
  useBias,
} from './keys.js'

const source = 'tfjs-layers/src/layers/convolutional.ts'

const sizes = (value: Attribute | undefined): readonly Dimension[] => value as readonly Dimension[]
const channels = (config: LayerConfig, x: TensorType | undefined): Dimension =>
  x!.shape![channelAxis(config, x!.shape!.length)]!

function parameter(name: string, shape: readonly Dimension[], key: string): ParameterDeclaration {
  return { name, shape, initializer: { key }, trainable: true }
}

function withBias({ useBias: has }: LayerConfig, size: Dimension): readonly ParameterDeclaration[] {
  return has ? [parameter('bias', [size], 'biasInitializer')] : []
}

const filters = required('positiveInteger', 'how many kernels')
const kernelSize = required('perAxis', 'rows and columns of a kernel')
const kernelSizes = { 2: kernelSize, 3: required('perAxis', 'depth, rows and columns of a kernel') } as const
const depthMultiplier: ConfigKey = {
  kind: 'positiveInteger',
  effect: 'function',
  tfjs: 1,
  paper: 1,
  summary: 'kernels per channel',
}
const ends = {
  activation: activationKey('linear'),
  useBias,
  ...parameterKeys('bias', 'zeros'),
  activityRegularizer,
} as const

/** A layer's formula, or the framework's rule that a step cannot be combined with holes in the window. */
function notBoth({ strides, dilationRate: rate }: LayerConfig, means: string) {
  const isLarge = (value: Attribute | undefined) => sizes(value).some(size => isPolynomial(size) || size > 1)
  return isLarge(strides) && isLarge(rate)
    ? { problem: 'strides and dilationRate cannot both be larger than 1' }
    : means
}

function convolution(axes: 2 | 3, summary: string): LayerDefinition {
  return {
    ...noGradientWhereDilated,
    kind: `conv${axes}d`,
    className: `Conv${axes}D`,
    summary,
    source,
    inputs: 'one',
    rank: axes + 2,
    axes: samples,
    config: {
      filters,
      kernelSize: kernelSizes[axes],
      ...spatialKeys(axes),
      dilationRate: dilationRate(axes),
      ...parameterKeys('kernel', 'glorotNormal'),
      ...ends,
    },
    parameters: (config, [x]) => [
      parameter(
        'kernel',
        [...sizes(config.kernelSize), channels(config, x), config.filters as Dimension],
        'kernelInitializer',
      ),
      ...withBias(config, config.filters as Dimension),
    ],
    means: config => {
      const sum = `conv${axes}d[strides, padding, dilationRate](${channelsLast(config, 'x', axes)}, kernel)${plusBias(config)}`
      return notBoth(config, `activation(${asConfigured(config, sum, axes)})`)
    },
  }
}

function transposed(axes: 2 | 3, summary: string): LayerDefinition {
  return {
    ...(axes === 3 && { untrainable: () => 'TensorFlow.js has no gradient for it' }),
    kind: `conv${axes}dTranspose`,
    className: `Conv${axes}DTranspose`,
    summary,
    source,
    inputs: 'one',
    rank: axes + 2,
    axes: samples,
    config: {
      filters,
      kernelSize: kernelSizes[axes],
      ...spatialKeys(axes),
      dilationRate: {
        ...dilationRate(axes),
        ignored: { because: 'a transposed convolution is computed without dilation' },
      },
      ...parameterKeys('kernel', 'glorotNormal'),
      ...ends,
    },
    parameters: (config, [x]) => [
      parameter(
        'kernel',
        [...sizes(config.kernelSize), config.filters as Dimension, channels(config, x)],
        'kernelInitializer',
      ),
      ...withBias(config, config.filters as Dimension),
    ],
    means: config => {
      if (sizes(config.dilationRate).some(size => size !== 1))
        return unmodelled('a dilated transposed convolution is not modelled')
      const sum = `conv${axes}dTranspose[strides, padding](${channelsLast(config, 'x', axes)}, kernel)${plusBias(config)}`
      return `activation(${asConfigured(config, sum, axes)})`
    },
  }
}

/** A key of other convolutions with which the constructor of a separable one throws. */
const refused = (kind: 'initializer' | 'regularizer' | 'constraint'): ConfigKey => ({
  kind,
  effect: 'none',
  tfjs: null,
  throws:
    'a separable convolution has two kernels, `depthwise…` and `pointwise…`, and refuses keys of `kernel…`',
  summary: 'refused',
})

/** Layers with sliding kernels. */
export const convolutionLayers: readonly LayerDefinition[] = [
  convolution(2, 'A two-dimensional convolution, a bias and an activation.'),
  convolution(3, 'A convolution over volumes, a bias and an activation.'),
  {
    ...noGradientWhereDilated,
    kind: 'conv1d',
    className: 'Conv1D',
    summary: 'A convolution over time, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 3,
    axes: samples,
    config: {
      filters,
      kernelSize: required('perAxis', 'the length of a kernel'),
      ...spatialKeys(1),
      dilationRate: dilationRate(1),
      ...parameterKeys('kernel', 'glorotNormal'),
      ...ends,
    },
    parameters: (config, [x]) => [
      parameter(
        'kernel',
        [...sizes(config.kernelSize), channels(config, x), config.filters as Dimension],
        'kernelInitializer',
      ),
      ...withBias(config, config.filters as Dimension),
    ],
    means: config => {
      if (config.dataFormat !== 'channelsLast')
        return unmodelled('with channels first, the result has its channels last and is declared otherwise')
      return notBoth(
        config,
        `activation(conv1d[strides_1, padding, dilationRate_1](x, kernel)${plusBias(config)})`,
      )
    },
  },
  transposed(2, 'A transposed convolution, a bias and an activation.'),
  transposed(3, 'A transposed convolution over volumes, a bias and an activation.'),
  {
    kind: 'depthwiseConv2d',
    className: 'DepthwiseConv2D',
    summary: 'A convolution of each channel by itself, a bias and an activation.',
    source: 'tfjs-layers/src/layers/convolutional_depthwise.ts',
    inputs: 'one',
    rank: 4,
    axes: samples,
    config: {
      kernelSize,
      depthMultiplier,
      ...spatialKeys(2),
      dilationRate: {
        ...dilationRate(2),
        ignored: { because: 'a depthwise convolution is computed without dilation' },
      },
      ...parameterKeys('depthwise', 'glorotNormal'),
      ...parameterKeys('kernel', 'glorotNormal', {
        ignored: { because: 'the kernel of a depthwise convolution is the one of the `depthwise…` keys' },
      }),
      ...ends,
    },
    parameters: (config, [x]) => [
      parameter(
        'depthwise_kernel',
        [...sizes(config.kernelSize), channels(config, x), config.depthMultiplier as Dimension],
        'depthwiseInitializer',
      ),
      ...withBias(config, multiply(channels(config, x), config.depthMultiplier as Dimension)),
    ],
    means: config => {
      const sum = `depthwiseConv2d[strides, padding, dilationRate](${channelsLast(config)}, depthwise_kernel)${plusBias(config)}`
      return notBoth(config, `activation(${asConfigured(config, sum)})`)
    },
  },
  {
    ...noGradientWhereDilated,
    kind: 'separableConv2d',
    className: 'SeparableConv2D',
    summary: 'A depthwise convolution, then a 1×1 convolution, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 4,
    axes: samples,
    config: {
      filters,
      kernelSize,
      depthMultiplier,
      ...spatialKeys(2),
      dilationRate: dilationRate(2),
      ...parameterKeys('depthwise', 'glorotUniform'),
      ...parameterKeys('pointwise', 'glorotUniform'),
      // The constructor reads `config.depthwiseInitializer || …` for both kernels.
      pointwiseInitializer: {
        ...parameterKeys('pointwise', 'glorotUniform').pointwiseInitializer!,
        ignored: {
          because: 'the pointwise kernel starts as `depthwiseInitializer` says',
          use: 'depthwiseInitializer',
        },
      },
      kernelInitializer: refused('initializer'),
      kernelRegularizer: refused('regularizer'),
      kernelConstraint: refused('constraint'),
      ...ends,
    },
    parameters: (config, [x]) => [
      parameter(
        'depthwise_kernel',
        [...sizes(config.kernelSize), channels(config, x), config.depthMultiplier as Dimension],
        'depthwiseInitializer',
      ),
      parameter(
        'pointwise_kernel',
        [
          1,
          1,
          multiply(channels(config, x), config.depthMultiplier as Dimension),
          config.filters as Dimension,
        ],
        'pointwiseInitializer',
      ),
      ...withBias(config, config.filters as Dimension),
    ],
    means: config => {
      if (config.dataFormat !== 'channelsLast' && config.useBias)
        return unmodelled(
          'with channels first, the bias is added along an axis that does not hold the channels',
        )
      const sum = `conv2d(depthwiseConv2d[strides, padding, dilationRate](${channelsLast(config)}, depthwise_kernel), pointwise_kernel)${plusBias(config)}`
      return notBoth(config, asConfigured(config, `activation(${sum})`))
    },
  },
]
