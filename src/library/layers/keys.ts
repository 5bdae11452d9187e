import type { Attribute } from '../../graph/node.js'
import type { ConfigKey, LayerConfig, LayerDefinition } from '../layer.js'

/** Keys of every layer (tfjs-layers/src/engine/topology.ts, LayerArgs). */
export const commonKeys: Readonly<Record<string, ConfigKey>> = {
  name: { kind: 'name', effect: 'none', tfjs: null, summary: 'the name of the layer' },
  trainable: { kind: 'boolean', effect: 'training', tfjs: true, summary: 'whether the parameters train' },
  dtype: { kind: 'text', effect: 'none', tfjs: 'float32', summary: 'the data type' },
  inputShape: {
    kind: 'shape',
    effect: 'none',
    tfjs: null,
    summary: 'the shape of the input without the batch axis, for a first layer',
  },
  batchInputShape: {
    kind: 'shape',
    effect: 'none',
    tfjs: null,
    summary: 'the shape of the input with the batch axis, for a first layer',
  },
  batchSize: { kind: 'positiveInteger', effect: 'none', tfjs: null, summary: 'the size of the batch axis' },
  inputDType: { kind: 'text', effect: 'none', tfjs: null, summary: 'the data type of the input' },
  updatable: { kind: 'boolean', effect: 'none', tfjs: true, summary: 'has no effect' },
  weights: { kind: 'value', effect: 'none', tfjs: null, summary: 'initial values of the parameters' },
}

export const activationKey = (tfjs: Attribute, paper: Attribute = tfjs): ConfigKey => ({
  kind: 'activation',
  effect: 'function',
  tfjs,
  paper,
  summary: 'applied to the result',
})
export const useBias: ConfigKey = {
  kind: 'boolean',
  effect: 'function',
  tfjs: true,
  summary: 'whether a bias is added',
}
export const required = (kind: ConfigKey['kind'], summary: string): ConfigKey => ({
  kind,
  effect: 'function',
  summary,
})
export const flag = (tfjs: boolean, summary: string, paper: Attribute | 'silent' = tfjs): ConfigKey => ({
  kind: 'boolean',
  effect: 'function',
  tfjs,
  paper,
  summary,
})
export const number = (
  tfjs: Attribute,
  summary: string,
  paper: Attribute | 'silent' = 'silent',
): ConfigKey => ({ kind: 'number', effect: 'function', tfjs, paper, summary })
export const initializer = (tfjs: string, of: string): ConfigKey => ({
  kind: 'initializer',
  effect: 'start',
  tfjs,
  summary: `how the ${of} starts`,
})

const extra = (kind: 'regularizer' | 'constraint', of: string): ConfigKey => ({
  kind,
  effect: 'training',
  tfjs: null,
  summary: `${kind} of the ${of}`,
})

/** Initializer, regularizer and constraint of one parameter: `kernelInitializer`, … */
export function parameterKeys(
  name: string,
  start: string,
  rest: Pick<ConfigKey, 'ignored'> = {},
): Readonly<Record<string, ConfigKey>> {
  return {
    [`${name}Initializer`]: { ...initializer(start, name), ...rest },
    [`${name}Regularizer`]: { ...extra('regularizer', name), ...rest },
    [`${name}Constraint`]: { ...extra('constraint', name), ...rest },
  }
}

/** A key that TF.js takes and does not read. */
export const unread = (kind: ConfigKey['kind'], because: string, summary: string): ConfigKey => ({
  kind,
  effect: 'none',
  tfjs: null,
  ignored: { because },
  summary,
})

/** `Layer.apply` throws for every layer that has one. */
export const activityRegularizer: ConfigKey = {
  ...extra('regularizer', 'output'),
  throws: 'TensorFlow.js applies no layer that has an activity regularizer',
}

/** Which axis of an image holds the channels. */
export const dataFormat: ConfigKey = {
  kind: { oneOf: ['channelsLast', 'channelsFirst'] },
  effect: 'function',
  tfjs: 'channelsLast',
  paper: 'channelsLast',
  summary: 'which axis holds the channels',
}

export const spatialKeys = (axes: number) =>
  ({
    strides: {
      kind: 'perAxis',
      effect: 'function',
      tfjs: new Array<number>(axes).fill(1),
      paper: new Array<number>(axes).fill(1),
      summary: 'the step of the window',
    },
    padding: { kind: 'padding', effect: 'function', tfjs: 'valid', summary: '`valid` or `same`' },
    dataFormat,
  }) satisfies Readonly<Record<string, ConfigKey>>

export const dilationRate = (axes: number): ConfigKey => ({
  kind: 'perAxis',
  effect: 'function',
  tfjs: new Array<number>(axes).fill(1),
  paper: new Array<number>(axes).fill(1),
  summary: 'the step inside the window',
})

/** TensorFlow.js computes a dilated convolution, and throws for its gradient (tfjs-core/src/gradients/Conv2D_grad.ts). */
export const noGradientWhereDilated: Pick<LayerDefinition, 'untrainable'> = {
  untrainable: ({ dilationRate: rate }) =>
    [rate].flat().some(step => typeof step === 'number' && step !== 1)
      ? 'TensorFlow.js has no gradient for a convolution with dilations'
      : undefined,
}

/** The axis of the channels of an image or a sequence. */
export function channelAxis({ dataFormat: format }: LayerConfig, rank: number): number {
  return format === 'channelsFirst' ? 1 : rank - 1
}

/** `x`, with so many spatial axes, with the channels in its last axis, where a formula expects them. */
export function channelsLast({ dataFormat: format }: LayerConfig, x = 'x', spatial = 2): string {
  const order = [0, ...Array.from({ length: spatial }, (_, i) => i + 2), 1]
  return format === 'channelsFirst' ? `transpose[[${order.join(', ')}]](${x})` : x
}

/** A tensor with the channels in its last axis, brought back to the order of the configuration. */
export function asConfigured({ dataFormat: format }: LayerConfig, y: string, spatial = 2): string {
  const order = [0, spatial + 1, ...Array.from({ length: spatial }, (_, i) => i + 1)]
  return format === 'channelsFirst' ? `transpose[[${order.join(', ')}]](${y})` : y
}

/** The mask of the only input, or of the first of several, goes on to the results: `Layer.computeMask`. */
export const passesMask: NonNullable<LayerDefinition['masks']> = (_, __, [masked]) => (masked ? 'mask' : null)

/** An axis in the form in which formulas of all layers have it: the last one as -1, others from the front. */
export function axisText(axis: number, rank: number): string {
  return String(axis === rank - 1 ? -1 : axis)
}

/** ` + bias` where there is one. */
export function plusBias({ useBias: has }: LayerConfig): string {
  return has ? ' + bias' : ''
}
