import { type Dimension, product } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import type { DataType, Shape, TensorType } from '../graph/type.js'
import { newAxes, sameAxes } from './axes.js'
import type { DerivedOp, Op } from './op.js'
import { orderedPositions, uniformPositions } from './positions.js'
import { noRole } from './roles.js'
import { resolveAxis, sizeOf } from './shape.js'

const shape = { kind: 'shape', summary: 'the sizes of the axes' } as const
const dtype = { kind: 'text', default: 'float32', summary: 'the data type' } as const
const leaf = { form: 'leaf' } as const

/** A constant of more numbers is data, not part of a model. */
export const longestConstant = 65536

function typeOf(attributes: Attributes): TensorType {
  return { dtype: attributes.dtype as DataType, shape: attributes.shape as Shape }
}

function filledLike(title: string, value: number): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary: `A tensor of the shape and the data type of x, filled with ${value}.`,
    inputs: ['x'],
    attributes: {},
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: { form: 'leaf', latex: String(value), text: String(value) },
    means: (_, [x]) => `fill[shape(x), ${value}, '${x!.dtype}']()`,
    examples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3]], dtypes: ['int32'] }],
  }
}

/** Tensors of known numbers. */
export const creation = {
  constant: {
    kind: 'primitive',
    title: 'constant',
    summary: 'A tensor of known numbers, in row-major order.',
    inputs: [],
    attributes: { shape, values: { kind: 'shape', summary: 'the numbers' }, dtype },
    type: (_, attributes) => {
      const values = attributes.values as readonly number[]
      if (values.length > longestConstant)
        return { problem: `a constant of ${values.length} numbers is too long to be read` }
      return product(attributes.shape as Shape) === values.length
        ? typeOf(attributes)
        : { problem: `${values.length} numbers do not fill the shape of the constant` }
    },
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: leaf,
    derivative: {},
    evaluate: (_inputs, { values }, type) => ({
      shape: type.shape as readonly number[],
      data: Float64Array.from(values as readonly number[]),
      dtype: type.dtype,
    }),
    examples: [{ shapes: [], attributes: { shape: [2], values: [1, -2.5] } }],
  },
  fill: {
    kind: 'primitive',
    title: 'filled tensor',
    summary: 'A tensor whose elements are all one number.',
    source: 'tfjs-core/src/ops/fill.ts',
    inputs: [],
    attributes: { shape, value: { kind: 'number', summary: 'the number' }, dtype },
    type: (_, attributes) => typeOf(attributes),
    axes: newAxes,
    positions: uniformPositions,
    affine: [],
    role: noRole,
    notation: leaf,
    derivative: {},
    evaluate: (_inputs, { value }, type) => {
      const sizes = type.shape as readonly number[]
      return { shape: sizes, data: new Float64Array(sizeOf(sizes)).fill(value as number), dtype: type.dtype }
    },
    examples: [
      { shapes: [], attributes: { shape: [2, 3], value: 1.5 } },
      { shapes: [], attributes: { shape: [2], value: 3, dtype: 'int32' } },
    ],
  },
  zeros: {
    kind: 'derived',
    title: 'zeros',
    summary: 'A tensor of zeros.',
    inputs: [],
    attributes: { shape, dtype },
    type: (_, attributes) => typeOf(attributes),
    axes: newAxes,
    role: noRole,
    notation: { form: 'leaf', latex: '0', text: '0' },
    means: 'fill[shape, 0, dtype]()',
    examples: [{ shapes: [], attributes: { shape: [2, 3] } }],
  },
  ones: {
    kind: 'derived',
    title: 'ones',
    summary: 'A tensor of ones.',
    inputs: [],
    attributes: { shape, dtype },
    type: (_, attributes) => typeOf(attributes),
    axes: newAxes,
    role: noRole,
    notation: { form: 'leaf', latex: '1', text: '1' },
    means: 'fill[shape, 1, dtype]()',
    examples: [{ shapes: [], attributes: { shape: [2, 3] } }],
  },
  zerosLike: filledLike('zeros like another tensor', 0),
  onesLike: filledLike('ones like another tensor', 1),
  range: {
    kind: 'primitive',
    title: 'evenly spaced numbers',
    summary: 'The numbers start, start + step, …, as many as `size` says.',
    source: 'tfjs-core/src/ops/range.ts, linspace.ts',
    inputs: [],
    attributes: {
      start: { kind: 'number', default: 0, summary: 'the first number' },
      size: { kind: 'integer', summary: 'how many' },
      step: { kind: 'number', default: 1, summary: 'from one number to the next' },
      dtype,
    },
    type: (_, attributes) => ({ dtype: attributes.dtype as DataType, shape: [attributes.size as Dimension] }),
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{range}', text: 'range', shown: ['start', 'size', 'step'] },
    derivative: {},
    evaluate: (_inputs, { start, step }, type) => ({
      shape: type.shape as readonly number[],
      data: Float64Array.from(
        { length: (type.shape as readonly number[])[0]! },
        (_, i) => (start as number) + i * (step as number),
      ),
      dtype: type.dtype,
    }),
    examples: [
      { shapes: [], attributes: { size: 4 } },
      { shapes: [], attributes: { start: 5, size: 3, step: -2, dtype: 'int32' } },
    ],
  },
  position: {
    kind: 'primitive',
    title: 'positions along an axis',
    summary: 'The position of each element of x along one axis, with size 1 along the other axes.',
    inputs: ['x'],
    attributes: { axis: { kind: 'axis', summary: 'the axis' } },
    type: ([x], { axis }) => {
      const along = resolveAxis(axis, x!.shape!.length)
      if (typeof along !== 'number') return along
      return { dtype: 'int32', shape: x!.shape!.map((size, i) => (i === along ? size : 1)) }
    },
    axes: sameAxes,
    positions: orderedPositions,
    affine: [],
    role: { is: 'index' },
    notation: { form: 'function', latex: '\\mathrm{position}', text: 'position', shown: ['axis'] },
    evaluate: (_inputs, _attributes, type) => {
      const sizes = type.shape as readonly number[]
      return { shape: sizes, data: Float64Array.from({ length: sizeOf(sizes) }, (_, i) => i), dtype: 'int32' }
    },
    derivative: { x: { none: 'a position does not depend on the values', zero: true } },
    examples: [{ shapes: [[2, 3, 4]], attributes: { axis: 1 } }],
  },
  eye: {
    kind: 'derived',
    title: 'identity matrix',
    summary: 'Ones on the main diagonal, zeros elsewhere.',
    source: 'tfjs-core/src/ops/eye.ts',
    inputs: [],
    attributes: {
      rows: { kind: 'integer', summary: 'the number of rows' },
      columns: { kind: 'integer', default: null, summary: 'the number of columns, if it is another one' },
      dtype,
    },
    type: (_, { rows, columns, ...attributes }) => ({
      dtype: attributes.dtype as DataType,
      shape: [rows as Dimension, (columns ?? rows) as Dimension],
    }),
    axes: newAxes,
    role: noRole,
    notation: { form: 'function', latex: 'I', text: 'I', shown: ['rows', 'columns'] },
    means: ({ columns }) =>
      `cast[dtype](equal(expandDims[[1]](range[0, rows]()), range[0, ${columns === null ? 'rows' : 'columns'}]()))`,
    examples: [
      { shapes: [], attributes: { rows: 3 } },
      { shapes: [], attributes: { rows: 2, columns: 3 } },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
