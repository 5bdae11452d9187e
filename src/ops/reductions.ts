import type { Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType, TensorType } from '../graph/type.js'
import type { Derivative, DerivedOp, Op, PrimitiveOp } from './op.js'
import { forBroadcast, resolveAxes, resolveAxis, sizeOf } from './shape.js'

const axes = { kind: 'axes', default: null, summary: 'the axes that go; all if none are given' } as const
const keepDims = { kind: 'boolean', default: true, summary: 'whether they stay with size 1' } as const

function reducedType(x: TensorType, attributes: Attributes, dtype: DataType = x.dtype): TensorType | Problem {
  const shape = x.shape!
  const gone = resolveAxes(attributes.axes, shape.length)
  if (!Array.isArray(gone)) return gone as Problem
  const kept = shape.flatMap((size, i) => (gone.includes(i) ? (attributes.keepDims ? [1] : []) : [size]))
  return { dtype, shape: kept }
}

/** Folds the elements along the reduced axes. */
function fold(
  [x]: readonly Tensor[],
  attributes: Attributes,
  type: TensorType,
  start: number,
  step: (sum: number, value: number) => number,
): Tensor {
  const gone = resolveAxes(attributes.axes, x!.shape.length) as readonly number[]
  const kept = x!.shape.map((size, i) => (gone.includes(i) ? 1 : size))
  const data = new Float64Array(sizeOf(kept)).fill(start)
  forBroadcast(x!.shape, [kept], (at, [to]) => {
    data[to!] = step(data[to!]!, x!.data[at]!)
  })
  return { shape: type.shape as readonly number[], data, dtype: type.dtype }
}

const examples = [
  { shapes: [[2, 3]] },
  { shapes: [[2, 3, 4]], attributes: { axes: [1] } },
  { shapes: [[2, 3, 4]], attributes: { axes: [-1, 0], keepDims: false } },
] as const

/** A gradient or value of the reduced shape, with its axes back at size 1. */
const restored =
  (name: string) =>
  (attributes: Attributes, [x]: readonly TensorType[]) => {
    const gone = resolveAxes(attributes.axes, x!.shape!.length) as readonly number[]
    return attributes.keepDims ? name : `expandDims[[${gone.join(', ')}]](${name})`
  }

function reduction(
  title: string,
  summary: string,
  symbol: readonly [latex: string, text: string],
  start: number,
  step: (sum: number, value: number) => number,
  derivative: Derivative,
  laws: readonly string[] = [],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: { axes, keepDims },
    type: ([x], attributes) => reducedType(x!, attributes),
    notation: { form: 'reduction', latex: symbol[0], text: symbol[1] },
    cost: ([x]) => sizeOf(x!.shape as readonly number[]),
    evaluate: (inputs, attributes, type) => fold(inputs, attributes, type, start, step),
    derivative: { x: derivative },
    laws,
    examples,
  }
}

const extremum: Derivative = (attributes, types) => {
  const y = restored('y')(attributes, types)
  return `${restored('g')(attributes, types)} * equal(x, ${y})`
}

function mean(title: string, summary: string, latex: string, text: string, means: string): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    inputs: ['x'],
    attributes: { axes, keepDims },
    type: ([x], attributes) => reducedType(x!, attributes, 'float32'),
    notation: { form: 'reduction', latex, text },
    means: (attributes, [x]) => {
      const gone = resolveAxes(attributes.axes, x!.shape!.length) as readonly number[]
      const count = gone.length === 0 ? '1' : `size[[${gone.join(', ')}]](x)`
      return means.replaceAll('COUNT', count)
    },
    examples,
  }
}

/** Ops that combine the elements along axes. */
export const reductions = {
  sum: reduction('sum', 'The sum over axes.', ['\\sum', 'Σ'], 0, (a, b) => a + b, restored('g')),
  product: reduction(
    'product',
    'The product over axes.',
    ['\\prod', 'Π'],
    1,
    (a, b) => a * b,
    (attributes, types) => `${restored('g')(attributes, types)} * ${restored('y')(attributes, types)} / x`,
  ),
  max: reduction(
    'maximum',
    'The largest element over axes.',
    ['\\max', 'max'],
    Number.NEGATIVE_INFINITY,
    Math.max,
    extremum,
  ),
  min: reduction(
    'minimum',
    'The smallest element over axes.',
    ['\\min', 'min'],
    Number.POSITIVE_INFINITY,
    Math.min,
    extremum,
  ),
  size: {
    kind: 'primitive',
    title: 'number of elements',
    summary: 'How many elements there are along axes, as a number.',
    inputs: ['x'],
    attributes: { axes },
    type: () => ({ dtype: 'float32', shape: [] }),
    notation: { form: 'function', latex: '\\mathrm{size}', text: 'size', shown: ['axes'] },
    evaluate: ([x], attributes) => {
      const along = resolveAxes(attributes.axes, x!.shape.length) as readonly number[]
      return {
        shape: [],
        data: Float64Array.of(sizeOf(along.map(axis => x!.shape[axis]!))),
        dtype: 'float32',
      }
    },
    derivative: { x: { none: 'a size does not depend on the values' } },
    examples: [{ shapes: [[2, 3, 4]], attributes: { axes: [1, 2] } }],
  },
  mean: mean('mean', 'The mean over axes.', '\\mathrm{mean}', 'mean', 'sum[axes, keepDims](x) / COUNT'),
  variance: mean(
    'variance',
    'The mean squared distance from the mean over axes (biased).',
    '\\mathrm{Var}',
    'Var',
    'sum[axes, keepDims](square(x - sum[axes](x) / COUNT)) / COUNT',
  ),
  logSumExp: mean(
    'logarithm of a sum of exponentials',
    'log Σ exp(x) over axes.',
    '\\mathrm{LSE}',
    'LSE',
    'log(sum[axes, keepDims](exp(x)))',
  ),
  argMax: {
    kind: 'primitive',
    title: 'position of the maximum',
    summary: 'The index of the largest element along an axis, which goes; the first of equal ones.',
    inputs: ['x'],
    attributes: { axis: { kind: 'axis', default: 0, summary: 'the axis to search' } },
    type: ([x], { axis }) => {
      const resolved = resolveAxis(axis, x!.shape!.length)
      return typeof resolved === 'number'
        ? { dtype: 'int32', shape: x!.shape!.filter((_, i) => i !== resolved) }
        : resolved
    },
    notation: { form: 'function', latex: '\\mathrm{argmax}', text: 'argmax', shown: ['axis'] },
    evaluate: ([x], { axis }, type) => {
      const along = resolveAxis(axis, x!.shape.length) as number
      const inner = sizeOf(x!.shape.slice(along + 1))
      const count = x!.shape[along]!
      const shape = type.shape as readonly number[]
      const data = new Float64Array(sizeOf(shape))
      for (let i = 0; i < data.length; i++) {
        const base = Math.floor(i / inner) * inner * count + (i % inner)
        for (let k = 1; k < count; k++) {
          if (x!.data[base + k * inner]! > x!.data[base + data[i]! * inner]!) data[i] = k
        }
      }
      return { shape, data, dtype: 'int32' }
    },
    derivative: { x: { none: 'a position is flat wherever it is unique' } },
    examples: [{ shapes: [[2, 3, 4]], attributes: { axis: 1 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
