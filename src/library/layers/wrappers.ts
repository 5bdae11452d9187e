import { overSequences, overSteps, sequences } from '../axes.js'
import type { LayerConfig, LayerDefinition } from '../layer.js'
import { passesMask, required } from './keys.js'

const source = 'tfjs-layers/src/layers/wrappers.ts'

/** How the results of the two directions are merged; null gives both. */
const mergers: Readonly<Record<string, (forward: string, backward: string) => string>> = {
  concat: (forward, backward) => `concat(${forward}, ${backward})`,
  sum: (forward, backward) => `${forward} + ${backward}`,
  mul: (forward, backward) => `${forward} * ${backward}`,
  ave: (forward, backward) => `0.5 * (${forward} + ${backward})`,
}

const reversed = (inner: LayerConfig): LayerConfig => ({ ...inner, goBackwards: inner.goBackwards !== true })

/** Layers around another layer. */
export const wrapperLayers: readonly LayerDefinition[] = [
  {
    kind: 'timeDistributed',
    className: 'TimeDistributed',
    summary: 'The inner layer applied to each step of the time axis, with the same parameters.',
    source,
    inputs: 'one',
    ranks: [3, Number.POSITIVE_INFINITY],
    axes: sequences,
    config: { layer: required('layer', 'what is applied to each step') },
    wraps: { key: 'layer', uses: inner => [{ prefix: '', config: inner }], perStep: true },
    parameters: () => [],
    masks: passesMask,
    means: () => 'y_1',
  },
  {
    kind: 'bidirectional',
    className: 'Bidirectional',
    summary: 'The inner layer run over time from both ends, each direction with parameters of its own.',
    source,
    inputs: 'sequence',
    readsMask: true,
    axes: config => (config.layer === 'convLstm2d' ? overSteps : overSequences),
    config: {
      layer: required('layer', 'what is run from both ends'),
      mergeMode: {
        kind: { oneOf: Object.keys(mergers) },
        effect: 'function',
        tfjs: 'concat',
        paper: 'concat',
        whenNull: null,
        summary: 'how the two directions are merged; `null` gives both',
      },
    },
    wraps: {
      key: 'layer',
      kinds: ['simpleRNN', 'gru', 'lstm', 'convLstm2d'],
      uses: inner => [
        { prefix: 'forward_', config: inner },
        { prefix: 'backward_', config: reversed(inner) },
      ],
    },
    parameters: () => [],
    masks: (config, _, [masked]) => (masked && config['layer.returnSequences'] === true ? 'mask' : null),
    means: config => {
      const backward = config['layer.returnSequences'] === true ? 'reverse[1](y_2)' : 'y_2'
      const merge = mergers[String(config.mergeMode)]
      return merge ? merge('y_1', backward) : ['y_1', backward]
    },
  },
]
