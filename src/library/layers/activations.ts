import { isProblem } from '../../graph/op.js'
import { resolveAxes } from '../../ops/shape.js'
import { samples } from '../axes.js'
import type { LayerDefinition } from '../layer.js'
import { number, parameterKeys, passesMask } from './keys.js'

const source = 'tfjs-layers/src/layers/advanced_activations.ts'

function elementwise(
  kind: string,
  className: string,
  config: LayerDefinition['config'],
  means: LayerDefinition['means'],
  rest: Partial<LayerDefinition> = {},
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'An activation with settings of its own.',
    source,
    inputs: 'one',
    positionwise: true,
    axes: samples,
    config,
    parameters: () => [],
    means,
    ...rest,
  }
}

/** Activations that are layers. */
export const activationLayers: readonly LayerDefinition[] = [
  elementwise(
    'reLU',
    'ReLU',
    { maxValue: number(null, 'the largest value', null) },
    ({ maxValue }) =>
      maxValue === null ? 'relu(x)' : maxValue === 6 ? 'relu6(x)' : 'minimum(relu(x), maxValue)',
    { masks: passesMask },
  ),
  elementwise(
    'leakyReLU',
    'LeakyReLU',
    { alpha: number(0.3, 'the slope for negative values') },
    () => 'leakyRelu[alpha](x)',
  ),
  elementwise(
    'elu',
    'ELU',
    { alpha: number(1, 'the value approached at minus infinity, negated', 1) },
    ({ alpha }) => (alpha === 1 ? 'elu(x)' : { problem: 'TensorFlow.js takes no `alpha` but 1' }),
  ),
  elementwise(
    'thresholdedReLU',
    'ThresholdedReLU',
    { theta: number(1, 'values up to here become 0') },
    () => 'thresholdedRelu[theta](x)',
  ),
  {
    kind: 'softmax',
    className: 'Softmax',
    summary: 'Positive numbers that sum to one along an axis.',
    source,
    inputs: 'one',
    readsMask: true,
    axes: samples,
    config: {
      axis: { kind: 'axes', effect: 'function', tfjs: 1, paper: -1, summary: 'the axis that sums to one' },
    },
    parameters: () => [],
    means: ({ axis }, [x]) => {
      const rank = x!.shape!.length
      const axes = resolveAxes(axis, rank)
      if (isProblem(axes)) return axes
      if (axes.length > 1) return `exp(x - logSumExp[[${axes.join(', ')}]](x))`
      if (axes[0] !== rank - 1)
        return {
          problem: `softmax along axis ${axes[0]} of ${rank}: TensorFlow.js takes only the last axis, and 1 is the default`,
        }
      return 'softmax(x)'
    },
  },
  {
    kind: 'prelu',
    className: 'PReLU',
    summary: 'A rectifier with a learned slope for negative values.',
    source,
    inputs: 'one',
    masks: passesMask,
    axes: samples,
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
