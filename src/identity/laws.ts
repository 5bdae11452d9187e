/** Identities of real functions that exact arithmetic knows beyond those of a field. */
export interface Law {
  /** `left = right` in the equation language: x, y and z are real, p and q are positive. */
  readonly equations: readonly string[]
  /** When it is used, beside the signs that the letters say. */
  readonly where?: string
}

/** The laws by the names that the evidence of a verdict gives them. */
export const laws = {
  'exponential-of-a-sum': { equations: ['exp(x + y) = exp(x) * exp(y)'] },
  'exponential-of-a-logarithm': { equations: ['exp(log(p)) = p'] },
  'exponential-of-a-mask': {
    equations: ['exp(x - 10000) = 0 * x'],
    where:
      'a constant of −9999 or less was added as such, and all that is added to it has coefficients below a hundredth of it and numbers up to 64',
  },
  'sign-of-a-mask': {
    equations: ['maximum(x, x * 0 - 10^8) = x', 'greater(x - 10^8, y) = greater(0, 1 + 0 * x)'],
    where:
      'a constant of −10⁸ or less was added as such, and all that it is compared with has coefficients below a hundredth of it and numbers up to 64',
  },
  'logarithm-of-a-product': {
    equations: ['log(p * q) = log(p) + log(q)', 'log(p^x) = x * log(p)'],
    where: 'factors of unknown sign stay together, and x is a number',
  },
  'logarithm-of-an-exponential': { equations: ['log(exp(x)) = x'] },
  'square-of-a-root': {
    equations: ['sqrt(p)^2 = p', 'sqrt(x^2) = absolute(x)', 'sqrt(p * q) = sqrt(p) * sqrt(q)'],
  },
  'angle-of-a-sum': {
    equations: [
      'cos(x + y) = cos(x) * cos(y) - sin(x) * sin(y)',
      'sin(x + y) = sin(x) * cos(y) + cos(x) * sin(y)',
    ],
  },
  'angle-of-an-arc': {
    equations: [
      'cos(acos(x / 100)) = x / 100',
      'sin(acos(x / 100)) = sqrt(1 - (x / 100)^2)',
      'asin(x / 100) = acos(0 * x) - acos(x / 100)',
      'cos(atan(x)) = 1 / sqrt(1 + x^2)',
      'sin(atan(x)) = x / sqrt(1 + x^2)',
    ],
  },
  'order-of-exponentials': {
    equations: [
      'argMax(exp(x)) = argMax(x)',
      'max(exp(x)) = exp(max(x))',
      'greater(exp(x), exp(y)) = greater(x, y)',
      'greater(log(p), log(q)) = greater(p, q)',
    ],
  },
} as const satisfies Readonly<Record<string, Law>>

export type LawName = keyof typeof laws
