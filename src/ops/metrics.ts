import type { Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { frontAxes } from './axes.js'
import type { DerivedOp, Op } from './op.js'

const count = (label: number, prediction: number) =>
  `cast['float32'](sum[keepDims = false](logicalAnd(equal(labels, ${label}), equal(predictions, ${prediction}))))`

function metric(
  title: string,
  name: string,
  summary: string,
  means: string,
  type: DerivedOp['type'],
  examples: DerivedOp['examples'],
): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    source: 'tfjs-layers/src/metrics.ts',
    inputs: ['labels', 'predictions'],
    attributes: {},
    type,
    axes: frontAxes,
    role: { takes: { labels: 'target' } },
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name },
    means,
    examples,
  }
}

const scalar = (): TensorType => ({ dtype: 'float32', shape: [] })

/** The shape without its last axis, where labels and predictions agree. */
function withoutLast([labels, predictions]: readonly TensorType[]): TensorType | Problem {
  return shapeText(labels!.shape) === shapeText(predictions!.shape) && labels!.shape!.length > 0
    ? { dtype: 'float32', shape: labels!.shape!.slice(0, -1) }
    : {
        problem: `the labels ${shapeText(labels!.shape)} and the predictions ${shapeText(predictions!.shape)} have different shapes`,
      }
}

const bits = [{ shapes: [[6], [6]], range: [0, 2], dtypes: ['int32', 'int32'] }] as const

/** The metrics of `tf.metrics` that are no losses. */
export const metricOps = {
  binaryAccuracy: metric(
    'binary accuracy',
    'accuracy',
    'The share of predictions on the side of 0.5 on which the label is, along the last axis.',
    "mean[[-1], keepDims = false](cast['float32'](equal(labels, cast['float32'](greater(predictions, 0.5)))))",
    withoutLast,
    [
      {
        shapes: [
          [4, 3],
          [4, 3],
        ],
        range: [0, 2],
        dtypes: ['int32'],
      },
    ],
  ),
  categoricalAccuracy: metric(
    'categorical accuracy',
    'accuracy',
    '1 where the largest label and the largest prediction along the last axis have one position, else 0.',
    "cast['float32'](equal(argMax[-1](labels), argMax[-1](predictions)))",
    withoutLast,
    [
      {
        shapes: [
          [5, 3],
          [5, 3],
        ],
      },
    ],
  ),
  sparseCategoricalAccuracy: metric(
    'categorical accuracy from positions',
    'accuracy',
    '1 where the label is the position of the largest prediction along the last axis, else 0.',
    "cast['float32'](equal(labels, argMax[-1](predictions)))",
    ([labels, predictions]) =>
      shapeText(labels!.shape) === shapeText(predictions!.shape!.slice(0, -1))
        ? { dtype: 'float32', shape: labels!.shape }
        : { problem: 'one label belongs to each row of predictions' },
    [{ shapes: [[5], [5, 3]], range: [0, 3], dtypes: ['int32'] }],
  ),
  precision: metric(
    'precision',
    'precision',
    'The share of predictions of 1 whose label is 1; 0 where there are none.',
    `divideNoNan(${count(1, 1)}, ${count(1, 1)} + ${count(0, 1)})`,
    scalar,
    bits,
  ),
  recall: metric(
    'recall',
    'recall',
    'The share of labels of 1 whose prediction is 1; 0 where there are none.',
    `divideNoNan(${count(1, 1)}, ${count(1, 1)} + ${count(1, 0)})`,
    scalar,
    bits,
  ),
  r2Score: metric(
    'coefficient of determination',
    'R2',
    'One minus the squared error over the squared distance of the labels from their mean.',
    '1 - sum[keepDims = false](square(labels - predictions)) / sum[keepDims = false](square(labels - mean[keepDims = false](labels)))',
    scalar,
    [{ shapes: [[5], [5]] }],
  ),
} as const satisfies Readonly<Record<string, Op>>
