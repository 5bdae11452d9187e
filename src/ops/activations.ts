import type { Role } from '../graph/meaning.js'
import type { TensorType } from '../graph/type.js'
import { broadcastAxes, sameAxes } from './axes.js'
import type { DerivedOp, Notation, Op } from './op.js'
import { noRole, sameRole } from './roles.js'
import { elementwiseType, realType, resolveAxis } from './shape.js'

const named = (latex: string, text: string): Notation => ({ form: 'function', latex, text })
const word = (name: string): Notation => named(`\\mathrm{${name}}`, name)

/** For functions that give whole numbers for whole numbers. */
const wholeNumbers = (inputs: readonly TensorType[]) => elementwiseType(inputs)

function activation(
  title: string,
  name: string,
  means: string,
  rest: Partial<
    Pick<
      DerivedOp,
      'laws' | 'source' | 'notation' | 'attributes' | 'examples' | 'type' | 'role' | 'derivative'
    >
  > = {},
): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary: `${name}(x) for each element.`,
    inputs: ['x'],
    elementwise: true,
    attributes: {},
    type: realType,
    axes: broadcastAxes,
    role: noRole,
    notation: word(name),
    means,
    examples: [{ shapes: [[2, 3]] }, { shapes: [[3, 4]], range: [-8, 8] }],
    ...rest,
  }
}

/** An op along one axis that keeps the shape. */
function alongAxis(
  title: string,
  name: string,
  summary: string,
  means: string,
  computed: string,
  laws: readonly string[],
  is: Role,
  derivative: string,
): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    inputs: ['x'],
    attributes: { axis: { kind: 'axis', default: -1, summary: 'the axis that sums to one' } },
    type: ([x], { axis }) => {
      const resolved = resolveAxis(axis, x!.shape!.length)
      if (typeof resolved !== 'number') return resolved
      return realType([x!])
    },
    axes: sameAxes,
    role: { is, over: 'axis', takes: { x: 'logit' } },
    selects: { axis: 'axis', alone: is === 'probability' ? 1 : 0 },
    notation: {
      form: 'function',
      latex: `\\mathrm{${name.replace(' ', '\\,')}}`,
      text: name,
      shown: [{ attribute: 'axis', label: 'axis' }],
    },
    means,
    computed,
    derivative: { x: derivative },
    laws,
    examples: [
      { shapes: [[2, 3]] },
      { shapes: [[2, 3, 4]], attributes: { axis: 1 } },
      { shapes: [[2, 3]], range: [-2000, 2000] },
    ],
  }
}

const tfjs = 'tfjs-layers/src/activations.ts'

