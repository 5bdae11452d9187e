import type { TensorType } from '../graph/type.js'
import { broadcastAxes } from './axes.js'
import type { Notation, Op, PrimitiveOp } from './op.js'
import { elementwisePositions } from './positions.js'
import { noRole } from './roles.js'
import { elementwiseType, mapBroadcast, realType } from './shape.js'

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
  rest: Partial<Pick<PrimitiveOp, 'laws' | 'examples' | 'source' | 'type' | 'affine'>> = {},
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x', 'y'],
    elementwise: true,
    attributes: {},
    type: inputs => elementwiseType(inputs),
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: noRole,
    notation,
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, f as (...values: number[]) => number),
    derivative: 'none' in derivative ? { x: derivative, y: derivative } : derivative,
    examples: pair,
    ...rest,
  }
}

/** TensorFlow.js divides whole numbers by whole numbers to whole numbers, which is another op. */
function quotientType(inputs: readonly TensorType[]) {
  return inputs.every(({ dtype }) => dtype === 'int32' || dtype === 'bool')
    ? { problem: 'whole numbers are divided with `floorDivide`, or cast to float32 first' }
    : elementwiseType(inputs)
}

/** TensorFlow.js compares truth values as whole numbers. */
function extremumType(inputs: readonly TensorType[]) {
  return elementwiseType(inputs, inputs.every(({ dtype }) => dtype === 'bool') ? 'int32' : undefined)
}

const named = (latex: string, text: string): Notation => ({ form: 'function', latex, text })

/** Elementwise arithmetic of two tensors, with broadcasting as in NumPy. */
export const arithmetic = {
  add: binary(
    'sum of two',
    'x + y for each element.',
    { form: 'infix', latex: '+', text: '+', precedence: 10, associative: 'both' },
    (x, y) => x + y,
    { x: 'g', y: 'g' },
    {
      affine: [['x', 'y']],
      laws: ['add(x, y) = add(y, x)', 'add(add(x, y), z) = add(x, add(y, z))', 'x + 0 = x'],
    },
  ),
  subtract: binary(
    'difference',
    'x − y for each element.',
    { form: 'infix', latex: '-', text: '−', precedence: 10, associative: 'left' },
    (x, y) => x - y,
    { x: 'g', y: '-g' },
    { affine: [['x', 'y']], laws: ['x - y = x + (-1) * y'] },
  ),
  multiply: binary(
    'elementwise product',
    'x · y for each element.',
    {
      form: 'infix',
      latex: '\\odot',
      text: '⊙',
      precedence: 20,
      associative: 'both',
      juxtaposedScalars: true,
    },
    (x, y) => x * y,
    { x: 'g * y', y: 'g * x' },
    {
      affine: [['x'], ['y']],
      laws: [
        'multiply(x, y) = multiply(y, x)',
        'multiply(multiply(x, y), z) = multiply(x, multiply(y, z))',
        'x * 1 = x',
      ],
    },
  ),
  divide: binary(
    'quotient',
    'x / y for each element.',
    { form: 'fraction' },
    (x, y) => x / y,
    { x: 'g / y', y: '-g * x / y^2' },
    { affine: [['x']], type: quotientType, examples: [{ shapes: [[2, 3], [3]], range: [0.5, 2] }] },
  ),
  floorDivide: binary(
    'quotient rounded down',
    '⌊x / y⌋ for each element.',
    named('\\mathrm{floordiv}', 'floordiv'),
    (x, y) => Math.floor(x / y),
    { none: 'a step function is flat wherever it is smooth' },
    {
      source: 'tfjs-core/src/ops/floorDiv.ts (the result is int32)',
      type: inputs => elementwiseType(inputs, 'int32'),
      examples: [{ shapes: [[2, 3], [3]], range: [1, 9], dtypes: ['int32', 'int32'] }],
    },
  ),
  modulo: binary(
    'remainder',
    'x − y ⌊x / y⌋ for each element: it has the sign of y.',
    { form: 'infix', latex: '\\bmod', text: 'mod', precedence: 20, associative: 'none' },
    (x, y) => x - y * Math.floor(x / y),
    { x: 'g', y: '-g * floor(x / y)' },
    {
      source: 'tfjs-backend-cpu/src/kernels/Mod.ts',
      laws: ['modulo(x, y) = x - y * floor(x / y)'],
      examples: [
        { shapes: [[2, 3], [3]] },
        { shapes: [[2, 3], [3]], range: [1, 9], dtypes: ['int32', 'int32'] },
      ],
    },
  ),
  power: binary(
    'power',
    'x to the power y for each element.',
    { form: 'power' },
    (x, y) => x ** y,
    { x: 'g * y * x^(y - 1)', y: 'g * x^y * where(greater(x, 0), log(x), 0)' },
    {
      source: 'tfjs-core/src/gradients/Pow_grad.ts (where x is not positive, nothing flows back to y)',
      examples: [{ shapes: [[2, 3], [3]], range: [0.5, 2] }],
    },
  ),
  maximum: binary(
    'larger of two',
    'The larger of x and y for each element.',
    named('\\max', 'max'),
    Math.max,
    { x: 'g * greaterEqual(x, y)', y: 'g * less(x, y)' },
    {
      type: extremumType,
      laws: [
        'maximum(x, x) = x',
        'maximum(x, y) = maximum(y, x)',
        'maximum(maximum(x, y), z) = maximum(x, maximum(y, z))',
      ],
    },
  ),
  minimum: binary(
    'smaller of two',
    'The smaller of x and y for each element.',
    named('\\min', 'min'),
    Math.min,
    { x: 'g * lessEqual(x, y)', y: 'g * greater(x, y)' },
    {
      type: extremumType,
      laws: [
        'minimum(x, x) = x',
        'minimum(x, y) = minimum(y, x)',
        'minimum(minimum(x, y), z) = minimum(x, minimum(y, z))',
      ],
    },
  ),
  atan2: binary(
    'angle of a point',
    'The angle of the point (y, x) to the horizontal axis, for each element: x is the height.',
    named('\\mathrm{atan2}', 'atan2'),
    Math.atan2,
    { x: 'g * y / (square(x) + square(y))', y: '-g * x / (square(x) + square(y))' },
    { type: realType },
  ),
  squaredDifference: {
    kind: 'derived',
    title: 'squared difference',
    summary: '(x − y)² for each element.',
    inputs: ['x', 'y'],
    attributes: {},
    type: inputs => elementwiseType(inputs),
    elementwise: true,
    axes: broadcastAxes,
    role: noRole,
    notation: named('\\mathrm{sqdiff}', 'sqdiff'),
    means: 'square(x - y)',
    laws: ['squaredDifference(x, y) = squaredDifference(y, x)'],
    examples: pair,
  },
  divideNoNan: {
    kind: 'derived',
    title: 'quotient that is 0 over 0',
    summary: 'x / y for each element, and 0 where y is 0.',
    source: 'tfjs-core/src/ops/div_no_nan.ts',
    inputs: ['x', 'y'],
    attributes: {},
    type: quotientType,
    elementwise: true,
    axes: broadcastAxes,
    role: noRole,
    notation: named('\\mathrm{divnonan}', 'divnonan'),
    means: 'where(equal(y, 0), 0, x / y)',
    examples: [{ shapes: [[2, 3], [3]], range: [0, 3], dtypes: ['float32', 'int32'] }],
  },
} as const satisfies Readonly<Record<string, Op>>
