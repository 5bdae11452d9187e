import { add, type Dimension, divide, equals, product, subtract } from '../../../graph/dimension.js'
import type { Shape } from '../../../graph/type.js'
import {
  type Arguments,
  axes,
  listed,
  noGradientIf,
  number,
  pairs,
  type Result,
  shape,
  sizes,
  type TensorFunctions,
  tensor,
  tensors,
  value,
} from './function.js'

const x2 = { shape: [2, 6] } as const
const x3 = { shape: [2, 3, 4] } as const

/** The axis as a place from the front. */
const placeOf = (axis: unknown, rank: number): number =>
  typeof axis === 'number' && axis >= -rank && axis < rank ? (axis < 0 ? axis + rank : axis) : Number.NaN

/** One slice along each axis of which not all is taken. */
function cut(
  given: Arguments,
  name: string,
  sizes: Shape,
  begin: readonly Dimension[],
  size: readonly Dimension[],
): Result {
  let text = name
  for (const [axis, whole] of sizes.entries()) {
    const start = begin[axis] ?? 0
    const wanted = size[axis] ?? -1
    const count = wanted === -1 ? subtract(whole, start) : wanted
    if (start === 0 && equals(count, whole)) continue
    text = `slice[${axis}, ${given.put(start)}, ${given.put(count)}](${text})`
  }
  return text
}

function repeated(given: Arguments, name: string, reps: readonly Dimension[]): Result {
  return reps.reduce(
    (text: string, times, axis) => (times === 1 ? text : `tile[${axis}, ${given.put(times)}](${text})`),
    name,
  )
}

/** The parts of `split`: so many equal ones, or one of each size. */
function parts(given: Arguments): Result {
  const sizes = given.tensor('x').shape!
  const axis = placeOf(given.value('axis'), sizes.length)
  const whole = sizes[axis]
  if (whole === undefined) return { problem: `there is no axis ${String(given.value('axis'))}` }
  const wanted = given.value('numOrSizeSplits')
  let list: readonly Dimension[]
  if (typeof wanted === 'number') {
    const each = divide(whole, wanted)
    if (typeof each === 'number' && !Number.isInteger(each))
      return { problem: `an axis of size ${String(whole)} cannot be split into ${wanted} equal parts` }
    list = new Array<Dimension>(wanted).fill(each)
  } else if (Array.isArray(wanted)) {
    const known = wanted as readonly Dimension[]
    const rest = subtract(whole, known.filter(size => size !== -1).reduce(add, 0))
    list = known.map(size => (size === -1 ? rest : size))
    if (!equals(list.reduce(add, 0), whole))
      return { problem: 'the sizes of a split must add up to the size of the axis' }
  } else return { problem: 'into how many parts is not known' }
  let start: Dimension = 0
  return list.map(size => {
    const part = `slice[${axis}, ${given.put(start)}, ${given.put(size)}](x)`
    start = add(start, size)
    return part
  })
}

function slices(given: Arguments): Result {
  const sizes = given.tensor('x').shape!
  const axis = placeOf(given.value('axis'), sizes.length)
  const count = sizes[axis]
  if (typeof count !== 'number') return { problem: 'the number of slices is not known' }
  return Array.from({ length: count }, (_, i) => `squeeze[[${axis}]](slice[${axis}, ${i}, 1](x))`)
}

/** A tensor behind those of the list that are known to come first. */
function behind(given: Arguments, rest: string): string {
  const known = given.tensors('x')
  return known.length === 0 ? rest : `concat[axis](${listed('x', known)}, ${rest})`
}

function padded(given: Arguments): Result {
  const paddings = given.value('paddings')
  if (!Array.isArray(paddings)) return { problem: 'the paddings are not known' }
  let text = 'x'
  for (const [axis, pair] of paddings.entries()) {
    const [before, after] = Array.isArray(pair) ? pair : [pair, pair]
    if (before === 0 && after === 0) continue
    text = `pad[${axis}, ${given.put(before!)}, ${given.put(after!)}, constantValue](${text})`
  }
  return text
}

const asShape = (...names: readonly string[]) => ({
  method: true as const,
  methodOnly: true as const,
  arguments: [tensor('x'), ...names.map(name => number(name))],
  means: (given: Arguments) => `reshape[${given.put(names.map(name => given.value(name)))}](x)`,
})

