import type { Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { broadcastAxes, frontAxes, sameAxesOfAll } from './axes.js'
import type { DerivedOp, Op } from './op.js'
import { noRole } from './roles.js'
import { broadcast, resolveAxis } from './shape.js'

/** TensorFlow.js refuses labels and predictions of different shapes. */
function sameShape([labels, predictions]: readonly TensorType[]): TensorType | Problem {
  return shapeText(labels!.shape) === shapeText(predictions!.shape)
    ? { dtype: 'float32', shape: labels!.shape }
    : {
        problem: `the labels ${shapeText(labels!.shape)} and the predictions ${shapeText(predictions!.shape)} have different shapes`,
      }
}

function loss(
  title: string,
  name: string,
  file: string,
  summary: string,
  means: DerivedOp['means'],
  rest: Partial<
    Pick<DerivedOp, 'attributes' | 'examples' | 'type' | 'derivative' | 'axes' | 'role' | 'selects'>
  > = {},
): DerivedOp {
  const attributes = rest.attributes ?? {}
  return {
    kind: 'derived',
    title,
    summary,
    source: `tfjs-core/src/ops/losses/${file}.ts`,
    inputs: ['labels', 'predictions'],
    attributes,
    type: sameShape,
    axes: broadcastAxes,
    role: { takes: { labels: 'target' } },
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name, shown: Object.keys(attributes) },
    means,
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
      },
    ],
    ...rest,
  }
}

const probabilities = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    range: [0.1, 0.9],
  },
] as const
const labelSmoothing = {
  kind: 'number',
  default: 0,
  summary: 'how far labels are moved to the middle',
} as const

/** Labels moved to the middle, as tf.losses.softmaxCrossEntropy does it. */
const smoothed = ({ labelSmoothing: smoothing }: Attributes) =>
  smoothing === 0 ? 'labels' : '(labels * (1 - labelSmoothing) + labelSmoothing / extent[1](labels))'

