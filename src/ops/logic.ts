import type { Tensor } from '../graph/tensor.js'
import type { TensorType } from '../graph/type.js'
import { broadcastAxes } from './axes.js'
import type { Notation, Op, PrimitiveOp } from './op.js'
import { elementwisePositions } from './positions.js'
import { maskRole } from './roles.js'
import { elementwiseType, mapBroadcast, widest } from './shape.js'

const flat = { none: 'a step function is flat wherever it is smooth', zero: true } as const

const pairs = [
  { shapes: [[2, 3], [3]] },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    dtypes: ['int32', 'int32'],
  },
] as const
const bools = [{ shapes: [[2, 5], [5]], dtypes: ['bool', 'bool'] }] as const

const infix = (latex: string, text: string, precedence: number): Notation => ({
  form: 'infix',
  latex,
  text,
  precedence,
  associative: precedence === 5 ? 'none' : 'both',
})

function comparison(
  title: string,
  latex: string,
  text: string,
  f: (x: number, y: number) => boolean,
  laws: readonly string[],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary: `1 where x ${text} y, else 0, for each element.`,
    inputs: ['x', 'y'],
    elementwise: true,
    attributes: {},
    type: inputs => elementwiseType(inputs, 'bool'),
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: maskRole,
    notation: infix(latex, text, 5),
    evaluate: (inputs, _, type) =>
      mapBroadcast(type, inputs, ((x: number, y: number) => (f(x, y) ? 1 : 0)) as (...v: number[]) => number),
    derivative: { x: flat, y: flat },
    laws,
    examples: pairs,
  }
}

/** TensorFlow.js refuses numbers as truth values. */
function boolType(inputs: readonly TensorType[]) {
  return inputs.every(({ dtype }) => dtype === 'bool')
    ? elementwiseType(inputs, 'bool')
    : { problem: 'logic takes tensors of truth values (dtype `bool`)' }
}

function connective(
  title: string,
  summary: string,
  latex: string,
  text: string,
  precedence: number,
  f: (x: number, y: number) => boolean,
  laws: readonly string[],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x', 'y'],
    attributes: {},
    elementwise: true,
    type: boolType,
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: maskRole,
    notation: infix(latex, text, precedence),
    evaluate: (inputs, _, type) =>
      mapBroadcast(type, inputs, ((x: number, y: number) => (f(x, y) ? 1 : 0)) as (...v: number[]) => number),
    derivative: { x: flat, y: flat },
    laws,
    examples: bools,
  }
}

function test(title: string, name: string, summary: string, f: (x: number) => boolean): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: {},
    type: inputs => elementwiseType(inputs, 'bool'),
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: maskRole,
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name },
    evaluate: ([x], _, type): Tensor => ({
      shape: type.shape as readonly number[],
      data: x!.data.map(value => (f(value) ? 1 : 0)),
      dtype: 'bool',
    }),
    derivative: { x: flat },
    examples: [{ shapes: [[2, 3]] }],
  }
}

/** Comparisons, truth values, and the choice that they make. */
export const logic = {
  greater: comparison('greater', '>', '>', (x, y) => x > y, ['greater(x, y) = less(y, x)']),
  greaterEqual: comparison('greater or equal', '\\ge', '≥', (x, y) => x >= y, [
    'greaterEqual(x, y) = lessEqual(y, x)',
    'greaterEqual(x, y) = logicalNot(less(x, y))',
  ]),
  less: comparison('less', '<', '<', (x, y) => x < y, []),
  lessEqual: comparison('less or equal', '\\le', '≤', (x, y) => x <= y, [
    'lessEqual(x, y) = logicalNot(greater(x, y))',
  ]),
  equal: comparison('equal', '=', '=', (x, y) => x === y, ['equal(x, y) = equal(y, x)']),
  notEqual: comparison('not equal', '\\ne', '≠', (x, y) => x !== y, [
    'notEqual(x, y) = notEqual(y, x)',
    'notEqual(x, y) = logicalNot(equal(x, y))',
  ]),
  logicalAnd: connective(
    'and',
    '1 where both are true, else 0.',
    '\\land',
    '∧',
    4,
    (x, y) => x !== 0 && y !== 0,
    ['logicalAnd(greater(x, 0), greater(x, 0)) = greater(x, 0)'],
  ),
  logicalOr: connective(
    'or',
    '1 where at least one is true, else 0.',
    '\\lor',
    '∨',
    3,
    (x, y) => x !== 0 || y !== 0,
    [
      'logicalOr(less(x, y), less(y, x)) = notEqual(x, y)',
      'logicalNot(logicalOr(less(x, 0), less(y, 0))) = logicalAnd(greaterEqual(x, 0), greaterEqual(y, 0))',
    ],
  ),
  logicalXor: connective(
    'exclusive or',
    '1 where exactly one is true, else 0.',
    '\\oplus',
    '⊕',
    3,
    (x, y) => (x !== 0) !== (y !== 0),
    ['logicalXor(less(x, 0), less(y, 0)) = notEqual(less(x, 0), less(y, 0))'],
  ),
  logicalNot: {
    kind: 'primitive',
    title: 'not',
    summary: '1 where x is false, else 0.',
    inputs: ['x'],
    attributes: {},
    type: boolType,
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: maskRole,
    notation: { form: 'prefix', latex: '\\lnot ', text: '¬', precedence: 15 },
    evaluate: ([x], _, type) =>
      mapBroadcast(type, [x!], (value => (value === 0 ? 1 : 0)) as (...v: number[]) => number),
    derivative: { x: flat },
    laws: ['logicalNot(logicalNot(less(x, 0))) = less(x, 0)'],
    examples: [{ shapes: [[2, 5]], dtypes: ['bool'] }],
  },
  isNaN: test('not a number', 'isnan', '1 where x is not a number, else 0.', Number.isNaN),
  isInfinite: test(
    'infinite',
    'isinf',
    '1 where x is infinite, else 0.',
    x => x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY,
  ),
  isFinite: test('finite', 'isfinite', '1 where x is a finite number, else 0.', Number.isFinite),
  where: {
    kind: 'primitive',
    title: 'choice',
    summary: 'x where the condition is not 0, else y, for each element.',
    source: 'tfjs-core/src/ops/where.ts',
    inputs: ['condition', 'x', 'y'],
    attributes: {},
    type: inputs => elementwiseType(inputs, widest(inputs.slice(1).map(input => input.dtype))),
    elementwise: true,
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [['x', 'y']],
    role: { as: ['x', 'y'], takes: { condition: 'mask' } },
    notation: { form: 'cases' },
    picks: true,
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, (c, x, y) => (c !== 0 ? x! : y!)),
    derivative: {
      condition: { none: 'a choice is flat in its condition', zero: true },
      x: 'g * notEqual(condition, 0)',
      y: 'g * equal(condition, 0)',
    },
    laws: ['where(condition, x, x) = x', 'where(logicalNot(less(x, y)), x, y) = where(less(x, y), y, x)'],
    examples: [
      {
        shapes: [
          [2, 5],
          [2, 5],
          [2, 5],
        ],
        dtypes: ['bool'],
      },
      { shapes: [[5], [2, 5], []], dtypes: ['bool'] },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
