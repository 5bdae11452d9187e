import { add, type Dimension, divide, equals, multiply, product } from '../graph/dimension.js'
import type { Attribute, Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type Shape, shapeText, type TensorType } from '../graph/type.js'
import type { Op, PrimitiveOp } from './op.js'
import { resolveAxes, resolveAxis, sizeOf, widest } from './shape.js'

/** The target shape with its one unknown size filled in. */
function reshaped(x: TensorType, target: readonly Attribute[]): Shape | Problem {
  const total = product(x.shape!)
  const known = target.map(size => (size === null || size === -1 ? undefined : (size as Dimension)))
  const given = product(known.map(size => size ?? 1))
  const holes = known.filter(size => size === undefined).length
  if (holes > 1) return { problem: 'at most one size of a reshape can be left open' }
  const rest = divide(total, given)
  const fits = holes === 1 ? typeof rest !== 'number' || Number.isInteger(rest) : equals(total, given)
  if (!fits) {
    return {
      problem: `${shapeText(x.shape)} cannot be reshaped to [${target.map(size => (size === null ? '?' : String(size))).join(', ')}]`,
    }
  }
  return known.map(size => size ?? rest)
}

function moved(x: Tensor, type: TensorType): Tensor {
  return { shape: type.shape as readonly number[], data: x.data, dtype: x.dtype }
}

const back = (_: Attributes, [x]: readonly TensorType[]) => `reshape[[${x!.shape!.join(', ')}]](g)`

function view(
  title: string,
  summary: string,
  attributes: PrimitiveOp['attributes'],
  type: PrimitiveOp['type'],
  notation: PrimitiveOp['notation'],
  examples: PrimitiveOp['examples'],
  laws: readonly string[] = [],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes,
    type,
    notation,
    rearranges: true,
    evaluate: ([x], _, result) => moved(x!, result),
    derivative: { x: back },
    laws,
    examples,
  }
}

const word = (name: string, ...shown: readonly string[]) =>
  ({ form: 'function', latex: `\\mathrm{${name}}`, text: name, shown }) as const
const axes = { kind: 'axes', summary: 'the axes' } as const
const axis = { kind: 'axis', summary: 'the axis' } as const

/** Splits a shape around an axis: how many blocks come before, and how long one is. */
function around(shape: readonly number[], at: number): { readonly outer: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, at)), inner: sizeOf(shape.slice(at + 1)) }
}

/** Takes elements along one axis: position `k` of the result is position `from(k)` of x, or `fill`. */
function alongAxis(x: Tensor, type: TensorType, at: number, from: (k: number) => number, fill = 0): Tensor {
  const shape = type.shape as readonly number[]
  const { outer, inner } = around(x.shape, at)
  const [before, after] = [x.shape[at]!, shape[at]!]
  const data = new Float64Array(sizeOf(shape)).fill(fill)
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < after; k++) {
      const source = from(k)
      if (source < 0 || source >= before) continue
      const start = (o * before + source) * inner
      data.set(x.data.subarray(start, start + inner), (o * after + k) * inner)
    }
  }
  return { shape, data, dtype: x.dtype }
}

