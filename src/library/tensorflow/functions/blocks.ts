import {
  add,
  type Dimension,
  dimensionText,
  divide,
  equals,
  multiply,
  product,
  subtract,
} from '../../../graph/dimension.js'
import type { Attribute } from '../../../graph/node.js'
import {
  type Arguments,
  noGradient,
  number,
  pairs,
  type Result,
  shape,
  type TensorFunctions,
  tensor,
  text,
} from './function.js'

/** `[before, after]` for each axis of a list of pairs; undefined where it is none. */
function pairsOf(value: Attribute): readonly (readonly [Dimension, Dimension])[] | undefined {
  if (!Array.isArray(value)) return undefined
  const isPair = (entry: Attribute) => Array.isArray(entry) && entry.length === 2
  return value.every(isPair) ? (value as readonly (readonly [Dimension, Dimension])[]) : undefined
}

const order = (given: Arguments, axes: readonly number[]) => given.put([...axes])

const tooManyBlocks = 'there is one block size for each of some axes after the batch'

/** Blocks of the axes after the batch become examples of the batch, after zeros were put around. */
function spaceToBatch(given: Arguments): Result {
  const sizes = given.tensor('x').shape!
  const block = given.list('blockShape')
  const paddings = pairsOf(given.value('paddings'))
  if (paddings?.length !== block.length) return { problem: 'the paddings are one pair for each block size' }
  if (sizes.length <= block.length) return { problem: tooManyBlocks }
  let text = 'x'
  const inner: Dimension[] = []
  const counts: Dimension[] = []
  for (const [i, [before, after]] of paddings.entries()) {
    if (before !== 0 || after !== 0)
      text = `pad[${i + 1}, ${given.put(before)}, ${given.put(after)}](${text})`
    const count = divide(add(add(sizes[i + 1]!, before), after), block[i]!)
    if (typeof count === 'number' && !Number.isInteger(count))
      return {
        problem: `an axis of size ${dimensionText(sizes[i + 1]!)} is not divided by blocks of ${dimensionText(block[i]!)}`,
      }
    counts.push(count)
    inner.push(count, block[i]!)
  }
  const rest = sizes.slice(1 + block.length)
  const m = block.length
  const axes = [
    ...block.map((_, i) => 2 * i + 2),
    0,
    ...block.map((_, i) => 2 * i + 1),
    ...rest.map((_, i) => 2 * m + 1 + i),
  ]
  const split = `reshape[${given.put([sizes[0]!, ...inner, ...rest])}](${text})`
  const whole = given.put([multiply(sizes[0]!, product(block)), ...counts, ...rest])
  return `reshape[${whole}](transpose[${order(given, axes)}](${split}))`
}

/** Examples of the batch become blocks of the axes after it, of which borders are cut off. */
function batchToSpace(given: Arguments): Result {
  const sizes = given.tensor('x').shape!
  const block = given.list('blockShape')
  const crops = pairsOf(given.value('crops'))
  if (crops?.length !== block.length) return { problem: 'the crops are one pair for each block size' }
  if (sizes.length <= block.length) return { problem: tooManyBlocks }
  const m = block.length
  const batch = divide(sizes[0]!, product(block))
  if (typeof batch === 'number' && !Number.isInteger(batch))
    return { problem: `a batch of ${dimensionText(sizes[0]!)} is not divided by blocks` }
  const rest = sizes.slice(1 + m)
  const axes = [m, ...block.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)]
  const split = `reshape[${given.put([...block, batch, ...sizes.slice(1)])}](x)`
  const grown = block.map((size, i) => multiply(size, sizes[i + 1]!))
  const whole = `reshape[${given.put([batch, ...grown, ...rest])}](transpose[${order(given, axes)}](${split}))`
  return crops.reduce((text, [before, after], i) => {
    if (before === 0 && after === 0) return text
    const left = subtract(subtract(grown[i]!, before), after)
    return `slice[${i + 1}, ${given.put(before)}, ${given.put(left)}](${text})`
  }, whole)
}

function mirrored(given: Arguments): Result {
  const paddings = pairsOf(given.value('paddings'))
  if (paddings?.length !== given.tensor('x').shape!.length)
    return { problem: 'the paddings are one pair for each axis' }
  return paddings.reduce(
    (text, [before, after], axis) =>
      before === 0 && after === 0
        ? text
        : `mirrorPad[${axis}, ${given.put(before)}, ${given.put(after)}, mode](${text})`,
    'x',
  )
}

