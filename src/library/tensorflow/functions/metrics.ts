import {
  type ExampleArgument,
  noGradient,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

const truth: ExampleArgument = { shape: [7], dtype: 'float32', range: [0, 1] }
const of = (...shape: readonly number[]): ExampleArgument => ({ shape })

const classes = (...shape: readonly number[]): ExampleArgument => ({ shape, dtype: 'int32', range: [0, 3] })

const metric = (op: string, examples: TensorFunction['examples']): TensorFunction => ({
  arguments: [tensor('yTrue'), real('yPred')],
  means: `${op}(yTrue, yPred)`,
  ...noGradient,
  examples,
  source: 'tfjs-layers/src/metrics.ts',
})

/** What the framework keeps probabilities and norms away from (tfjs-layers/src/backend/common.ts, epsilon). */
const epsilon = 1e-7

/** A loss of each example, as `compile` takes it by name (tfjs-layers/src/losses.ts). */
const loss = (means: string, range?: readonly [number, number]): TensorFunction => {
  const values = { shape: [5, 3], ...(range && { range }) }
  return {
    arguments: [tensor('yTrue'), real('yPred')],
    means,
    examples: [[values, values]],
    source: 'tfjs-layers/src/losses.ts',
  }
}

const squared = loss('mean[[-1], false](square(yPred - yTrue))')
const absolute = loss('mean[[-1], false](absolute(yPred - yTrue))')
const relative = loss(
  `100 * mean[[-1], false](absolute((yTrue - yPred) / maximum(absolute(yTrue), ${epsilon})))`,
  [0.5, 2],
)
const inside = `clip[${epsilon}, ${1 - epsilon}]`
const scaled = (x: string) => `${x} / sqrt(maximum(sum[[-1], true](square(${x})), ${epsilon}))`
const probabilities = [0.1, 0.9] as const

/** Functions of `tf.metrics`. */
export const metrics: TensorFunctions = {
  'metrics.meanSquaredError': squared,
  'metrics.MSE': squared,
  'metrics.mse': squared,
  'metrics.meanAbsoluteError': absolute,
  'metrics.meanAbsolutePercentageError': relative,
  'metrics.MAPE': relative,
  'metrics.mape': relative,
  'metrics.cosineProximity': loss(`-sum[[-1], false](${scaled('yTrue')} * (${scaled('yPred')}))`),
  'metrics.binaryCrossentropy': loss(
    `mean[[-1], false](sigmoidCrossEntropy(yTrue, log(${inside}(yPred) / (1 - ${inside}(yPred)))))`,
    probabilities,
  ),
  'metrics.categoricalCrossentropy': loss(
    `-sum[[-1], false](yTrue * log(${inside}(yPred / sum[[-1], true](yPred))))`,
    probabilities,
  ),
  'metrics.binaryAccuracy': metric('binaryAccuracy', [
    [
      { shape: [5, 3], dtype: 'int32', range: [0, 2] },
      { shape: [5, 3], range: [0, 1] },
    ],
  ]),
  'metrics.categoricalAccuracy': metric('categoricalAccuracy', [[of(5, 3), of(5, 3)]]),
  'metrics.sparseCategoricalAccuracy': {
    ...metric('sparseCategoricalAccuracy', [
      [classes(5), of(5, 3)],
      [classes(5, 1), of(5, 3)],
    ]),
    means: given => {
      const rank = given.tensor('yTrue').shape!.length
      const isColumn = rank === given.tensor('yPred').shape!.length
      return `sparseCategoricalAccuracy(${isColumn ? `squeeze[[${rank - 1}]](yTrue)` : 'yTrue'}, yPred)`
    },
  },
  'metrics.precision': metric('precision', [
    [
      [1, 0, 1, 1, 0],
      [1, 1, 1, 0, 0],
    ],
    [
      [1, 0],
      [0, 0],
    ],
  ]),
  'metrics.recall': metric('recall', [
    [
      [1, 0, 1, 1, 0],
      [1, 1, 1, 0, 0],
    ],
    [
      [0, 0],
      [0, 1],
    ],
  ]),
  'metrics.r2Score': metric('r2Score', [[truth, of(7)]]),
}