/** The losses of `tf.losses` before their reduction, and the reduction with weights. */
export const lossOps = {
  huberLoss: loss(
    'Huber loss',
    'Huber',
    'huber_loss',
    'Half the squared error where it is at most delta, linear beyond, for each element.',
    '0.5 * square(minimum(|predictions - labels|, delta)) + delta * (|predictions - labels| - minimum(|predictions - labels|, delta))',
    { attributes: { delta: { kind: 'number', default: 1, summary: 'where the loss becomes linear' } } },
  ),
  logLoss: loss(
    'log loss',
    'logloss',
    'log_loss',
    'The cross-entropy of two outcomes from probabilities, for each element.',
    '-labels * log(predictions + epsilon) - (1 - labels) * log(1 - predictions + epsilon)',
    {
      attributes: { epsilon: { kind: 'number', default: 1e-7, summary: 'keeps the logarithm finite' } },
      role: { takes: { labels: 'target', predictions: 'probability' } },
      examples: probabilities,
    },
  ),
  hingeLoss: loss(
    'hinge loss',
    'hinge',
    'hinge_loss',
    'max(0, 1 − t p) for each element, where t is −1 or 1 for a label of 0 or 1.',
    'relu(1 - (2 * labels - 1) * predictions)',
  ),
  cosineDistance: loss(
    'cosine distance',
    'cosdist',
    'cosine_distance',
    'One minus the sum of products along an axis, which stays with size 1; vectors are taken to have length 1.',
    '1 - sum[[axis]](labels * predictions)',
    {
      attributes: { axis: { kind: 'axis', summary: 'the axis of the vectors' } },
      axes: sameAxesOfAll,
      role: { is: 'distance' },
      type: (inputs, { axis }) => {
        const type = sameShape(inputs)
        if ('problem' in type) return type
        const along = resolveAxis(axis, type.shape!.length)
        if (typeof along !== 'number') return along
        return { dtype: 'float32', shape: type.shape!.map((size, i) => (i === along ? 1 : size)) }
      },
      examples: [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
          attributes: { axis: 1 },
        },
      ],
    },
  ),
  sigmoidCrossEntropy: loss(
    'sigmoid cross-entropy',
    'sigmoidCE',
    'sigmoid_cross_entropy',
    'The cross-entropy of two outcomes from logits, for each element.',
    ({ labelSmoothing: smoothing }) => {
      const labels = smoothing === 0 ? 'labels' : '(labels * (1 - labelSmoothing) + 0.5 * labelSmoothing)'
      return `relu(predictions) - predictions * ${labels} + log1p(exp(-|predictions|))`
    },
    {
      attributes: { labelSmoothing },
      role: { takes: { labels: 'target', predictions: 'logit' } },
      examples: [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
        },
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
          attributes: { labelSmoothing: 0.25 },
        },
      ],
    },
  ),
  softmaxCrossEntropy: loss(
    'softmax cross-entropy',
    'softmaxCE',
    'softmax_cross_entropy',
    'The cross-entropy from logits along the last axis, which goes.',
    attributes => `-sum[[-1], keepDims = false](${smoothed(attributes)} * logSoftmax(predictions))`,
    {
      attributes: { labelSmoothing },
      axes: frontAxes,
      role: { takes: { labels: 'target', predictions: 'logit' } },
      selects: { axis: -1, alone: 0 },
      // The framework takes labels to sum to one, whether they do or not.
      derivative: {
        labels: attributes =>
          `expandDims[[-1]](g) * (1 - labelSmoothing) * (${smoothed(attributes)} - softmax(predictions))`,
        predictions: attributes => `expandDims[[-1]](g) * (softmax(predictions) - ${smoothed(attributes)})`,
      },
      type: inputs => {
        const type = sameShape(inputs)
        return 'problem' in type ? type : { dtype: 'float32', shape: type.shape!.slice(0, -1) }
      },
      examples: [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
        },
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
          attributes: { labelSmoothing: 0.25 },
        },
      ],
    },
  ),
  weightedLoss: {
    kind: 'derived',
    title: 'weighted loss',
    summary:
      'Losses times weights, which broadcast to them, as one number: their sum, their mean weighted or over the weights that are not 0, or not reduced.',
    source: 'tfjs-core/src/ops/losses/compute_weighted_loss.ts',
    inputs: ['losses', 'weights'],
    attributes: {
      reduction: {
        kind: 'text',
        default: 'sumByNonzeroWeights',
        summary: '`none`, `sum`, `mean` or `sumByNonzeroWeights`',
      },
    },
    type: ([losses, weights], { reduction }) => {
      const shape = broadcast(losses!.shape!, weights!.shape!)
      if ('problem' in shape) return shape
      if (shapeText(shape) !== shapeText(losses!.shape))
        return {
          problem: `the weights ${shapeText(weights!.shape)} do not fit the losses ${shapeText(losses!.shape)}`,
        }
      if (!Object.hasOwn(reductions, String(reduction)))
        return { problem: `there is no reduction ${JSON.stringify(reduction)}` }
      return { dtype: 'float32', shape: reduction === 'none' ? shape : [] }
    },
    axes: broadcastAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{weighted}', text: 'weighted', shown: ['reduction'] },
    means: ({ reduction }) => reductions[reduction as keyof typeof reductions],
    examples: ['none', 'sum', 'mean', 'sumByNonzeroWeights'].flatMap(reduction => [
      {
        shapes: [
          [2, 3],
          [2, 1],
        ],
        attributes: { reduction },
        range: [0.2, 2] as const,
      },
      { shapes: [[4], []], attributes: { reduction }, range: [0.2, 2] as const },
    ]),
  },
} as const satisfies Readonly<Record<string, Op>>

const reductions = {
  none: 'losses * weights',
  sum: 'sum[keepDims = false](losses * weights)',
  mean: 'sum[keepDims = false](losses * weights) / sum[keepDims = false](weights * onesLike(losses))',
  sumByNonzeroWeights:
    "sum[keepDims = false](losses * weights) / cast['float32'](sum[keepDims = false](notEqual(weights * onesLike(losses), 0)))",
} as const
