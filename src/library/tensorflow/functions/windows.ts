import { type Dimension, equals } from '../../../graph/dimension.js'
import type { Attribute } from '../../../graph/node.js'
import {
  type ArgumentDeclaration,
  type Arguments,
  type ExampleArgument,
  type GradientLimit,
  noGradient,
  noGradientIf,
  number,
  type Result,
  real,
  shape,
  type TensorFunction,
  type TensorFunctions,
  text,
} from './function.js'

const of = (...sizes: readonly number[]): ExampleArgument => ({ shape: sizes })
const window = (name: string, usual?: Attribute): ArgumentDeclaration => ({
  name,
  kind: 'shape',
  ...(usual !== undefined && { default: usual }),
})
const padding: ArgumentDeclaration = { name: 'pad', kind: 'value' }
/** Without it, sizes are rounded down (tfjs-core/src/ops/conv_util.ts, conditionalRound). */
const rounding: ArgumentDeclaration = { name: 'dimRoundingMode', kind: 'text', default: null }

const roundingOf = (given: Arguments): string => given.put(given.value('dimRoundingMode') ?? 'floor')

/** The order of the axes that is modelled, by the number of axes between batch and channels. */
const layouts = { 1: 'NWC', 2: 'NHWC', 3: 'NDHWC' } as const
type Axes = keyof typeof layouts

/** One size for each axis. */
const each = (given: Arguments, name: string, axes: Axes): string => {
  const list = given.list(name)
  return given.put(list.length === 1 ? new Array(axes).fill(list[0]!) : [...list])
}

/** Padding by name, or by the zeros before and after along each axis (tfjs-core/src/ops/conv_util.ts, getPadAndOutInfo). */
function paddingOf(given: Arguments, axes: Axes): string | undefined {
  const pad = given.value('pad')
  if (pad === 'same' || pad === 'valid') return `'${pad}'`
  if (typeof pad === 'number') return given.put(new Array(2 * axes).fill(pad))
  if (!Array.isArray(pad) || pad.length !== axes + 2) return undefined
  const ends = pad.slice(1, -1).flat() as readonly Attribute[]
  return ends.length === 2 * axes ? given.put(ends) : undefined
}

interface Sliding {
  /** The argument over which the window slides. */
  readonly over?: string
  /** The sizes of the window. */
  readonly sizes: readonly Dimension[]
  readonly strides?: readonly Dimension[]
  readonly dilations?: readonly Dimension[]
  readonly layout?: Attribute
  /** Whether elements of the window are compared or averaged, without a filter. */
  readonly isPooled?: true
}

const isSpaced = (step: Dimension) => step !== 1

const areEqual = (sizes: readonly Dimension[]) => sizes.every(size => equals(size, sizes[0]!))

/** A sliding window over the axes between batch and channels; a single example has no batch axis. */
export function overAxes(
  given: Arguments,
  axes: Axes,
  {
    over = 'x',
    sizes,
    strides = given.list('strides'),
    dilations = [],
    layout = layouts[axes],
    isPooled,
  }: Sliding,
  means: (x: string, padding: string) => string,
): Result {
  const pad = paddingOf(given, axes)
  if (layout !== layouts[axes]) return { problem: `the data format ${String(layout)} is not modelled` }
  if (pad === undefined) return { problem: 'the padding is not known' }
  const rounded = given.value('dimRoundingMode') as Attribute | undefined
  if (typeof rounded === 'string' && ![given.value('pad')].flat(2).every(Number.isInteger))
    return { problem: 'sizes are rounded only where the padding is whole numbers' }
  // In the padding alone, a window has no element; one that is a single element is read as if there were no padding.
  const widest = [given.value('pad')]
    .flat(2)
    .reduce((most: number, size) => Math.max(most, Number(size) || 0), 0)
  if (isPooled && sizes.some(size => typeof size === 'number' && size <= widest))
    return { problem: 'windows that lie in the padding are not modelled' }
  if (strides.some(isSpaced) && dilations.some(isSpaced)) return { problem: 'strides or dilations must be 1' }
  // For padding by one number, TensorFlow.js counts windows along all axes as along the first (computeOutputShape2D).
  const isSquare = () => [sizes, dilations, strides].every(areEqual)
  if (typeof given.value('pad') === 'number' && !isSquare())
    return { problem: 'padding by a number is modelled for square windows only' }
  return given.tensor(over).shape!.length === axes + 1
    ? `squeeze[[0]](${means(`expandDims[[0]](${over})`, pad)})`
    : means(over, pad)
}

