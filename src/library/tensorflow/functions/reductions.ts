import type { Attribute } from '../../../graph/node.js'
import {
  type Arguments,
  axes,
  type ExampleArgument,
  flag,
  noGradientIf,
  type Result,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

const examples: readonly (readonly ExampleArgument[])[] = [
  [{ shape: [2, 3] }],
  [{ shape: [2, 3, 4] }, 1],
  [{ shape: [2, 3, 4] }, [-1, 0], true],
]

/** Over axes that go unless they are kept with size 1; over all of them if none are given. */
const reduction = (means: TensorFunction['means'], first = real('x')): TensorFunction => ({
  method: true,
  arguments: [first, axes('axis', null), flag('keepDims')],
  means,
  examples,
})

/** Functions that combine the elements along axes. */
export const reductions: TensorFunctions = {
  sum: {
    ...reduction('sum[axis, keepDims](x)', tensor('x')),
    examples: [...examples, [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }, 0]],
  },
  prod: {
    ...reduction('product[axis, keepDims](x)', tensor('x')),
    ...noGradientIf(
      'TensorFlow.js has no gradient for it along an axis that is counted from the end',
      given => given.list('axis').some(axis => typeof axis === 'number' && axis < 0),
    ),
    examples: [...examples, [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }, 0]],
  },
  max: {
    ...reduction('max[axis, keepDims](x)', tensor('x')),
    examples: [...examples, [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }, 0]],
  },
  min: reduction('min[axis, keepDims](x)', tensor('x')),
  mean: {
    ...reduction('mean[axis, keepDims](x)', tensor('x')),
    examples: [...examples, [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }, 0]],
  },
  logSumExp: reduction('logSumExp[axis, keepDims](x)'),
  moments: {
    arguments: [tensor('x'), axes('axis', null), flag('keepDims')],
    means: () => ({ mean: 'mean[axis, keepDims](x)', variance: 'variance[axis, keepDims](x)' }),
    examples,
  },
  argMax: {
    method: true,
    arguments: [tensor('x'), axes('axis', 0)],
    means: 'argMax[axis](x)',
    examples: [[{ shape: [2, 3] }], [{ shape: [2, 3, 4] }, -1]],
  },
  softmax: {
    method: true,
    arguments: [real('logits'), axes('dim', -1)],
    means: given =>
      lastOnly(given.value('dim'), given.tensor('logits').shape!.length, 'softmax[dim](logits)'),
    examples: [[{ shape: [2, 3] }], [{ shape: [2, 3, 4] }, 2]],
  },
  logSoftmax: {
    method: true,
    arguments: [real('logits'), axes('axis', -1)],
    means: given =>
      lastOnly(given.value('axis'), given.tensor('logits').shape!.length, 'logSoftmax[axis](logits)'),
    examples: [[{ shape: [2, 3] }]],
  },
  norm: {
    method: true,
    arguments: [
      real('x'),
      { name: 'ord', kind: 'value', default: 'euclidean' },
      axes('axis', null),
      flag('keepDims'),
    ],
    means: given => {
      const ord = given.value('ord')
      const along = given.value('axis')
      if (Array.isArray(along) && along.length === 2) return matrixNorm(given, ord, along)
      const over = '[axis, keepDims]'
      const wanted = vectorNorms.get(ord)
      return wanted ? wanted(over) : { problem: 'this kind of norm is not modelled' }
    },
    examples: [
      [{ shape: [2, 3] }],
      [{ shape: [2, 3] }, 2, 1],
      [{ shape: [2, 3] }, 1, -1, true],
      [{ shape: [2, 3] }, Number.POSITIVE_INFINITY, 0],
      [{ shape: [2, 3, 4] }, 'euclidean', [0, 1], true],
      [{ shape: [2, 3] }, 1, [0, 1]],
      [{ shape: [2, 3] }, Number.POSITIVE_INFINITY, [0, 1]],
      [{ shape: [3, 2] }, Number.NEGATIVE_INFINITY, [0, 1]],
    ],
  },
}

const euclidean = (over: string) => `sqrt(sum${over}(square(x)))`

/** Norms of vectors by their order (tfjs-core/src/ops/norm.ts). */
const vectorNorms: ReadonlyMap<Attribute, (over: string) => string> = new Map<
  Attribute,
  (over: string) => string
>([
  [1, over => `sum${over}(absolute(x))`],
  [Number.POSITIVE_INFINITY, over => `max${over}(absolute(x))`],
  [Number.NEGATIVE_INFINITY, over => `min${over}(absolute(x))`],
  [2, euclidean],
  ['euclidean', euclidean],
])

/** Norms of matrices: how the second axis of a list goes after the sums along the first. */
function matrixNorm(given: Arguments, ord: Attribute, [first, second]: readonly Attribute[]): Result {
  if (ord === 'euclidean' || ord === 'fro') return 'sqrt(sum[axis, keepDims](square(x)))'
  const [outer, inner] = [Number(first), Number(second)]
  // The second axis is counted as one that comes after the first.
  if (outer < 0 || outer >= inner) return { problem: 'this order of the axes is not modelled' }
  const sums = (axis: number) => `sum[[${axis}], true](absolute(x))`
  const reduced: ReadonlyMap<Attribute, string> = new Map([
    [1, `max[[${inner}], true](${sums(outer)})`],
    [Number.POSITIVE_INFINITY, `max[[${outer}], true](${sums(inner)})`],
    [Number.NEGATIVE_INFINITY, `min[[${outer}], true](${sums(inner)})`],
  ])
  const value = reduced.get(ord)
  if (value === undefined) return { problem: 'this kind of norm is not modelled' }
  return given.flag('keepDims') ? value : `squeeze[axis](${value})`
}

/** TF.js refuses other axes than the last. */
function lastOnly(axis: unknown, rank: number, means: string): string | { readonly problem: string } {
  return axis === -1 || axis === rank - 1
    ? means
    : { problem: 'softmax along an axis that is not the last is not supported' }
}