/** Ops that move elements and compute nothing. */
export const movement = {
  reshape: view(
    'reshape',
    'The same elements in row-major order under another shape.',
    { shape: { kind: 'shape', summary: 'the new sizes; one may be null' } },
    ([x], { shape }) => {
      const result = reshaped(x!, shape as readonly Attribute[])
      return 'problem' in result ? result : { dtype: x!.dtype, shape: result }
    },
    word('reshape', 'shape'),
    [
      { shapes: [[2, 6]], attributes: { shape: [3, 4] } },
      { shapes: [[2, 6]], attributes: { shape: [4, null] } },
    ],
  ),
  flatten: view(
    'flattening',
    'All axes but the first become one.',
    {},
    ([x]) => {
      const shape = x!.shape!
      return shape.length < 2
        ? { problem: `${shapeText(shape)} has no axes to flatten` }
        : { dtype: x!.dtype, shape: [shape[0]!, product(shape.slice(1))] }
    },
    { form: 'function', latex: '\\mathrm{vec}', text: 'vec' },
    [{ shapes: [[2, 3, 4]] }],
  ),
  expandDims: view(
    'new axes',
    'Axes of size 1 at the given places of the result.',
    { axes },
    ([x], { axes: at }) => {
      const shape = x!.shape!
      const places = resolveAxes(at, shape.length + (Array.isArray(at) ? at.length : 1))
      if (!Array.isArray(places)) return places as Problem
      const rest = [...shape]
      return {
        dtype: x!.dtype,
        shape: Array.from({ length: shape.length + places.length }, (_, i) =>
          places.includes(i) ? 1 : rest.shift()!,
        ),
      }
    },
    { form: 'transparent' },
    [{ shapes: [[2, 3]], attributes: { axes: [1] } }],
  ),
  squeeze: view(
    'axes removed',
    'The shape without the given axes of size 1; without all such axes if none are given.',
    { axes: { ...axes, default: null } },
    ([x], { axes: at }) => {
      const shape = x!.shape!
      const gone =
        at === null ? shape.flatMap((size, i) => (size === 1 ? [i] : [])) : resolveAxes(at, shape.length)
      if (!Array.isArray(gone)) return gone as Problem
      if (gone.some(i => shape[i] !== 1))
        return { problem: `an axis of ${shapeText(shape)} that is not of size 1 cannot be removed` }
      return { dtype: x!.dtype, shape: shape.filter((_, i) => !gone.includes(i)) }
    },
    { form: 'transparent' },
    [{ shapes: [[2, 1, 3]], attributes: { axes: [1] } }, { shapes: [[1, 2, 1, 3]] }],
  ),
  slice: {
    kind: 'primitive',
    title: 'slice',
    summary: 'A range of positions along one axis.',
    inputs: ['x'],
    attributes: {
      axis,
      start: { kind: 'integer', summary: 'the first position' },
      size: { kind: 'integer', summary: 'how many' },
    },
    type: ([x], { axis: at, start, size }) => {
      const shape = x!.shape!
      const along = resolveAxis(at, shape.length)
      if (typeof along !== 'number') return along
      const end = add(start as Dimension, size as Dimension)
      if (typeof end === 'number' && typeof shape[along] === 'number' && end > (shape[along] as number))
        return { problem: `the slice ends at ${end}, past the end of ${shapeText(shape)}` }
      return { dtype: x!.dtype, shape: shape.map((old, i) => (i === along ? (size as Dimension) : old)) }
    },
    notation: word('slice', 'axis', 'start', 'size'),
    rearranges: true,
    evaluate: ([x], { axis: at, start }, type) =>
      alongAxis(x!, type, resolveAxis(at, x!.shape.length) as number, k => k + (start as number)),
    derivative: {
      x: ({ axis: at, start, size }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        return `pad[${along}, ${start}, ${(x!.shape![along] as number) - (start as number) - (size as number)}](g)`
      },
    },
    examples: [{ shapes: [[2, 5, 3]], attributes: { axis: 1, start: 1, size: 3 } }],
  },
  pad: {
    kind: 'primitive',
    title: 'padding',
    summary: 'A constant before and after the elements along one axis.',
    inputs: ['x'],
    attributes: {
      axis,
      before: { kind: 'integer', summary: 'how many in front' },
      after: { kind: 'integer', summary: 'how many behind' },
      value: { kind: 'number', default: 0, summary: 'the constant' },
    },
    type: ([x], { axis: at, before, after }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) =>
          i === along ? add(add(size, before as Dimension), after as Dimension) : size,
        ),
      }
    },
    notation: word('pad', 'axis', 'before', 'after', 'value'),
    evaluate: ([x], { axis: at, before, value }, type) =>
      alongAxis(
        x!,
        type,
        resolveAxis(at, x!.shape.length) as number,
        k => k - (before as number),
        value as number,
      ),
    derivative: {
      x: ({ axis: at, before }, [x]) =>
        `slice[${at}, ${before}, ${x!.shape![resolveAxis(at, x!.shape!.length) as number]}](g)`,
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, before: 1, after: 2 } }],
  },
  reverse: {
    kind: 'primitive',
    title: 'reversal',
    summary: 'The positions along one axis in opposite order.',
    inputs: ['x'],
    attributes: { axis },
    type: ([x], { axis: at }) => {
      const along = resolveAxis(at, x!.shape!.length)
      return typeof along === 'number' ? x! : along
    },
    notation: word('reverse', 'axis'),
    rearranges: true,
    evaluate: ([x], { axis: at }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      return alongAxis(x!, type, along, k => x!.shape[along]! - 1 - k)
    },
    derivative: { x: ({ axis: at }) => `reverse[${at}](g)` },
    laws: ['reverse[0](reverse[0](x)) = x'],
    examples: [{ shapes: [[2, 5, 3]], attributes: { axis: 1 } }],
  },
  repeat: {
    kind: 'primitive',
    title: 'repetition of elements',
    summary: 'Each position along one axis several times in a row.',
    inputs: ['x'],
    attributes: { axis, times: { kind: 'integer', summary: 'how often' } },
    type: ([x], { axis: at, times }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) => (i === along ? multiply(size, times as Dimension) : size)),
      }
    },
    notation: word('repeat', 'axis', 'times'),
    evaluate: ([x], { axis: at, times }, type) =>
      alongAxis(x!, type, resolveAxis(at, x!.shape.length) as number, k => Math.floor(k / (times as number))),
    derivative: {
      x: ({ axis: at, times }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        const split = [...x!.shape!.slice(0, along + 1), times as number, ...x!.shape!.slice(along + 1)]
        return `sum[${along + 1}, keepDims = false](reshape[[${split.join(', ')}]](g))`
      },
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, times: 2 } }],
  },
  concat: {
    kind: 'primitive',
    title: 'concatenation',
    summary: 'Tensors one behind the other along an axis.',
    inputs: ['x'],
    variadic: true,
    attributes: { axis: { ...axis, default: -1 } },
    type: (inputs, { axis: at }) => {
      const first = inputs[0]?.shape
      if (!first) return { problem: 'a concatenation needs at least one tensor' }
      const along = resolveAxis(at, first.length)
      if (typeof along !== 'number') return along
      for (const { shape } of inputs) {
        if (
          shape!.length !== first.length ||
          shape!.some((size, i) => i !== along && !equals(size, first[i]!))
        ) {
          return {
            problem: `${shapeText(first)} and ${shapeText(shape)} cannot be concatenated along axis ${along}`,
          }
        }
      }
      const total = inputs.map(({ shape }) => shape![along]!).reduce(add, 0)
      return {
        dtype: widest(inputs.map(input => input.dtype)),
        shape: first.map((size, i) => (i === along ? total : size)),
      }
    },
    notation: word('concat', 'axis'),
    rearranges: true,
    evaluate: (inputs, { axis: at }, type) => {
      const shape = type.shape as readonly number[]
      const along = resolveAxis(at, shape.length) as number
      const { outer, inner } = around(shape, along)
      const data = new Float64Array(sizeOf(shape))
      let offset = 0
      for (const { shape: from, data: values } of inputs) {
        const block = from[along]! * inner
        for (let o = 0; o < outer; o++)
          data.set(values.subarray(o * block, (o + 1) * block), o * shape[along]! * inner + offset)
        offset += block
      }
      return { shape, data, dtype: type.dtype }
    },
    derivative: { x: { none: 'each input takes its own slice, which the gradient engine cuts' } },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 4],
        ],
      },
      {
        shapes: [
          [2, 3],
          [1, 3],
        ],
        attributes: { axis: 0 },
      },
    ],
  },
  stack: {
    kind: 'primitive',
    title: 'stacking',
    summary: 'Tensors of one shape along a new axis.',
    inputs: ['x'],
    variadic: true,
    attributes: { axis: { ...axis, default: 0 } },
    type: (inputs, { axis: at }) => {
      const first = inputs[0]?.shape
      if (!first) return { problem: 'stacking needs at least one tensor' }
      const along = resolveAxis(at, first.length + 1)
      if (typeof along !== 'number') return along
      const other = inputs.find(
        ({ shape }) => shape!.length !== first.length || shape!.some((size, i) => !equals(size, first[i]!)),
      )
      if (other) return { problem: `${shapeText(first)} and ${shapeText(other.shape)} cannot be stacked` }
      return {
        dtype: widest(inputs.map(input => input.dtype)),
        shape: [...first.slice(0, along), inputs.length, ...first.slice(along)],
      }
    },
    notation: word('stack', 'axis'),
    rearranges: true,
    evaluate: (inputs, { axis: at }, type) => {
      const shape = type.shape as readonly number[]
      const { outer, inner } = around(shape, resolveAxis(at, shape.length) as number)
      const data = new Float64Array(sizeOf(shape))
      inputs.forEach(({ data: values }, k) => {
        for (let o = 0; o < outer; o++)
          data.set(values.subarray(o * inner, (o + 1) * inner), (o * inputs.length + k) * inner)
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: { x: { none: 'each input takes its own slice, which the gradient engine cuts' } },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        attributes: { axis: 1 },
      },
    ],
  },
  tile: {
    kind: 'primitive',
    title: 'tiling',
    summary: 'The whole tensor several times along one axis.',
    inputs: ['x'],
    attributes: { axis, times: { kind: 'integer', summary: 'how often' } },
    type: ([x], { axis: at, times }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) => (i === along ? multiply(size, times as Dimension) : size)),
      }
    },
    notation: word('tile', 'axis', 'times'),
    evaluate: ([x], { axis: at }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      return alongAxis(x!, type, along, k => k % x!.shape[along]!)
    },
    derivative: {
      x: ({ axis: at, times }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        const split = [...x!.shape!.slice(0, along), times as number, ...x!.shape!.slice(along)]
        return `sum[${along}, keepDims = false](reshape[[${split.join(', ')}]](g))`
      },
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, times: 2 } }],
  },
  gather: {
    kind: 'primitive',
    title: 'lookup',
    summary: 'The rows of a table [n, …] at whole-numbered positions.',
    inputs: ['table', 'indices'],
    attributes: {},
    type: ([table, indices]) => ({
      dtype: table!.dtype,
      shape: [...indices!.shape!, ...table!.shape!.slice(1)],
    }),
    notation: { form: 'function', latex: '\\mathrm{lookup}', text: 'lookup' },
    evaluate: ([table, indices], _, type) => {
      const inner = sizeOf(table!.shape.slice(1))
      const data = new Float64Array(indices!.data.length * inner)
      indices!.data.forEach((row, at) => {
        data.set(table!.data.subarray(row * inner, (row + 1) * inner), at * inner)
      })
      return { shape: type.shape as readonly number[], data, dtype: table!.dtype }
    },
    derivative: {
      table: { none: 'the gradient is scattered into the rows, which needs an op of its own' },
      indices: { none: 'positions are whole numbers' },
    },
    examples: [
      {
        shapes: [
          [5, 3],
          [2, 4],
        ],
        range: [0, 5],
        integers: true,
      },
    ],
  },
  oneHot: {
    kind: 'primitive',
    title: 'one-hot code',
    summary: '1 at the position that each index names, 0 elsewhere, along a new last axis.',
    inputs: ['indices'],
    attributes: { depth: { kind: 'integer', summary: 'the number of positions' } },
    type: ([indices], { depth }) => ({ dtype: 'float32', shape: [...indices!.shape!, depth as Dimension] }),
    notation: word('onehot', 'depth'),
    evaluate: ([indices], { depth }, type) => {
      const data = new Float64Array(indices!.data.length * (depth as number))
      indices!.data.forEach((position, at) => {
        if (position >= 0 && position < (depth as number)) data[at * (depth as number) + position] = 1
      })
      return { shape: type.shape as readonly number[], data, dtype: 'float32' }
    },
    derivative: { indices: { none: 'positions are whole numbers' } },
    examples: [{ shapes: [[3]], attributes: { depth: 4 }, range: [0, 4], integers: true }],
  },
} as const satisfies Readonly<Record<string, Op>>