/** Steps between the elements of a window other than 1 (tfjs-core/src/gradients/Conv2D_grad.ts and its kin). */
export const noGradientWhereDilated = (name: string) =>
  noGradientIf('TensorFlow.js has no gradient for it with dilations', given =>
    given.list(name).some(step => step !== 1),
  )

/** The sizes of a filter. */
const sizesOf = (given: Arguments, axes: Axes, name = 'filter'): readonly Dimension[] =>
  given.tensor(name).shape!.slice(0, axes)

const ones = (axes: Axes): readonly number[] => new Array<number>(axes).fill(1)

const convolution = (op: string): TensorFunction => ({
  method: true,
  arguments: [
    real('x'),
    real('filter'),
    window('strides'),
    padding,
    text('dataFormat', 'NHWC'),
    window('dilations', [1, 1]),
    rounding,
  ],
  means: given => convolved(given, op),
  ...noGradientWhereDilated('dilations'),
  examples: [
    [of(2, 6, 5, 3), of(3, 2, 3, 4), 1, 'same'],
    [of(2, 6, 5, 3), of(3, 2, 3, 4), [2, 1], 'valid'],
    [of(6, 5, 3), of(3, 3, 3, 4), 2, 1],
    [of(2, 6, 5, 3), of(3, 3, 3, 4), 2, 1, 'NHWC', [1, 1], 'ceil'],
    [of(2, 6, 5, 3), of(2, 2, 3, 4), 1, 'valid', 'NHWC', [2, 1]],
    [
      of(2, 6, 5, 3),
      of(3, 2, 3, 4),
      1,
      [
        [0, 0],
        [2, 1],
        [0, 1],
        [0, 0],
      ],
    ],
  ],
})

/** A convolution of images, by the arguments that all of them have. */
export function convolved(given: Arguments, op: string): Result {
  return overAxes(
    given,
    2,
    {
      sizes: sizesOf(given, 2),
      dilations: given.list('dilations'),
      layout: given.value('dataFormat'),
    },
    (x, pad) =>
      `${op}[${each(given, 'strides', 2)}, ${pad}, ${each(given, 'dilations', 2)}, ${roundingOf(given)}](${x}, filter)`,
  )
}

/** A transposed convolution whose result has a given shape, with or without the batch. */
const transposed = (axes: 2 | 3): TensorFunction => ({
  ...(axes === 2 && { method: true as const }),
  arguments: [
    real('x'),
    real('filter'),
    shape('outputShape'),
    window('strides'),
    padding,
    ...(axes === 2 ? [rounding] : []),
  ],
  means: given =>
    overAxes(given, axes, { sizes: sizesOf(given, axes) }, (x, pad) => {
      const sizes = given.put([...given.list('outputShape').slice(-1 - axes, -1)])
      const settings = [each(given, 'strides', axes), pad, given.put([...ones(axes)]), sizes]
      return `conv${axes}dTranspose[${settings.join(', ')}](${x}, filter)`
    }),
  examples:
    axes === 2
      ? [
          [of(2, 3, 4, 5), of(2, 3, 6, 5), [2, 6, 8, 6], 2, 'same'],
          [of(2, 3, 4, 5), of(3, 2, 6, 5), [2, 7, 5, 6], [2, 1], 'valid'],
          [of(3, 4, 5), of(3, 3, 2, 5), [5, 7, 2], 2, 1],
        ]
      : [
          [of(2, 2, 3, 2, 5), of(2, 3, 2, 4, 5), [2, 4, 6, 4, 4], 2, 'same'],
          [of(2, 3, 2, 3), of(2, 1, 2, 4, 3), [3, 3, 3, 4], 1, 'valid'],
        ],
})

