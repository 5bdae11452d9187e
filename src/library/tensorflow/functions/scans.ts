import { axes, flag, number, real, type TensorFunction, type TensorFunctions, tensor } from './function.js'

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
  cumsum: cumulative('cumsum'),
  cumprod: cumulative('cumprod'),
  argMin: {
    method: true,
    arguments: [tensor('x'), axes('axis', 0)],
    means: 'argMin[axis](x)',
    examples: [[{ shape: [2, 3] }], [{ shape: [2, 3, 4] }, -1]],
  },
  topk: {
    method: true,
    arguments: [tensor('x'), number('k', 1), flag('sorted', true)],
    means: () => ({ values: 'topValues[k](x)', indices: 'topIndices[k](x)' }),
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
    examples: [
      [{ shape: [2, 3], dtype: 'bool', range: [0, 2] }],
      [{ shape: [2, 3], dtype: 'bool', range: [0, 2] }, -1, true],
    ],
  }
}
