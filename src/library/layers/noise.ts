import type { Attribute } from '../../graph/node.js'
import type { TensorType } from '../../graph/type.js'
import { samples } from '../axes.js'
import { type ConfigKey, type LayerConfig, type LayerDefinition, unmodelled } from '../layer.js'
import { passesMask, required, unread } from './keys.js'

const core = 'tfjs-layers/src/layers/core.ts'
const noise = 'tfjs-layers/src/layers/noise.ts'

const rate: ConfigKey = {
  kind: 'fraction',
  effect: 'function',
  unset: { value: 0, effect: 'the layer does nothing, in training either' },
  whenNull: 0,
  summary: 'how likely an element is dropped',
}
const seed: ConfigKey = {
  kind: 'integer',
  effect: 'none',
  tfjs: null,
  summary: 'start of the random numbers',
}

/** Dropout at a rate of 0 or 1 does nothing: `Dropout.call` draws only for a rate strictly between. */
const isIdle = ({ rate: value }: LayerConfig) => value === 0 || value === 1

/** The axes along which a noise shape has one draw for all positions. */
function sharedAxes(noiseShape: Attribute, x: TensorType) {
  const sizes = Array.isArray(noiseShape) ? (noiseShape as readonly Attribute[]) : undefined
  if (sizes?.length !== x.shape!.length)
    return { problem: `noiseShape must have one entry for each of the ${x.shape!.length} axes` }
  return sizes.flatMap((size, axis) => (size === 1 && x.shape![axis] !== 1 ? [axis] : []))
}

/** Layers that do something in training only. */
export const noiseLayers: readonly LayerDefinition[] = [
  {
    kind: 'dropout',
    className: 'Dropout',
    summary: 'Sets elements to zero at random in training.',
    source: core,
    inputs: 'one',
    positionwise: true,
    masks: passesMask,
    axes: samples,
    config: {
      rate,
      noiseShape: {
        kind: 'shape',
        effect: 'training',
        tfjs: null,
        summary: 'the shape of the draw; along axes where it is 1, all positions share one',
      },
      seed,
    },
    parameters: () => [],
    means: (config, [x]) => {
      if (isIdle(config)) return 'x'
      if (config.noiseShape === null || config.noiseShape === undefined) return 'dropout[rate, site](x)'
      const shared = sharedAxes(config.noiseShape, x!)
      return 'problem' in shared ? shared : `dropout[rate, site, [${shared.join(', ')}]](x)`
    },
  },
  {
    kind: 'spatialDropout1d',
    className: 'SpatialDropout1D',
    summary: 'Sets whole channels of a sequence to zero at random in training.',
    source: core,
    inputs: 'one',
    rank: 3,
    masks: passesMask,
    axes: samples,
    config: {
      rate,
      seed,
      noiseShape: unread('shape', 'one draw per channel serves all steps', 'the shape of the draw'),
    },
    parameters: () => [],
    means: config => (isIdle(config) ? 'x' : 'dropout[rate, site, [1]](x)'),
  },
  {
    kind: 'gaussianDropout',
    className: 'GaussianDropout',
    summary: 'Multiplies with noise in training.',
    source: noise,
    inputs: 'one',
    positionwise: true,
    masks: passesMask,
    axes: samples,
    config: { rate: { ...rate, summary: 'variance 1 / (1 − rate) − 1 of the noise' } },
    parameters: () => [],
    means: config => (isIdle(config) ? 'x' : 'gaussianDropout[rate, site](x)'),
  },
  {
    kind: 'alphaDropout',
    className: 'AlphaDropout',
    summary: 'Replaces elements by a constant at random in training, and scales and shifts all.',
    source: noise,
    inputs: 'one',
    positionwise: true,
    masks: passesMask,
    axes: samples,
    config: {
      rate,
      noiseShape: { kind: 'shape', effect: 'training', tfjs: null, summary: 'the shape of the draw' },
    },
    parameters: () => [],
    means: config => {
      if (isIdle(config)) return 'x'
      return config.noiseShape === null || config.noiseShape === undefined
        ? 'alphaDropout[rate, site](x)'
        : unmodelled('a noise shape of alpha dropout is not modelled')
    },
  },
  {
    kind: 'gaussianNoise',
    className: 'GaussianNoise',
    summary: 'Adds noise in training.',
    source: noise,
    inputs: 'one',
    positionwise: true,
    masks: passesMask,
    axes: samples,
    config: {
      stddev: {
        ...required('number', 'the standard deviation of the noise'),
        // `K.randomNormal` has a default of its own.
        unset: { value: 1, effect: 'the standard deviation is 1' },
      },
    },
    parameters: () => [],
    means: () => 'gaussianNoise[stddev, site](x)',
  },
]
