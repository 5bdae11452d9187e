import { type Dimension, equals, isPolynomial, product } from '../../../graph/dimension.js'
import {
  type ArgumentDeclaration,
  type Arguments,
  alike,
  type ExampleArgument,
  noGradientIf,
  number,
  type Result,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

/** `tf.Reduction` (tfjs-core/src/ops/loss_ops_utils.ts). */
export const reductions = { NONE: 0, MEAN: 1, SUM: 2, SUM_BY_NONZERO_WEIGHTS: 3 } as const

const reduction: ArgumentDeclaration = {
  name: 'reduction',
  kind: 'number',
  default: reductions.SUM_BY_NONZERO_WEIGHTS,
}
const weights = tensor('weights', { optional: true, takes: 'float32' })
const source = 'tfjs-core/src/ops/losses/compute_weighted_loss.ts'

/** The weights that are not 0 are counted, which TF.js has no gradient for. */
const noGradientByWeights = noGradientIf(
  'TensorFlow.js has no gradient for the number of weights that are not 0',
  (given, by) => by === 'weights' && given.value('reduction') === reductions.SUM_BY_NONZERO_WEIGHTS,
)

/** Losses per element, weighted and summed up as the reduction says. `shape` is theirs. */
function weighted(given: Arguments, losses: string, shape: readonly Dimension[]): Result {
  const own = given.optional('weights')
  const each = own ? `(${losses}) * weights` : `(${losses})`
  const all = `sum[${given.put(null)}, false](${each})`
  const mean = `mean[${given.put(null)}, false](${each})`
  switch (given.value('reduction')) {
    case reductions.NONE:
      return each
    case reductions.SUM:
      return all
    case reductions.MEAN: {
      if (!own) return mean
      const factor = product(shape)
      const size = product(own.shape!)
      if (isPolynomial(factor) || isPolynomial(size)) return { problem: 'the number of weights is not known' }
      const share = `${all} / sum[${given.put(null)}, false](weights)`
      return factor > size ? `${share} / ${given.put(factor / size)}` : share
    }
    case reductions.SUM_BY_NONZERO_WEIGHTS:
      return own
        ? `${all} / sum[${given.put(null)}, false](where(notEqual(weights * (zeros[${given.put([...shape])}]() + 1), 0), 1, 0))`
        : mean
    default:
      return { problem: 'the reduction is not known' }
  }
}

const of = (...shape: readonly number[]): ExampleArgument => ({ shape })
const probability: ExampleArgument = { shape: [3, 4], range: [0.1, 0.9] }

/** A loss of labels and predictions of one shape. */
function loss(
  names: readonly [labels: string, predictions: string],
  extra: readonly ArgumentDeclaration[],
  means: (given: Arguments) => string,
  examples: TensorFunction['examples'],
  order: 'weights first' | 'weights last' = 'weights first',
): TensorFunction {
  const [labels, predictions] = names
  return {
    arguments:
      order === 'weights first'
        ? [tensor(labels), real(predictions), weights, ...extra, reduction]
        : [tensor(labels), real(predictions), ...extra, weights, reduction],
    means: given => {
      const [a, b] = names.map(name => given.tensor(name).shape!)
      if (a!.length !== b!.length || a!.some((size, i) => !equals(size, b![i]!)))
        return { problem: 'labels and predictions must have the same shape' }
      return means(given)
    },
    fit: alike('needed', labels, predictions),
    ...noGradientByWeights,
    examples,
    source,
  }
}

const elementwise = (
  extra: readonly ArgumentDeclaration[],
  text: string,
  examples: TensorFunction['examples'],
): TensorFunction =>
  loss(
    ['labels', 'predictions'],
    extra,
    given => weighted(given, text, given.tensor('predictions').shape!) as string,
    examples,
  )

const plain: TensorFunction['examples'] = [
  [of(3, 4), of(3, 4)],
  [of(3, 4), of(3, 4), of(3, 4)],
  [of(3, 4), of(3, 4), { shape: [3, 1], range: [0.2, 2] }],
]

/** `tf.losses`: a number for a whole batch, unlike the losses that `compile` takes by name. */
export const losses: TensorFunctions = {
  'losses.computeWeightedLoss': {
    arguments: [real('losses'), weights, reduction],
    means: given => weighted(given, 'losses', given.tensor('losses').shape!),
    ...noGradientByWeights,
    examples: [
      [of(3, 4)],
      [of(3, 4), { shape: [3, 1], range: [0.2, 2] }, reductions.MEAN],
      [of(3, 4), [[1], [0], [2]]],
    ],
    source,
  },
  'losses.meanSquaredError': elementwise([], 'square(labels - predictions)', [
    ...plain,
    [of(3, 4), of(3, 4), undefined, reductions.SUM],
    [of(3, 4), of(3, 4), undefined, reductions.NONE],
    [of(3, 4), of(3, 4), { shape: [3, 1], range: [0.2, 2] }, reductions.MEAN],
  ]),
  'losses.absoluteDifference': elementwise([], 'absolute(labels - predictions)', plain),
  'losses.huberLoss': elementwise(
    [number('delta', 1)],
    '0.5 * square(minimum(absolute(predictions - labels), delta)) + delta * (absolute(predictions - labels) - minimum(absolute(predictions - labels), delta))',
    [
      [of(3, 4), of(3, 4)],
      [of(3, 4), of(3, 4), undefined, 0.4],
    ],
  ),
  'losses.logLoss': elementwise([number('epsilon', 1e-7)], 'logLoss[epsilon](labels, predictions)', [
    [probability, probability],
    [probability, probability, undefined, 0.01],
  ]),
  'losses.hingeLoss': elementwise([], 'relu(1 - (2 * labels - 1) * predictions)', plain),
  'losses.sigmoidCrossEntropy': loss(
    ['multiClassLabels', 'logits'],
    [number('labelSmoothing', 0)],
    given => {
      const text = 'sigmoidCrossEntropy[labelSmoothing](multiClassLabels, logits)'
      return weighted(given, text, given.tensor('logits').shape!) as string
    },
    [
      [probability, of(3, 4)],
      [probability, of(3, 4), undefined, 0.1],
    ],
  ),
  'losses.softmaxCrossEntropy': loss(
    ['onehotLabels', 'logits'],
    [number('labelSmoothing', 0)],
    given => {
      const shape = given.tensor('logits').shape!
      const text = 'softmaxCrossEntropy[labelSmoothing](onehotLabels, logits)'
      return weighted(given, text, shape.slice(0, -1)) as string
    },
    [
      [probability, of(3, 4)],
      [probability, of(3, 4), undefined, 0.1],
      [probability, of(3, 4), { shape: [3], range: [0.2, 2] }],
      [probability, of(3, 4), undefined, 0, reductions.NONE],
    ],
  ),
  'losses.cosineDistance': loss(
    ['labels', 'predictions'],
    [number('axis')],
    given => {
      const shape = given.tensor('predictions').shape!
      const axis = given.value('axis') as number
      const along = axis < 0 ? axis + shape.length : axis
      const kept = shape.map((size, i) => (i === along ? 1 : size))
      return weighted(given, '1 - sum[[axis], true](labels * predictions)', kept) as string
    },
    [[of(3, 4), of(3, 4), 1]],
    'weights last',
  ),
}
