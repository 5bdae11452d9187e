import type { RealTensor, TensorFlow } from './framework.js'
import type { Kernel } from './kernel.js'

type Unary =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'square'
  | 'reciprocal'
  | 'sigmoid'
  | 'erf'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'isNaN'
  | 'isInf'
  | 'isFinite'

const unary =
  (name: Unary): Kernel =>
  ([x], { tf }) =>
    tf[name](x!)

type Binary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'pow'
  | 'greater'
  | 'greaterEqual'
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'notEqual'

const numbers = (tf: TensorFlow, x: RealTensor): RealTensor => (x.dtype === 'bool' ? tf.cast(x, 'int32') : x)

const binary =
  (name: Binary): Kernel =>
  ([x, y], { tf }) =>
    tf[name](numbers(tf, x!), numbers(tf, y!))

/** Of operands in the shape of the result: the gradient of TensorFlow.js fails for others. */
const extreme =
  (name: 'maximum' | 'minimum'): Kernel =>
  (inputs, { tf, shape }) => {
    const [x, y] = inputs.map(input => tf.broadcastTo(numbers(tf, input), [...shape]))
    return tf[name](x!, y!)
  }

/** On real numbers, whatever the types are. */
const ofReals =
  (name: 'div' | 'mod' | 'atan2'): Kernel =>
  ([x, y], { tf }) =>
    tf[name](tf.cast(x!, 'float32'), tf.cast(y!, 'float32'))

const logical =
  (name: 'logicalAnd' | 'logicalOr' | 'logicalXor'): Kernel =>
  ([x, y], { tf }) =>
    tf[name](tf.cast(x!, 'bool'), tf.cast(y!, 'bool'))

/** Ops whose elements depend on the elements at their place. */
export const elementKernels = {
  add: binary('add'),
  subtract: binary('sub'),
  multiply: binary('mul'),
  divide: ofReals('div'),
  floorDivide: (inputs, context) => context.tf.floor(ofReals('div')(inputs, context)),
  modulo: ofReals('mod'),
  power: binary('pow'),
  maximum: extreme('maximum'),
  minimum: extreme('minimum'),
  atan2: ofReals('atan2'),
  cast: ([x]) => x!,
  negate: unary('neg'),
  absolute: unary('abs'),
  sign: unary('sign'),
  exp: unary('exp'),
  expm1: unary('expm1'),
  log: unary('log'),
  log1p: unary('log1p'),
  sqrt: unary('sqrt'),
  square: unary('square'),
  reciprocal: unary('reciprocal'),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  floor: unary('floor'),
  ceil: unary('ceil'),
  round: unary('round'),
  // What it reads has no way back already.
  stopGradient: ([x]) => x!,
  sin: unary('sin'),
  cos: unary('cos'),
  tan: unary('tan'),
  asin: unary('asin'),
  acos: unary('acos'),
  atan: unary('atan'),
  sinh: unary('sinh'),
  cosh: unary('cosh'),
  tanh: unary('tanh'),
  asinh: unary('asinh'),
  acosh: unary('acosh'),
  atanh: unary('atanh'),
  greater: binary('greater'),
  greaterEqual: binary('greaterEqual'),
  less: binary('less'),
  lessEqual: binary('lessEqual'),
  equal: binary('equal'),
  notEqual: binary('notEqual'),
  logicalAnd: logical('logicalAnd'),
  logicalOr: logical('logicalOr'),
  logicalXor: logical('logicalXor'),
  logicalNot: ([x], { tf }) => tf.logicalNot(tf.cast(x!, 'bool')),
  isNaN: unary('isNaN'),
  isInfinite: unary('isInf'),
  isFinite: unary('isFinite'),
  where: ([condition, x, y], { tf }) => tf.where(tf.cast(condition!, 'bool'), x!, y!),
} as const satisfies Readonly<Record<string, Kernel>>
