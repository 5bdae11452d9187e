import {
  type Arguments,
  axes,
  indices,
  noGradient,
  noGradientByPositions,
  noGradientIf,
  number,
  type Result,
  shape,
  type TensorFunctions,
  tensor,
  text,
} from './function.js'

const positions = (sizes: readonly number[], below: number) =>
  ({ shape: sizes, dtype: 'int32', range: [0, below] }) as const
const of = (...sizes: readonly number[]) => ({ shape: sizes })

const coded = [indices('indices'), number('depth'), number('onValue', 1), number('offValue', 0)] as const

const coding =
  (type: string) =>
  (given: Arguments): Result => {
    const depth = given.value('depth')
    return typeof depth === 'number' && depth < 2
      ? { problem: 'the depth must be 2 or more' }
      : `oneHot[depth, onValue, offValue, ${type}](indices)`
  }

const { gradient: byPositions } = noGradientByPositions('indices')

const { gradient: withAxesFromTheEnd } = noGradientIf(
  'TensorFlow.js has no gradient for it with common axes that are counted from the end',
  given => Number(given.value('batchDims')) < 0,
)

/** Functions that read and write at positions. */
export const lookup: TensorFunctions = {
  gather: {
    method: true,
    arguments: [tensor('x'), tensor('indices', { dtype: 'int32' }), axes('axis', 0), number('batchDims', 0)],
    means: given => {
      const batch = Number(given.value('batchDims'))
      const { length: rank } = given.tensor('indices').shape!
      return `gather[axis, ${batch < 0 ? batch + rank : batch}](x, indices)`
    },
    gradient: (given, by) => (by === 'indices' ? byPositions(given, by) : withAxesFromTheEnd(given, by)),
    examples: [
      [of(5, 3), positions([4], 5)],
      [of(5, 3), positions([2, 2], 3), -1],
      [of(5, 3), [4, 0], 0],
      [of(2, 5, 3), positions([2, 4], 5), 1, 1],
      [of(2, 5, 3), positions([2, 4], 5), 1, -1],
    ],
  },
  gatherND: {
    arguments: [tensor('x'), indices('indices')],
    means: 'gatherND(x, indices)',
    ...noGradient,
    examples: [[of(3, 4, 2), positions([5, 2], 3)]],
  },
  scatterND: {
    arguments: [indices('indices'), tensor('updates'), shape('shape')],
    means: 'scatterND[shape](indices, updates)',
    ...noGradient,
    examples: [[positions([4, 1], 6), of(4, 2), [6, 2]]],
  },
  tensorScatterUpdate: {
    arguments: [tensor('tensor'), indices('indices'), tensor('updates')],
    means: given =>
      given.tensor('tensor').dtype === given.tensor('updates').dtype
        ? 'tensorScatterUpdate(tensor, indices, updates)'
        : { problem: 'the updates must be of the type of the tensor' },
    ...noGradient,
    examples: [[of(6, 2), [[1], [4]], of(2, 2)]],
  },
  oneHot: {
    arguments: [...coded, text('dtype', 'int32')],
    means: coding('dtype'),
    examples: [
      [positions([3], 4), 4],
      [positions([2, 3], 4), 4, 5, -1],
      [positions([3], 4), 4, 1, 0, 'float32'],
    ],
  },
  // The method takes no type (tfjs-core/src/public/chained_ops/one_hot.ts).
  'tensor.oneHot': {
    method: ['oneHot'],
    methodOnly: true,
    arguments: coded,
    means: coding("'int32'"),
    examples: [[positions([3], 4), 4]],
  },
}
