import {
  type Arguments,
  alike,
  type ExampleArgument,
  noGradient,
  noGradientIf,
  noGradientWhereBroadcast,
  number,
  real,
  type TensorFunction,
  type TensorFunctions,
  tensor,
} from './function.js'

type Range = readonly [number, number]
const shaped = (shape: readonly number[], range?: Range): ExampleArgument => ({
  shape,
  ...(range && { range }),
})
const whole = (shape: readonly number[]): ExampleArgument => ({ shape, dtype: 'int32', range: [-4, 5] })

/** Of two tensors, which are broadcast. */
function binary(
  means: TensorFunction['means'],
  examples: readonly (readonly ExampleArgument[])[] = [
    [shaped([2, 3]), shaped([3])],
    [shaped([2, 3]), 2],
    [whole([2, 3]), whole([3])],
  ],
): TensorFunction {
  return {
    method: true,
    arguments: [tensor('a'), tensor('b')],
    means,
    fit: alike('usual', 'a', 'b'),
    examples,
  }
}

/** Of one tensor of any type, whose type it keeps. */
function unary(means: TensorFunction['means'], range?: Range): TensorFunction {
  return {
    method: true,
    arguments: [tensor('x')],
    means,
    examples: [[shaped([2, 3], range)], [whole([2, 3])]],
  }
}

/** Of one tensor of real numbers. */
function realUnary(means: TensorFunction['means'], range?: Range): TensorFunction {
  return { method: true, arguments: [real('x')], means, examples: [[shaped([2, 3], range)]] }
}

const areWhole = (given: Arguments, ...names: readonly string[]) =>
  names.every(name => given.tensor(name).dtype === 'int32')

const positive: Range = [0.2, 3]

/** Functions of each element by itself. */
export const elementwise: TensorFunctions = {
  add: binary('a + b'),
  sub: binary('a - b'),
  mul: binary('a * b'),
  // Whole numbers are divided with rounding down.
  div: binary(
    given => (areWhole(given, 'a', 'b') ? 'floorDivide(a, b)' : 'a / b'),
    [
      [shaped([2, 3]), shaped([3], positive)],
      [shaped([2, 3]), 4],
      [whole([2, 3]), { shape: [3], dtype: 'int32', range: [1, 4] }],
    ],
  ),
  pow: binary('a ^ b', [
    [shaped([2, 3], positive), shaped([3], positive)],
    [shaped([2, 3]), 2],
    [whole([2, 3]), { shape: [3], dtype: 'int32', range: [0, 4] }],
  ]),
  floorDiv: binary('floorDivide(a, b)', [
    [shaped([2, 3]), shaped([3], positive)],
    [whole([2, 3]), { shape: [3], dtype: 'int32', range: [1, 4] }],
  ]),
  divNoNan: { ...binary('divideNoNan(a, b)', [[shaped([2, 3]), shaped([3], positive)]]), ...noGradient },
  mod: binary('modulo(a, b)', [
    [shaped([2, 3]), shaped([3], positive)],
    [whole([2, 3]), { shape: [3], dtype: 'int32', range: [1, 4] }],
  ]),
  atan2: binary('atan2(a, b)', [[shaped([2, 3]), shaped([3])]]),
  maximum: { ...binary('maximum(a, b)'), ...noGradientWhereBroadcast },
  minimum: { ...binary('minimum(a, b)'), ...noGradientWhereBroadcast },
  squaredDifference: { ...binary('square(a - b)'), ...noGradientWhereBroadcast },
  greater: { ...binary('a > b'), ...noGradient },
  greaterEqual: {
    ...binary('a >= b'),
    ...noGradientIf('TensorFlow.js has no gradient for it between whole numbers', given =>
      ['a', 'b'].every(name => given.tensor(name).dtype !== 'float32'),
    ),
  },
  less: { ...binary('a < b'), ...noGradient },
  lessEqual: { ...binary('a <= b'), ...noGradient },
  equal: { ...binary('a = b'), ...noGradient },
  notEqual: { ...binary('a != b'), ...noGradient },
  neg: unary('-x'),
  abs: unary('absolute(x)'),
  sign: unary('sign(x)'),
  square: unary('square(x)'),
  relu: unary('relu(x)'),
  exp: realUnary('exp(x)'),
  expm1: realUnary('expm1(x)'),
  log: realUnary('log(x)', positive),
  log1p: realUnary('log1p(x)', positive),
  sqrt: realUnary('sqrt(x)', positive),
  rsqrt: realUnary('1 / sqrt(x)', positive),
  reciprocal: realUnary('reciprocal(x)', positive),
  sin: realUnary('sin(x)'),
  cos: realUnary('cos(x)'),
  tan: realUnary('tan(x)', [-1, 1]),
  asin: realUnary('asin(x)', [-1, 1]),
  acos: realUnary('acos(x)', [-1, 1]),
  atan: realUnary('atan(x)'),
  sinh: realUnary('sinh(x)'),
  cosh: realUnary('cosh(x)'),
  asinh: realUnary('asinh(x)'),
  acosh: realUnary('acosh(x)', [1, 3]),
  atanh: realUnary('atanh(x)', [-0.9, 0.9]),
  tanh: realUnary('tanh(x)'),
  sigmoid: realUnary('sigmoid(x)'),
  logSigmoid: realUnary('-softplus(-x)'),
  softplus: realUnary('softplus(x)'),
  erf: realUnary('erf(x)'),
  floor: realUnary('floor(x)'),
  ceil: realUnary('ceil(x)'),
  round: realUnary('round(x)'),
  relu6: realUnary('relu6(x)'),
  elu: realUnary('elu(x)'),
  selu: realUnary('selu(x)'),
  leakyRelu: {
    method: true,
    arguments: [real('x'), number('alpha', 0.2)],
    means: 'leakyRelu[alpha](x)',
    examples: [[shaped([2, 3])], [shaped([2, 3]), 0.1]],
  },
  prelu: {
    method: true,
    arguments: [real('x'), real('alpha')],
    means: 'prelu(x, alpha)',
    examples: [[shaped([2, 3]), shaped([3])]],
  },
  clipByValue: {
    method: true,
    arguments: [tensor('x'), number('clipValueMin'), number('clipValueMax')],
    means: given => {
      const bounds = [given.value('clipValueMin'), given.value('clipValueMax')]
      return given.tensor('x').dtype === 'float32' || bounds.every(Number.isInteger)
        ? 'clip[clipValueMin, clipValueMax](x)'
        : { problem: 'bounds of whole numbers that are none are not modelled' }
    },
    examples: [
      [shaped([2, 3]), -0.5, 1],
      [whole([2, 3]), -1, 2],
    ],
  },
  step: {
    method: true,
    arguments: [real('x'), number('alpha', 0)],
    means: 'where(greater(x, 0), 1, where(lessEqual(x, 0), alpha, x))',
    examples: [[shaped([2, 3])], [shaped([2, 3]), 0.3]],
  },
  where: {
    method: true,
    receiver: 1,
    arguments: [tensor('condition', { dtype: 'bool', takes: 'bool' }), tensor('a'), tensor('b')],
    means: 'where(condition, a, b)',
    fit: alike('usual', 'condition', 'a', 'b'),
    examples: [[{ shape: [2, 3], dtype: 'bool', range: [0, 2] }, shaped([2, 3]), shaped([3])]],
  },
}
