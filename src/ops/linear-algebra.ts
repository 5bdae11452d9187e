import { type Dimension, equals } from '../graph/dimension.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import type { Op } from './op.js'
import { broadcast, forBroadcast, sizeOf, widest } from './shape.js'

function matMulType([a, b]: readonly TensorType[]): TensorType | Problem {
  const x = a!.shape!
  const y = b!.shape!
  if (x.length < 1 || y.length < 2)
    return { problem: `a matrix product needs matrices, not ${shapeText(x)} and ${shapeText(y)}` }
  const inner = x.at(-1)!
  if (!equals(inner, y.at(-2)!))
    return { problem: `the matrix product of ${shapeText(x)} and ${shapeText(y)} does not exist` }
  const batch = broadcast(x.slice(0, -2), y.slice(0, -2))
  if (isProblem(batch)) return batch
  const rows: readonly Dimension[] = x.length > 1 ? [x.at(-2)!] : []
  return { dtype: widest([a!.dtype, b!.dtype]), shape: [...batch, ...rows, y.at(-1)!] }
}

/** Products of matrices. */
export const linearAlgebra = {
  matMul: {
    kind: 'primitive',
    title: 'matrix product',
    summary: 'x [… n, k] times y [… k, m], over all axes in front.',
    inputs: ['x', 'y'],
    attributes: {},
    type: matMulType,
    notation: { form: 'infix', latex: '', text: '', precedence: 30, associative: 'left' },
    cost: ([x], _, shape) => sizeOf(shape) * (x!.shape!.at(-1) as number),
    evaluate: ([x, y], _, type) => {
      const shape = type.shape as readonly number[]
      const inner = x!.shape.at(-1)!
      const columns = y!.shape.at(-1)!
      const rows = x!.shape.length > 1 ? x!.shape.at(-2)! : 1
      const data = new Float64Array(sizeOf(shape))
      const outer = shape.slice(0, x!.shape.length > 1 ? -2 : -1)
      forBroadcast(outer, [x!.shape.slice(0, -2), y!.shape.slice(0, -2)], (at, [left, right]) => {
        const to = at * rows * columns
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < inner; k++) {
            const value = x!.data[left! * rows * inner + i * inner + k]!
            if (value === 0) continue
            const source = right! * inner * columns + k * columns
            const row = to + i * columns
            for (let j = 0; j < columns; j++) data[row + j]! += value * y!.data[source + j]!
          }
        }
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      x: 'g y^T',
      y: (_, [x, y]) =>
        x!.shape!.length > y!.shape!.length
          ? `reshape[[${x!.shape!.slice(0, -1).reduce((a: number, b) => a * (b as number), 1)}, ${x!.shape!.at(-1)}]](x)^T reshape[[${x!.shape!.slice(0, -1).reduce((a: number, b) => a * (b as number), 1)}, ${y!.shape!.at(-1)}]](g)`
          : 'x^T g',
    },
    laws: [],
    examples: [
      {
        shapes: [
          [2, 3],
          [3, 4],
        ],
      },
      {
        shapes: [
          [5, 2, 3],
          [5, 3, 4],
        ],
      },
      {
        shapes: [
          [5, 2, 3],
          [3, 4],
        ],
      },
    ],
  },
  transpose: {
    kind: 'primitive',
    title: 'transpose',
    summary: 'The axes in another order; without one, the last two change places.',
    inputs: ['x'],
    attributes: {
      permutation: {
        kind: 'axes',
        default: null,
        summary: 'for each axis of the result, the axis it comes from',
      },
    },
    type: ([x], { permutation }) => {
      const shape = x!.shape!
      const order = permutationOf(permutation, shape.length)
      return order
        ? { dtype: x!.dtype, shape: order.map(axis => shape[axis]!) }
        : { problem: `${JSON.stringify(permutation)} is no order of the axes of ${shapeText(shape)}` }
    },
    notation: { form: 'transpose' },
    rearranges: true,
    evaluate: ([x], { permutation }, type) => {
      const shape = type.shape as readonly number[]
      const order = permutationOf(permutation, shape.length)!
      const strides = x!.shape.map((_, i) => sizeOf(x!.shape.slice(i + 1)))
      const data = new Float64Array(x!.data.length)
      const index = shape.map(() => 0)
      let from = 0
      for (let at = 0; at < data.length; at++) {
        data[at] = x!.data[from]!
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          const step = strides[order[axis]!]!
          index[axis]!++
          from += step
          if (index[axis]! < shape[axis]!) break
          from -= step * shape[axis]!
          index[axis] = 0
        }
      }
      return { shape, data, dtype: x!.dtype }
    },
    derivative: {
      x: ({ permutation }, [x]) => {
        const order = permutationOf(permutation, x!.shape!.length)!
        return `transpose[[${order.map((_, axis) => order.indexOf(axis)).join(', ')}]](g)`
      },
    },
    laws: ['transpose(transpose(x)) = x'],
    examples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 4]], attributes: { permutation: [2, 0, 1] } }],
  },
  dot: {
    kind: 'derived',
    title: 'contraction of two tensors',
    summary: 'For each example, the sum over one axis of x and one of y; axes count from the batch axis.',
    source: 'tfjs-layers/src/layers/merge.ts (batchDot)',
    inputs: ['x', 'y'],
    attributes: { axes: { kind: 'axes', summary: 'the axis of x and the axis of y' } },
    type: ([x, y], { axes }) => {
      const [i, j] = axes as readonly number[]
      const a = x!.shape!
      const b = y!.shape!
      if (a.length < 2 || a.length > 3 || b.length < 2 || b.length > 3)
        return {
          problem: `the contraction takes tensors of rank 2 or 3, not ${shapeText(a)} and ${shapeText(b)}`,
        }
      if (i === undefined || j === undefined || !a[i] || !b[j] || !equals(a[i], b[j]))
        return { problem: `the axes ${i} of ${shapeText(a)} and ${j} of ${shapeText(b)} do not fit together` }
      const rest = [...a.filter((_, k) => k !== i), ...b.filter((_, k) => k !== j && k !== 0)]
      return { dtype: 'float32', shape: rest.length === 1 ? [...rest, 1] : rest }
    },
    notation: { form: 'function', latex: '\\mathrm{dot}', text: 'dot', shown: ['axes'] },
    means: ({ axes }, [x, y]) => {
      const [i, j] = axes as readonly number[]
      const left = x!.shape!.length === 2 ? 'expandDims[[1]](x)' : i === 2 ? 'x' : 'transpose[[0, 2, 1]](x)'
      const right = y!.shape!.length === 2 ? 'expandDims[[2]](y)' : j === 1 ? 'y' : 'transpose[[0, 2, 1]](y)'
      const whole = `matMul(${left}, ${right})`
      if (x!.shape!.length === 2) return `squeeze[[1]](${whole})`
      return y!.shape!.length === 2 ? `squeeze[[2]](${whole})` : whole
    },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        attributes: { axes: [1, 1] },
      },
      {
        shapes: [
          [2, 4, 3],
          [2, 5, 3],
        ],
        attributes: { axes: [2, 2] },
      },
      {
        shapes: [
          [2, 4, 3],
          [2, 4],
        ],
        attributes: { axes: [1, 1] },
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>

function permutationOf(permutation: unknown, rank: number): readonly number[] | undefined {
  const order: readonly unknown[] = Array.isArray(permutation)
    ? permutation
    : Array.from({ length: rank }, (_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i))
  const valid =
    order.length === rank && Array.from({ length: rank }, (_, i) => i).every(axis => order.includes(axis))
  return valid ? (order as readonly number[]) : undefined
}
