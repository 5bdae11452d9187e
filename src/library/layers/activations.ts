import type { LayerDefinition } from '../layer.js'
import { number, parameterKeys } from './keys.js'

const source = 'tfjs-layers/src/layers/advanced_activations.ts'

function activation(
  kind: string,
  className: string,
  config: LayerDefinition['config'],
  means: LayerDefinition['means'],
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'An activation with settings of its own.',
    source,
    inputs: 'one',
    config,
    parameters: () => [],
    means,
  }
}

/** Activations that are layers. */
export const activationLayers: readonly LayerDefinition[] = [
  activation('reLU', 'ReLU', { maxValue: number(null, 'the largest value', null) }, ({ maxValue }) =>
    maxValue === null ? 'relu(x)' : maxValue === 6 ? 'relu6(x)' : 'minimum(relu(x), maxValue)',
  ),
  activation(
    'leakyReLU',
    'LeakyReLU',
    { alpha: number(0.3, 'the slope for negative values') },
    () => 'leakyRelu[alpha](x)',
  ),
  activation(
    'elu',
    'ELU',
    { alpha: number(1, 'the value approached at minus infinity, negated', 1) },
    () => 'elu[alpha](x)',
  ),
  activation(
    'thresholdedReLU',
    'ThresholdedReLU',
    { theta: number(1, 'values up to here become 0') },
    () => 'thresholdedRelu[theta](x)',
  ),
  activation(
    'softmax',
    'Softmax',
    { axis: { kind: 'axis', effect: 'function', tfjs: 1, paper: -1, summary: 'the axis that sums to one' } },
    () => 'softmax[axis](x)',
  ),
  {
    kind: 'prelu',
    className: 'PReLU',
    summary: 'A rectifier with a learned slope for negative values.',
    source,
    inputs: 'one',
    config: {
      ...parameterKeys('alpha', 'zeros'),
      sharedAxes: {
        kind: 'axes',
        effect: 'function',
        tfjs: null,
        summary: 'axes that share a slope, counted from 1',
      },
    },
    parameters: ({ sharedAxes }, [x]) => {
      const shared = sharedAxes === null ? [] : ([sharedAxes].flat() as readonly number[])
      return [
        {
          name: 'alpha',
          shape: x!.shape!.slice(1).map((size, i) => (shared.includes(i + 1) ? 1 : size)),
          initializer: { key: 'alphaInitializer' },
          trainable: true,
        },
      ]
    },
    means: () => 'prelu(x, alpha)',
  },
]
