import { type Dimension, dimensionText, equals, product } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { channelsLast, outermostAxes } from './axes.js'
import type { DerivedOp, NoDerivative, Op, PrimitiveOp } from './op.js'
import { orderedPositions, pooledPositions } from './positions.js'
import { noRole } from './roles.js'
import { sizeOf } from './shape.js'
import { forWindows, windowAttributes, windowCounts, windowsOf } from './window.js'

const poolSize = { kind: 'perAxis', summary: 'the size of a window' } as const
const shown = [
  'poolSize',
  { attribute: 'strides', label: 'stride', like: 'poolSize' },
  'padding',
  { attribute: 'dilations', label: 'dilation' },
  'rounding',
] as const

const windows = (attributes: Attributes) => windowsOf(attributes, attributes.poolSize as readonly Dimension[])

interface Summary {
  readonly title: string
  readonly name: string
  readonly op: string
  readonly text: string
  readonly average: boolean
}

const maximum: Summary = {
  title: 'maximum of windows',
  name: 'maxpool',
  op: 'maxPool',
  text: 'The largest element of each window, per channel.',
  average: false,
}

const mean: Summary = {
  title: 'mean of windows',
  name: 'avgpool',
  op: 'averagePool',
  text: 'The mean of the elements of each window that lie inside, per channel.',
  average: true,
}

/** The gradient of a mean: shared out over the window by the transpose of a convolution with ones, per channel. */
function meanGradient(axes: number, attributes: Attributes): string | NoDerivative {
  const { padding } = attributes
  const isInside = padding === 'valid' || (Array.isArray(padding) && padding.every(zeros => zeros === 0))
  if (!isInside)
    return {
      none: 'TensorFlow.js divides the mean of a window at the border by the elements inside, and its gradient by all',
    }
  const sizes = attributes.poolSize as readonly Dimension[]
  const ones = sizes.map(dimensionText).join(', ')
  const count = dimensionText(product(sizes))
  const inner = Array.from({ length: axes }, (_, i) => `extent[${i + 1}](x)`).join(', ')
  const channels = `extent[${axes + 1}](x)`
  const settings = 'strides, padding, dilations'
  return `conv${axes}dTranspose[${settings}, [${inner}]](g / ${count}, fill[[${ones}, 1, 1], 1]() * eye[${channels}]())`
}

function pool(
  axes: 2 | 3,
  { title, name, text, average }: Summary,
  examples: PrimitiveOp['examples'],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary: text,
    source: 'tfjs-core/src/ops/conv_util.ts',
    inputs: ['x'],
    attributes: { poolSize, ...windowAttributes(axes) },
    type: ([x], attributes) => {
      const counts = windowCounts(x!.shape!, windows(attributes))
      return isProblem(counts)
        ? counts
        : { dtype: x!.dtype, shape: [x!.shape![0]!, ...counts, x!.shape!.at(-1)!] }
    },
    axes: outermostAxes,
    axisOrder: channelsLast(axes),
    positions: pooledPositions,
    // tfjs-backend-cpu/src/kernels/MaxPool.ts and AvgPool.ts; those of three axes have no such case.
    ...(axes === 2 && {
      handsOn: ({ poolSize: sizes }: Attributes) => (sizes as readonly Dimension[]).every(size => size === 1),
    }),
    affine: average ? [['x']] : [],
    role: noRole,
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name, shown },
    cost: (_, attributes, shape) => sizeOf(shape) * sizeOf(attributes.poolSize as readonly number[]),
    evaluate: ([x], attributes, type) => {
      const shape = type.shape as readonly number[]
      const channels = shape.at(-1)!
      const data = new Float64Array(sizeOf(shape)).fill(average ? 0 : Number.NEGATIVE_INFINITY)
      const counts = new Float64Array(sizeOf(shape.slice(0, -1)))
      forWindows(x!.shape, windows(attributes), (window, element) => {
        counts[window]!++
        for (let c = 0; c < channels; c++) {
          const at = window * channels + c
          const value = x!.data[element * channels + c]!
          data[at] = average ? data[at]! + value : Math.max(data[at]!, value)
        }
      })
      if (average) for (let i = 0; i < data.length; i++) data[i]! /= counts[Math.floor(i / channels)]!
      return { shape, data, dtype: x!.dtype }
    },
    derivative: {
      x: average
        ? attributes => meanGradient(axes, attributes)
        : `maxPool${axes}dGradient[poolSize, strides, padding, dilations, rounding](x, g)`,
    },
    examples,
  }
}

