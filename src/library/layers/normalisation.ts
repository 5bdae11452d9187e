import type { Dimension } from '../../graph/dimension.js'
import { isProblem } from '../../graph/op.js'
import { resolveAxes, resolveAxis } from '../../ops/shape.js'
import { features, samples } from '../axes.js'
import { type LayerDefinition, type ParameterDeclaration, unmodelled } from '../layer.js'
import { axisText, flag, initializer, number, parameterKeys, passesMask } from './keys.js'

const source = 'tfjs-layers/src/layers/normalization.ts'

function affine(
  shape: readonly Dimension[],
  { scale, center }: Readonly<Record<string, unknown>>,
): readonly ParameterDeclaration[] {
  return [
    ...(scale ? [{ name: 'gamma', shape, initializer: { key: 'gammaInitializer' }, trainable: true }] : []),
    ...(center ? [{ name: 'beta', shape, initializer: { key: 'betaInitializer' }, trainable: true }] : []),
  ]
}

/** The gradient reads the scale and the shift (tfjs-core/src/gradients/FusedBatchNorm_grad.ts). */
const noGradientWithoutBoth: Pick<LayerDefinition, 'untrainable'> = {
  untrainable: ({ center, scale }) =>
    center === false || scale === false
      ? 'it reads both the scale and the shift, also where `scale` or `center` is false'
      : undefined,
}

/** Layers that centre and scale. */
export const normalisationLayers: readonly LayerDefinition[] = [
  {
    kind: 'batchNormalization',
    short: { name: 'BN', op: 'batchNormalization' },
    className: 'BatchNormalization',
    summary: 'Centres and scales each channel by statistics of the batch, or by moving ones in inference.',
    source,
    inputs: 'one',
    ranks: [2, 4],
    masks: passesMask,
    statistics: ['moving_mean', 'moving_variance'],
    ...noGradientWithoutBoth,
    axes: ({ axis }) => (axis === -1 ? features : samples),
    config: {
      axis: { kind: 'axis', effect: 'function', tfjs: -1, paper: -1, summary: 'the axis of the channels' },
      momentum: {
        kind: 'number',
        effect: 'training',
        tfjs: 0.99,
        summary: 'how much of the moving statistics stays at each step',
      },
      epsilon: number(0.001, 'added to the variance'),
      center: flag(true, 'whether a shift is learned'),
      scale: flag(true, 'whether a scale is learned'),
      ...parameterKeys('beta', 'zeros'),
      ...parameterKeys('gamma', 'ones'),
      movingMeanInitializer: initializer('zeros', 'moving mean'),
      movingVarianceInitializer: initializer('ones', 'moving variance'),
    },
    parameters: (config, [x]) => {
      const axis = resolveAxis(config.axis, x!.shape!.length)
      if (typeof axis !== 'number') return axis
      const shape = [x!.shape![axis]!]
      return [
        ...affine(shape, config),
        { name: 'moving_mean', shape, initializer: { key: 'movingMeanInitializer' }, trainable: false },
        {
          name: 'moving_variance',
          shape,
          initializer: { key: 'movingVarianceInitializer' },
          trainable: false,
        },
      ]
    },
    means: (config, [x]) => {
      const rank = x!.shape!.length
      const axis = resolveAxis(config.axis, rank)
      if (typeof axis !== 'number') return axis
      const align = (name: string) =>
        axis === rank - 1
          ? name
          : `expandDims[[${Array.from({ length: rank - 1 - axis }, (_, i) => i + 1).join(', ')}]](${name})`
      const scaled = `batchNormalization[${axisText(axis, rank)}, epsilon](x, moving_mean, moving_variance)${config.scale ? ` * ${align('gamma')}` : ''}`
      return config.center ? `${scaled} + ${align('beta')}` : scaled
    },
  },
  {
    kind: 'layerNormalization',
    short: { name: 'LN', op: 'layerNormalization' },
    className: 'LayerNormalization',
    summary: 'Centres and scales each example over axes of its own.',
    ...noGradientWithoutBoth,
    source,
    inputs: 'one',
    ranks: [2, 4],
    masks: passesMask,
    axes: ({ axis }) => (axis === -1 ? features : samples),
    config: {
      axis: { kind: 'axes', effect: 'function', tfjs: -1, paper: -1, summary: 'the axes of the statistics' },
      epsilon: number(0.001, 'added to the variance'),
      center: flag(true, 'whether a shift is learned'),
      scale: flag(true, 'whether a scale is learned'),
      betaInitializer: initializer('zeros', 'shift'),
      gammaInitializer: initializer('ones', 'scale'),
      betaRegularizer: {
        kind: 'regularizer',
        effect: 'training',
        tfjs: null,
        summary: 'regularizer of the shift',
      },
      gammaRegularizer: {
        kind: 'regularizer',
        effect: 'training',
        tfjs: null,
        summary: 'regularizer of the scale',
      },
    },
    parameters: (config, [x]) => {
      const axes = resolveAxes(config.axis, x!.shape!.length)
      if (isProblem(axes)) return axes
      return affine(
        axes.map(axis => x!.shape![axis]!),
        config,
      )
    },
    means: (config, [x]) => {
      const axes = resolveAxes(config.axis, x!.shape!.length)
      if (isProblem(axes)) return axes
      const rank = x!.shape!.length
      const given = (Array.isArray(config.axis) ? config.axis : [config.axis]) as readonly number[]
      const inOrder = given.every((axis, i) => (axis < 0 ? axis + rank : axis) === axes[i])
      // TF.js gives the scale the sizes of the axes as listed and lays it out in the order of the input.
      if (!inOrder) return unmodelled('axes that are not listed from the first to the last are not modelled')
      const after = Array.from({ length: rank - axes[0]! }, (_, i) => i).filter(
        i => !axes.includes(i + axes[0]!),
      )
      const align = (name: string) => (after.length > 0 ? `expandDims[[${after.join(', ')}]](${name})` : name)
      const list = axes.map(axis => axisText(axis, rank)).join(', ')
      const scaled = `layerNormalization[[${list}], epsilon](x)${config.scale ? ` * ${align('gamma')}` : ''}`
      return config.center ? `${scaled} + ${align('beta')}` : scaled
    },
  },
]
