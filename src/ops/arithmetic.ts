import type { Notation, Op, PrimitiveOp } from './op.js'
import { elementwiseType, mapBroadcast } from './shape.js'

const pair = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { shapes: [[2, 3], [3]] },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
  },
  { shapes: [[2, 3], []] },
] as const

function binary(
  title: string,
  summary: string,
  notation: Notation,
  f: (x: number, y: number) => number,
  derivative: { x: string; y: string } | { none: string },
  rest: Partial<Pick<PrimitiveOp, 'laws' | 'examples'>> & { readonly bool?: boolean } = {},
): PrimitiveOp {
  const { bool, ...fields } = rest
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x', 'y'],
    attributes: {},
    type: inputs => elementwiseType(inputs, bool ? 'bool' : undefined),
    notation,
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, f as (...values: number[]) => number),
    derivative: 'none' in derivative ? { x: derivative, y: derivative } : derivative,
    examples: pair,
    ...fields,
  }
}

const comparison = (title: string, latex: string, text: string, f: (x: number, y: number) => boolean) =>
  binary(
    title,
    `1 where x ${text} y, else 0, for each element.`,
    { form: 'infix', latex, text, precedence: 5, associative: 'none' },
    (x, y) => (f(x, y) ? 1 : 0),
    { none: 'a step function is flat wherever it is smooth' },
    { bool: true },
  )

const named = (latex: string, text: string): Notation => ({ form: 'function', latex, text })

/** Elementwise arithmetic of two tensors, with broadcasting as in NumPy. */
export const arithmetic = {
  add: binary(
    'sum of two',
    'x + y for each element.',
    { form: 'infix', latex: '+', text: '+', precedence: 10, associative: 'both' },
    (x, y) => x + y,
    { x: 'g', y: 'g' },
    { laws: ['add(x, y) = add(y, x)', 'x + 0 = x'] },
  ),
  subtract: binary(
    'difference',
    'x − y for each element.',
    { form: 'infix', latex: '-', text: '−', precedence: 10, associative: 'left' },
    (x, y) => x - y,
    { x: 'g', y: '-g' },
    { laws: ['x - y = x + (-1) * y'] },
  ),
  multiply: binary(
    'elementwise product',
    'x · y for each element.',
    { form: 'infix', latex: '\\odot', text: '⊙', precedence: 20, associative: 'both' },
    (x, y) => x * y,
    { x: 'g * y', y: 'g * x' },
    { laws: ['multiply(x, y) = multiply(y, x)', 'x * 1 = x'] },
  ),
  divide: binary(
    'quotient',
    'x / y for each element.',
    { form: 'fraction' },
    (x, y) => x / y,
    { x: 'g / y', y: '-g * x / y^2' },
    { examples: [{ shapes: [[2, 3], [3]], range: [0.5, 2] }] },
  ),
  power: binary(
    'power',
    'x to the power y for each element.',
    { form: 'power' },
    (x, y) => x ** y,
    { x: 'g * y * x^(y - 1)', y: 'g * x^y * log(x)' },
    { examples: [{ shapes: [[2, 3], [3]], range: [0.5, 2] }] },
  ),
  maximum: binary(
    'larger of two',
    'The larger of x and y for each element.',
    named('\\max', 'max'),
    Math.max,
    { x: 'g * greaterEqual(x, y)', y: 'g * less(x, y)' },
    { laws: ['maximum(x, x) = x', 'maximum(x, y) = maximum(y, x)'] },
  ),
  minimum: binary(
    'smaller of two',
    'The smaller of x and y for each element.',
    named('\\min', 'min'),
    Math.min,
    { x: 'g * lessEqual(x, y)', y: 'g * greater(x, y)' },
    { laws: ['minimum(x, x) = x', 'minimum(x, y) = minimum(y, x)'] },
  ),
  greater: comparison('greater', '>', '>', (x, y) => x > y),
  greaterEqual: comparison('greater or equal', '\\ge', '≥', (x, y) => x >= y),
  less: comparison('less', '<', '<', (x, y) => x < y),
  lessEqual: comparison('less or equal', '\\le', '≤', (x, y) => x <= y),
  equal: comparison('equal', '=', '=', (x, y) => x === y),
  notEqual: comparison('not equal', '\\ne', '≠', (x, y) => x !== y),
  where: {
    kind: 'primitive',
    title: 'choice',
    summary: 'x where the condition is not 0, else y, for each element.',
    inputs: ['condition', 'x', 'y'],
    attributes: {},
    type: inputs => elementwiseType(inputs, inputs[1]?.dtype),
    notation: { form: 'function', latex: '\\mathrm{where}', text: 'where' },
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, (c, x, y) => (c !== 0 ? x! : y!)),
    derivative: {
      condition: { none: 'a choice is flat in its condition' },
      x: 'g * notEqual(condition, 0)',
      y: 'g * equal(condition, 0)',
    },
    laws: ['where(condition, x, x) = x'],
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
