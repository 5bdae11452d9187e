import { type Dimension, multiply } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Shape, TensorType } from '../../graph/type.js'
import { windowCounts } from '../../ops/window.js'
import { samples } from '../axes.js'
import {
  type CellStep,
  type ConfigKey,
  type LayerConfig,
  type LayerDefinition,
  type ParameterDeclaration,
  unmodelled,
} from '../layer.js'
import {
  activationKey,
  asConfigured,
  channelAxis,
  channelsLast,
  dilationRate,
  noGradientWhereDilated,
  parameterKeys,
  plusBias,
  required,
  spatialKeys,
  unread,
  useBias,
} from './keys.js'

const source = 'tfjs-layers/src/layers/recurrent.ts'
const convolutional = 'tfjs-layers/src/layers/convolutional_recurrent.ts'

const chance = (summary: string): ConfigKey => ({ kind: 'fraction', effect: 'training', tfjs: 0, summary })

/** Keys of every cell but its size. */
const cellKeys: LayerDefinition['config'] = {
  activation: activationKey('tanh'),
  useBias,
  ...parameterKeys('kernel', 'glorotNormal'),
  ...parameterKeys('recurrent', 'orthogonal'),
  ...parameterKeys('bias', 'zeros'),
  activityRegularizer: unread(
    'regularizer',
    'recurrent layers add no penalty of their output',
    'its penalty',
  ),
  dropout: chance('how likely an element of the input is dropped; one draw serves all steps'),
  recurrentDropout: chance('how likely an element of the state is dropped; one draw serves all steps'),
  dropoutFunc: { kind: 'value', effect: 'training', tfjs: null, summary: 'what drops elements' },
}

const units = { units: required('positiveInteger', 'the size of the state') }

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

const unitForgetBias: ConfigKey = {
  kind: 'boolean',
  effect: 'start',
  tfjs: null,
  summary: 'whether the bias of the forget gate starts at 1',
}

/** Dropout at a rate of 0 or 1 does nothing: masks are drawn only for a rate strictly between. */
const drops = (rate: Attribute | undefined): boolean => rate !== 0 && rate !== 1

export const hasDropout = ({ dropout, recurrentDropout }: LayerConfig): boolean =>
  drops(dropout) || drops(recurrentDropout)

/**
 * `x` and `h` after dropout; the draws of the gate `k` of several are told apart. A draw in a step is the same at
 * every step, since its place is: that is how TF.js reuses one mask (`generateDropoutMask`).
 */
const dropped = ({ dropout }: LayerConfig, k = 0) =>
  drops(dropout) ? `dropout[dropout, site + ${k}](x)` : 'x'
const droppedState = ({ recurrentDropout }: LayerConfig, k = 1) =>
  drops(recurrentDropout) ? `dropout[recurrentDropout, site + ${k}](h)` : 'h'

const part = (name: string, k: number, count = 1) => `slice[-1, ${k} * units, ${count} * units](${name})`

function parametersOf(
  { useBias: has, unitForgetBias: forgets, biasInitializer }: LayerConfig,
  size: Dimension,
  gates: number,
  kernel: Shape,
  recurrent: Shape,
): readonly ParameterDeclaration[] {
  const wide = multiply(size, gates)
  const initializer = forgets
    ? { fixed: { kind: 'unitForgetBias', settings: { otherwise: biasInitializer! } } }
    : { key: 'biasInitializer' }
  return [
    { name: 'kernel', shape: [...kernel, wide], initializer: { key: 'kernelInitializer' }, trainable: true },
    {
      name: 'recurrent_kernel',
      shape: [...recurrent, wide],
      initializer: { key: 'recurrentInitializer' },
      trainable: true,
    },
    ...(has ? [{ name: 'bias', shape: [wide], initializer, trainable: true }] : []),
  ]
}

const noLayer = unmodelled(
  'a cell computes one step inside of `tf.layers.rnn`, and is not modelled by itself',
)

function cell(
  kind: string,
  className: string,
  summary: string,
  gates: number,
  config: LayerDefinition['config'],
  step: (config: LayerConfig) => Omit<CellStep, 'size'>,
): LayerDefinition {
  return {
    kind,
    className,
    summary,
    source,
    inputs: 'many',
    draws: 2,
    axes: samples,
    config: { ...units, ...cellKeys, ...config },
    parameters: (settings, [x]) => {
      const size = settings.units as Dimension
      return parametersOf(settings, size, gates, [x!.shape!.at(-1)!], [size])
    },
    means: () => noLayer,
    cell: settings =>
      settings.resetAfter === true
        ? { problem: 'TensorFlow.js accepts `resetAfter: true` for no GRU' }
        : settings.dropoutFunc !== null && settings.dropoutFunc !== undefined
          ? unmodelled('a dropout function of its own is not modelled')
          : { ...step(settings), size: [settings.units as Dimension] },
  }
}

export const simpleRNNCell: LayerDefinition = cell(
  'simpleRNNCell',
  'SimpleRNNCell',
  'One step of a simple recurrent network: h ← activation(x W + h U + b).',
  1,
  {},
  config => ({
    state: ['h'],
    step: [
      [
        'h_next',
        `activation(${dropped(config)} kernel${plusBias(config)} + ${droppedState(config)} recurrent_kernel)`,
      ],
    ],
    next: ['h_next'],
  }),
)

