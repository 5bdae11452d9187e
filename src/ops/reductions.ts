import type { Attribute, Attributes } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType, TensorType } from '../graph/type.js'
import { newAxes, withoutAxes } from './axes.js'
import type { Derivative, DerivedOp, Notation, Op, PrimitiveOp } from './op.js'
import { countedPositions, reducedPositions } from './positions.js'
import { noRole } from './roles.js'
import { forBroadcast, realType, resolveAxes, resolveAxis, sizeOf } from './shape.js'
import { flat } from './unary.js'

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
  /** Whether truth values count as numbers. */
  counts = false,
  big?: Pick<Extract<Notation, { form: 'reduction' }>, 'limits' | 'linear'>,
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: { axes, keepDims },
    type: ([x], attributes) =>
      reducedType(x!, attributes, counts && x!.dtype === 'bool' ? 'int32' : x!.dtype),
    axes: withoutAxes('axes'),
    positions: reducedPositions,
    affine: big?.linear ? [['x']] : [],
    role: noRole,
    notation: { form: 'reduction', latex: symbol[0], text: symbol[1], over: 'axes', ...big },
    canonical: ({ axes: given }, [x]) => ({
      axes: [...(resolveAxes(given, x!.shape!.length) as readonly number[])].sort((a, b) => a - b),
    }),
    cost: ([x]) => sizeOf(x!.shape as readonly number[]),
    evaluate: (inputs, attributes, type) => fold(inputs, attributes, type, start, step),
    derivative: { x: derivative },
    examples,
  }
}

function truth(
  title: string,
  name: string,
  summary: string,
  symbol: readonly [latex: string, text: string],
  start: number,
  step: (a: number, b: number) => number,
): PrimitiveOp {
  return {
    ...reduction(title, summary, symbol, start, step, flat),
    type: ([x], attributes) =>
      x!.dtype === 'bool'
        ? reducedType(x!, attributes)
        : { problem: `\`${name}\` takes truth values (dtype \`bool\`)` },
    examples: [
      { shapes: [[3, 4]], dtypes: ['bool'] },
      { shapes: [[3, 2, 2]], dtypes: ['bool'], attributes: { axes: [1], keepDims: false } },
    ],
  }
}

const extremum: Derivative = (attributes, types) => {
  const y = restored('y')(attributes, types)
  return `${restored('g')(attributes, types)} * equal(x, ${y})`
}

/**
 * The product of all other elements, which is no quotient where an element is 0: along each axis the elements before
 * and those behind, of the products over the axes after it.
 */
const productOfOthers: Derivative = (attributes, types) => {
  const gone = resolveAxes(attributes.axes, types[0]!.shape!.length) as readonly number[]
  const others = gone.map((axis, i) => {
    const rest = gone.slice(i + 1)
    const x = rest.length === 0 ? 'x' : `product[[${rest.join(', ')}]](x)`
    return `cumprod[${axis}, true](${x}) * cumprod[${axis}, true, true](${x})`
  })
  return [restored('g')(attributes, types), ...others].join(' * ')
}

function mean(
  title: string,
  summary: string,
  [latex, text]: readonly [latex: string, text: string],
  means: string,
  average?: true,
): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    inputs: ['x'],
    attributes: { axes, keepDims },
    type: ([x], attributes) => reducedType(x!, attributes, 'float32'),
    axes: withoutAxes('axes'),
    role: noRole,
    notation: {
      form: 'reduction',
      latex,
      text,
      over: 'axes',
      ...(average && { average, limits: true, linear: true }),
    },
    means: (attributes, [x]) => {
      const gone = resolveAxes(attributes.axes, x!.shape!.length) as readonly number[]
      const count = gone.length === 0 ? '1' : `size[[${gone.join(', ')}]](x)`
      return means.replaceAll('COUNT', count)
    },
    examples,
  }
}

function descending(axes: Attribute | undefined, rank: number): boolean {
  const [first, second] = Array.isArray(axes) ? axes.map(axis => resolveAxis(axis, rank)) : []
  return typeof first === 'number' && typeof second === 'number' && first > second
}

