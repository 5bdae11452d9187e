import type { Attribute } from '../../../graph/node.js'
import {
  type ArgumentDeclaration,
  type Arguments,
  type ExampleArgument,
  number,
  type Result,
  real,
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
const rounding: ArgumentDeclaration = { name: 'dimRoundingMode', kind: 'text', default: null }

/** One size for each of two axes. */
const pair = (given: Arguments, name: string): string => {
  const list = given.list(name)
  return given.put(list.length === 1 ? [list[0]!, list[0]!] : [...list])
}

/** A sliding window over images [batch, height, width, channels]; a single image has no batch axis. */
function overImages(given: Arguments, op: (x: string, padding: string) => string, last = 'NHWC'): Result {
  const pad = given.value('pad')
  if (last !== 'NHWC') return { problem: `the data format ${last} is not modelled` }
  if (given.value('dimRoundingMode') !== null) return { problem: 'rounding of sizes is not modelled' }
  const single = given.tensor('x').shape!.length === 3
  const x = single ? 'expandDims[[0]](x)' : 'x'
  const done = (text: string) => (single ? `squeeze[[0]](${text})` : text)
  if (pad === 'same' || pad === 'valid') return done(op(x, `'${pad}'`))
  // Explicit padding is zeros around the image (tfjs-core/src/ops/conv_util.ts).
  const borders = typeof pad === 'number' ? [0, pad, pad, 0].map(size => [size, size]) : pad
  if (!Array.isArray(borders) || borders.length !== 4) return { problem: 'the padding is not known' }
  let text = x
  for (const [axis, border] of borders.entries()) {
    const [before, after] = border as readonly number[]
    if (before !== 0 || after !== 0)
      text = `pad[${axis}, ${given.put(before!)}, ${given.put(after!)}](${text})`
  }
  return done(op(text, "'valid'"))
}

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
  means: given =>
    overImages(
      given,
      (x, pad) => `${op}[${pair(given, 'strides')}, ${pad}, ${pair(given, 'dilations')}](${x}, filter)`,
      String(given.value('dataFormat')),
    ),
  examples: [
    [of(2, 6, 5, 3), of(3, 2, 3, 4), 1, 'same'],
    [of(2, 6, 5, 3), of(3, 2, 3, 4), [2, 1], 'valid'],
    [of(6, 5, 3), of(3, 3, 3, 4), 2, 1],
    [of(2, 6, 5, 3), of(2, 2, 3, 4), 1, 'valid', 'NHWC', [2, 1]],
  ],
})

const pooling = (op: string, explicit: boolean): TensorFunction => ({
  method: true,
  arguments: [real('x'), window('filterSize'), window('strides'), padding, rounding],
  means: given =>
    typeof given.value('pad') === 'string' || explicit
      ? overImages(
          given,
          (x, pad) => `${op}[${pair(given, 'filterSize')}, ${pair(given, 'strides')}, ${pad}](${x})`,
        )
      : { problem: 'explicit padding of pooling is not modelled' },
  examples: [
    [of(2, 6, 4, 3), 2, 2, 'valid'],
    [of(2, 6, 5, 3), [3, 2], [2, 1], 'same'],
    [of(6, 5, 3), 2, 1, 'same'],
  ],
})

/** Convolutions and pooling. */
export const windows: TensorFunctions = {
  conv2d: convolution('conv2d'),
  depthwiseConv2d: {
    ...convolution('depthwiseConv2d'),
    examples: [
      [of(2, 6, 5, 3), of(3, 2, 3, 2), 1, 'same'],
      [of(6, 5, 3), of(3, 2, 3, 1), [2, 2], 'valid'],
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
      { ...rounding, name: 'dimRoundingMode' },
    ],
    means: given =>
      overImages(
        given,
        (x, pad) =>
          `conv2d[[1, 1], 'valid'](depthwiseConv2d[${pair(given, 'strides')}, ${pad}, ${pair(given, 'dilation')}](${x}, depthwiseFilter), pointwiseFilter)`,
        String(given.value('dataFormat')),
      ),
    examples: [[of(2, 6, 5, 3), of(3, 2, 3, 2), of(1, 1, 6, 4), 1, 'same']],
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
      const pad = given.value('pad')
      if (given.value('dataFormat') !== 'NWC' || given.value('dimRoundingMode') !== null)
        return { problem: 'this data format is not modelled' }
      if (pad !== 'same' && pad !== 'valid') return { problem: 'explicit padding is not modelled' }
      const single = given.tensor('x').shape!.length === 2
      const text = `conv1d[stride, '${pad}', dilation](${single ? 'expandDims[[0]](x)' : 'x'}, filter)`
      return single ? `squeeze[[0]](${text})` : text
    },
    examples: [
      [of(2, 7, 3), of(3, 3, 4), 1, 'same'],
      [of(2, 7, 3), of(3, 3, 4), 2, 'valid'],
      [of(7, 3), of(2, 3, 4), 1, 'valid', 'NWC', 2],
    ],
  },
  maxPool: pooling('maxPool2d', false),
  avgPool: pooling('averagePool2d', false),
}
