import { type Dimension, multiply } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import type { TensorType } from '../../graph/type.js'
import type { ConfigKey, LayerConfig, LayerDefinition, ParameterDeclaration } from '../layer.js'
import {
  activationKey,
  activityRegularizer,
  parameterKeys,
  plusBias,
  required,
  spatialKeys,
  useBias,
} from './keys.js'

const source = 'tfjs-layers/src/layers/convolutional.ts'

const channels = (x: TensorType | undefined): Dimension => x!.shape!.at(-1)!
const sizes = (value: Attribute | undefined): readonly Dimension[] => value as readonly Dimension[]

function withBias({ useBias: has }: LayerConfig, size: Dimension): readonly ParameterDeclaration[] {
  return has
    ? [{ name: 'bias', shape: [size], initializer: { key: 'biasInitializer' }, trainable: true }]
    : []
}

const last = (config: LayerConfig, text: string) =>
  config.dataFormat === 'channelsLast' ? text : { problem: 'only channels in the last axis are modelled' }

const dilationRate = (axes: number): ConfigKey => ({
  kind: 'perAxis',
  effect: 'function',
  tfjs: new Array<number>(axes).fill(1),
  paper: new Array<number>(axes).fill(1),
  summary: 'the step inside the window',
})

const filtered = {
  filters: required('positiveInteger', 'how many kernels'),
  activation: activationKey('linear'),
  useBias,
  activityRegularizer,
} as const

