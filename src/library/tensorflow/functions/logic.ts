import {
  alike,
  type ExampleArgument,
  noGradient,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

const truths = (...shape: readonly number[]): ExampleArgument => ({ shape, dtype: 'bool', range: [0, 2] })

const connective = (op: string): TensorFunction => ({
  method: true,
  arguments: [tensor('a', { dtype: 'bool' }), tensor('b', { dtype: 'bool' })],
  means: given =>
    given.tensor('a').dtype === 'bool' && given.tensor('b').dtype === 'bool'
      ? `${op}(a, b)`
      : { problem: 'both must be truth values' },
  fit: alike('usual', 'a', 'b'),
  ...noGradient,
  examples: [[truths(2, 3), truths(3)]],
})

const property = (op: string): TensorFunction => ({
  method: true,
  arguments: [tensor('x')],
  means: `${op}(x)`,
  examples: [[{ shape: [2, 3] }]],
})

/** Functions of and to truth values. */
export const logic: TensorFunctions = {
  logicalAnd: connective('logicalAnd'),
  logicalOr: connective('logicalOr'),
  logicalXor: connective('logicalXor'),
  logicalNot: {
    method: true,
    arguments: [tensor('x', { dtype: 'bool' })],
    means: given =>
      given.tensor('x').dtype === 'bool' ? 'logicalNot(x)' : { problem: 'it must hold truth values' },
    ...noGradient,
    examples: [[truths(2, 3)]],
  },
  isNaN: property('isNaN'),
  isInf: property('isInfinite'),
  isFinite: property('isFinite'),
}
