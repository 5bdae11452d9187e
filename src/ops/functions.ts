import { erf } from './erf.js'
import type { Notation, Op, PrimitiveOp } from './op.js'
import { elementwiseType, mapBroadcast } from './shape.js'

/** An elementwise function of one tensor. `derivative` is dy/dx as an expression in x and y, or null with a reason. */
function unary(
  title: string,
  summary: string,
  notation: Notation,
  f: (x: number) => number,
  derivative: string | { none: string },
  rest: Partial<Pick<PrimitiveOp, 'laws' | 'examples' | 'source'>> = {},
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: {},
    type: inputs => elementwiseType(inputs),
    notation,
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, f as (...values: number[]) => number),
    derivative: { x: typeof derivative === 'string' ? `g * (${derivative})` : derivative },
    examples: [{ shapes: [[2, 3]] }],
    ...rest,
  }
}

const named = (latex: string, text: string): Notation => ({ form: 'function', latex, text })
const word = (name: string): Notation => named(`\\mathrm{${name}}`, name)
const positive = { examples: [{ shapes: [[2, 3]], range: [0.2, 3] }] } as const
const flat = { none: 'a step function is flat wherever it is smooth' }

/** Elementwise functions of one tensor. */
export const functions = {
  negate: unary(
    'negation',
    '−x for each element.',
    { form: 'prefix', latex: '-', text: '−', precedence: 15 },
    x => -x,
    '-1',
    { laws: ['-(-x) = x'] },
  ),
  absolute: unary(
    'absolute value',
    '|x| for each element.',
    { form: 'fence', latex: ['|', '|'], text: ['|', '|'] },
    Math.abs,
    'sign(x)',
    { laws: ['absolute(absolute(x)) = absolute(x)', 'absolute(-x) = absolute(x)'] },
  ),
  sign: unary('sign', '−1, 0 or 1 for each element.', named('\\mathrm{sign}', 'sign'), Math.sign, flat),
  exp: unary('exponential', 'e to the power x for each element.', named('\\exp', 'exp'), Math.exp, 'y'),
  expm1: unary('exponential minus one', 'exp(x) − 1 for each element.', word('expm1'), Math.expm1, 'y + 1', {
    laws: ['expm1(x) = exp(x) - 1'],
  }),
  log: unary(
    'natural logarithm',
    'The natural logarithm of each element.',
    named('\\log', 'log'),
    Math.log,
    '1 / x',
    { ...positive, laws: ['exp(log(x)) = x'] },
  ),
  log1p: unary(
    'logarithm of one plus',
    'log(1 + x) for each element.',
    word('log1p'),
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
  square: unary('square', 'x² for each element.', word('square'), x => x * x, '2 * x', {
    laws: ['square(x) = x * x', 'square(-x) = square(x)'],
  }),
  reciprocal: unary('reciprocal', '1 / x for each element.', word('reciprocal'), x => 1 / x, '-square(y)', {
    ...positive,
    laws: ['reciprocal(x) = 1 / x'],
  }),
  sin: unary('sine', 'The sine of each element, in radians.', named('\\sin', 'sin'), Math.sin, 'cos(x)', {
    laws: ['sin(-x) = -sin(x)'],
  }),
  cos: unary(
    'cosine',
    'The cosine of each element, in radians.',
    named('\\cos', 'cos'),
    Math.cos,
    '-sin(x)',
    { laws: ['cos(-x) = cos(x)'] },
  ),
  tanh: unary(
    'hyperbolic tangent',
    'The hyperbolic tangent of each element.',
    named('\\tanh', 'tanh'),
    Math.tanh,
    '1 - y^2',
    { laws: ['tanh(-x) = -tanh(x)'] },
  ),
  sigmoid: unary(
    'logistic sigmoid',
    '1 / (1 + exp(−x)) for each element.',
    named('\\sigma', 'σ'),
    x => 1 / (1 + Math.exp(-x)),
    'y * (1 - y)',
    { laws: ['sigmoid(-x) = 1 - sigmoid(x)', 'sigmoid(x) = 1 / (1 + exp(-x))'] },
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
    { source: 'tfjs-backend-cpu/src/kernels/Round.ts', laws: ['round(round(x)) = round(x)'] },
  ),
  stopGradient: unary(
    'stopped gradient',
    'x itself; nothing flows back through it.',
    named('\\mathrm{sg}', 'sg'),
    x => x,
    { none: 'that is its purpose' },
    { laws: ['stopGradient(stopGradient(x)) = stopGradient(x)'] },
  ),
} as const satisfies Readonly<Record<string, Op>>

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
