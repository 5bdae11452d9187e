import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { broadcastAxes, normalizedAxes, sameAxes } from './axes.js'
import { mode } from './mode.js'
import type { Op } from './op.js'
import { noRole } from './roles.js'
import { elementwiseType, resolveAxis } from './shape.js'

/** Ops that centre and scale. */
export const normalisation = {
  batchNormalization: {
    kind: 'derived',
    title: 'batch normalisation',
    summary:
      'x centred and scaled per channel: in training by the statistics of the batch, in inference by the moving ones.',
    source: 'Ioffe and Szegedy 2015, Algorithm 1; tfjs-layers/src/layers/normalization.ts',
    inputs: ['x', 'mean', 'variance'],
    attributes: {
      axis: { kind: 'axis', default: -1, summary: 'the axis of the channels' },
      epsilon: { kind: 'number', default: 0.001, summary: 'added to the variance' },
      mode,
    },
    type: ([x], { axis }) => {
      const resolved = resolveAxis(axis, x!.shape!.length)
      return typeof resolved === 'number' ? x! : resolved
    },
    axes: normalizedAxes,
    role: noRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{BN}',
      text: 'BN',
      shown: [{ attribute: 'axis', label: 'axis' }],
    },
    means: {
      inference: ({ axis }, [x]) => {
        const rank = x!.shape!.length
        const along = resolveAxis(axis, rank) as number
        const align = (name: string) =>
          along === rank - 1
            ? name
            : `expandDims[[${Array.from({ length: rank - 1 - along }, (_, i) => i + 1).join(', ')}]](${name})`
        return `(x - ${align('mean')}) / sqrt(${align('variance')} + epsilon)`
      },
      training: ({ axis }, [x]) => {
        const rank = x!.shape!.length
        const along = resolveAxis(axis, rank) as number
        const rest = Array.from({ length: rank }, (_, i) => i)
          .filter(i => i !== along)
          .join(', ')
        return `(x - mean[[${rest}]](x)) / sqrt(variance[[${rest}]](x) + epsilon)`
      },
    },
    examples: [
      { shapes: [[4, 3], [3], [3]], range: [0.2, 2] },
      { shapes: [[2, 3, 4, 5], [3], [3]], attributes: { axis: 1, epsilon: 0.01 }, range: [0.2, 2] },
    ],
  },
  standardize: {
    kind: 'derived',
    title: 'centring and scaling',
    summary: 'x less a mean, over the root of a variance; both broadcast to x.',
    source: 'tfjs-core/src/ops/batchnorm.ts',
    inputs: ['x', 'mean', 'variance'],
    attributes: { epsilon: { kind: 'number', default: 0.001, summary: 'added to the variance' } },
    type: inputs => {
      const type = elementwiseType(inputs, 'float32')
      return isProblem(type) || shapeText(type.shape) === shapeText(inputs[0]!.shape)
        ? type
        : { problem: `the statistics do not fit ${shapeText(inputs[0]!.shape)}` }
    },
    axes: broadcastAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{standardize}', text: 'standardize', shown: ['epsilon'] },
    means: '(x - mean) / sqrt(variance + epsilon)',
    examples: [{ shapes: [[2, 5, 3], [3], [3]], range: [0.2, 2] }],
  },
  localResponseNormalization: {
    kind: 'derived',
    title: 'local response normalisation',
    summary:
      'x [batch, height, width, channels] over a power of the squares in the neighbouring channels, `radius` on each side.',
    source:
      'Krizhevsky, Sutskever and Hinton 2012, section 3.3; tfjs-core/src/ops/local_response_normalization.ts',
    inputs: ['x'],
    attributes: {
      radius: { kind: 'integer', default: 5, summary: 'how many channels on each side' },
      bias: { kind: 'number', default: 1, summary: 'added to the sum' },
      alpha: { kind: 'number', default: 1, summary: 'the factor of the sum' },
      beta: { kind: 'number', default: 0.5, summary: 'the power' },
    },
    type: ([x]) =>
      x!.shape!.length >= 2 ? x! : { problem: `there are no channels in ${shapeText(x!.shape)}` },
    axes: sameAxes,
    role: noRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{LRN}',
      text: 'LRN',
      shown: ['radius', 'bias', 'alpha', 'beta'],
    },
    means:
      'x / (bias + alpha * (square(x) bandPart[radius, radius](fill[[extent[-1](x), extent[-1](x)], 1]())))^beta',
    examples: [
      { shapes: [[1, 2, 2, 5]], attributes: { radius: 1, bias: 2, alpha: 0.5, beta: 0.75 } },
      { shapes: [[1, 1, 2, 4]] },
    ],
  },
  layerNormalization: {
    kind: 'derived',
    title: 'layer normalisation',
    summary: 'x centred and scaled over the given axes of each example.',
    source: 'Ba, Kiros and Hinton 2016, equations 3 and 4; tfjs-layers/src/layers/normalization.ts',
    inputs: ['x'],
    attributes: {
      axes: { kind: 'axes', default: [-1], summary: 'the axes of the statistics' },
      epsilon: { kind: 'number', default: 0.001, summary: 'added to the variance' },
    },
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{LN}',
      text: 'LN',
      shown: [{ attribute: 'axes', label: 'axes' }],
    },
    means: '(x - mean[axes](x)) / sqrt(variance[axes](x) + epsilon)',
    examples: [{ shapes: [[4, 3]] }, { shapes: [[2, 3, 4]], attributes: { axes: [1, 2], epsilon: 0.1 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
