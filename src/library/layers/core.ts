import { features, samples, toFeatures } from '../axes.js'
import { type LayerDefinition, unmodelled } from '../layer.js'
import {
  activationKey,
  activityRegularizer,
  number,
  parameterKeys,
  passesMask,
  plusBias,
  required,
  useBias,
} from './keys.js'

const source = 'tfjs-layers/src/layers/core.ts'

/** Layers without a structure of their own. */
export const coreLayers: readonly LayerDefinition[] = [
  {
    kind: 'dense',
    className: 'Dense',
    summary: 'A linear map of the last axis, a bias and an activation.',
    source,
    inputs: 'one',
    ranks: [2, Number.POSITIVE_INFINITY],
    positionwise: true,
    masks: passesMask,
    axes: features,
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
    positionwise: true,
    masks: passesMask,
    axes: samples,
    config: { activation: required('activation', 'the activation') },
    parameters: () => [],
    means: () => 'activation(x)',
  },
  {
    kind: 'embedding',
    className: 'Embedding',
    summary: 'A learned vector for each whole number.',
    source: 'tfjs-layers/src/layers/embeddings.ts',
    inputs: 'one',
    axes: toFeatures,
    config: {
      inputDim: required('positiveInteger', 'how many numbers there are'),
      outputDim: required('positiveInteger', 'the size of a vector'),
      ...parameterKeys('embeddings', 'randomUniform'),
      activityRegularizer,
      maskZero: {
        kind: 'boolean',
        effect: 'function',
        tfjs: false,
        paper: false,
        summary: 'whether steps that are 0 are hidden from the layers that follow',
      },
      inputLength: {
        kind: 'sizes',
        effect: 'none',
        tfjs: null,
        summary: 'the length of a sequence, for a first layer',
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
    masks: ({ maskZero }, [x]) => {
      if (maskZero !== true) return null
      return x!.shape!.length === 2
        ? 'notEqual(x, 0)'
        : unmodelled('a mask of tensors that are not sequences is not modelled')
    },
    means: () => "gather(embeddings, cast['int32'](x))",
  },
  {
    kind: 'masking',
    className: 'Masking',
    summary:
      'Steps of which every element is the mask value become zero, and are hidden from recurrent layers.',
    source,
    inputs: 'one',
    axes: samples,
    config: {
      maskValue: { ...number(0, 'the value of hidden steps', 0), effect: 'function' },
    },
    parameters: () => [],
    masks: (_, [x]) =>
      x!.shape!.length === 3
        ? 'max[[-1], keepDims = false](notEqual(x, maskValue))'
        : unmodelled('a mask of tensors that are not sequences is not modelled'),
    means: () => 'x * max[[-1]](notEqual(x, maskValue))',
  },
]
