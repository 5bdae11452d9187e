import { add, type Dimension, equals, multiply, subtract } from '../graph/dimension.js'
import type { Attribute, Attributes } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type Shape, shapeText, type TensorType } from '../graph/type.js'
import { channelsLast, firstAxis } from './axes.js'
import type { Derivative, NoDerivative, Notation, PrimitiveOp } from './op.js'
import { convolvedPositions } from './positions.js'
import { noRole } from './roles.js'
import { sizeOf } from './shape.js'
import { forWindows, numericPadding, windowAttributes, windowCounts, windowsOf } from './window.js'

const names: Readonly<
  Record<number, { readonly title: string; readonly axes: string; readonly kernel: string }>
> = {
  2: { title: 'two-dimensional', axes: 'height, width', kernel: 'rows, columns' },
  3: { title: 'three-dimensional', axes: 'depth, height, width', kernel: 'planes, rows, columns' },
}

/** `x ∗ W`, with what the windows do beside stepping by one as a subscript of the sign. */
export function convolutionSign(latex: string, text: string): Notation {
  return {
    form: 'infix',
    latex,
    text,
    precedence: 30,
    associative: 'left',
    shown: [
      { attribute: 'strides', label: 'stride' },
      'padding',
      { attribute: 'dilations', label: 'dilation' },
      'rounding',
    ],
  }
}

/** A problem where a kernel does not fit: its rank, and its axis that must be as long as the channels of x. */
function misfit(x: TensorType, kernel: TensorType, axes: number, channels: number): Problem | undefined {
  const k = kernel.shape!
  if (k.length !== axes + 2)
    return {
      problem: `the kernel of a ${names[axes]!.title} convolution has rank ${axes + 2}, not ${shapeText(k)}`,
    }
  if (x.shape!.length === axes + 2 && !equals(x.shape!.at(-1)!, k[channels]!))
    return { problem: `the kernel ${shapeText(k)} does not fit the channels of ${shapeText(x.shape)}` }
  return undefined
}

const list = (values: Attribute | undefined) =>
  Array.isArray(values) ? `[${values.join(', ')}]` : `'${values}'`

const rounded = {
  none: 'windows that begin inside and end outside of the padding have no transpose',
} as const

/**
 * The gradient of a kernel: the convolution of the input, its batch as channels, with the gradient as kernel.
 * `shape` is the input's.
 */
export function kernelGradient(
  input: string,
  incoming: string,
  shape: Shape,
  kernel: TensorType,
  attributes: Attributes,
): string | NoDerivative {
  if ('rounding' in attributes && attributes.rounding !== 'floor') return rounded
  const axes = shape.length - 2
  const padding =
    attributes.padding === 'same'
      ? numericPadding(shape, windowsOf(attributes, kernel.shape!.slice(0, axes)))
      : attributes.padding
  if (padding === undefined) return { none: 'the zeros of the padding depend on sizes that are not numbers' }
  const inner = Array.from({ length: axes }, (_, i) => i + 1)
  const batchLast = `[${[axes + 1, ...inner, 0].join(', ')}]`
  const kernelLike = `[${[...inner, 0, axes + 1].join(', ')}]`
  const whole = `conv${axes}d[${list(attributes.dilations)}, ${list(padding)}, ${list(attributes.strides)}](transpose[${batchLast}](${input}), transpose[${kernelLike}](${incoming}))`
  const cut = inner.reduce(
    (inside, axis) => `slice[${axis}, 0, extent[${axis - 1}](kernel)](${inside})`,
    whole,
  )
  return `transpose[${kernelLike}](${cut})`
}

/** The gradient of a convolution's input, for a kernel given as an expression. */
export const inputGradient =
  (axes: number, kernel: string): Derivative =>
  ({ rounding }) =>
    rounding !== 'floor'
      ? rounded
      : `conv${axes}dTranspose[strides, padding, dilations, [${Array.from({ length: axes }, (_, i) => `extent[${i + 1}](x)`).join(', ')}]](g, ${kernel})`

/** A convolution over a number of axes, channels last; the kernel is not flipped. */
export function convolution(axes: 2 | 3, examples: PrimitiveOp['examples']): PrimitiveOp {
  const { title, axes: inner, kernel: places } = names[axes]!
  return {
    kind: 'primitive',
    title: `${title} convolution`,
    summary: `x [batch, ${inner}, channels] with a kernel [${places}, channels, filters], without flipping the kernel.`,
    source: `tfjs-core/src/ops/conv${axes}d.ts`,
    inputs: ['x', 'kernel'],
    attributes: windowAttributes(axes),
    type: ([x, kernel], attributes) => {
      const problem = misfit(x!, kernel!, axes, axes)
      if (problem) return problem
      const counts = windowCounts(x!.shape!, windowsOf(attributes, kernel!.shape!.slice(0, axes)))
      if (isProblem(counts)) return counts
      return { dtype: 'float32', shape: [x!.shape![0]!, ...counts, kernel!.shape!.at(-1)!] }
    },
    axes: firstAxis,
    axisOrder: channelsLast(axes),
    positions: convolvedPositions(2, 1),
    affine: [['x'], ['kernel']],
    role: noRole,
    notation: convolutionSign('\\ast', '∗'),
    columns: 'kernel',
    cost: ([, kernel], _, shape) => sizeOf(shape) * sizeOf(kernel!.shape!.slice(0, -1) as readonly number[]),
    evaluate: ([x, kernel], attributes, type) => {
      const shape = type.shape as readonly number[]
      const inputs = kernel!.shape[axes]!
      const filters = kernel!.shape[axes + 1]!
      const data = new Float64Array(sizeOf(shape))
      const [values, weights] = [x!.data, kernel!.data]
      forWindows(x!.shape, windowsOf(attributes, kernel!.shape.slice(0, axes)), (window, element, place) => {
        const to = window * filters
        for (let c = 0; c < inputs; c++) {
          const value = values[element * inputs + c]!
          if (value === 0) continue
          const from = (place * inputs + c) * filters
          for (let f = 0; f < filters; f++) data[to + f]! += value * weights[from + f]!
        }
      })
      return { shape, data, dtype: 'float32' }
    },
    derivative: {
      x: inputGradient(axes, 'kernel'),
      kernel: (attributes, [x, kernel]) => kernelGradient('x', 'g', x!.shape!, kernel!, attributes),
    },
    examples,
  }
}

