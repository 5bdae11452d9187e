import type { TensorType } from '../../graph/type.js'
import { resolveAxis } from '../../ops/shape.js'
import { anyAxes, samples } from '../axes.js'
import { type LayerConfig, type LayerDefinition, unmodelled } from '../layer.js'
import { number, required } from './keys.js'

const folder = 'tfjs-layers/src/layers/preprocessing'

const listed = 'in a model, TensorFlow.js hands it a list of tensors, which it cannot resize'

const interpolation = {
  kind: { oneOf: ['bilinear', 'nearest'] },
  effect: 'function',
  tfjs: 'bilinear',
  paper: 'bilinear',
  summary: 'what stands in between',
} as const

/**
 * The rows of a crop in the middle, as `cropAndResize` picks them: it rounds positions in a box whose corners are
 * shares of the image, which can miss the rows that are meant.
 */
function picked(size: number, wanted: number, before: number): readonly number[] {
  const [from, to] = [before / size, (wanted + before) / size]
  return Array.from({ length: wanted }, (_, k) => {
    const step = wanted > 1 ? ((to - from) * (size - 1)) / (wanted - 1) : 0
    const at = wanted > 1 ? from * (size - 1) + k * step : 0.5 * (from + to) * (size - 1)
    return Math.round(Math.fround(at))
  })
}

/** A crop along one axis as a slice. `least`: what an offset of 0 becomes. */
function cropped(text: string, { shape }: TensorType, axis: number, wanted: unknown, least: number) {
  const size = shape![axis]
  if (typeof size !== 'number' || typeof wanted !== 'number')
    return unmodelled('a crop of images of unbound size is not modelled')
  if (size < wanted)
    return unmodelled('an image that is smaller than its crop is resized, which is not modelled')
  const before = size === wanted ? 0 : Math.floor((size - wanted) / 2) || least
  const rows = picked(size, wanted, before)
  const [first] = rows
  return rows.every((row, k) => row === first! + k) && first! >= 0 && rows.at(-1)! < size
    ? `slice[${axis}, ${first}, ${wanted}](${text})`
    : unmodelled('TensorFlow.js picks rows that do not follow one another')
}

function codes({ outputMode }: LayerConfig, x: TensorType) {
  const shape = x.shape!
  if (outputMode === 'int') return 'x'
  if (shape.length > 2) return { problem: 'it takes tensors of rank 2 or less' }
  if (outputMode === 'tfIdf') return { problem: 'this mode needs weights, which a model does not pass' }
  if (outputMode === 'oneHot')
    return shape.at(-1) === 1
      ? 'max[[-2], keepDims = false](oneHot[numTokens](x))'
      : { problem: 'one-hot codes are made of one number per example' }
  const combine = outputMode === 'count' ? 'sum' : 'max'
  return `${combine}[[-2], keepDims = false](oneHot[numTokens](x))`
}

/** Layers that prepare data. */
export const preprocessingLayers: readonly LayerDefinition[] = [
  {
    kind: 'rescaling',
    className: 'Rescaling',
    summary: 'Each element times a number, plus a number.',
    source: `${folder}/image_preprocessing.ts`,
    inputs: 'one',
    positionwise: true,
    axes: samples,
    config: { scale: required('number', 'the factor'), offset: number(0, 'what is added', 0) },
    parameters: () => [],
    means: ({ offset }) => (offset === 0 ? 'x * scale' : 'x * scale + offset'),
  },
  {
    kind: 'centerCrop',
    className: 'CenterCrop',
    summary: 'Rows and columns in the middle of an image.',
    source: `${folder}/center_crop.ts`,
    inputs: 'one',
    ranks: [3, 4],
    overwritesShape: true,
    axes: anyAxes,
    config: {
      height: required('positiveInteger', 'how many rows'),
      width: required('positiveInteger', 'how many columns'),
    },
    parameters: () => [],
    means: ({ height, width }, [x]) => {
      const rank = x!.shape!.length
      const rows = cropped('x', x!, resolveAxis(-3, rank) as number, height!, 0)
      if (typeof rows !== 'string') return rows
      // `CenterCrop.call` starts at the second column where half of the difference rounds to 0.
      return cropped(rows, x!, resolveAxis(-2, rank) as number, width!, 1)
    },
  },
  {
    kind: 'categoryEncoding',
    className: 'CategoryEncoding',
    summary: 'Whole numbers as codes with one position for each number.',
    unmodelledArguments: ['countWeights'],
    source: `${folder}/category_encoding.ts`,
    inputs: 'one',
    overwritesShape: true,
    axes: anyAxes,
    config: {
      numTokens: required('positiveInteger', 'how many numbers there are'),
      outputMode: {
        kind: { oneOf: ['int', 'oneHot', 'multiHot', 'count', 'tfIdf'] },
        effect: 'function',
        tfjs: 'multiHot',
        paper: 'multiHot',
        summary: 'what a position tells: whether or how often its number occurs',
      },
    },
    parameters: () => [],
    means: (config, [x]) => codes(config, x!),
  },
  {
    kind: 'resizing',
    className: 'Resizing',
    summary: 'An image of another size.',
    source: `${folder}/image_resizing.ts`,
    inputs: 'one',
    ranks: [3, 4],
    eagerOnly: listed,
    axes: anyAxes,
    config: {
      height: required('positiveInteger', 'how many rows'),
      width: required('positiveInteger', 'how many columns'),
      interpolation,
      cropToAspectRatio: {
        kind: 'boolean',
        effect: 'function',
        tfjs: false,
        paper: false,
        summary: 'whether corners stay where they are: they do without it',
      },
    },
    parameters: () => [],
    means: () => unmodelled('the resizing of an image is not modelled'),
  },
  {
    kind: 'randomWidth',
    className: 'RandomWidth',
    summary: 'An image of a width that is drawn at each call, in training and in inference.',
    source: `${folder}/random_width.ts`,
    inputs: 'one',
    ranks: [3, 4],
    eagerOnly: listed,
    axes: anyAxes,
    config: {
      factor: required('value', 'the range of the change, as a share of the width'),
      interpolation,
      seed: { kind: 'integer', effect: 'none', tfjs: null, summary: 'start of the random numbers' },
    },
    parameters: () => [],
    means: () => unmodelled('an image of a random size is not modelled'),
  },
]