/** Layers with sliding kernels. */
export const convolutionLayers: readonly LayerDefinition[] = [
  {
    kind: 'conv2d',
    className: 'Conv2D',
    summary: 'A two-dimensional convolution, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 4,
    config: {
      kernelSize: required('perAxis', 'rows and columns of a kernel'),
      ...filtered,
      ...spatialKeys(2),
      dilationRate: dilationRate(2),
      ...parameterKeys('kernel', 'glorotNormal'),
      ...parameterKeys('bias', 'zeros'),
    },
    parameters: (config, [x]) => [
      {
        name: 'kernel',
        shape: [...sizes(config.kernelSize), channels(x), config.filters as number],
        initializer: { key: 'kernelInitializer' },
        trainable: true,
      },
      ...withBias(config, config.filters as number),
    ],
    means: config =>
      last(config, `activation(conv2d[strides, padding, dilationRate](x, kernel)${plusBias(config)})`),
  },
  {
    kind: 'conv1d',
    className: 'Conv1D',
    summary: 'A convolution over time, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 3,
    config: {
      kernelSize: required('perAxis', 'the length of a kernel'),
      ...filtered,
      ...spatialKeys(1),
      dilationRate: dilationRate(1),
      ...parameterKeys('kernel', 'glorotNormal'),
      ...parameterKeys('bias', 'zeros'),
    },
    parameters: (config, [x]) => [
      {
        name: 'kernel',
        shape: [...sizes(config.kernelSize), channels(x), config.filters as number],
        initializer: { key: 'kernelInitializer' },
        trainable: true,
      },
      ...withBias(config, config.filters as number),
    ],
    means: config =>
      config.padding === 'causal'
        ? { problem: 'causal padding is not modelled' }
        : last(
            config,
            `activation(conv1d[${String(sizes(config.strides)[0])}, padding, ${String(sizes(config.dilationRate)[0])}](x, kernel)${plusBias(config)})`,
          ),
  },
  {
    kind: 'conv2dTranspose',
    className: 'Conv2DTranspose',
    summary: 'A transposed convolution, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 4,
    config: {
      kernelSize: required('perAxis', 'rows and columns of a kernel'),
      ...filtered,
      ...spatialKeys(2),
      dilationRate: dilationRate(2),
      ...parameterKeys('kernel', 'glorotNormal'),
      ...parameterKeys('bias', 'zeros'),
    },
    parameters: (config, [x]) => [
      {
        name: 'kernel',
        shape: [...sizes(config.kernelSize), config.filters as number, channels(x)],
        initializer: { key: 'kernelInitializer' },
        trainable: true,
      },
      ...withBias(config, config.filters as number),
    ],
    means: config =>
      last(config, `activation(conv2dTranspose[strides, padding](x, kernel)${plusBias(config)})`),
  },
  {
    kind: 'depthwiseConv2d',
    className: 'DepthwiseConv2D',
    summary: 'A convolution of each channel by itself, a bias and an activation.',
    source: 'tfjs-layers/src/layers/convolutional_depthwise.ts',
    inputs: 'one',
    rank: 4,
    config: {
      kernelSize: required('perAxis', 'rows and columns of a kernel'),
      depthMultiplier: {
        kind: 'positiveInteger',
        effect: 'function',
        tfjs: 1,
        paper: 1,
        summary: 'kernels per channel',
      },
      activation: activationKey('linear'),
      useBias,
      activityRegularizer,
      ...spatialKeys(2),
      dilationRate: dilationRate(2),
      ...parameterKeys('depthwise', 'glorotNormal'),
      ...parameterKeys('bias', 'zeros'),
    },
    parameters: (config, [x]) => [
      {
        name: 'depthwise_kernel',
        shape: [...sizes(config.kernelSize), channels(x), config.depthMultiplier as number],
        initializer: { key: 'depthwiseInitializer' },
        trainable: true,
      },
      ...withBias(config, multiply(channels(x), config.depthMultiplier as number)),
    ],
    means: config =>
      last(
        config,
        `activation(depthwiseConv2d[strides, padding, dilationRate](x, depthwise_kernel)${plusBias(config)})`,
      ),
  },
  {
    kind: 'separableConv2d',
    className: 'SeparableConv2D',
    summary: 'A depthwise convolution, then a 1×1 convolution, a bias and an activation.',
    source,
    inputs: 'one',
    rank: 4,
    config: {
      kernelSize: required('perAxis', 'rows and columns of a kernel'),
      ...filtered,
      depthMultiplier: {
        kind: 'positiveInteger',
        effect: 'function',
        tfjs: 1,
        paper: 1,
        summary: 'kernels per channel',
      },
      ...spatialKeys(2),
      dilationRate: dilationRate(2),
      ...parameterKeys('depthwise', 'glorotUniform'),
      ...parameterKeys('pointwise', 'glorotUniform'),
      ...parameterKeys('bias', 'zeros'),
    },
    parameters: (config, [x]) => [
      {
        name: 'depthwise_kernel',
        shape: [...sizes(config.kernelSize), channels(x), config.depthMultiplier as number],
        initializer: { key: 'depthwiseInitializer' },
        trainable: true,
      },
      {
        name: 'pointwise_kernel',
        shape: [1, 1, multiply(channels(x), config.depthMultiplier as number), config.filters as number],
        initializer: { key: 'pointwiseInitializer' },
        trainable: true,
      },
      ...withBias(config, config.filters as number),
    ],
    means: config =>
      last(
        config,
        `activation(conv2d(depthwiseConv2d[strides, padding, dilationRate](x, depthwise_kernel), pointwise_kernel)${plusBias(config)})`,
      ),
  },
  {
    kind: 'upSampling2d',
    className: 'UpSampling2D',
    summary: 'Rows and columns repeated.',
    source: 'tfjs-layers/src/layers/convolutional.ts',
    inputs: 'one',
    rank: 4,
    config: {
      size: {
        kind: 'perAxis',
        effect: 'function',
        tfjs: [2, 2],
        summary: 'how often rows and columns repeat',
      },
      dataFormat: spatialKeys(2).dataFormat!,
      interpolation: {
        kind: { oneOf: ['nearest', 'bilinear'] },
        effect: 'function',
        tfjs: 'nearest',
        paper: 'nearest',
        summary: 'what stands in between',
      },
    },
    parameters: () => [],
    means: config => {
      const [rows, columns] = sizes(config.size)
      if (config.interpolation !== 'nearest') return { problem: 'bilinear interpolation is not modelled' }
      return last(config, `repeat[2, ${String(columns)}](repeat[1, ${String(rows)}](x))`)
    },
  },
  {
    kind: 'zeroPadding2d',
    className: 'ZeroPadding2D',
    summary: 'Rows and columns of zeros around.',
    source: 'tfjs-layers/src/layers/padding.ts',
    inputs: 'one',
    rank: 4,
    config: {
      padding: {
        kind: 'axes',
        effect: 'function',
        tfjs: [
          [1, 1],
          [1, 1],
        ],
        summary: 'rows above and below, columns left and right',
      },
      dataFormat: spatialKeys(2).dataFormat!,
    },
    parameters: () => [],
    means: config => {
      const given = config.padding
      const pairs =
        typeof given === 'number'
          ? [
              [given, given],
              [given, given],
            ]
          : (given as readonly Attribute[]).map(side => (Array.isArray(side) ? side : [side, side]))
      const [[top, bottom] = [], [left, right] = []] = pairs as readonly (readonly number[])[]
      return last(config, `pad[2, ${left}, ${right}](pad[1, ${top}, ${bottom}](x))`)
    },
  },
]