/** The shape after a transposed convolution: the inner sizes as given, or as TensorFlow.js's layer has them. */
function transposedShape(x: TensorType, kernel: TensorType, attributes: Attributes, axes: number): Shape {
  const { outputSize, strides, padding } = attributes
  const around = (sizes: readonly Dimension[]) => [x.shape![0]!, ...sizes, kernel.shape![axes]!]
  if (Array.isArray(outputSize)) return around(outputSize as readonly Dimension[])
  const sizes = (strides as readonly Dimension[]).map((stride, i) => {
    const length = multiply(x.shape![i + 1]!, stride)
    if (padding !== 'valid') return length
    const overlap = subtract(kernel.shape![i]!, stride)
    return add(length, typeof overlap === 'number' ? Math.max(overlap, 0) : overlap)
  })
  return around(sizes)
}

/** The transpose of the linear map that a convolution is. */
export function transposedConvolution(axes: 2 | 3, examples: PrimitiveOp['examples']): PrimitiveOp {
  const { title, kernel: places, axes: inner } = names[axes]!
  return {
    kind: 'primitive',
    title: `${title} transposed convolution`,
    summary: `The transpose of the linear map that a convolution with a kernel [${places}, filters, channels] is, on x [batch, ${inner}, channels].`,
    source: 'tfjs-layers/src/layers/convolutional.ts (deconvLength), tfjs-core/src/ops/conv2d_transpose.ts',
    inputs: ['x', 'kernel'],
    attributes: {
      strides: windowAttributes(axes).strides,
      padding: windowAttributes(axes).padding,
      dilations: windowAttributes(axes).dilations,
      outputSize: {
        kind: 'perAxis',
        default: null,
        summary: `the sizes [${inner}] of the result, where not the usual ones`,
      },
    },
    type: ([x, kernel], attributes) => {
      if (x!.shape!.length !== axes + 2)
        return {
          problem: `a transposed convolution takes [batch, ${inner}, channels], not ${shapeText(x!.shape)}`,
        }
      const problem = misfit(x!, kernel!, axes, axes + 1)
      if (problem) return problem
      const shape = transposedShape(x!, kernel!, attributes, axes)
      const counts = windowCounts(shape, windowsOf(attributes, kernel!.shape!.slice(0, axes)))
      if (isProblem(counts)) return counts
      const wrong = counts.some((count, i) => typeof count === 'number' && !equals(count, x!.shape![i + 1]!))
      return wrong && shape.every(size => typeof size === 'number')
        ? { problem: `no convolution of ${shapeText(shape)} gives ${shapeText(x!.shape)}` }
        : { dtype: 'float32', shape }
    },
    axes: firstAxis,
    axisOrder: channelsLast(axes),
    positions: convolvedPositions(1, 2),
    affine: [['x'], ['kernel']],
    role: noRole,
    notation: convolutionSign('\\ast^{\\top}', '∗ᵀ'),
    cost: ([x, kernel]) =>
      sizeOf(x!.shape as readonly number[]) * sizeOf(kernel!.shape!.slice(0, -1) as readonly number[]),
    evaluate: ([x, kernel], attributes, type): Tensor => {
      const shape = type.shape as readonly number[]
      const filters = kernel!.shape[axes]!
      const channels = kernel!.shape[axes + 1]!
      const data = new Float64Array(sizeOf(shape))
      forWindows(shape, windowsOf(attributes, kernel!.shape.slice(0, axes)), (window, element, place) => {
        for (let f = 0; f < filters; f++) {
          const from = (place * filters + f) * channels
          let sum = 0
          for (let c = 0; c < channels; c++) sum += x!.data[window * channels + c]! * kernel!.data[from + c]!
          data[element * filters + f]! += sum
        }
      })
      return { shape, data, dtype: 'float32' }
    },
    derivative: {
      x: `conv${axes}d[strides, padding, dilations](g, kernel)`,
      // The gradient takes the place of the convolution's input, and x that of its gradient.
      kernel: (attributes, [x, kernel]) =>
        kernelGradient('g', 'x', transposedShape(x!, kernel!, attributes, axes), kernel!, attributes),
    },
    examples,
  }
}
