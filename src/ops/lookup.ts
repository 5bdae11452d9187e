import { type Dimension, equals } from '../graph/dimension.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type Shape, shapeText, type TensorType } from '../graph/type.js'
import { beforeNewAxis, lookupAxes, newAxes, positionAxes, sameAxes } from './axes.js'
import type { Op } from './op.js'
import { gatheredPositions, orderedPositions } from './positions.js'
import { resolveAxis, sizeOf, stridesOf } from './shape.js'

const wholeNumbers = { none: 'positions are whole numbers', zero: true } as const

/** Rows of positions [… , depth], each naming the start of a block of the tensor with the axes after `depth`. */
function offsets(
  indices: Tensor,
  shape: readonly number[],
): { readonly block: number; readonly starts: readonly number[] } {
  const depth = indices.shape.at(-1) ?? 1
  const strides = stridesOf(shape)
  const starts = Array.from({ length: depth === 0 ? 1 : indices.data.length / depth }, (_, row) => {
    let start = 0
    for (let k = 0; k < depth; k++) start += indices.data[row * depth + k]! * strides[k]!
    return start
  })
  return { block: sizeOf(shape.slice(depth)), starts }
}

/** The shape of the blocks that rows of positions name; a problem where a position has too many numbers. */
function blocks(indices: TensorType, shape: Shape): Shape | Problem {
  const depth = indices.shape!.at(-1)
  if (typeof depth !== 'number' || depth > shape.length)
    return { problem: `positions of length ${String(depth)} do not fit into ${shapeText(shape)}` }
  return [...indices.shape!.slice(0, -1), ...shape.slice(depth)]
}

function fits(updates: TensorType, indices: TensorType, shape: Shape): Problem | undefined {
  const expected = blocks(indices, shape)
  if ('problem' in expected) return expected
  const same =
    updates.shape!.length === expected.length && expected.every((size, i) => equals(size, updates.shape![i]!))
  return same
    ? undefined
    : {
        problem: `updates ${shapeText(updates.shape)} do not have the shape ${shapeText(expected)} of the positions`,
      }
}

