import { type Dimension, multiply } from '../../graph/dimension.js'
import { shapeText } from '../../graph/type.js'
import {
  type ConfigKey,
  type LayerConfig,
  type LayerDefinition,
  type RecurrentMeaning,
  unmodelled,
} from '../layer.js'
import { activationKey, activityRegularizer, flag, parameterKeys, required, unread, useBias } from './keys.js'

const source = 'tfjs-layers/src/layers/recurrent.ts'

const chance = (summary: string): ConfigKey => ({ kind: 'fraction', effect: 'training', tfjs: 0, summary })

const recurrentKeys: LayerDefinition['config'] = {
  units: required('positiveInteger', 'the size of the state'),
  activation: activationKey('tanh'),
  useBias,
  ...parameterKeys('kernel', 'glorotNormal'),
  ...parameterKeys('recurrent', 'orthogonal'),
  ...parameterKeys('bias', 'zeros'),
  activityRegularizer,
  dropout: chance('how likely an element of the input is dropped'),
  recurrentDropout: chance('how likely an element of the state is dropped'),
  returnSequences: flag(false, 'whether every step is a result, or only the last'),
  returnState: flag(false, 'whether the state is a result too'),
  goBackwards: flag(false, 'whether time runs backwards'),
  stateful: flag(false, 'whether the state lives on to the next batch'),
  unroll: { kind: 'boolean', effect: 'none', tfjs: false, summary: 'how it is computed' },
  dropoutFunc: { kind: 'value', effect: 'training', tfjs: null, summary: 'what drops elements' },
  cell: unread('value', 'the layer makes its own cell', 'what computes a step'),
  inputDim: unread('positiveInteger', 'only `inputShape` gives the shape of the input', 'the size of a step'),
  inputLength: unread(
    'positiveInteger',
    'only `inputShape` gives the shape of the input',
    'the number of steps',
  ),
}

/** LSTM and GRU tell `null` from an activation that is left out: it is none, not the default. */
const gated: LayerDefinition['config'] = {
  activation: { ...activationKey('tanh'), whenNull: 'linear' },
  recurrentActivation: {
    ...activationKey('hardSigmoid', 'sigmoid'),
    whenNull: 'linear',
    summary: 'applied to the gates',
  },
  implementation: { kind: 'integer', effect: 'none', tfjs: null, summary: 'how it is computed' },
}

function recurrent(
  kind: string,
  className: string,
  summary: string,
  gates: number,
  config: LayerDefinition['config'],
  step: (config: LayerConfig) => Pick<RecurrentMeaning, 'state' | 'step' | 'next'>,
): LayerDefinition {
  return {
    kind,
    className,
    summary,
    source,
    inputs: 'one',
    rank: 3,
    config: { ...recurrentKeys, ...config },
    parameters: ({ units, useBias: has, unitForgetBias, biasInitializer }, [x]) => {
      const shape = x!.shape!
      if (shape.length !== 3)
        return { problem: `expected a tensor [batch, time, features], found ${shapeText(shape)}` }
      const wide = multiply(units as Dimension, gates)
      return [
        {
          name: 'kernel',
          shape: [shape[2]!, wide],
          initializer: { key: 'kernelInitializer' },
          trainable: true,
        },
        {
          name: 'recurrent_kernel',
          shape: [units as Dimension, wide],
          initializer: { key: 'recurrentInitializer' },
          trainable: true,
        },
        ...(has
          ? [
              {
                name: 'bias',
                shape: [wide],
                initializer: unitForgetBias
                  ? { fixed: { kind: 'unitForgetBias', settings: { otherwise: biasInitializer! } } }
                  : { key: 'biasInitializer' },
                trainable: true,
              },
            ]
          : []),
      ]
    },
    means: config =>
      rejection(config) ?? {
        ...step(config),
        units: config.units!,
        reverse: config.goBackwards === true,
        sequences: config.returnSequences === true,
      },
  }
}

/** Settings that TF.js rejects, or under which a step depends on more than the batch at hand. */
function rejection({ resetAfter, stateful }: LayerConfig) {
  if (resetAfter === true) return { problem: 'TensorFlow.js accepts `resetAfter: true` for no GRU' }
  return stateful === true
    ? unmodelled('a state that lives on from batch to batch is not modelled')
    : undefined
}

const bias = ({ useBias: has }: LayerConfig) => (has ? ' + bias' : '')
const part = (name: string, k: number, count = 1) => `slice[-1, ${k} * units, ${count} * units](${name})`

/** Layers that run over time. */
export const recurrentLayers: readonly LayerDefinition[] = [
  recurrent('simpleRNN', 'SimpleRNN', 'h ← activation(x W + h U + b).', 1, {}, config => ({
    state: ['h'],
    step: [['h_next', `activation(x kernel${bias(config)} + h recurrent_kernel)`]],
    next: ['h_next'],
  })),
  recurrent(
    'gru',
    'GRU',
    'A gated recurrent unit that resets the state before the product.',
    3,
    {
      ...gated,
      resetAfter: {
        kind: 'boolean',
        effect: 'function',
        tfjs: false,
        summary: 'whether the reset comes after the product; TF.js accepts only false',
      },
    },
    config => ({
      state: ['h'],
      step: [
        ['a', `x kernel${bias(config)}`],
        ['u', `h ${part('recurrent_kernel', 0, 2)}`],
        ['z', `recurrentActivation(${part('a', 0)} + ${part('u', 0)})`],
        ['r', `recurrentActivation(${part('a', 1)} + ${part('u', 1)})`],
        ['candidate', `activation(${part('a', 2)} + (r * h) ${part('recurrent_kernel', 2)})`],
        ['h_next', 'z * h + (1 - z) * candidate'],
      ],
      next: ['h_next'],
    }),
  ),
  recurrent(
    'lstm',
    'LSTM',
    'A long short-term memory; the gates are in the order input, forget, candidate, output.',
    4,
    {
      ...gated,
      unitForgetBias: {
        kind: 'boolean',
        effect: 'start',
        tfjs: null,
        summary: 'whether the bias of the forget gate starts at 1',
      },
    },
    config => ({
      state: ['h', 'c'],
      step: [
        ['a', `x kernel + h recurrent_kernel${bias(config)}`],
        ['i', `recurrentActivation(${part('a', 0)})`],
        ['f', `recurrentActivation(${part('a', 1)})`],
        ['candidate', `activation(${part('a', 2)})`],
        ['o', `recurrentActivation(${part('a', 3)})`],
        ['c_next', 'f * c + i * candidate'],
        ['h_next', 'o * activation(c_next)'],
      ],
      next: ['h_next', 'c_next'],
    }),
  ),
]