/** Where gradients of pooling are others (tfjs-core/src/gradients/MaxPool_grad.ts, tfjs-backend-cpu/src/utils/pool_utils.ts). */
function pooledGradient(given: Arguments, axes: 2 | 3, op: string): GradientLimit | undefined {
  if (!['floor', null].includes(given.value('dimRoundingMode') as string | null))
    return {
      throws: false,
      reason: 'TensorFlow.js counts windows in another way where it takes the gradient',
    }
  const [, height, width] = given.list('filterSize')
  return axes === 3 && op === 'maxPool3d' && !equals(height ?? 0, width ?? height ?? 0)
    ? { throws: false, reason: 'TensorFlow.js takes other elements for the largest' }
    : undefined
}

const pooling = (op: string, axes: 2 | 3): TensorFunction => ({
  ...(axes === 2 && { method: true as const }),
  arguments: [
    real('x'),
    window('filterSize'),
    window('strides'),
    padding,
    rounding,
    ...(axes === 3 ? [text('dataFormat', layouts[axes])] : []),
  ],
  means: given => {
    const step = given.put([...ones(axes)])
    return overAxes(
      given,
      axes,
      {
        sizes: given.list('filterSize'),
        isPooled: true,
        ...(axes === 3 && { layout: given.value('dataFormat') }),
      },
      (x, pad) =>
        `${op}[${each(given, 'filterSize', axes)}, ${each(given, 'strides', axes)}, ${pad}, ${step}, ${roundingOf(given)}](${x})`,
    )
  },
  gradient: given => pooledGradient(given, axes, op),
  examples:
    axes === 2
      ? [
          [of(2, 6, 4, 3), 2, 2, 'valid'],
          [of(2, 6, 5, 3), [3, 2], [2, 1], 'same'],
          [of(6, 5, 3), 2, 1, 'same'],
          [of(2, 6, 5, 3), 3, 2, 1],
          [of(2, 6, 5, 3), 3, 2, 1, 'ceil'],
        ]
      : [
          [of(2, 4, 5, 3, 2), 2, 2, 'valid'],
          [of(4, 5, 3, 2), [3, 2, 1], [2, 1, 1], 'same'],
        ],
})

const poolOps: Readonly<Record<string, string>> = { max: 'maxPool2d', avg: 'averagePool2d' }