/** Ops that read or write at positions that are themselves computed. */
export const lookup = {
  gather: {
    kind: 'primitive',
    title: 'lookup',
    summary:
      'The slices of a table along one axis at whole-numbered positions, which take the place of the axis; the first `batchDims` axes of both go together.',
    source: 'tfjs-core/src/ops/gather.ts',
    inputs: ['table', 'indices'],
    attributes: {
      axis: { kind: 'axis', default: 0, summary: 'the axis of the table' },
      batchDims: { kind: 'integer', default: 0, summary: 'how many axes in front are common' },
    },
    type: ([table, indices], { axis, batchDims }) => {
      const [from, at] = [table!.shape!, indices!.shape!]
      const along = resolveAxis(axis, from.length)
      if (typeof along !== 'number') return along
      const common = batchDims as number
      if (indices!.dtype !== 'int32') return { problem: 'positions are whole numbers (dtype `int32`)' }
      if (common < 0 || common > along || common > at.length)
        return { problem: `${common} common axes do not fit ${shapeText(from)} and ${shapeText(at)}` }
      if (at.slice(0, common).some((size, i) => !equals(size, from[i]!)))
        return { problem: `the common axes of ${shapeText(from)} and ${shapeText(at)} differ` }
      return {
        dtype: table!.dtype,
        shape: [...from.slice(0, along), ...at.slice(common), ...from.slice(along + 1)],
      }
    },
    axes: lookupAxes,
    positions: gatheredPositions,
    affine: [['table']],
    role: { as: ['table'], takes: { indices: 'index' } },
    notation: ({ axis, batchDims }) =>
      axis === 0 && batchDims === 0
        ? { form: 'lookup' }
        : {
            form: 'function',
            latex: '\\mathrm{lookup}',
            text: 'lookup',
            shown: [{ attribute: 'axis', label: 'axis' }, 'batchDims'],
          },
    evaluate: ([table, indices], { axis, batchDims }, type) => {
      const along = resolveAxis(axis, table!.shape.length) as number
      const length = table!.shape[along]!
      const inner = sizeOf(table!.shape.slice(along + 1))
      const batches = sizeOf(table!.shape.slice(0, batchDims as number))
      const between = sizeOf(table!.shape.slice(batchDims as number, along))
      const count = indices!.data.length / batches
      const data = new Float64Array(sizeOf(type.shape as readonly number[]))
      for (let o = 0; o < batches * between; o++) {
        const batch = Math.floor(o / between)
        for (let k = 0; k < count; k++) {
          const from = (o * length + indices!.data[batch * count + k]!) * inner
          data.set(table!.data.subarray(from, from + inner), (o * count + k) * inner)
        }
      }
      return { shape: type.shape as readonly number[], data, dtype: table!.dtype }
    },
    derivative: {
      // With the positions as one axis I: g [B, P, I, Q] against the one-hot codes [B, I, K], summed over I.
      table: ({ axis, batchDims }, [table, indices]) => {
        const common = batchDims as number
        const along = resolveAxis(axis, table!.shape!.length) as number
        const extents = (name: string, from: number, to: number) =>
          Array.from({ length: to - from }, (_, i) => `extent[${from + i}](${name})`)
        const product = (sizes: readonly string[]) => (sizes.length > 0 ? sizes.join(' * ') : '1')
        const [batch, between, inner] = [
          product(extents('table', 0, common)),
          product(extents('table', common, along)),
          product(extents('table', along + 1, table!.shape!.length)),
        ]
        const count = product(extents('indices', common, indices!.shape!.length))
        const codes = `reshape[[${batch}, 1, ${count}, extent[${along}](table), 1]](oneHot[extent[${along}](table)](indices))`
        const incoming = `reshape[[${batch}, ${between}, ${count}, 1, ${inner}]](g)`
        return `reshape[shape(table)](sum[[2], keepDims = false](${codes} * ${incoming}))`
      },
      indices: wholeNumbers,
    },
    examples: [
      {
        shapes: [
          [5, 3],
          [2, 4],
        ],
        range: [0, 5],
        dtypes: ['float32', 'int32'],
      },
      { shapes: [[2, 5, 3], [4]], range: [0, 5], dtypes: ['float32', 'int32'], attributes: { axis: 1 } },
      {
        shapes: [
          [2, 3, 5, 2],
          [2, 4],
        ],
        range: [0, 5],
        dtypes: ['float32', 'int32'],
        attributes: { axis: 2, batchDims: 1 },
      },
    ],
  },
  gatherND: {
    kind: 'primitive',
    title: 'lookup by position',
    summary:
      'The block of x at each position; the last axis of the positions runs along the first axes of x.',
    source: 'tfjs-core/src/ops/gather_nd.ts',
    inputs: ['x', 'indices'],
    attributes: {},
    type: ([x, indices]) => {
      const shape = blocks(indices!, x!.shape!)
      return 'problem' in shape ? shape : { dtype: x!.dtype, shape }
    },
    axes: positionAxes,
    positions: orderedPositions,
    affine: [['x']],
    role: { as: ['x'], takes: { indices: 'index' } },
    notation: { form: 'function', latex: '\\mathrm{lookup}_{n}', text: 'lookupₙ' },
    evaluate: ([x, indices], _, type) => {
      const { block, starts } = offsets(indices!, x!.shape)
      const data = new Float64Array(starts.length * block)
      starts.forEach((start, i) => {
        data.set(x!.data.subarray(start, start + block), i * block)
      })
      return { shape: type.shape as readonly number[], data, dtype: x!.dtype }
    },
    derivative: { x: 'scatterND[shape(x)](indices, g)', indices: wholeNumbers },
    examples: [
      {
        shapes: [
          [3, 3, 2],
          [4, 2],
        ],
        range: [0, 3],
        dtypes: ['float32', 'int32'],
      },
      {
        shapes: [
          [3, 2],
          [2, 2, 1],
        ],
        range: [0, 3],
        dtypes: ['float32', 'int32'],
      },
    ],
  },
  scatterND: {
    kind: 'primitive',
    title: 'sum by position',
    summary: 'A tensor of zeros to which each update is added at its position.',
    source: 'tfjs-core/src/ops/scatter_nd.ts',
    inputs: ['indices', 'updates'],
    attributes: { shape: { kind: 'shape', summary: 'the sizes of the result' } },
    type: ([indices, updates], { shape }) =>
      fits(updates!, indices!, shape as Shape) ?? { dtype: updates!.dtype, shape: shape as Shape },
    axes: newAxes,
    positions: orderedPositions,
    affine: [['updates']],
    role: { takes: { indices: 'index' } },
    notation: { form: 'function', latex: '\\mathrm{scatter}', text: 'scatter', shown: ['shape'] },
    evaluate: ([indices, updates], _, type) => {
      const shape = type.shape as readonly number[]
      const { block, starts } = offsets(indices!, shape)
      const data = new Float64Array(sizeOf(shape))
      starts.forEach((start, i) => {
        for (let k = 0; k < block; k++) data[start + k]! += updates!.data[i * block + k]!
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: { indices: wholeNumbers, updates: 'gatherND(g, indices)' },
    examples: [
      {
        shapes: [
          [4, 2],
          [4, 2],
        ],
        range: [0, 3],
        dtypes: ['int32', 'float32'],
        attributes: { shape: [3, 3, 2] },
      },
    ],
  },
  tensorScatterUpdate: {
    kind: 'primitive',
    title: 'replacement by position',
    summary: 'x with each update in place of the block at its position; of updates at one position the last.',
    source: 'tfjs-core/src/ops/tensor_scatter_update.ts',
    inputs: ['x', 'indices', 'updates'],
    attributes: {},
    type: ([x, indices, updates]) => fits(updates!, indices!, x!.shape!) ?? x!,
    axes: sameAxes,
    positions: orderedPositions,
    affine: [['x', 'updates']],
    role: { as: ['x', 'updates'], takes: { indices: 'index' } },
    notation: { form: 'function', latex: '\\mathrm{update}', text: 'update' },
    evaluate: ([x, indices, updates], _, type) => {
      const { block, starts } = offsets(indices!, x!.shape)
      const data = x!.data.slice()
      starts.forEach((start, i) => {
        data.set(updates!.data.subarray(i * block, (i + 1) * block), start)
      })
      return { shape: type.shape as readonly number[], data, dtype: type.dtype }
    },
    derivative: {
      x: 'tensorScatterUpdate(g, indices, zerosLike(updates))',
      indices: wholeNumbers,
      updates: { none: 'an update counts only where none after it has the same position' },
    },
    examples: [
      {
        shapes: [
          [5, 2],
          [2, 1],
          [2, 2],
        ],
        range: [0, 5],
        dtypes: ['float32', 'int32', 'float32'],
      },
    ],
  },
  oneHot: {
    kind: 'derived',
    title: 'one-hot code',
    summary: 'One value at the position that each index names, another elsewhere, along a new last axis.',
    source: 'tfjs-core/src/ops/one_hot.ts (its data type is int32 unless another is given)',
    inputs: ['indices'],
    attributes: {
      depth: { kind: 'integer', summary: 'the number of positions' },
      on: { kind: 'number', default: 1, summary: 'the value at the position' },
      off: { kind: 'number', default: 0, summary: 'the value elsewhere' },
      dtype: { kind: 'text', default: 'float32', summary: 'the data type' },
    },
    type: ([indices], { depth, dtype }) => ({
      dtype: dtype as TensorType['dtype'],
      shape: [...indices!.shape!, depth as Dimension],
    }),
    axes: beforeNewAxis,
    role: { takes: { indices: 'index' } },
    notation: { form: 'function', latex: '\\mathrm{onehot}', text: 'onehot', shown: ['depth', 'on', 'off'] },
    means: 'cast[dtype](where(equal(expandDims[[-1]](indices), range[0, depth]()), on, off))',
    examples: [
      { shapes: [[3]], attributes: { depth: 4 }, range: [0, 4], dtypes: ['int32'] },
      {
        shapes: [[2, 3]],
        attributes: { depth: 4, on: 5, off: -1, dtype: 'int32' },
        range: [-1, 5],
        dtypes: ['int32'],
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
