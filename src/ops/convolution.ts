import { add, type Dimension, equals, multiply, subtract } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText, type TensorType } from '../graph/type.js'
import type { Op } from './op.js'
import { sizeOf } from './shape.js'
import {
  dilationAttribute,
  numericWindows,
  padBefore,
  windowAttributes,
  windowCounts,
  windowsOf,
} from './window.js'

const notYet = {
  none: 'the gradient of a convolution is a convolution of another kind, which the table does not have',
} as const

/** Calls back for each window position and each place inside it that lies in the input. */
function forWindows(
  shape: readonly number[],
  size: readonly number[],
  attributes: Attributes,
  visit: (output: number, input: number, place: number) => void,
): void {
  const windows = windowsOf(attributes, size)
  const { counts, before } = numericWindows(shape, windows)
  const [strideY, strideX] = windows.strides as readonly [number, number]
  const [stepY, stepX] = windows.dilations as readonly [number, number]
  const [batch, height, width] = shape as readonly [number, number, number]
  const [rows, columns] = size as readonly [number, number]
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < counts[0]; y++) {
      for (let x = 0; x < counts[1]; x++) {
        const output = (n * counts[0] + y) * counts[1] + x
        for (let i = 0; i < rows; i++) {
          const v = y * strideY - before[0] + i * stepY
          if (v < 0 || v >= height) continue
          for (let j = 0; j < columns; j++) {
            const u = x * strideX - before[1] + j * stepX
            if (u >= 0 && u < width) visit(output, (n * height + v) * width + u, i * columns + j)
          }
        }
      }
    }
  }
}

function convolve([x, kernel]: readonly Tensor[], attributes: Attributes, type: TensorType): Tensor {
  const shape = type.shape as readonly number[]
  const [rows, columns, inputs, filters] = kernel!.shape as readonly [number, number, number, number]
  const data = new Float64Array(sizeOf(shape))
  const weights = kernel!.data
  const values = x!.data
  forWindows(x!.shape, [rows, columns], attributes, (output, input, place) => {
    const to = output * filters
    for (let c = 0; c < inputs; c++) {
      const value = values[input * inputs + c]!
      if (value === 0) continue
      const from = (place * inputs + c) * filters
      for (let f = 0; f < filters; f++) data[to + f]! += value * weights[from + f]!
    }
  })
  return { shape, data, dtype: 'float32' }
}

