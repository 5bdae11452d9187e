import { type Dimension, equals } from '../graph/dimension.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { doubledAxes, newAxes, productAxes, sameAxes } from './axes.js'
import type { Op } from './op.js'
import { productPositions } from './positions.js'
import { noRole } from './roles.js'
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

/** Products of matrices, and matrices by the place of their elements. */
export const matrices = {
  matMul: {
    kind: 'primitive',
    title: 'matrix product',
    summary: 'x [… n, k] times y [… k, m], over all axes in front.',
    inputs: ['x', 'y'],
    attributes: {},
    type: matMulType,
    axes: productAxes,
    positions: productPositions,
    affine: [['x'], ['y']],
    role: noRole,
    notation: { form: 'infix', latex: '', text: '', precedence: 30, associative: 'left' },
    columns: 'y',
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
      y: (_, [x]) => (x!.shape!.length === 1 ? 'expandDims[[-1]](x) expandDims[[-2]](g)' : 'x^T g'),
    },
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
  bandPart: {
    kind: 'derived',
    title: 'band of a matrix',
    summary:
      'The elements of the last two axes at most `lower` below and `upper` above the main diagonal, 0 elsewhere; a negative number sets no limit.',
    source: 'tfjs-core/src/ops/linalg/band_part.ts',
    inputs: ['x'],
    attributes: {
      lower: { kind: 'integer', summary: 'diagonals below the main one, all if negative' },
      upper: { kind: 'integer', summary: 'diagonals above the main one, all if negative' },
    },
    type: ([x]) =>
      x!.shape!.length >= 2 ? x! : { problem: `a band is part of a matrix, not of ${shapeText(x!.shape)}` },
    axes: sameAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{band}', text: 'band', shown: ['lower', 'upper'] },
    means: ({ lower, upper }, [x]) => {
      const limits = [
        ...(typeof lower === 'number' && lower < 0
          ? []
          : ['lessEqual(position[-2](x) - position[-1](x), lower)']),
        ...(typeof upper === 'number' && upper < 0
          ? []
          : ['lessEqual(position[-1](x) - position[-2](x), upper)']),
      ]
      if (limits.length === 0) return 'x'
      const inside = limits.length === 2 ? `logicalAnd(${limits.join(', ')})` : limits[0]!
      return `where(${inside}, x, fill[[], 0, '${x!.dtype}']())`
    },
    laws: ['bandPart[-1, -1](x) = x', 'bandPart[0, -1](x) + bandPart[-1, 0](x) = x + bandPart[0, 0](x)'],
    examples: [
      { shapes: [[3, 4]], attributes: { lower: -1, upper: 0 } },
      { shapes: [[2, 4, 4]], attributes: { lower: 1, upper: 2 } },
      { shapes: [[4, 4]], attributes: { lower: 0, upper: -1 }, dtypes: ['int32'] },
    ],
  },
  diagonal: {
    kind: 'derived',
    title: 'diagonal tensor',
    summary: 'A tensor of twice the rank with x on its diagonal and zeros elsewhere.',
    source: 'tfjs-core/src/ops/diag.ts',
    inputs: ['x'],
    attributes: {},
    type: ([x]) =>
      x!.shape!.length > 0
        ? { dtype: x!.dtype, shape: [...x!.shape!, ...x!.shape!] }
        : { problem: 'a scalar has no diagonal tensor' },
    axes: doubledAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{diag}', text: 'diag' },
    means: (_, [x]) => {
      const rank = x!.shape!.length
      const axes = (from: number) => `[${Array.from({ length: rank }, (_, i) => from + i).join(', ')}]`
      const same = Array.from({ length: rank }, (_, i) => {
        const position = `position[${i}](x)`
        return `equal(expandDims[${axes(rank)}](${position}), expandDims[${axes(0)}](${position}))`
      }).reduce((all, one) => `logicalAnd(${all}, ${one})`)
      return `where(${same}, expandDims[${axes(rank)}](x), fill[[], 0, '${x!.dtype}']())`
    },
    examples: [{ shapes: [[3]] }, { shapes: [[2, 3]], dtypes: ['int32'] }],
  },
  confusionMatrix: {
    kind: 'derived',
    title: 'confusion matrix',
    summary: 'How often each class (row) was predicted as each class (column).',
    source: 'tfjs-core/src/ops/confusion_matrix.ts',
    inputs: ['labels', 'predictions'],
    attributes: { classes: { kind: 'integer', summary: 'the number of classes' } },
    type: ([labels, predictions], { classes }) =>
      labels!.shape!.length === 1 && predictions!.shape!.length === 1
        ? { dtype: 'int32', shape: [classes as number, classes as number] }
        : { problem: 'a confusion matrix takes vectors of classes' },
    axes: newAxes,
    role: { takes: { labels: 'index', predictions: 'index' } },
    notation: { form: 'function', latex: '\\mathrm{confusion}', text: 'confusion', shown: ['classes'] },
    means:
      "cast['int32'](matMul(transpose(oneHot[classes](cast['int32'](labels))), oneHot[classes](cast['int32'](predictions))))",
    examples: [{ shapes: [[6], [6]], range: [0, 3], dtypes: ['int32', 'int32'], attributes: { classes: 3 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