export const gruCell: LayerDefinition = cell(
  'gruCell',
  'GRUCell',
  'One step of a gated recurrent unit that resets the state before the product.',
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
  config => {
    // Dropout replaces the state in all places where the step reads it.
    const state = drops(config.recurrentDropout) ? 'kept' : 'h'
    return {
      state: ['h'],
      step: [
        ['a', `${dropped(config)} kernel${plusBias(config)}`],
        ...(state === 'kept' ? [['kept', droppedState(config)] as const] : []),
        ['u', `${state} ${part('recurrent_kernel', 0, 2)}`],
        ['z', `recurrentActivation(${part('a', 0)} + ${part('u', 0)})`],
        ['r', `recurrentActivation(${part('a', 1)} + ${part('u', 1)})`],
        ['h_tilde', `activation(${part('a', 2)} + (r * ${state}) ${part('recurrent_kernel', 2)})`],
        ['h_next', `z * ${state} + (1 - z) * h_tilde`],
      ],
      next: ['h_next'],
    }
  },
)

const lstmGates = [
  ['i', `recurrentActivation(${part('a', 0)})`],
  ['f', `recurrentActivation(${part('a', 1)})`],
  ['c_tilde', `activation(${part('a', 2)})`],
  ['o', `recurrentActivation(${part('a', 3)})`],
] as const

const lstmStates = [
  ['c_next', 'f * c + i * c_tilde'],
  ['h_next', 'o * activation(c_next)'],
] as const

export const lstmCell: LayerDefinition = cell(
  'lstmCell',
  'LSTMCell',
  'One step of a long short-term memory; the gates are in the order input, forget, candidate, output.',
  4,
  { ...gated, unitForgetBias },
  config => ({
    state: ['h', 'c'],
    step: [
      ['a', `${dropped(config)} kernel + ${droppedState(config)} recurrent_kernel${plusBias(config)}`],
      ...lstmGates,
      ...lstmStates,
    ],
    next: ['h_next', 'c_next'],
  }),
)

/** Rows, columns and channels of the state, in the order of the configuration. */
function stateShape(config: LayerConfig, x: TensorType): Shape | { readonly problem: string } {
  const shape = x.shape!
  if (shape.length !== 4) return { problem: 'each step must be an image' }
  const [height, width] =
    config.dataFormat === 'channelsFirst' ? [shape[2]!, shape[3]!] : [shape[1]!, shape[2]!]
  const pair = (key: string) => config[key] as readonly [Dimension, Dimension]
  const counts = windowCounts([shape[0]!, height, width, 1], {
    size: pair('kernelSize'),
    strides: pair('strides'),
    dilations: pair('dilationRate'),
    padding: config.padding as string,
    rounding: 'floor',
  })
  if (isProblem(counts)) return counts
  const filters = config.filters as Dimension
  return config.dataFormat === 'channelsFirst' ? [filters, ...counts] : [...counts, filters]
}

const filtersOf = (name: string, k: number) => `slice[-1, ${k} * filters, filters](${name})`

/** The products of one gate of a convolutional LSTM, before its activation. */
function convolved(config: LayerConfig, k: number): string {
  const input = `conv2d[strides, padding, dilationRate](${channelsLast(config, dropped(config, k))}, ${filtersOf('kernel', k)})`
  const bias = config.useBias ? ` + ${filtersOf('bias', k)}` : ''
  const state = `conv2d[[1, 1], 'same'](${channelsLast(config, droppedState(config, 4 + k))}, ${filtersOf('recurrent_kernel', k)})`
  return asConfigured(config, `${input}${bias} + ${state}`)
}

export const convLstm2dCell: LayerDefinition = {
  ...noGradientWhereDilated,
  kind: 'convLstm2dCell',
  className: 'ConvLSTM2DCell',
  summary: 'One step of a long short-term memory whose products are convolutions.',
  source: convolutional,
  inputs: 'many',
  draws: 8,
  spatialAxes: 2,
  axes: samples,
  config: {
    filters: required('positiveInteger', 'how many kernels'),
    kernelSize: required('perAxis', 'rows and columns of a kernel'),
    ...spatialKeys(2),
    dilationRate: dilationRate(2),
    ...cellKeys,
    ...gated,
    unitForgetBias,
    units: unread('positiveInteger', '`filters` is the size of the state', 'the size of the state'),
  },
  parameters: (config, [x]) => {
    const size = config.filters as Dimension
    const window = config.kernelSize as readonly Dimension[]
    const channels = x!.shape![channelAxis(config, x!.shape!.length)]!
    return parametersOf(config, size, 4, [...window, channels], [...window, size])
  },
  means: () => noLayer,
  cell: (config, x) => {
    const size = stateShape(config, x)
    if (isProblem(size)) return size
    return {
      state: ['h', 'c'],
      size,
      step: [
        ['i', `recurrentActivation(${convolved(config, 0)})`],
        ['f', `recurrentActivation(${convolved(config, 1)})`],
        ['c_tilde', `activation(${convolved(config, 2)})`],
        ['c_next', 'f * c + i * c_tilde'],
        ['h_next', `recurrentActivation(${convolved(config, 3)}) * activation(c_next)`],
      ],
      next: ['h_next', 'c_next'],
    }
  },
}

/** Cells that `tf.layers.rnn` runs over time. */
export const cells: readonly LayerDefinition[] = [simpleRNNCell, gruCell, lstmCell]
