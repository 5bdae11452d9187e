import type { DataType, TensorType } from '../graph/type.js'
import { sameAxes } from './axes.js'
import { erf } from './erf.js'
import type { Op } from './op.js'
import { elementwisePositions } from './positions.js'
import { noRole, sameRole } from './roles.js'
import { elementwiseType, realType } from './shape.js'
import { flat, named, unary, word } from './unary.js'

const positive = { examples: [{ shapes: [[2, 3]], range: [0.2, 3] }] } as const
/** A truth value has no negative. */
const numbers = {
  type: (inputs: readonly TensorType[]) =>
    inputs[0]!.dtype === 'bool'
      ? { problem: 'a truth value has no negative: cast it to a number first' }
      : elementwiseType(inputs),
} as const
/** For functions that give whole numbers for whole numbers. */
const any = { type: (inputs: readonly TensorType[]) => elementwiseType(inputs) } as const

const casts: Readonly<Partial<Record<DataType, (value: number) => number>>> = {
  int32: value => (Number.isFinite(value) ? Math.trunc(value) : 0),
  bool: value => (value === 0 ? 0 : 1),
}

/** Elementwise functions of one tensor. */
export const functions = {
  cast: {
    kind: 'primitive',
    title: 'change of data type',
    summary: 'x as another type: whole numbers are cut towards zero, truth values are 0 and 1.',
    source: 'tfjs-core/src/ops/cast.ts',
    inputs: ['x'],
    attributes: { dtype: { kind: 'text', summary: 'the new data type' } },
    type: ([x], { dtype }) =>
      typeof dtype === 'string' && ['float32', 'int32', 'bool'].includes(dtype)
        ? { dtype: dtype as DataType, shape: x!.shape }
        : { problem: `tensors are cast to float32, int32 or bool, not to ${JSON.stringify(dtype)}` },
    axes: sameAxes,
    positions: elementwisePositions,
    affine: [],
    role: sameRole,
    notation: { form: 'transparent' },
    evaluate: ([x], _, type) => ({
      shape: type.shape as readonly number[],
      data: x!.data.map(casts[type.dtype] ?? (value => value)),
      dtype: type.dtype,
    }),
    derivative: {
      x: ({ dtype }, [x]) =>
        dtype === 'float32' || dtype === x!.dtype
          ? 'g'
          : { none: 'cutting to whole numbers is flat; TensorFlow.js lets the gradient through unchanged' },
    },
    laws: ["cast['bool'](cast['float32'](less(x, 0))) = less(x, 0)"],
    examples: [
      { shapes: [[2, 3]], attributes: { dtype: 'float32' } },
      { shapes: [[2, 3]], attributes: { dtype: 'int32' } },
      { shapes: [[2, 3]], attributes: { dtype: 'float32' }, dtypes: ['int32'] },
      { shapes: [[2, 3]], attributes: { dtype: 'bool' }, dtypes: ['int32'] },
    ],
  },
  negate: unary(
    'negation',
    '−x for each element.',
    { form: 'prefix', latex: '-', text: '−', precedence: 35 },
    x => -x,
    '-1',
    { ...numbers, affine: [['x']], laws: ['-(-x) = x'] },
  ),
  absolute: unary(
    'absolute value',
    '|x| for each element.',
    { form: 'fence', latex: ['|', '|'], text: ['|', '|'] },
    Math.abs,
    'sign(x)',
    { ...any, laws: ['absolute(absolute(x)) = absolute(x)', 'absolute(-x) = absolute(x)'] },
  ),
  sign: unary(
    'sign',
    '−1, 0 or 1 for each element.',
    named('\\mathrm{sign}', 'sign'),
    x => Number(x > 0) - Number(x < 0),
    flat,
    {
      ...any,
      laws: ['x = sign(x) * |x|'],
    },
  ),
  exp: unary('exponential', 'e to the power x for each element.', named('\\exp', 'exp'), Math.exp, 'y', {
    role: { of: { 'log-probability': 'probability' } },
  }),
  expm1: unary(
    'exponential minus one',
    'exp(x) − 1 for each element.',
    { form: 'around', latex: ['\\exp(', ') - 1'], text: ['exp(', ') − 1'], precedence: 10 },
    Math.expm1,
    'y + 1',
    { laws: ['expm1(x) = exp(x) - 1'] },
  ),
  log: unary(
    'natural logarithm',
    'The natural logarithm of each element.',
    named('\\log', 'log'),
    Math.log,
    '1 / x',
    { ...positive, laws: ['exp(log(x)) = x'], role: { of: { probability: 'log-probability' } } },
  ),
  log1p: unary(
    'logarithm of one plus',
    'log(1 + x) for each element.',
    { form: 'around', latex: ['\\log(1 + ', ')'], text: ['log(1 + ', ')'], precedence: 1000 },
    Math.log1p,
    '1 / (1 + x)',
    { ...positive, laws: ['log1p(x) = log(1 + x)'] },
  ),
  sqrt: unary(
    'square root',
    'The square root of each element.',
    { form: 'root' },
    Math.sqrt,
    '1 / (2 * y)',
    positive,
  ),
  rsqrt: {
    kind: 'derived',
    title: 'reciprocal square root',
    summary: '1 / √x for each element.',
    inputs: ['x'],
    attributes: {},
    type: realType,
    elementwise: true,
    axes: sameAxes,
    role: noRole,
    notation: named('\\mathrm{rsqrt}', 'rsqrt'),
    means: '1 / sqrt(x)',
    ...positive,
  },
  square: unary('square', 'x² for each element.', { form: 'power', exponent: 2 }, x => x * x, '2 * x', {
    ...any,
    laws: ['square(x) = x * x', 'square(-x) = square(x)'],
  }),
  reciprocal: unary('reciprocal', '1 / x for each element.', { form: 'fraction' }, x => 1 / x, '-square(y)', {
    ...positive,
    laws: ['reciprocal(x) = 1 / x'],
  }),
  sigmoid: unary(
    'logistic sigmoid',
    '1 / (1 + exp(−x)) for each element.',
    named('\\sigma', 'σ'),
    x => 1 / (1 + Math.exp(-x)),
    'y * (1 - y)',
    {
      laws: ['sigmoid(-x) = 1 - sigmoid(x)', 'sigmoid(x) = 1 / (1 + exp(-x))'],
      role: { is: 'probability', takes: { x: 'logit' } },
    },
  ),
  erf: unary(
    'error function',
    'The Gauss error function of each element.',
    named('\\mathrm{erf}', 'erf'),
    erf,
    '1.1283791670955126 * exp(-x^2)',
    { laws: ['erf(-x) = -erf(x)'] },
  ),
  floor: unary(
    'rounding down',
    'The largest whole number not above x, for each element.',
    { form: 'fence', latex: ['\\lfloor ', '\\rfloor '], text: ['⌊', '⌋'] },
    Math.floor,
    flat,
    { laws: ['floor(floor(x)) = floor(x)'] },
  ),
  ceil: unary(
    'rounding up',
    'The smallest whole number not below x, for each element.',
    { form: 'fence', latex: ['\\lceil ', '\\rceil '], text: ['⌈', '⌉'] },
    Math.ceil,
    flat,
    { laws: ['ceil(ceil(x)) = ceil(x)'] },
  ),
  round: unary(
    'rounding',
    'The nearest whole number, halves to the even one, for each element.',
    word('round'),
    roundHalfEven,
    flat,
    { ...any, source: 'tfjs-backend-cpu/src/kernels/Round.ts', laws: ['round(round(x)) = round(x)'] },
  ),
  step: {
    kind: 'derived',
    title: 'step',
    summary: '1 where x is positive, else alpha, for each element.',
    source: 'tfjs-backend-cpu/src/kernels/Step.ts',
    inputs: ['x'],
    attributes: { alpha: { kind: 'number', default: 0, summary: 'the value where x is not positive' } },
    type: realType,
    axes: sameAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{step}', text: 'step', shown: ['alpha'] },
    means: 'where(greater(x, 0), 1, alpha)',
    examples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3]], attributes: { alpha: 0.5 } }],
  },
  stopGradient: unary(
    'stopped gradient',
    'x itself; nothing flows back through it.',
    named('\\mathrm{sg}', 'sg'),
    x => x,
    { none: 'that is its purpose', zero: true, isMeant: true },
    { ...any, affine: [['x']], laws: ['stopGradient(stopGradient(x)) = stopGradient(x)'], role: sameRole },
  ),
} as const satisfies Readonly<Record<string, Op>>

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