/** Where a strided slice starts or ends along an axis (tfjs-core/src/ops/slice_util.ts, canonical). */
function edge(at: number, isEnd: boolean, isMasked: boolean, step: number, size: number): number {
  const range = step > 0 ? [0, size] : [-1, size - 1]
  if (isMasked) return range[isEnd === step > 0 ? 1 : 0]!
  return Math.min(range[1]!, Math.max(range[0]!, at < 0 ? at + size : at))
}

/** `x[begin:end:strides]`, with the bits of masks that open ends and take away axes. */
function strided(given: Arguments): Result {
  const sizes = given.tensor('x').shape!
  const [begins, ends, steps] = ['begin', 'end', 'strides'].map(name => given.list(name))
  const [beginMask, endMask, shrinkMask] = ['beginMask', 'endMask', 'shrinkAxisMask'].map(name =>
    given.value(name),
  ) as [number, number, number]
  if (given.value('ellipsisMask') !== 0 || given.value('newAxisMask') !== 0)
    return { problem: 'masks for new axes and left out axes are not modelled' }
  const gone: number[] = []
  let text = 'x'
  for (const [axis, begin] of begins!.entries()) {
    const [size, end, step] = [sizes[axis], ends![axis], steps![axis] ?? 1]
    const bit = 1 << axis
    if (
      typeof size !== 'number' ||
      typeof begin !== 'number' ||
      typeof end !== 'number' ||
      typeof step !== 'number'
    )
      return { problem: 'the positions are not known' }
    const isOne = (shrinkMask & bit) !== 0
    const start = isOne
      ? begin < 0
        ? begin + size
        : begin
      : edge(begin, false, (beginMask & bit) !== 0, step, size)
    const stop = isOne ? start + 1 : edge(end, true, (endMask & bit) !== 0, step, size)
    if (isOne) gone.push(axis)
    const count = Math.max(0, Math.ceil((stop - start) / step))
    if (start !== 0 || step !== 1 || !equals(count, size))
      text = `slice[${axis}, ${given.put(start)}, ${given.put(count)}, ${given.put(step)}](${text})`
  }
  return gone.length === 0 ? text : `squeeze[${given.put(gone)}](${text})`
}

const x2 = { shape: [4, 6] } as const
const x3 = { shape: [3, 4, 5] } as const
const none = [
  [0, 0],
  [0, 0],
] as const

/** Functions that move blocks of elements. */
export const blocks: TensorFunctions = {
  spaceToBatchND: {
    method: true,
    arguments: [tensor('x'), shape('blockShape'), pairs('paddings')],
    means: spaceToBatch,
    examples: [
      [{ shape: [2, 4, 6, 3] }, [2, 3], none],
      [
        { shape: [2, 3, 6, 3] },
        [2, 4],
        [
          [1, 0],
          [0, 2],
        ],
      ],
      [{ shape: [2, 4] }, [2], [[1, 1]]],
    ],
  },
  batchToSpaceND: {
    method: true,
    arguments: [tensor('x'), shape('blockShape'), pairs('crops')],
    means: batchToSpace,
    examples: [
      [{ shape: [12, 2, 2, 3] }, [2, 3], none],
      [
        { shape: [8, 3, 2] },
        [2, 2],
        [
          [1, 0],
          [0, 2],
        ],
      ],
    ],
  },
  mirrorPad: {
    method: true,
    arguments: [tensor('x'), pairs('paddings'), text('mode')],
    means: mirrored,
    examples: [
      [
        x2,
        [
          [1, 2],
          [0, 3],
        ],
        'reflect',
      ],
      [
        x2,
        [
          [4, 0],
          [1, 1],
        ],
        'symmetric',
      ],
    ],
  },
  stridedSlice: {
    method: true,
    arguments: [
      tensor('x'),
      shape('begin'),
      shape('end'),
      shape('strides', null),
      ...['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map(name =>
        number(name, 0),
      ),
    ],
    means: strided,
    ...noGradient,
    examples: [
      [x2, [1, 0], [3, 5], [1, 2]],
      [x2, [-1, 4], [-4, 0], [-1, -2]],
      [x3, [1], [3], [1]],
      [x3, [1, 1, 1], [2, 3, 4], [1, 1, 2], 1, 2],
      [x2, [3, -1], [0, 0], [-1, -1], 2, 3],
      [x3, [1, 1, 0], [2, 4, 5], [1, 1, 1], 0, 0, 0, 0, 1],
    ],
  },
}