/** Ops that combine the elements along axes. */
export const reductions = {
  sum: reduction('sum', 'The sum over axes.', ['\\sum', 'Σ'], 0, (a, b) => a + b, restored('g'), true, {
    limits: true,
    linear: true,
  }),
  product: reduction(
    'product',
    'The product over axes.',
    ['\\prod', 'Π'],
    1,
    (a, b) => a * b,
    productOfOthers,
    true,
    { limits: true },
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
  all: truth(
    'all',
    'all',
    '1 where all elements over axes are true, else 0.',
    ['\\bigwedge', '∧'],
    1,
    Math.min,
  ),
  any: truth('any', 'any', '1 where some element over axes is true, else 0.', ['\\bigvee', '∨'], 0, Math.max),
  size: {
    kind: 'primitive',
    title: 'number of elements',
    summary: 'How many elements there are along axes, as a number.',
    inputs: ['x'],
    attributes: { axes },
    type: () => ({ dtype: 'float32', shape: [] }),
    axes: newAxes,
    positions: countedPositions,
    affine: [],
    role: noRole,
    notation: { form: 'count', over: 'axes' },
    evaluate: ([x], attributes) => {
      const along = resolveAxes(attributes.axes, x!.shape.length) as readonly number[]
      return {
        shape: [],
        data: Float64Array.of(sizeOf(along.map(axis => x!.shape[axis]!))),
        dtype: 'float32',
      }
    },
    derivative: { x: { none: 'a size does not depend on the values', zero: true } },
    examples: [{ shapes: [[2, 3, 4]], attributes: { axes: [1, 2] } }],
  },
  mean: mean('mean', 'The mean over axes.', ['\\sum', 'Σ'], 'sum[axes, keepDims](x) / COUNT', true),
  variance: mean(
    'variance',
    'The mean squared distance from the mean over axes (biased).',
    ['\\mathrm{Var}', 'Var'],
    'sum[axes, keepDims](square(x - sum[axes](x) / COUNT)) / COUNT',
  ),
  logSumExp: {
    ...mean(
      'logarithm of a sum of exponentials',
      'log Σ exp(x) over axes.',
      ['\\mathrm{LSE}', 'LSE'],
      'log(sum[axes, keepDims](exp(x)))',
    ),
    computed: 'max[axes, keepDims](x) + log(sum[axes, keepDims](exp(x - max[axes](x))))',
    examples: [...examples, { shapes: [[2, 3]], range: [-2000, 2000] }],
  },
  norm: {
    kind: 'derived',
    title: 'norm',
    summary:
      'The p-norm over one axis or over all elements; over two axes the Frobenius norm (order 2) or the norm of a matrix (order 1 or ∞).',
    source: 'tfjs-core/src/ops/norm.ts',
    inputs: ['x'],
    attributes: {
      axes,
      order: { kind: 'number', default: 2, summary: '1, 2, or plus or minus infinity' },
      keepDims,
    },
    type: ([x], attributes) => {
      const known = [1, 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      const gone = Array.isArray(attributes.axes) ? attributes.axes.length : 1
      if (!known.includes(attributes.order as number) || gone > 2)
        return { problem: `there is no norm of order ${String(attributes.order)} over ${gone} axes` }
      if (descending(attributes.axes, x!.shape!.length) && attributes.order !== 2)
        return {
          problem: 'TensorFlow.js confuses the axes of a matrix norm where the second is before the first',
        }
      const type = reducedType(x!, attributes)
      return isProblem(type) ? type : realType([type])
    },
    axes: withoutAxes('axes'),
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{norm}', text: 'norm', shown: ['order', 'axes'] },
    means: ({ order, axes: given }, [x]) => {
      if (order === 2) return 'sqrt(sum[axes, keepDims](square(x)))'
      const outer = order === 1 ? 'sum' : order === Number.POSITIVE_INFINITY ? 'max' : 'min'
      const pair =
        Array.isArray(given) && given.length === 2
          ? given.map(axis => resolveAxis(axis, x!.shape!.length))
          : []
      if (pair.length < 2) return `${outer}[axes, keepDims](|x|)`
      const [rows, columns] = pair
      const inner = order === 1 ? rows : columns
      return `${order === 1 ? 'max' : outer}[axes, keepDims](sum[[${inner}]](|x|))`
    },
    examples: [
      { shapes: [[2, 3]] },
      { shapes: [[2, 3]], attributes: { axes: [1], order: 1, keepDims: false } },
      { shapes: [[2, 3]], attributes: { axes: [0], order: Number.POSITIVE_INFINITY } },
      { shapes: [[2, 3]], attributes: { order: Number.NEGATIVE_INFINITY, keepDims: false } },
      { shapes: [[2, 3, 4]], attributes: { axes: [0, 2], order: 1, keepDims: false } },
      { shapes: [[2, 3, 4]], attributes: { axes: [0, 2], order: Number.POSITIVE_INFINITY, keepDims: false } },
      { shapes: [[2, 3, 4]], attributes: { axes: [1, 2], keepDims: false } },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
