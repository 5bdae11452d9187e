import type { Attributes } from '../graph/node.js'
import type { DataType, Shape, TensorType } from '../graph/type.js'
import { newAxes } from './axes.js'
import type { Op } from './op.js'
import { orderedPositions } from './positions.js'
import { noRole } from './roles.js'

function leafType({ shape, dtype }: Attributes): TensorType {
  return { dtype: (dtype as DataType | undefined) ?? 'float32', shape: shape as Shape | null }
}

const shape = { kind: 'shape', summary: 'the sizes of the axes' } as const
const dtype = { kind: 'text', default: 'float32', summary: 'the data type' } as const
const none = { form: 'leaf' } as const

/** What a computation starts from. */
export const leaves = {
  input: {
    kind: 'primitive',
    title: 'input',
    summary: 'A tensor that is given from outside.',
    inputs: [],
    attributes: {
      name: { kind: 'text', summary: 'what the user calls it' },
      index: { kind: 'integer', summary: 'its position among the inputs' },
      shape,
      dtype,
      below: {
        kind: 'integer',
        default: null,
        summary:
          'of indices: they are whole numbers from 0, less than this; null where nothing is known of them',
      },
      call: {
        kind: 'integer',
        default: null,
        summary:
          'of what a function gives, another one at each call: which one; null for an input that is one',
      },
    },
    type: (_, attributes) => leafType(attributes),
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: none,
    derivative: {},
    evaluate: (_inputs, _attributes, type) => zeros(type),
    examples: [{ shapes: [], attributes: { name: 'x', index: 0, shape: [2, 3] } }],
  },
  parameter: {
    kind: 'primitive',
    title: 'parameter',
    summary:
      'A tensor that a layer owns. Two parameters with equal shapes are different unless their identity is equal.',
    inputs: [],
    attributes: {
      identity: { kind: 'integer', summary: 'tells parameters apart' },
      name: { kind: 'text', summary: 'what the layer calls it' },
      shape,
      dtype,
    },
    type: (_, attributes) => leafType(attributes),
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: none,
    derivative: {},
    evaluate: (_inputs, _attributes, type) => zeros(type),
    examples: [{ shapes: [], attributes: { identity: 0, name: 'kernel', shape: [2, 3] } }],
  },
  scalar: {
    kind: 'primitive',
    title: 'scalar',
    summary: 'A number, which may depend on symbols, as a tensor of rank 0.',
    inputs: [],
    attributes: { value: { kind: 'number', summary: 'the number' } },
    type: () => ({ dtype: 'float32', shape: [] }),
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: none,
    derivative: {},
    evaluate: (_inputs, { value }) => ({
      shape: [],
      data: Float64Array.of(value as number),
      dtype: 'float32',
    }),
    examples: [{ shapes: [], attributes: { value: 0.5 } }],
  },
  opaque: {
    kind: 'primitive',
    title: 'opaque',
    summary: 'A tensor that could not be followed. Whatever depends on it is unverified.',
    inputs: [],
    attributes: {
      reason: { kind: 'text', summary: 'why it is not known' },
      identity: { kind: 'integer', summary: 'tells opaque values apart' },
      shape,
      dtype,
    },
    type: (_, attributes) => leafType(attributes),
    axes: newAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: none,
    derivative: {},
    evaluate: (_inputs, _attributes, type) => zeros(type),
    examples: [{ shapes: [], attributes: { reason: 'loaded from a file', identity: 0, shape: [2] } }],
  },
} as const satisfies Readonly<Record<string, Op>>

/** Leaves are given from outside; their own value is a placeholder of the right shape. */
function zeros(type: TensorType): { shape: readonly number[]; data: Float64Array; dtype: DataType } {
  const sizes = type.shape as readonly number[]
  return { shape: sizes, data: new Float64Array(sizes.reduce((a, b) => a * b, 1)), dtype: type.dtype }
}