/** What flows back to the elements of windows of which the largest was taken. */
function maximumGradient(axes: 2 | 3, examples: PrimitiveOp['examples']): PrimitiveOp {
  return {
    kind: 'primitive',
    title: 'gradient of the maximum of windows',
    summary:
      'g of each window at the place of the largest element of x in it, the first of equal ones; what several windows give to one element is added.',
    source: 'tfjs-backend-cpu/src/kernels/MaxPoolGrad.ts',
    inputs: ['x', 'g'],
    attributes: { poolSize, ...windowAttributes(axes) },
    type: ([x, g], attributes) => {
      const counts = windowCounts(x!.shape!, windows(attributes))
      if (isProblem(counts)) return counts
      const shape = [x!.shape![0]!, ...counts, x!.shape!.at(-1)!]
      const fits = g!.shape!.length === shape.length && shape.every((size, i) => equals(size, g!.shape![i]!))
      return fits ? x! : { problem: 'the gradient does not have a number for each window' }
    },
    axes: outermostAxes,
    axisOrder: channelsLast(axes),
    positions: orderedPositions,
    affine: [['g']],
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{maxpool}^{\\top}', text: 'maxpoolᵀ', shown },
    cost: (inputs, attributes) =>
      sizeOf(inputs[1]!.shape as readonly number[]) * sizeOf(attributes.poolSize as readonly number[]),
    evaluate: ([x, g], attributes, type) => {
      const shape = type.shape as readonly number[]
      const channels = shape.at(-1)!
      const largest = new Map<number, number>()
      forWindows(shape, windows(attributes), (window, element) => {
        for (let c = 0; c < channels; c++) {
          const at = window * channels + c
          const known = largest.get(at)
          const own = element * channels + c
          if (known === undefined || x!.data[own]! > x!.data[known]!) largest.set(at, own)
        }
      })
      const data = new Float64Array(sizeOf(shape))
      for (const [at, own] of largest) data[own]! += g!.data[at]!
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      x: { none: 'which element is the largest is flat wherever it is unique', zero: true },
      g: { none: 'the table has no op that reads the largest elements of windows by position' },
    },
    examples,
  }
}

function pool1d({ title, name, op, text }: Summary): DerivedOp {
  return {
    kind: 'derived',
    title: `${title} over time`,
    summary: text,
    inputs: ['x'],
    attributes: {
      poolSize: { kind: 'integer', summary: 'the size of a window' },
      stride: { kind: 'integer', summary: 'the step from one window to the next' },
      padding: windowAttributes(1).padding,
    },
    type: ([x], { poolSize: size, stride, padding }) => {
      const shape = x!.shape!
      const counts = windowCounts(
        shape,
        windowsOf({ strides: [stride!], padding: padding! }, [size as Dimension]),
      )
      return isProblem(counts) ? counts : { dtype: x!.dtype, shape: [shape[0]!, counts[0]!, shape[2]!] }
    },
    axes: outermostAxes,
    axisOrder: channelsLast(1),
    role: noRole,
    notation: {
      form: 'function',
      latex: `\\mathrm{${name}}`,
      text: name,
      shown: ['poolSize', { attribute: 'stride', label: 'stride', like: 'poolSize' }, 'padding'],
    },
    means: ({ padding }) =>
      `squeeze[[1]](${op}2d[[1, poolSize], [1, stride], ${Array.isArray(padding) ? '[0, 0, padding]' : 'padding'}](expandDims[[1]](x)))`,
    examples: [{ shapes: [[2, 6, 3]], attributes: { poolSize: 2, stride: 2 } }],
  }
}

const planar = [
  { shapes: [[2, 6, 4, 3]], attributes: { poolSize: [2, 2], strides: [2, 2] } },
  { shapes: [[2, 5, 7, 3]], attributes: { poolSize: [3, 2], strides: [2, 1], padding: 'same' } },
  { shapes: [[1, 6, 6, 2]], attributes: { poolSize: [2, 2], dilations: [2, 2] } },
  { shapes: [[1, 5, 5, 2]], attributes: { poolSize: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] } },
] as const
const spatial = [
  { shapes: [[1, 4, 4, 2, 3]], attributes: { poolSize: [2, 2, 2], strides: [2, 2, 2] } },
  { shapes: [[2, 3, 5, 3, 2]], attributes: { poolSize: [2, 2, 2], strides: [1, 2, 1], padding: 'same' } },
] as const

/** Summaries of windows. */
export const pooling = {
  maxPool1d: pool1d(maximum),
  averagePool1d: pool1d(mean),
  maxPool2d: pool(2, maximum, planar),
  averagePool2d: pool(2, mean, planar),
  maxPool3d: pool(3, maximum, spatial),
  averagePool3d: pool(3, mean, spatial),
  maxPool2dGradient: maximumGradient(2, [
    {
      shapes: [
        [2, 6, 4, 3],
        [2, 3, 2, 3],
      ],
      attributes: { poolSize: [2, 2], strides: [2, 2] },
    },
    {
      shapes: [
        [2, 5, 7, 3],
        [2, 3, 7, 3],
      ],
      attributes: { poolSize: [3, 2], strides: [2, 1], padding: 'same' },
    },
  ]),
  maxPool3dGradient: maximumGradient(3, [
    {
      shapes: [
        [1, 4, 4, 2, 3],
        [1, 2, 2, 1, 3],
      ],
      attributes: { poolSize: [2, 2, 2], strides: [2, 2, 2] },
    },
  ]),
} as const satisfies Readonly<Record<string, Op>>
