import { type Dimension, equals } from '../../../graph/dimension.js'
import {
  type Arguments,
  flag,
  type GradientLimit,
  noGradient,
  noGradientIf,
  number,
  type Result,
  real,
  shape,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  text,
  whole,
} from './function.js'

const image = { shape: [2, 3, 4, 5] } as const

/** Images are of rank 4, or of rank 3 without a batch. */
const batched = (given: Arguments, means: (x: string) => string): Result => {
  const rank = given.tensor('images').shape!.length
  if (rank === 4) return means('images')
  return rank === 3
    ? `squeeze[[0]](${means('expandDims[[0]](images)')})`
    : { problem: 'images have the shape [batch, height, width, channels]' }
}

const isMultiple = (old: Dimension | undefined, size: Dimension | undefined): boolean =>
  typeof old === 'number' && typeof size === 'number' && (size % old === 0 || old % size === 0)

/** What is wrong with the gradients of the plain JavaScript backend (tfjs-backend-cpu/src/kernels/Resize*Grad.ts). */
function resizedGradient(op: string, given: Arguments): GradientLimit | undefined {
  const [height, width] = given.tensor('images').shape!.slice(-3)
  if (op === 'resizeNearestNeighbor') {
    const [tall, wide] = given.list('size')
    const isWhole = isMultiple(height, tall) && isMultiple(width, wide)
    return isWhole && !given.flag('alignCorners') && !given.flag('halfPixelCenters')
      ? undefined
      : { throws: false, reason: 'TensorFlow.js adds up other elements than those that were copied' }
  }
  return equals(height!, width!)
    ? undefined
    : { throws: false, reason: 'the plain JavaScript backend exchanges height and width' }
}

const resize = (op: string): TensorFunction => ({
  method: true,
  arguments: [tensor('images'), shape('size'), flag('alignCorners'), flag('halfPixelCenters')],
  means: given => {
    const { dtype } = given.tensor('images')
    if (dtype === 'bool') return { problem: 'images are numbers' }
    const [height, width] = given.list('size')
    if (height === undefined || width === undefined) return { problem: 'a size is a height and a width' }
    const size = `${given.put(height)}, ${given.put(width)}`
    const isWhole = dtype !== 'float32' && op === 'resizeBilinear'
    return batched(
      given,
      x => `${op}[${size}, alignCorners, halfPixelCenters](${isWhole ? `cast['float32'](${x})` : x})`,
    )
  },
  examples: [
    [image, [5, 7]],
    [{ shape: [3, 4, 2] }, [2, 3]],
    [{ shape: [3, 4, 2], dtype: 'int32', range: [0, 255] }, [2, 3]],
    [image, [5, 7], true],
    [image, [6, 7], false, true],
  ],
  gradient: given => resizedGradient(op, given),
  source: `tfjs-core/src/ops/image/${op === 'resizeBilinear' ? 'resize_bilinear' : 'resize_nearest_neighbor'}.ts`,
})

/** `tf.image` and rearrangements of pixels. */
export const images: TensorFunctions = {
  'image.resizeBilinear': { ...resize('resizeBilinear'), method: ['resizeBilinear'] },
  'image.resizeNearestNeighbor': { ...resize('resizeNearestNeighbor'), method: ['resizeNearestNeighbor'] },
  'image.flipLeftRight': {
    ...noGradient,
    arguments: [real('image')],
    means: given =>
      given.tensor('image').shape!.length === 4
        ? 'reverse[2](image)'
        : { problem: 'images have the shape [batch, height, width, channels]' },
    examples: [[image]],
    source: 'tfjs-core/src/ops/image/flip_left_right.ts',
  },
  'image.rgbToGrayscale': {
    ...noGradient,
    arguments: [tensor('image')],
    means: given => {
      const { shape: sizes, dtype } = given.tensor('image')
      if (sizes!.length < 2 || sizes!.at(-1) !== 3) return { problem: 'the last axis holds three colours' }
      const weights = `constant[[3], ${given.put([0.2989, 0.587, 0.114])}, 'float32']()`
      const grey = `sum[[-1], true](image * ${weights})`
      return dtype === 'float32' ? grey : `cast[${given.put(dtype)}](${grey})`
    },
    examples: [
      [{ shape: [2, 4, 3] }],
      [{ shape: [2, 3, 4, 3] }],
      [{ shape: [2, 4, 3], dtype: 'int32', range: [0, 255] }],
    ],
    source: 'tfjs-core/src/ops/image/rgb_to_grayscale.ts',
  },
  'image.grayscaleToRGB': {
    arguments: [tensor('image')],
    means: given => {
      const sizes = given.tensor('image').shape!
      return sizes.length > 1 && sizes.at(-1) === 1
        ? `tile[${sizes.length - 1}, 3](image)`
        : { problem: 'the last axis holds one number' }
    },
    examples: [[{ shape: [2, 4, 1] }], [{ shape: [2, 3, 4, 1], dtype: 'int32', range: [0, 9] }]],
    source: 'tfjs-core/src/ops/image/grayscale_to_rgb.ts',
  },
  depthToSpace: {
    ...noGradient,
    method: true,
    arguments: [real('x'), whole('blockSize', 2), text('dataFormat', 'NHWC')],
    means: given =>
      given.value('dataFormat') === 'NHWC'
        ? 'depthToSpace[blockSize](x)'
        : { problem: 'channels in front are not modelled' },
    examples: [[{ shape: [2, 3, 2, 8] }, 2]],
  },
  'linalg.bandPart': {
    arguments: [tensor('a'), number('numLower'), number('numUpper')],
    means: given => {
      const sides = given.tensor('a').shape!.slice(-2)
      const isOutside = ['numLower', 'numUpper'].some((name, i) => {
        const [side, width] = [sides[i], given.value(name)]
        return typeof side === 'number' && typeof width === 'number' && width > side
      })
      return isOutside ? { problem: 'a band is no wider than the matrix' } : 'bandPart[numLower, numUpper](a)'
    },
    // Matrices are taken apart and put together again, which has no gradient for one.
    ...noGradientIf('TensorFlow.js has no gradient for it with one matrix', given =>
      given
        .tensor('a')
        .shape!.slice(0, -2)
        .every(size => size === 1),
    ),
    examples: [
      [{ shape: [4, 4] }, -1, 0],
      [{ shape: [2, 3, 4] }, 1, 1],
      [{ shape: [3, 3] }, 0, -1],
    ],
    source: 'tfjs-core/src/ops/linalg/band_part.ts',
  },
}
