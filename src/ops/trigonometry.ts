import type { Op } from './op.js'
import { named, unary } from './unary.js'

/** Trigonometric and hyperbolic functions, and their inverses. */
export const trigonometry = {
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
  tan: unary('tangent', 'The tangent of each element.', named('\\tan', 'tan'), Math.tan, '1 + y^2', {
    examples: [{ shapes: [[2, 3]], range: [-1, 1] }],
    laws: ['tan(x) = sin(x) / cos(x)'],
  }),
  asin: unary(
    'inverse sine',
    'The inverse sine of each element.',
    named('\\arcsin', 'arcsin'),
    Math.asin,
    '1 / sqrt(1 - x^2)',
    { examples: [{ shapes: [[2, 3]], range: [-0.9, 0.9] }], laws: ['sin(asin(x)) = x'] },
  ),
  acos: unary(
    'inverse cosine',
    'The inverse cosine of each element.',
    named('\\arccos', 'arccos'),
    Math.acos,
    '-1 / sqrt(1 - x^2)',
    { examples: [{ shapes: [[2, 3]], range: [-0.9, 0.9] }], laws: ['cos(acos(x)) = x'] },
  ),
  atan: unary(
    'inverse tangent',
    'The inverse tangent of each element.',
    named('\\arctan', 'arctan'),
    Math.atan,
    '1 / (1 + x^2)',
    { laws: ['tan(atan(x)) = x'] },
  ),
  sinh: unary(
    'hyperbolic sine',
    'The hyperbolic sine of each element.',
    named('\\sinh', 'sinh'),
    Math.sinh,
    'cosh(x)',
    { laws: ['sinh(x) = (exp(x) - exp(-x)) / 2'] },
  ),
  cosh: unary(
    'hyperbolic cosine',
    'The hyperbolic cosine of each element.',
    named('\\cosh', 'cosh'),
    Math.cosh,
    'sinh(x)',
    { laws: ['cosh(x) = (exp(x) + exp(-x)) / 2'] },
  ),
  tanh: unary(
    'hyperbolic tangent',
    'The hyperbolic tangent of each element.',
    named('\\tanh', 'tanh'),
    Math.tanh,
    '1 - y^2',
    { laws: ['tanh(-x) = -tanh(x)'] },
  ),
  asinh: unary(
    'inverse hyperbolic sine',
    'The inverse hyperbolic sine of each element.',
    named('\\operatorname{arsinh}', 'arsinh'),
    Math.asinh,
    '1 / sqrt(x^2 + 1)',
    { laws: ['sinh(asinh(x)) = x'] },
  ),
  acosh: unary(
    'inverse hyperbolic cosine',
    'The inverse hyperbolic cosine of each element.',
    named('\\operatorname{arcosh}', 'arcosh'),
    Math.acosh,
    '1 / sqrt(x^2 - 1)',
    { examples: [{ shapes: [[2, 3]], range: [1.2, 4] }], laws: ['cosh(acosh(x)) = x'] },
  ),
  atanh: unary(
    'inverse hyperbolic tangent',
    'The inverse hyperbolic tangent of each element.',
    named('\\operatorname{artanh}', 'artanh'),
    Math.atanh,
    '1 / (1 - x^2)',
    { examples: [{ shapes: [[2, 3]], range: [-0.9, 0.9] }], laws: ['tanh(atanh(x)) = x'] },
  ),
} as const satisfies Readonly<Record<string, Op>>
