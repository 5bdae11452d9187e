/** A loss by name: what it computes from a target `y` and a prediction `p`, for one example. */
export interface Loss {
  /** In the equation language. */
  readonly means: string
  /** What the prediction has to be: of a `distribution`, the probabilities of all classes sum to one. */
  readonly expects: 'probability' | 'distribution' | 'logit' | 'real'
  /** What labels are whenever the loss is used as it is meant; without it, any numbers. */
  readonly labels?: Labels
  readonly aliases: readonly string[]
  readonly source: string
}

/** Labels of which a loss is a function, of the shape of the prediction but for `indices`. */
export type Labels = 'bits' | 'classes' | 'indices' | 'signs' | 'distribution' | 'positive'

/** How labels of each kind are made of any numbers `t`, also in words. What differs for such labels is another loss. */
export const labelsFrom: Readonly<
  Record<Exclude<Labels, 'indices'>, { readonly means: string; readonly shown: string }>
> = {
  bits: { means: "cast['float32'](greater(t, 0))", shown: 't, where labels are t > 0' },
  classes: { means: 'oneHot[extent[-1](t)](argMax[-1](t))', shown: 't, where labels are largest(t)' },
  signs: { means: "2 * cast['float32'](greater(t, 0)) - 1", shown: 't, where labels are sign(t)' },
  distribution: { means: 'softmax(t)', shown: 't, where labels are softmax(t)' },
  positive: { means: 'exp(t)', shown: 't, where labels are exp(t)' },
}

const layers = 'tfjs-layers/src/losses.ts'

/** The losses that `compile` takes by name, and the functions of `tf.losses` and `tf.metrics` that mean the same. */
export const losses: Readonly<Record<string, Loss>> = {
  meanSquaredError: {
    means: 'mean[[-1]](square(y - p))',
    expects: 'real',
    aliases: ['mse', 'MSE'],
    source: layers,
  },
  meanAbsoluteError: {
    means: 'mean[[-1]](|y - p|)',
    expects: 'real',
    aliases: ['mae', 'MAE', 'absoluteDifference'],
    source: layers,
  },
  meanAbsolutePercentageError: {
    means: '100 * mean[[-1]](|(y - p) / maximum(|y|, 0.0000001)|)',
    expects: 'real',
    aliases: ['mape', 'MAPE'],
    source: layers,
  },
  meanSquaredLogarithmicError: {
    means: 'mean[[-1]](square(log1p(y) - log1p(p)))',
    expects: 'real',
    labels: 'positive',
    aliases: ['msle', 'MSLE'],
    source: layers,
  },
  binaryCrossentropy: {
    means: 'mean[[-1]](-(y * log(p) + (1 - y) * log(1 - p)))',
    expects: 'probability',
    labels: 'bits',
    aliases: ['logLoss'],
    source: layers,
  },
  categoricalCrossentropy: {
    means: '-sum[[-1]](y * log(p / sum[[-1]](p)))',
    expects: 'distribution',
    labels: 'classes',
    aliases: [],
    source: layers,
  },
  sparseCategoricalCrossentropy: {
    means: '-sum[[-1]](y * log(p / sum[[-1]](p)))',
    expects: 'distribution',
    labels: 'indices',
    aliases: [],
    source: layers,
  },
  kullbackLeiblerDivergence: {
    means: 'sum[[-1]](y * log(y / p))',
    expects: 'distribution',
    labels: 'distribution',
    aliases: [],
    source: layers,
  },
  cosineProximity: {
    means: '-sum[[-1]](y * p) / sqrt(sum[[-1]](square(y)) * sum[[-1]](square(p)))',
    expects: 'real',
    aliases: ['cosineDistance'],
    source: layers,
  },
  hinge: {
    means: 'mean[[-1]](maximum(1 - y * p, 0))',
    expects: 'real',
    labels: 'signs',
    aliases: ['hingeLoss'],
    source: layers,
  },
  squaredHinge: {
    means: 'mean[[-1]](square(maximum(1 - y * p, 0)))',
    expects: 'real',
    labels: 'signs',
    aliases: [],
    source: layers,
  },
  poisson: {
    means: 'mean[[-1]](p - y * log(p))',
    expects: 'real',
    labels: 'positive',
    aliases: [],
    source: layers,
  },
  huberLoss: {
    means: 'where(lessEqual(|y - p|, 1), 0.5 * square(y - p), |y - p| - 0.5)',
    expects: 'real',
    aliases: [],
    source: 'tfjs-core/src/ops/losses/huber_loss.ts',
  },
  softmaxCrossEntropy: {
    means: '-sum[[-1]](y * logSoftmax(p))',
    expects: 'logit',
    labels: 'classes',
    aliases: [],
    source: 'tfjs-core/src/ops/losses/softmax_cross_entropy.ts',
  },
  sigmoidCrossEntropy: {
    means: 'maximum(p, 0) - p * y + log1p(exp(-|p|))',
    expects: 'logit',
    labels: 'bits',
    aliases: [],
    source: 'tfjs-core/src/ops/losses/sigmoid_cross_entropy.ts',
  },
}

/** The key of a loss by any of its names. */
export function lossNamed(name: string): string | undefined {
  if (Object.hasOwn(losses, name)) return name
  return Object.keys(losses).find(key => losses[key]!.aliases.includes(name))
}
