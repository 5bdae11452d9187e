import {
  type ExampleArgument,
  flag,
  listed,
  noGradient,
  noGradientIf,
  real,
  type TensorFunctions,
  tensor,
  tensors,
  text,
} from './function.js'

const of = (...shape: readonly number[]): ExampleArgument => ({ shape })

/** The last two axes exchanged. */
export function swapped(name: string, rank: number): string {
  const order = Array.from({ length: rank }, (_, i) => i)
  order.splice(-2, 2, rank - 1, rank - 2)
  return `transpose[[${order.join(', ')}]](${name})`
}

/** The gradient by a matrix has the axes in front of those of the product (tfjs-core/src/gradients/BatchMatMul_grad.ts). */
export const noGradientWhereBatchIsBroadcast = noGradientIf(
  'the gradient that TensorFlow.js has for it does not fit a matrix that is used for a whole batch',
  (given, by) => {
    const [own, other] = [by, by === 'a' ? 'b' : 'a'].map(name => given.tensor(name).shape!.slice(0, -2))
    const isOne = (axis: number) => {
      const size = own![own!.length - other!.length + axis] ?? 1
      return size === 1 && other![axis] !== 1
    }
    return ['a', 'b'].includes(by) && other!.some((_, axis) => isOne(axis))
  },
)

/** Products of vectors and matrices. */
export const products: TensorFunctions = {
  matMul: {
    method: true,
    arguments: [tensor('a'), tensor('b'), flag('transposeA'), flag('transposeB')],
    means: given => {
      const [a, b] = ['a', 'b'].map(name => given.tensor(name).shape!.length) as [number, number]
      if (a < 2 || b < 2) return { problem: `a matrix product needs tensors of rank 2 or more` }
      const left = given.flag('transposeA') ? swapped('a', a) : 'a'
      const right = given.flag('transposeB') ? swapped('b', b) : 'b'
      return `matMul(${left}, ${right})`
    },
    fit: {
      ground: 'usual',
      shape: (argument, known) => {
        const weights = known('b')
        return argument === 'a' && weights?.length === 2 ? [null, weights[0]!] : undefined
      },
    },
    ...noGradientWhereBatchIsBroadcast,
    examples: [
      [of(2, 3), of(3, 4)],
      [of(3, 2), of(3, 4), true],
      [of(2, 3), of(4, 3), false, true],
      [of(5, 2, 3), of(5, 3, 4)],
      [of(5, 2, 3), of(1, 4, 3), false, true],
      [of(5, 2, 3), of(3, 4)],
    ],
  },
  dot: {
    method: true,
    arguments: [real('t1'), real('t2')],
    means: given => {
      const [a, b] = ['t1', 't2'].map(name => given.tensor(name).shape!.length) as [number, number]
      if (a < 1 || a > 2 || b < 1 || b > 2) return { problem: 'a dot product takes vectors and matrices' }
      if (a === 1 && b === 1) return 'sum[[0], false](t1 * t2)'
      if (b === 1) return 'squeeze[[1]](matMul(t1, expandDims[[1]](t2)))'
      return 'matMul(t1, t2)'
    },
    examples: [
      [of(3), of(3)],
      [of(2, 3), of(3)],
      [of(3), of(3, 2)],
      [of(2, 3), of(3, 4)],
    ],
  },
  outerProduct: {
    arguments: [tensor('v1'), tensor('v2')],
    means: 'expandDims[[1]](v1) * expandDims[[0]](v2)',
    examples: [[of(3), of(4)]],
  },
  einsum: {
    arguments: [text('equation'), tensors('tensors', { types: 'one' })],
    variadic: true,
    ...noGradient,
    means: given => {
      const all = given.tensors('tensors')
      return all.length < 3
        ? `einsum[equation](${listed('tensors', all)})`
        : { problem: 'TensorFlow.js takes no more than two tensors' }
    },
    examples: [
      [
        'ij,jk->ik',
        {
          shapes: [
            [2, 3],
            [3, 4],
          ],
        },
      ],
      [
        'bhqd,bhkd->bhqk',
        {
          shapes: [
            [2, 3, 4, 5],
            [2, 3, 6, 5],
          ],
        },
      ],
      ['ij->ji', { shapes: [[2, 3]] }],
    ],
  },
}