/** Activation functions, each a formula over simpler ops. */
export const activationOps = {
  relu: activation('rectified linear unit', 'ReLU', 'maximum(x, 0)', {
    type: wholeNumbers,
    // 0 where x is 0, as the framework has it (tfjs-core/src/gradients/Relu_grad.ts).
    derivative: { x: 'g * step(x)' },
    laws: ['relu(relu(x)) = relu(x)'],
    source: tfjs,
  }),
  relu6: activation('rectified linear unit up to 6', 'ReLU6', 'minimum(maximum(x, 0), 6)', {
    type: wholeNumbers,
    // tfjs-core/src/gradients/Relu6_grad.ts
    derivative: { x: 'g * step(x) * lessEqual(x, 6)' },
    laws: ['relu6(relu6(x)) = relu6(x)', 'relu6(relu(x)) = relu6(x)', 'relu(relu6(x)) = relu6(x)'],
    source: tfjs,
  }),
  leakyRelu: activation('leaky rectified linear unit', 'LeakyReLU', 'where(greater(x, 0), x, alpha * x)', {
    type: inputs => elementwiseType(inputs, 'float32'),
    attributes: { alpha: { kind: 'number', default: 0.2, summary: 'slope for negative values' } },
    notation: { ...named('\\mathrm{LeakyReLU}', 'LeakyReLU'), shown: ['alpha'] } as Notation,
    source: 'tfjs-core/src/ops/leaky_relu.ts',
  }),
  thresholdedRelu: activation(
    'thresholded rectified linear unit',
    'ThresholdedReLU',
    'x * greater(x, theta)',
    {
      attributes: { theta: { kind: 'number', default: 1, summary: 'values up to here become 0' } },
      notation: { ...named('\\mathrm{ThresholdedReLU}', 'ThresholdedReLU'), shown: ['theta'] } as Notation,
      source: 'tfjs-layers/src/layers/advanced_activations.ts',
    },
  ),
  elu: activation('exponential linear unit', 'ELU', 'where(greater(x, 0), x, alpha * expm1(x))', {
    attributes: {
      alpha: { kind: 'number', default: 1, summary: 'value approached at minus infinity, negated' },
    },
    notation: { ...named('\\mathrm{ELU}', 'ELU'), shown: ['alpha'] } as Notation,
    source: 'tfjs-core/src/ops/elu.ts',
  }),
  selu: activation(
    'scaled exponential linear unit',
    'SELU',
    '1.0507009873554805 * where(greater(x, 0), x, 1.6732632423543772 * expm1(x))',
    { source: 'tfjs-core/src/ops/selu_util.ts' },
  ),
  softplus: activation('softplus', 'softplus', 'maximum(x, 0) + log1p(exp(-|x|))', {
    source: 'tfjs-core/src/ops/softplus.ts',
  }),
  logSigmoid: activation('logarithm of the logistic sigmoid', 'logσ', '-softplus(-x)', {
    notation: named('\\log\\sigma', 'logσ'),
    laws: ['logSigmoid(x) = log(sigmoid(x))'],
    role: { is: 'log-probability' },
    source: 'tfjs-core/src/ops/log_sigmoid.ts',
  }),
  softsign: activation('softsign', 'softsign', 'x / (|x| + 1)', { source: tfjs }),
  hardSigmoid: activation('hard sigmoid', 'hardσ', 'minimum(maximum(0.2 * x + 0.5, 0), 1)', {
    notation: named('\\mathrm{hard}\\sigma', 'hardσ'),
    role: { is: 'probability' },
    source: `${tfjs} (HardSigmoid: 0.2x + 0.5, clipped to [0, 1])`,
  }),
  swish: activation('swish', 'swish', 'x * sigmoid(x)', { source: tfjs }),
  mish: activation('mish', 'mish', 'x * tanh(softplus(x))', { source: tfjs }),
  gelu: activation('Gaussian error linear unit', 'GELU', 'x * 0.5 * (1 + erf(x / sqrt(2)))', {
    source: tfjs,
  }),
  geluNew: activation(
    'Gaussian error linear unit, tanh approximation',
    'GELUtanh',
    '0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x^3)))',
    { notation: named('\\mathrm{GELU}_{\\tanh}', 'GELU_tanh'), source: `${tfjs} (GeluNew)` },
  ),
  clip: activation('clipping', 'clip', 'minimum(maximum(x, low), high)', {
    type: wholeNumbers,
    role: sameRole,
    attributes: {
      low: { kind: 'number', summary: 'smallest value' },
      high: { kind: 'number', summary: 'largest value' },
    },
    notation: { form: 'function', latex: '\\mathrm{clip}', text: 'clip', shown: ['low', 'high'] },
    examples: [{ shapes: [[2, 3]], attributes: { low: -0.5, high: 1 } }],
  }),
  softmax: alongAxis(
    'softmax',
    'softmax',
    'exp(x) divided by its sum along an axis.',
    'exp(x) / sum[axis](exp(x))',
    'exp(x - max[axis](x)) / sum[axis](exp(x - max[axis](x)))',
    ['softmax(x + 3) = softmax(x)', 'softmax(logSoftmax(x)) = softmax(x)'],
    'probability',
    // tfjs-core/src/gradients/Softmax_grad.ts
    'y * (g - sum[axis](g * y))',
  ),
  logSoftmax: alongAxis(
    'logarithm of softmax',
    'log softmax',
    'x minus the logarithm of the sum of exp(x) along an axis.',
    'x - log(sum[axis](exp(x)))',
    'x - max[axis](x) - log(sum[axis](exp(x - max[axis](x))))',
    ['logSoftmax(logSoftmax(x)) = logSoftmax(x)', 'exp(logSoftmax(x)) = softmax(x)'],
    'log-probability',
    // tfjs-core/src/gradients/LogSoftmax_grad.ts
    'g - exp(y) * sum[axis](g)',
  ),
  prelu: {
    kind: 'derived',
    title: 'parametric rectified linear unit',
    summary: 'x where it is positive, alpha · x elsewhere; alpha is a tensor.',
    inputs: ['x', 'alpha'],
    elementwise: true,
    attributes: {},
    type: inputs => elementwiseType(inputs, 'float32'),
    axes: broadcastAxes,
    role: noRole,
    notation: word('PReLU'),
    means: 'maximum(x, 0) + alpha * minimum(x, 0)',
    source: 'tfjs-core/src/ops/prelu.ts',
    examples: [{ shapes: [[2, 3], [3]] }],
  },
} as const satisfies Readonly<Record<string, Op>>
