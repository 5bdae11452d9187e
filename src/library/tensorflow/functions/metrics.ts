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

/** Functions of `tf.metrics` that are no losses. */
export const metrics: TensorFunctions = {
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