/** Convolutions and pooling. */
export const windows: TensorFunctions = {
  conv2d: convolution('conv2d'),
  depthwiseConv2d: {
    ...convolution('depthwiseConv2d'),
    examples: [
      [of(2, 6, 5, 3), of(3, 2, 3, 2), 1, 'same'],
      [of(6, 5, 3), of(3, 2, 3, 1), [2, 2], 'valid'],
      [of(2, 6, 5, 3), of(3, 3, 3, 2), 1, 1],
    ],
  },
  separableConv2d: {
    method: true,
    arguments: [
      real('x'),
      real('depthwiseFilter'),
      real('pointwiseFilter'),
      window('strides'),
      padding,
      window('dilation', [1, 1]),
      text('dataFormat', 'NHWC'),
    ],
    means: given =>
      overAxes(
        given,
        2,
        {
          sizes: sizesOf(given, 2, 'depthwiseFilter'),
          dilations: given.list('dilation'),
          layout: given.value('dataFormat'),
        },
        (x, pad) =>
          `separableConv2d[${each(given, 'strides', 2)}, ${pad}, ${each(given, 'dilation', 2)}](${x}, depthwiseFilter, pointwiseFilter)`,
      ),
    ...noGradientWhereDilated('dilation'),
    examples: [
      [of(2, 6, 5, 3), of(3, 2, 3, 2), of(1, 1, 6, 4), 1, 'same'],
      [of(6, 5, 3), of(2, 2, 3, 1), of(1, 1, 3, 2), 2, 'valid'],
    ],
  },
  conv1d: {
    method: true,
    arguments: [
      real('x'),
      real('filter'),
      number('stride'),
      padding,
      text('dataFormat', 'NWC'),
      number('dilation', 1),
      rounding,
    ],
    means: given => {
      // TensorFlow.js pads its helping axis as well, and counts windows along it.
      if (typeof given.value('pad') !== 'string') return { problem: 'it takes no padding in numbers' }
      const sliding = {
        sizes: sizesOf(given, 1),
        strides: given.list('stride'),
        dilations: given.list('dilation'),
        layout: given.value('dataFormat'),
      }
      return overAxes(given, 1, sliding, (x, pad) => `conv1d[stride, ${pad}, dilation](${x}, filter)`)
    },
    ...noGradientWhereDilated('dilation'),
    examples: [
      [of(2, 7, 3), of(3, 3, 4), 1, 'same'],
      [of(2, 7, 3), of(3, 3, 4), 2, 'valid'],
      [of(7, 3), of(2, 3, 4), 1, 'valid', 'NWC', 2],
    ],
  },
  conv3d: {
    arguments: [
      real('x'),
      real('filter'),
      window('strides'),
      padding,
      text('dataFormat', 'NDHWC'),
      window('dilations', [1, 1, 1]),
    ],
    means: given =>
      overAxes(
        given,
        3,
        { sizes: sizesOf(given, 3), dilations: given.list('dilations'), layout: given.value('dataFormat') },
        (x, pad) =>
          `conv3d[${each(given, 'strides', 3)}, ${pad}, ${each(given, 'dilations', 3)}](${x}, filter)`,
      ),
    ...noGradientWhereDilated('dilations'),
    examples: [
      [of(2, 4, 5, 3, 2), of(2, 3, 2, 2, 4), 1, 'same'],
      [of(4, 5, 3, 2), of(2, 3, 2, 2, 4), [2, 1, 1], 'valid'],
    ],
  },
  conv2dTranspose: transposed(2),
  conv3dTranspose: { ...transposed(3), ...noGradient },
  maxPool: pooling('maxPool2d', 2),
  avgPool: pooling('averagePool2d', 2),
  maxPool3d: pooling('maxPool3d', 3),
  avgPool3d: pooling('averagePool3d', 3),
  pool: {
    method: true,
    arguments: [
      real('input'),
      window('windowShape'),
      text('poolingType'),
      padding,
      window('dilations', 1),
      window('strides', 1),
      rounding,
    ],
    means: given => {
      const op = poolOps[String(given.value('poolingType'))]
      if (!op) return { problem: `pooling is \`max\` or \`avg\`` }
      const isDilated = given.list('dilations').some(isSpaced)
      if (isDilated && given.list('strides').some(isSpaced))
        return { problem: 'strides or dilations must be 1' }
      // With a step inside of windows, TensorFlow.js pads by zeros that count as elements.
      if (isDilated && given.value('pad') !== 'valid' && given.value('pad') !== 0)
        return { problem: 'padding together with dilations is not modelled' }
      return overAxes(
        given,
        2,
        { over: 'input', sizes: given.list('windowShape'), isPooled: true },
        (x, pad) =>
          `${op}[${each(given, 'windowShape', 2)}, ${each(given, 'strides', 2)}, ${pad}, ${each(given, 'dilations', 2)}, ${roundingOf(given)}](${x})`,
      )
    },
    examples: [
      [of(2, 6, 5, 3), 2, 'max', 'same'],
      [of(2, 6, 5, 3), [3, 2], 'avg', 'valid', 1, 2],
      [of(6, 5, 3), 2, 'max', 'valid', [2, 2]],
      [of(2, 6, 4, 3), 2, 'avg', 0, [2, 1]],
    ],
  },
}