/** Sliding products of an image with kernels; channels come last. */
export const convolutions = {
  conv2d: {
    kind: 'primitive',
    title: 'two-dimensional convolution',
    summary:
      'x [batch, height, width, channels] with a kernel [rows, columns, channels, filters], without flipping the kernel.',
    source: 'tfjs-core/src/ops/conv2d.ts',
    inputs: ['x', 'kernel'],
    attributes: { ...windowAttributes, ...dilationAttribute },
    type: ([x, kernel], attributes) => {
      const k = kernel!.shape!
      if (k.length !== 4)
        return { problem: `the kernel of a two-dimensional convolution has rank 4, not ${shapeText(k)}` }
      const counts = windowCounts(x!.shape!, windowsOf(attributes, k.slice(0, 2)))
      if (isProblem(counts)) return counts
      if (!equals(x!.shape![3]!, k[2]!))
        return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(x!.shape)}` }
      return { dtype: 'float32', shape: [x!.shape![0]!, ...counts, k[3]!] }
    },
    notation: {
      form: 'function',
      latex: '\\mathrm{conv}',
      text: 'conv',
      shown: ['strides', 'padding', 'dilations'],
    },
    cost: ([, kernel], _, shape) => sizeOf(shape) * sizeOf(kernel!.shape!.slice(0, 3) as readonly number[]),
    evaluate: convolve,
    derivative: { x: notYet, kernel: notYet },
    examples: [
      {
        shapes: [
          [2, 5, 7, 3],
          [3, 2, 3, 4],
        ],
      },
      {
        shapes: [
          [2, 5, 7, 3],
          [3, 3, 3, 2],
        ],
        attributes: { strides: [2, 2], padding: 'same' },
      },
      {
        shapes: [
          [1, 9, 8, 2],
          [3, 2, 2, 3],
        ],
        attributes: { dilations: [2, 2] },
      },
    ],
  },
  conv1d: {
    kind: 'derived',
    title: 'one-dimensional convolution',
    summary: 'x [batch, time, channels] with a kernel [size, channels, filters].',
    source: 'tfjs-core/src/ops/conv1d.ts',
    inputs: ['x', 'kernel'],
    attributes: {
      stride: { kind: 'integer', default: 1, summary: 'the step from one window to the next' },
      padding: windowAttributes.padding,
      dilation: { kind: 'integer', default: 1, summary: 'the step inside a window' },
    },
    type: ([x, kernel], { stride, padding, dilation }) => {
      const [shape, k] = [x!.shape!, kernel!.shape!]
      if (shape.length !== 3 || k.length !== 3)
        return {
          problem: `a one-dimensional convolution takes [batch, time, channels] and a kernel of rank 3, not ${shapeText(shape)} and ${shapeText(k)}`,
        }
      const windows = {
        size: [1, k[0]!],
        strides: [1, stride as Dimension],
        dilations: [1, dilation as Dimension],
        padding: padding as string,
      } as const
      const counts = windowCounts([shape[0]!, 1, shape[1]!, shape[2]!], windows)
      if (isProblem(counts)) return counts
      if (!equals(shape[2]!, k[1]!))
        return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(shape)}` }
      return { dtype: 'float32', shape: [shape[0]!, counts[1]!, k[2]!] }
    },
    notation: {
      form: 'function',
      latex: '\\mathrm{conv}',
      text: 'conv',
      shown: ['stride', 'padding', 'dilation'],
    },
    means:
      'squeeze[[1]](conv2d[[1, stride], padding, [1, dilation]](expandDims[[1]](x), expandDims[[0]](kernel)))',
    examples: [
      {
        shapes: [
          [2, 7, 3],
          [3, 3, 4],
        ],
      },
      {
        shapes: [
          [2, 7, 3],
          [2, 3, 4],
        ],
        attributes: { stride: 2, padding: 'same' },
      },
    ],
  },
  depthwiseConv2d: {
    kind: 'primitive',
    title: 'depthwise convolution',
    summary: 'Each channel of x with its own kernels [rows, columns, channels, multiplier].',
    source: 'tfjs-core/src/ops/depthwise_conv2d.ts',
    inputs: ['x', 'kernel'],
    attributes: { ...windowAttributes, ...dilationAttribute },
    type: ([x, kernel], attributes) => {
      const k = kernel!.shape!
      if (k.length !== 4)
        return { problem: `the kernel of a depthwise convolution has rank 4, not ${shapeText(k)}` }
      const counts = windowCounts(x!.shape!, windowsOf(attributes, k.slice(0, 2)))
      if (isProblem(counts)) return counts
      if (!equals(x!.shape![3]!, k[2]!))
        return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(x!.shape)}` }
      return { dtype: 'float32', shape: [x!.shape![0]!, ...counts, multiply(k[2]!, k[3]!)] }
    },
    notation: {
      form: 'function',
      latex: '\\mathrm{depthconv}',
      text: 'depthconv',
      shown: ['strides', 'padding', 'dilations'],
    },
    cost: ([, kernel], _, shape) => sizeOf(shape) * sizeOf(kernel!.shape!.slice(0, 2) as readonly number[]),
    evaluate: ([x, kernel], attributes, type) => {
      const shape = type.shape as readonly number[]
      const [rows, columns, channels, multiplier] = kernel!.shape as readonly [number, number, number, number]
      const data = new Float64Array(sizeOf(shape))
      forWindows(x!.shape, [rows, columns], attributes, (output, input, place) => {
        for (let c = 0; c < channels; c++) {
          for (let m = 0; m < multiplier; m++) {
            data[(output * channels + c) * multiplier + m]! +=
              x!.data[input * channels + c]! * kernel!.data[(place * channels + c) * multiplier + m]!
          }
        }
      })
      return { shape, data, dtype: 'float32' }
    },
    derivative: { x: notYet, kernel: notYet },
    examples: [
      {
        shapes: [
          [2, 5, 7, 3],
          [3, 2, 3, 2],
        ],
        attributes: { strides: [2, 2], padding: 'same' },
      },
    ],
  },
  conv2dTranspose: {
    kind: 'primitive',
    title: 'transposed convolution',
    summary:
      'The transpose of the linear map that a convolution with a kernel [rows, columns, filters, channels] is.',
    source: 'tfjs-layers/src/layers/convolutional.ts (Conv2DTranspose, deconvLength)',
    inputs: ['x', 'kernel'],
    attributes: windowAttributes,
    type: ([x, kernel], { strides, padding }) => {
      const [shape, k] = [x!.shape!, kernel!.shape!]
      if (shape.length !== 4 || k.length !== 4)
        return {
          problem: `a transposed convolution takes [batch, height, width, channels] and a kernel of rank 4, not ${shapeText(shape)} and ${shapeText(k)}`,
        }
      if (!equals(shape[3]!, k[3]!))
        return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(shape)}` }
      const sizes = [0, 1].map(i => {
        const stride = (strides as readonly Dimension[])[i]!
        const length = multiply(shape[i + 1]!, stride)
        const overlap = subtract(k[i]!, stride)
        return padding === 'valid'
          ? add(length, typeof overlap === 'number' ? Math.max(overlap, 0) : overlap)
          : length
      })
      return { dtype: 'float32', shape: [shape[0]!, ...sizes, k[2]!] }
    },
    notation: {
      form: 'function',
      latex: '\\mathrm{conv}^{\\top}',
      text: 'convᵀ',
      shown: ['strides', 'padding'],
    },
    cost: ([x, kernel]) =>
      sizeOf(x!.shape as readonly number[]) * sizeOf(kernel!.shape!.slice(0, 3) as readonly number[]),
    evaluate: ([x, kernel], { strides, padding }, type) => {
      const shape = type.shape as readonly number[]
      const [batch, height, width, channels] = x!.shape as readonly [number, number, number, number]
      const [rows, columns, filters] = kernel!.shape as readonly [number, number, number]
      const [strideY, strideX] = strides as readonly [number, number]
      const [, outHeight, outWidth] = shape as readonly [number, number, number]
      const top = padBefore(outHeight, height, rows, strideY, 1, padding as string)
      const left = padBefore(outWidth, width, columns, strideX, 1, padding as string)
      const data = new Float64Array(sizeOf(shape))
      for (let n = 0; n < batch; n++) {
        for (let y = 0; y < height; y++) {
          for (let u = 0; u < width; u++) {
            const source = ((n * height + y) * width + u) * channels
            for (let i = 0; i < rows; i++) {
              const v = y * strideY - top + i
              if (v < 0 || v >= outHeight) continue
              for (let j = 0; j < columns; j++) {
                const w = u * strideX - left + j
                if (w < 0 || w >= outWidth) continue
                const to = ((n * outHeight + v) * outWidth + w) * filters
                for (let f = 0; f < filters; f++) {
                  const from = ((i * columns + j) * filters + f) * channels
                  let sum = 0
                  for (let c = 0; c < channels; c++) sum += x!.data[source + c]! * kernel!.data[from + c]!
                  data[to + f]! += sum
                }
              }
            }
          }
        }
      }
      return { shape, data, dtype: 'float32' }
    },
    derivative: { x: notYet, kernel: notYet },
    examples: [
      {
        shapes: [
          [2, 3, 4, 3],
          [2, 2, 5, 3],
        ],
        attributes: { strides: [2, 2] },
      },
      {
        shapes: [
          [1, 3, 4, 2],
          [3, 3, 4, 2],
        ],
        attributes: { strides: [2, 2], padding: 'same' },
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>

export { forWindows }
