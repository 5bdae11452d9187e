import {
  axes,
  type ExampleArgument,
  flag,
  noGradientIf,
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
      const isMatrix = Array.isArray(along) && along.length === 2
      const over = '[axis, keepDims]'
      if (ord === 1) return isMatrix ? problem : `sum${over}(absolute(x))`
      if (ord === Number.POSITIVE_INFINITY) return isMatrix ? problem : `max${over}(absolute(x))`
      if (ord === Number.NEGATIVE_INFINITY) return isMatrix ? problem : `min${over}(absolute(x))`
      if (ord === 'euclidean' || ord === 'fro' || ord === 2)
        return isMatrix && ord === 2 ? problem : `sqrt(sum${over}(square(x)))`
      return { problem: 'this kind of norm is not modelled' }
    },
    examples: [
      [{ shape: [2, 3] }],
      [{ shape: [2, 3] }, 2, 1],
      [{ shape: [2, 3] }, 1, -1, true],
      [{ shape: [2, 3] }, Number.POSITIVE_INFINITY, 0],
      [{ shape: [2, 3, 4] }, 'euclidean', [0, 1], true],
    ],
  },
}

const problem = { problem: 'the norm of matrices is not modelled' }

/** TF.js refuses other axes than the last. */
function lastOnly(axis: unknown, rank: number, means: string): string | { readonly problem: string } {
  return axis === -1 || axis === rank - 1
    ? means
    : { problem: 'softmax along an axis that is not the last is not supported' }
}
