import type { Dimension } from '../../graph/dimension.js'
import { numericPadding, windowsOf } from '../../ops/window.js'
import type { RealTensor } from './framework.js'
import { type Kernel, type KernelContext, UncompiledOp } from './kernel.js'

interface Settings {
  readonly strides: number[]
  readonly dilations: number[]
  readonly padding: 'valid' | 'same' | readonly number[]
}

function settingsOf({ attributes }: KernelContext): Settings {
  const { strides, dilations, padding } = attributes
  return {
    strides: [...(strides as readonly number[])],
    dilations: [...(dilations as readonly number[])],
    padding: padding as Settings['padding'],
  }
}

/** The input with its padding in it, for padding in numbers; the windows are then inside. */
function padded(x: RealTensor, { tf }: KernelContext, amounts: readonly number[], value = 0): RealTensor {
  const pairs = amounts
    .filter((_, i) => i % 2 === 0)
    .map((before, i): [number, number] => [before, amounts[2 * i + 1]!])
  return tf.pad(x, [[0, 0], ...pairs, [0, 0]], value)
}

/**
 * The input with padding in numbers around it, also with what the last windows reach beyond where their count was rounded
 * up; padding by name is left to TensorFlow.js.
 */
function within(
  x: RealTensor,
  context: KernelContext,
  size: readonly number[],
  value = 0,
): { readonly input: RealTensor; readonly padding: 'valid' | 'same' } {
  const { padding, strides, dilations } = settingsOf(context)
  if (typeof padding === 'string') return { input: x, padding }
  const amounts = padding.map((amount, i) => {
    if (i % 2 === 0) return amount
    const axis = (i - 1) / 2
    const reached = (context.shape[axis + 1]! - 1) * strides[axis]! + (size[axis]! - 1) * dilations[axis]! + 1
    return Math.max(amount, reached - x.shape[axis + 1]! - padding[i - 1]!)
  })
  return { input: padded(x, context, amounts, value), padding: 'valid' }
}

/**
 * A kernel with zeros between its elements, which is the same as a step inside of windows: TensorFlow.js has no gradient
 * for such steps.
 */
function spread(kernel: RealTensor, { tf }: KernelContext, dilations: readonly number[]): RealTensor {
  let spread = kernel
  dilations.forEach((dilation, axis) => {
    if (dilation === 1) return
    const { shape } = spread
    const apart = tf.reshape(spread, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)])
    const zeros = apart.shape.map((_, i): [number, number] => [0, i === axis + 1 ? dilation - 1 : 0])
    const joined = tf.reshape(tf.pad(apart, zeros), shape.with(axis, shape[axis]! * dilation))
    const size = shape.with(axis, (shape[axis]! - 1) * dilation + 1)
    spread = tf.slice(
      joined,
      shape.map(() => 0),
      size,
    )
  })
  return spread
}

/** Per axis as TensorFlow.js takes it for two axes and for three. */
const pair = (list: readonly number[]) => [list[0]!, list[1]!] as [number, number]
const triple = (list: readonly number[]) => [list[0]!, list[1]!, list[2]!] as [number, number, number]

const conv2d: Kernel = ([x, kernel], context) => {
  const { strides, dilations } = settingsOf(context)
  const { input, padding } = within(x!, context, kernel!.shape)
  return context.tf.conv2d(
    input as never,
    spread(kernel!, context, dilations) as never,
    pair(strides),
    padding,
  )
}

const conv3d: Kernel = ([x, kernel], context) => {
  const { strides, dilations } = settingsOf(context)
  const { input, padding } = within(x!, context, kernel!.shape)
  return context.tf.conv3d(
    input as never,
    spread(kernel!, context, dilations) as never,
    triple(strides),
    padding,
  )
}

/** TensorFlow.js has no dilations here, and takes padding by name. */
function named(context: KernelContext): { readonly strides: number[]; readonly padding: 'valid' | 'same' } {
  const { strides, dilations, padding } = settingsOf(context)
  if (typeof padding !== 'string' || dilations.some(dilation => dilation !== 1))
    throw new UncompiledOp(
      'TensorFlow.js has no transposed convolution with padding in numbers or with dilations',
    )
  return { strides, padding }
}

const conv2dTranspose: Kernel = ([x, kernel], context) => {
  const { strides, padding } = named(context)
  const { tf, shape } = context
  return tf.conv2dTranspose(x as never, kernel as never, [...shape] as never, pair(strides), padding)
}

const conv3dTranspose: Kernel = ([x, kernel], context) => {
  const { strides, padding } = named(context)
  const { tf, shape } = context
  return tf.conv3dTranspose(x as never, kernel as never, [...shape] as never, triple(strides), padding)
}

const depthwiseConv2d: Kernel = ([x, kernel], context) => {
  const { strides, dilations } = settingsOf(context)
  const { input, padding } = within(x!, context, kernel!.shape)
  return context.tf.depthwiseConv2d(
    input as never,
    spread(kernel!, context, dilations) as never,
    pair(strides),
    padding,
  )
}

/** What is outside never is the largest. */
const outside = -3e38

function maximum(x: RealTensor, context: KernelContext): RealTensor {
  const { tf, attributes } = context
  const size = attributes.poolSize as readonly number[]
  const { strides, dilations } = settingsOf(context)
  const { input, padding } = within(x, context, size, outside)
  return size.length === 2
    ? tf.pool(input as never, pair(size), 'max', padding, pair(dilations), pair(strides))
    : tf.maxPool3d(input as never, triple(size), triple(strides), padding)
}

const maxPool: Kernel = ([x], context) => maximum(x!, context)

/** The mean of what is inside: sums of windows over how many elements each has. */
const averagePool: Kernel = ([x], context) => {
  const { tf, attributes } = context
  const size = attributes.poolSize as readonly number[]
  const { strides, dilations, padding } = settingsOf(context)
  if (typeof padding === 'string')
    return size.length === 2
      ? tf.pool(x as never, pair(size), 'avg', padding, pair(dilations), pair(strides))
      : tf.avgPool3d(x as never, triple(size), triple(strides), padding)
  if (size.length !== 2)
    throw new UncompiledOp('TensorFlow.js has no mean of 3d windows with padding in numbers')
  const windows = windowsOf(attributes, attributes.poolSize as readonly Dimension[])
  const amounts = numericPadding(x!.shape, windows) ?? []
  const mean = (values: RealTensor) =>
    tf.pool(
      padded(values, context, amounts) as never,
      pair(size),
      'avg',
      'valid',
      pair(dilations),
      pair(strides),
    )
  return tf.div(mean(x!), mean(tf.onesLike(x!)))
}

const maximumGradient: Kernel = ([x, g], context) => context.tf.grad(given => maximum(given, context))(x!, g!)

/** Convolutions and windows. */
export const windowKernels = {
  conv2d,
  conv3d,
  conv2dTranspose,
  conv3dTranspose,
  depthwiseConv2d,
  maxPool2d: maxPool,
  maxPool3d: maxPool,
  averagePool2d: averagePool,
  averagePool3d: averagePool,
  maxPool2dGradient: maximumGradient,
  maxPool3dGradient: maximumGradient,
} as const satisfies Readonly<Record<string, Kernel>>
