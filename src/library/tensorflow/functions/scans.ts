import { equals } from '../../../graph/dimension.js'
import type { Shape } from '../../../graph/type.js'
import {
  axes,
  flag,
  noGradient,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  whole,
} from './function.js'

const areEqual = (sizes: Shape) => sizes.every(size => equals(size, sizes[0]!))

const cumulative = (op: string): TensorFunction => ({
  method: true,
  arguments: [real('x'), axes('axis', 0), flag('exclusive'), flag('reverse')],
  means: `${op}[axis, exclusive, reverse](x)`,
  examples: [
    [{ shape: [4] }],
    [{ shape: [2, 3] }, 1],
    [{ shape: [2, 3] }, 1, true],
    [{ shape: [2, 3] }, 0, false, true],
  ],
})

/** Functions that search or accumulate along an axis. */
export const scans: TensorFunctions = {
  cumsum: {
    ...cumulative('cumsum'),
    // Axes are moved to the end and back by the same order of axes, which is its own inverse for two only.
    gradient: given => {
      const sizes = given.tensor('x').shape!
      const axis = given.value('axis')
      return sizes.length < 2 || axis === -1 || axis === sizes.length - 1
        ? undefined
        : { throws: !areEqual(sizes), reason: 'the gradient that TensorFlow.js has for it mixes up its axes' }
    },
  },
  cumprod: { ...cumulative('cumprod'), ...noGradient },
  argMin: {
    method: true,
    arguments: [tensor('x'), axes('axis', 0)],
    means: 'argMin[axis](x)',
    examples: [[{ shape: [2, 3] }], [{ shape: [2, 3, 4] }, -1]],
  },
  topk: {
    method: true,
    arguments: [tensor('x'), whole('k', 0, 1), flag('sorted', true)],
    means: () => ({ values: 'topValues[k](x)', indices: 'topIndices[k](x)' }),
    ...noGradient,
    examples: [[{ shape: [5] }], [{ shape: [2, 4] }, 3]],
  },
  all: truth('all'),
  any: truth('any'),
}

function truth(op: string): TensorFunction {
  return {
    method: true,
    arguments: [tensor('x', { dtype: 'bool' }), axes('axis', null), flag('keepDims')],
    means: given =>
      given.tensor('x').dtype === 'bool'
        ? `${op}[axis, keepDims](x)`
        : { problem: 'it must hold truth values' },
    ...noGradient,
    examples: [
      [{ shape: [2, 3], dtype: 'bool', range: [0, 2] }],
      [{ shape: [2, 3], dtype: 'bool', range: [0, 2] }, -1, true],
    ],
  }
}