/** Functions that move elements and compute nothing. */
export const movement: TensorFunctions = {
  reshape: {
    method: true,
    arguments: [tensor('x'), shape('shape')],
    means: 'reshape[shape](x)',
    examples: [
      [x2, [3, 4]],
      [x3, [4, -1]],
    ],
  },
  reshapeAs: {
    method: true,
    methodOnly: true,
    arguments: [tensor('x'), tensor('y')],
    means: given => `reshape[${given.put(given.tensor('y').shape!)}](x)`,
    examples: [[x2, { shape: [4, 3] }]],
  },
  flatten: {
    method: ['flatten', 'as1D'],
    methodOnly: true,
    arguments: [tensor('x')],
    means: given => `reshape[${given.put([product(given.tensor('x').shape!)])}](x)`,
    examples: [[x3]],
  },
  asScalar: {
    method: true,
    methodOnly: true,
    arguments: [tensor('x')],
    means: given => `reshape[${given.put([])}](x)`,
    examples: [[{ shape: [1, 1] }]],
  },
  as2D: { ...asShape('rows', 'columns'), examples: [[x2, 3, 4]] },
  as3D: { ...asShape('rows', 'columns', 'depth'), examples: [[x3, 4, 3, 2]] },
  as4D: { ...asShape('rows', 'columns', 'depth', 'depth2'), examples: [[x3, 1, 4, 3, 2]] },
  as5D: { ...asShape('rows', 'columns', 'depth', 'depth2', 'depth3'), examples: [[x3, 1, 1, 4, 3, 2]] },
  expandDims: {
    method: true,
    arguments: [tensor('x'), axes('axis', 0)],
    means: 'expandDims[axis](x)',
    examples: [[x2], [x2, -1]],
  },
  squeeze: {
    method: true,
    arguments: [tensor('x'), axes('axis', null)],
    // An empty list means all axes of size 1 (tfjs-core/src/util_base.ts, squeezeShape).
    means: given => (given.list('axis').length === 0 ? 'squeeze(x)' : 'squeeze[axis](x)'),
    examples: [[{ shape: [2, 1, 3, 1] }], [{ shape: [2, 1, 3, 1] }, [1]], [{ shape: [2, 1, 3, 1] }, []]],
  },
  transpose: {
    method: true,
    arguments: [tensor('x'), axes('perm', null)],
    means: given => {
      const rank = given.tensor('x').shape!.length
      const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i)
      const order = given.value('perm')
      const isOrder = !Array.isArray(order) || order.length === rank
      if (!isOrder || given.list('perm').some(axis => Number.isNaN(placeOf(axis, rank))))
        return { problem: 'an order of axes names each axis once' }
      if (rank < 2) return 'x'
      return `transpose[${given.put(Array.isArray(order) ? order.map(axis => placeOf(axis, rank)) : reversed)}](x)`
    },
    examples: [[x2], [x3], [x3, [0, 2, 1]]],
  },
  slice: {
    method: true,
    arguments: [tensor('x'), shape('begin'), shape('size', null)],
    means: given => cut(given, 'x', given.tensor('x').shape!, given.list('begin'), given.list('size')),
    examples: [
      [x2, [0, 2], [1, 3]],
      [x2, [1], [1]],
      [x2, 1],
      [x3, [0, 1, 0], [-1, 2, -1]],
      [x3, [0, 1]],
    ],
  },
  split: {
    method: true,
    arguments: [tensor('x'), value('numOrSizeSplits'), axes('axis', 0)],
    means: parts,
    ...noGradientIf('TensorFlow.js has no gradient for a split into one part', given => {
      const wanted = given.value('numOrSizeSplits')
      return wanted === 1 || (Array.isArray(wanted) && wanted.length === 1)
    }),
    examples: [
      [x2, 3, 1],
      [x2, [2, 4], 1],
      [x2, 2],
    ],
  },
  unstack: {
    method: true,
    arguments: [tensor('x'), axes('axis', 0)],
    means: slices,
    ...noGradientIf('TensorFlow.js has no gradient for it along an axis of size 1', given => {
      const sizes = given.tensor('x').shape!
      return sizes[placeOf(given.value('axis'), sizes.length)] === 1
    }),
    examples: [[x2], [x3, -1]],
  },
  concat: {
    method: true,
    arguments: [tensors('x', { types: 'first' }), axes('axis', 0)],
    means: given => `concat[axis](${listed('x', given.tensors('x'))})`,
    series: (given, { shape: sizes }, all) => {
      const axis = placeOf(given.value('axis'), sizes!.length)
      const joined = `reshape[${given.put(sizes!.with(axis, -1))}](${all(axis)})`
      return behind(given, joined)
    },
    examples: [
      [
        {
          shapes: [
            [2, 3],
            [1, 3],
          ],
        },
      ],
      [
        {
          shapes: [
            [2, 3],
            [2, 4],
          ],
        },
        1,
      ],
      [
        {
          shapes: [
            [2, 3],
            [2, 1],
          ],
        },
        -1,
      ],
    ],
  },
  stack: {
    method: true,
    arguments: [tensors('x', { types: 'one' }), axes('axis', 0)],
    means: given => `stack[axis](${listed('x', given.tensors('x'))})`,
    series: (given, { shape: sizes }, all) => {
      const known = given.tensors('x')
      const rest = all(placeOf(given.value('axis'), sizes!.length + 1))
      return known.length === 0 ? rest : `concat[axis](stack[axis](${listed('x', known)}), ${rest})`
    },
    examples: [
      [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
        },
      ],
      [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
        },
        -1,
      ],
    ],
  },
  addN: {
    arguments: [tensors('x', { types: 'one' })],
    means: given => {
      const all = given.tensors('x')
      const [first] = all
      const fits = all.every(
        ({ shape: own }) =>
          own!.length === first!.shape!.length &&
          own!.every((size, axis) => equals(size, first!.shape![axis]!)),
      )
      return fits
        ? all.map((_, i) => `x_${i + 1}`).join(' + ')
        : { problem: 'the tensors must have one shape' }
    },
    examples: [
      [
        {
          shapes: [
            [2, 3],
            [2, 3],
            [2, 3],
          ],
        },
      ],
    ],
  },
  tile: {
    method: true,
    arguments: [tensor('x'), shape('reps')],
    means: given => repeated(given, 'x', given.list('reps')),
    examples: [
      [x2, [2, 1]],
      [x3, [1, 2, 3]],
    ],
  },
  reverse: {
    method: true,
    arguments: [tensor('x'), axes('axis', null)],
    means: given => {
      const rank = given.tensor('x').shape!.length
      const along = given.value('axis')
      const all = along === null ? Array.from({ length: rank }, (_, i) => i) : [along].flat()
      return all.reduce((text: string, axis) => `reverse[${given.put(axis as number)}](${text})`, 'x')
    },
    examples: [[x2], [x3, 1], [x3, [0, -1]]],
  },
  pad: {
    method: true,
    arguments: [tensor('x'), pairs('paddings'), number('constantValue', 0)],
    means: padded,
    examples: [
      [
        x2,
        [
          [1, 2],
          [0, 1],
        ],
      ],
      [
        x2,
        [
          [0, 0],
          [3, 0],
        ],
        7,
      ],
    ],
  },
  clone: { method: true, arguments: [tensor('x')], means: 'x', examples: [[x2]] },
  broadcastTo: {
    method: true,
    arguments: [tensor('x'), sizes('shape')],
    means: given => {
      const sizes = given.tensor('x').shape!
      const target = given.list('shape')
      const lead = target.length - sizes.length
      if (lead < 0) return { problem: 'a tensor cannot be broadcast to a lower rank' }
      const whole = [...new Array<Dimension>(lead).fill(1), ...sizes]
      const fits = whole.every((size, i) => size === 1 || equals(size, target[i]!))
      if (!fits) return { problem: 'the shapes do not fit together' }
      const times = target.map((size, i) => (whole[i] === 1 ? size : 1))
      return repeated(given, `reshape[${given.put(whole)}](x)`, times)
    },
    examples: [
      [{ shape: [3] }, [2, 3]],
      [{ shape: [2, 1, 3] }, [2, 4, 3]],
    ],
  },
}
