import type { Dimension } from '../graph/dimension.js'
import type { Op } from './op.js'
import { sizeOf } from './shape.js'

const word = (name: string, ...shown: readonly string[]) =>
  ({ form: 'function', latex: `\\mathrm{${name}}`, text: name, shown }) as const
/** Ops that read or write at positions that are themselves computed. */
export const lookup = {
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
        dtypes: ['float32', 'int32'],
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
    examples: [{ shapes: [[3]], attributes: { depth: 4 }, range: [0, 4], dtypes: ['int32'] }],
  },
} as const satisfies Readonly<Record<string, Op>>
