import type { LayerDefinition } from '../layer.js'
import { activationKey, activityRegularizer, parameterKeys, plusBias, required, useBias } from './keys.js'

const source = 'tfjs-layers/src/layers/core.ts'

/** Layers without a structure of their own. */
export const coreLayers: readonly LayerDefinition[] = [
  {
    kind: 'dense',
    className: 'Dense',
    summary: 'A linear map of the last axis, a bias and an activation.',
    source,
    inputs: 'one',
    config: {
      units: required('positiveInteger', 'the size of the result'),
      activation: activationKey('linear'),
      useBias,
      ...parameterKeys('kernel', 'glorotNormal'),
      ...parameterKeys('bias', 'zeros'),
      activityRegularizer,
      inputDim: {
        kind: 'positiveInteger',
        effect: 'none',
        tfjs: null,
        summary: 'the size of the input, for a first layer',
      },
    },
    parameters: ({ units, useBias: has }, [x]) => [
      {
        name: 'kernel',
        shape: [x!.shape!.at(-1)!, units as number],
        initializer: { key: 'kernelInitializer' },
        trainable: true,
      },
      ...(has
        ? [
            {
              name: 'bias',
              shape: [units as number],
              initializer: { key: 'biasInitializer' },
              trainable: true,
            } as const,
          ]
        : []),
    ],
    means: config => `activation(x kernel${plusBias(config)})`,
  },
  {
    kind: 'activation',
    className: 'Activation',
    summary: 'An activation by itself.',
    source,
    inputs: 'one',
    config: { activation: required('activation', 'the activation') },
    parameters: () => [],
    means: () => 'activation(x)',
  },
  {
    kind: 'dropout',
    className: 'Dropout',
    summary: 'Sets elements to zero at random in training.',
    source,
    inputs: 'one',
    config: {
      rate: { kind: 'fraction', effect: 'training', summary: 'how likely an element is dropped' },
      noiseShape: { kind: 'shape', effect: 'training', tfjs: null, summary: 'axes that share a draw' },
      seed: { kind: 'integer', effect: 'none', tfjs: null, summary: 'start of the random numbers' },
    },
    parameters: () => [],
    means: ({ rate }) => (rate === 0 ? 'x' : 'dropout[rate, site](x)'),
  },
  {
    kind: 'flatten',
    className: 'Flatten',
    summary: 'All axes but the batch become one.',
    source,
    inputs: 'one',
    config: {
      dataFormat: {
        kind: { oneOf: ['channelsLast', 'channelsFirst'] },
        effect: 'function',
        tfjs: 'channelsLast',
        paper: 'channelsLast',
        summary: 'the order of the axes',
      },
    },
    parameters: () => [],
    means: () => 'flatten(x)',
  },
  {
    kind: 'reshape',
    className: 'Reshape',
    summary: 'The elements of each example under another shape.',
    source,
    inputs: 'one',
    config: { targetShape: required('shape', 'the shape without the batch axis') },
    parameters: () => [],
    means: () => 'reshape[[batch, targetShape]](x)',
  },
  {
    kind: 'permute',
    className: 'Permute',
    summary: 'The axes of each example in another order; they count from 1.',
    source,
    inputs: 'one',
    config: { dims: required('axes', 'the order') },
    parameters: () => [],
    means: ({ dims }) => `transpose[[${[0, ...(dims as number[])].join(', ')}]](x)`,
  },
  {
    kind: 'repeatVector',
    className: 'RepeatVector',
    summary: 'Each example several times along a new axis of time.',
    source,
    inputs: 'one',
    rank: 2,
    config: { n: required('positiveInteger', 'how often') },
    parameters: () => [],
    means: () => 'tile[1, n](expandDims[[1]](x))',
  },
  {
    kind: 'embedding',
    className: 'Embedding',
    summary: 'A learned vector for each whole number.',
    source: 'tfjs-layers/src/layers/embeddings.ts',
    inputs: 'one',
    config: {
      inputDim: required('positiveInteger', 'how many numbers there are'),
      outputDim: required('positiveInteger', 'the size of a vector'),
      ...parameterKeys('embeddings', 'randomUniform'),
      activityRegularizer,
      maskZero: { kind: 'boolean', effect: 'function', tfjs: false, summary: 'whether 0 stands for nothing' },
      inputLength: {
        kind: 'positiveInteger',
        effect: 'none',
        tfjs: null,
        summary: 'the length of a sequence',
      },
    },
    parameters: ({ inputDim, outputDim }) => [
      {
        name: 'embeddings',
        shape: [inputDim as number, outputDim as number],
        initializer: { key: 'embeddingsInitializer' },
        trainable: true,
      },
    ],
    means: () => 'gather(embeddings, x)',
  },
  {
    kind: 'gaussianNoise',
    className: 'GaussianNoise',
    summary: 'Adds noise in training.',
    source: 'tfjs-layers/src/layers/noise.ts',
    inputs: 'one',
    config: { stddev: { ...required('number', 'the standard deviation of the noise'), effect: 'training' } },
    parameters: () => [],
    means: () => 'gaussianNoise[stddev, site](x)',
  },
]
