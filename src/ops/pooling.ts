import type { Dimension } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { forWindows } from './convolution.js'
import type { DerivedOp, Op, PrimitiveOp } from './op.js'
import { sizeOf } from './shape.js'
import { windowAttributes, windowCounts, windowsOf } from './window.js'

const poolSize = { kind: 'perAxis', summary: 'the size of a window' } as const

function poolType([x]: readonly TensorType[], attributes: Attributes): TensorType | Problem {
  const counts = windowCounts(x!.shape!, windowsOf(attributes, attributes.poolSize as readonly Dimension[]))
  return isProblem(counts) ? counts : { dtype: x!.dtype, shape: [x!.shape![0]!, ...counts, x!.shape![3]!] }
}

function pool2d(title: string, name: string, summary: string, average: boolean): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    source: 'tfjs-core/src/ops/conv_util.ts',
    inputs: ['x'],
    attributes: { poolSize, ...windowAttributes },
    type: poolType,
    notation: {
      form: 'function',
      latex: `\\mathrm{${name}}`,
      text: name,
      shown: ['poolSize', 'strides', 'padding'],
    },
    cost: (_, attributes, shape) => sizeOf(shape) * sizeOf(attributes.poolSize as readonly number[]),
    evaluate: ([x], attributes, type) => {
      const shape = type.shape as readonly number[]
      const channels = shape[3]!
      const data = new Float64Array(sizeOf(shape)).fill(average ? 0 : Number.NEGATIVE_INFINITY)
      const counts = new Float64Array(sizeOf(shape.slice(0, 3)))
      forWindows(x!.shape, attributes.poolSize as readonly number[], attributes, (output, input) => {
        counts[output]!++
        for (let c = 0; c < channels; c++) {
          const at = output * channels + c
          const value = x!.data[input * channels + c]!
          data[at] = average ? data[at]! + value : Math.max(data[at]!, value)
        }
      })
      if (average) for (let i = 0; i < data.length; i++) data[i]! /= counts[Math.floor(i / channels)]!
      return { shape, data, dtype: x!.dtype }
    },
    derivative: { x: { none: 'the gradient spreads over windows, which the table has no op for' } },
    examples: [
      { shapes: [[2, 6, 4, 3]], attributes: { poolSize: [2, 2], strides: [2, 2] } },
      { shapes: [[2, 5, 7, 3]], attributes: { poolSize: [3, 2], strides: [2, 1], padding: 'same' } },
    ],
  }
}

function pool1d(title: string, name: string, summary: string, op: string): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    inputs: ['x'],
    attributes: {
      poolSize: { kind: 'integer', summary: 'the size of a window' },
      stride: { kind: 'integer', summary: 'the step from one window to the next' },
      padding: windowAttributes.padding,
    },
    type: ([x], { poolSize: size, stride, padding }) => {
      const shape = x!.shape!
      if (shape.length !== 3)
        return { problem: `expected a tensor [batch, time, channels], found ${shapeText(shape)}` }
      const windows = {
        size: [1, size as Dimension],
        strides: [1, stride as Dimension],
        dilations: [1, 1],
        padding: padding as string,
      } as const
      const counts = windowCounts([shape[0]!, 1, shape[1]!, shape[2]!], windows)
      return isProblem(counts) ? counts : { dtype: x!.dtype, shape: [shape[0]!, counts[1]!, shape[2]!] }
    },
    notation: {
      form: 'function',
      latex: `\\mathrm{${name}}`,
      text: name,
      shown: ['poolSize', 'stride', 'padding'],
    },
    means: `squeeze[[1]](${op}[[1, poolSize], [1, stride], padding](expandDims[[1]](x)))`,
    examples: [{ shapes: [[2, 6, 3]], attributes: { poolSize: 2, stride: 2 } }],
  }
}

/** Summaries of windows. */
export const pooling = {
  maxPool2d: pool2d(
    'maximum of windows',
    'maxpool',
    'The largest element of each window, per channel.',
    false,
  ),
  averagePool2d: pool2d(
    'mean of windows',
    'avgpool',
    'The mean of the elements of each window that lie inside, per channel.',
    true,
  ),
  maxPool1d: pool1d(
    'maximum of windows over time',
    'maxpool',
    'The largest element of each window, per channel.',
    'maxPool2d',
  ),
  averagePool1d: pool1d(
    'mean of windows over time',
    'avgpool',
    'The mean of each window, per channel.',
    'averagePool2d',
  ),
} as const satisfies Readonly<Record<string, Op>>
