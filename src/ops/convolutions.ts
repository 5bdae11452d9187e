import { equals, multiply } from '../graph/dimension.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { channelsLast, firstAxis } from './axes.js'
import {
  convolution,
  convolutionSign,
  inputGradient,
  kernelGradient,
  transposedConvolution,
} from './convolution.js'
import type { Op } from './op.js'
import { positionsOfExamples } from './positions.js'
import { noRole } from './roles.js'
import { sizeOf } from './shape.js'
import { forWindows, windowAttributes, windowCounts, windowsOf } from './window.js'

/** The kernel [rows, columns, channels, multiplier] as that of an ordinary convolution, which is 0 between channels. */
const fullKernel =
  'reshape[[extent[0](kernel), extent[1](kernel), extent[2](kernel), -1]](expandDims[[3]](kernel) * expandDims[[-1]](eye[extent[2](kernel)]()))'

/** Sliding products with kernels; channels come last. */
export const convolutions = {
  conv1d: {
    kind: 'derived',
    title: 'one-dimensional convolution',
    summary: 'x [batch, time, channels] with a kernel [size, channels, filters].',
    source: 'tfjs-core/src/ops/conv1d.ts',
    inputs: ['x', 'kernel'],
    attributes: {
      stride: { kind: 'integer', default: 1, summary: 'the step from one window to the next' },
      padding: windowAttributes(1).padding,
      dilation: { kind: 'integer', default: 1, summary: 'the step inside a window' },
    },
    type: ([x, kernel], { stride, padding, dilation }) => {
      const [shape, k] = [x!.shape!, kernel!.shape!]
      if (shape.length !== 3 || k.length !== 3)
        return {
          problem: `a one-dimensional convolution takes [batch, time, channels] and a kernel of rank 3, not ${shapeText(shape)} and ${shapeText(k)}`,
        }
      const counts = windowCounts(
        shape,
        windowsOf({ strides: [stride!], padding: padding!, dilations: [dilation!] }, [k[0]!]),
      )
      if (isProblem(counts)) return counts
      if (!equals(shape[2]!, k[1]!))
        return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(shape)}` }
      return { dtype: 'float32', shape: [shape[0]!, counts[0]!, k[2]!] }
    },
    axes: firstAxis,
    axisOrder: channelsLast(1),
    role: noRole,
    notation: {
      form: 'infix',
      latex: '\\ast',
      text: '∗',
      precedence: 30,
      associative: 'left',
      shown: [
        { attribute: 'stride', label: 'stride' },
        'padding',
        { attribute: 'dilation', label: 'dilation' },
      ],
    },
    means: ({ padding }) =>
      `squeeze[[1]](conv2d[[1, stride], ${Array.isArray(padding) ? '[0, 0, padding]' : 'padding'}, [1, dilation]](expandDims[[1]](x), expandDims[[0]](kernel)))`,
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
      {
        shapes: [
          [2, 7, 3],
          [3, 3, 4],
        ],
        attributes: { padding: [2, 0], dilation: 2 },
      },
    ],
  },
  conv2d: convolution(2, [
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
    {
      shapes: [
        [1, 6, 5, 2],
        [3, 3, 2, 2],
      ],
      attributes: { strides: [2, 2], padding: [1, 0, 2, 1] },
    },
    {
      shapes: [
        [1, 6, 6, 1],
        [3, 3, 1, 2],
      ],
      attributes: { strides: [2, 2], padding: [1, 1, 1, 1], rounding: 'ceil' },
    },
  ]),
  conv3d: convolution(3, [
    {
      shapes: [
        [2, 3, 4, 3, 2],
        [2, 2, 2, 2, 3],
      ],
    },
    {
      shapes: [
        [1, 4, 3, 4, 1],
        [2, 2, 2, 1, 2],
      ],
      attributes: { strides: [2, 2, 2], padding: 'same' },
    },
  ]),
  conv2dTranspose: transposedConvolution(2, [
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
    {
      shapes: [
        [1, 3, 4, 2],
        [3, 3, 4, 2],
      ],
      attributes: { strides: [2, 2], padding: 'same', outputSize: [5, 7] },
    },
  ]),
  conv3dTranspose: transposedConvolution(3, [
    {
      shapes: [
        [1, 2, 3, 2, 2],
        [2, 2, 2, 3, 2],
      ],
      attributes: { strides: [2, 2, 2], padding: 'same' },
    },
  ]),
  depthwiseConv2d: {
    kind: 'primitive',
    title: 'depthwise convolution',
    summary: 'Each channel of x with its own kernels [rows, columns, channels, multiplier].',
    source: 'tfjs-core/src/ops/depthwise_conv2d.ts',
    inputs: ['x', 'kernel'],
    attributes: windowAttributes(2),
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
    axes: firstAxis,
    axisOrder: channelsLast(2),
    positions: positionsOfExamples,
    affine: [['x'], ['kernel']],
    role: noRole,
    notation: convolutionSign('\\circledast', '⊛'),
    cost: ([, kernel], _, shape) => sizeOf(shape) * sizeOf(kernel!.shape!.slice(0, 2) as readonly number[]),
    evaluate: ([x, kernel], attributes, type) => {
      const shape = type.shape as readonly number[]
      const channels = kernel!.shape[2]!
      const multiplier = kernel!.shape[3]!
      const data = new Float64Array(sizeOf(shape))
      forWindows(x!.shape, windowsOf(attributes, kernel!.shape.slice(0, 2)), (window, element, place) => {
        for (let c = 0; c < channels; c++) {
          for (let m = 0; m < multiplier; m++) {
            data[(window * channels + c) * multiplier + m]! +=
              x!.data[element * channels + c]! * kernel!.data[(place * channels + c) * multiplier + m]!
          }
        }
      })
      return { shape, data, dtype: 'float32' }
    },
    derivative: {
      x: inputGradient(2, fullKernel),
      // The blocks of the ordinary kernel's gradient that belong to one channel.
      kernel: (attributes, [x, kernel]) => {
        const [rows, columns, channels, multiplier] = kernel!.shape!
        const shape = [rows!, columns!, channels!, multiply(channels!, multiplier!)]
        const whole = kernelGradient('x', 'g', x!.shape!, { dtype: 'float32', shape }, attributes)
        if (typeof whole !== 'string') return whole
        const blocks = `reshape[[extent[0](kernel), extent[1](kernel), extent[2](kernel), extent[2](kernel), extent[3](kernel)]](${whole})`
        return `sum[[3], keepDims = false](${blocks} * expandDims[[-1]](eye[extent[2](kernel)]()))`
      },
    },
    examples: [
      {
        shapes: [
          [2, 5, 7, 3],
          [3, 2, 3, 2],
        ],
        attributes: { strides: [2, 2], padding: 'same' },
      },
      {
        shapes: [
          [1, 6, 5, 2],
          [3, 3, 2, 1],
        ],
        attributes: { dilations: [2, 1] },
      },
      {
        shapes: [
          [1, 4, 4, 2],
          [3, 3, 2, 1],
        ],
        attributes: { padding: [1, 1, 2, 0] },
      },
    ],
  },
  separableConv2d: {
    kind: 'derived',
    title: 'separable convolution',
    summary: 'A depthwise convolution, then one with a kernel [1, 1, channels, filters].',
    source: 'tfjs-core/src/ops/separable_conv2d.ts',
    inputs: ['x', 'depthwise', 'pointwise'],
    attributes: windowAttributes(2),
    type: ([x, depthwise, pointwise], attributes) => {
      const [k, p] = [depthwise!.shape!, pointwise!.shape!]
      if (k.length !== 4 || p.length !== 4 || p[0] !== 1 || p[1] !== 1)
        return {
          problem: `a separable convolution takes kernels of rank 4, the second [1, 1, …], not ${shapeText(k)} and ${shapeText(p)}`,
        }
      const counts = windowCounts(x!.shape!, windowsOf(attributes, k.slice(0, 2)))
      if (isProblem(counts)) return counts
      if (!equals(x!.shape![3]!, k[2]!) || !equals(p[2]!, multiply(k[2]!, k[3]!)))
        return {
          problem: `the kernels ${shapeText(k)} and ${shapeText(p)} do not fit ${shapeText(x!.shape)}`,
        }
      return { dtype: 'float32', shape: [x!.shape![0]!, ...counts, p[3]!] }
    },
    axes: firstAxis,
    axisOrder: channelsLast(2),
    role: noRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{sepconv}',
      text: 'sepconv',
      shown: [
        { attribute: 'strides', label: 'stride' },
        'padding',
        { attribute: 'dilations', label: 'dilation' },
        'rounding',
      ],
    },
    means: 'conv2d(depthwiseConv2d[strides, padding, dilations, rounding](x, depthwise), pointwise)',
    examples: [
      {
        shapes: [
          [2, 5, 4, 3],
          [2, 2, 3, 2],
          [1, 1, 6, 4],
        ],
      },
      {
        shapes: [
          [1, 6, 5, 2],
          [3, 3, 2, 1],
          [1, 1, 2, 3],
        ],
        attributes: { strides: [2, 2], padding: 'same' },
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
