import type { Attribute } from '../graph/node.js'

/** An optimizer: its hyper-parameters in the order in which the factory takes them. */
export interface OptimizerDefinition {
  /** As papers call it. */
  readonly title: string
  readonly settings: readonly {
    readonly name: string
    readonly default?: Attribute
    /** What papers call it; the update uses this name. */
    readonly letter: string
    /** Set where TF.js computes with a copy that it made when the optimizer was, so that assigning the field changes nothing. */
    readonly copied?: {
      /** The field that has the copy. */
      readonly field: string
      /** The method that makes the copy anew, if there is one. */
      readonly by?: string
      /** A method that only assigns the field. */
      readonly assignedBy?: string
      readonly source: string
    }
  }[]
  /**
   * One step for a parameter `θ` with gradient `g`, in order: a name and its new value in the equation language. `t`
   * counts the steps from 1; names that are not settings start at 0 unless the settings say otherwise.
   */
  readonly update: (
    setting: (name: string) => Attribute | undefined,
  ) => readonly (readonly [string, string])[]
  /** What the name alone means in `compile`, where it differs from the factory's defaults. */
  readonly asText?: Readonly<Record<string, Attribute>>
  /** Another optimizer, which it is where settings have these values. */
  readonly special?: { readonly is: string; readonly where: Readonly<Record<string, Attribute>> }
  /** Set where what it keeps has no influence: both averages of AdaDelta start at 0 and stay equal. */
  readonly isStateless?: true
  /** Whether `compile` accepts the name. */
  readonly named: boolean
  readonly source: string
}

type Setting = OptimizerDefinition['settings'][number]

const core = 'tfjs-core/src/optimizers/optimizer_constructors.ts'
const text = 'tfjs-layers/src/optimizers.ts'

/** The constant `c` of SGD, which momentum inherits. */
const copiedRate: Setting = {
  name: 'learningRate',
  letter: 'η',
  copied: { field: 'c', by: 'setLearningRate', source: 'tfjs-core/src/optimizers/sgd_optimizer.ts' },
}

/** The optimizers of TF.js with their defaults. */
export const optimizers: Readonly<Record<string, OptimizerDefinition>> = {
  sgd: {
    title: 'SGD',
    settings: [copiedRate],
    asText: { learningRate: 0.01 },
    named: true,
    update: () => [['θ', 'θ - η * g']],
    source: `${core}; ${text}`,
  },
  momentum: {
    title: 'Momentum',
    settings: [
      copiedRate,
      {
        name: 'momentum',
        letter: 'μ',
        copied: {
          field: 'm',
          assignedBy: 'setMomentum',
          source: 'tfjs-core/src/optimizers/momentum_optimizer.ts',
        },
      },
      { name: 'useNesterov', letter: 'useNesterov', default: false },
    ],
    special: { is: 'sgd', where: { momentum: 0 } },
    named: false,
    update: setting => [
      ['v', 'μ * v + g'],
      ['θ', setting('useNesterov') === true ? 'θ - η * (g + μ * v)' : 'θ - η * v'],
    ],
    source: core,
  },
  adagrad: {
    title: 'AdaGrad',
    settings: [
      { name: 'learningRate', letter: 'η' },
      { name: 'initialAccumulatorValue', letter: 'v_0', default: 0.1 },
    ],
    asText: { learningRate: 0.01 },
    named: true,
    update: () => [
      ['v', 'v + g^2'],
      ['θ', 'θ - η * (g / sqrt(v + 1e-7))'],
    ],
    source: `${core}; ${text}`,
  },
  adadelta: {
    title: 'AdaDelta',
    settings: [
      { name: 'learningRate', letter: 'η', default: 0.001 },
      { name: 'rho', letter: 'ρ', default: 0.95 },
      { name: 'epsilon', letter: 'ε', default: 1e-7 },
    ],
    asText: { learningRate: 1, rho: 0.95, epsilon: 1e-7 },
    isStateless: true,
    named: true,
    update: () => [
      ['d', 'sqrt(u + ε) / sqrt(v + ε) * g'],
      ['v', 'ρ * v + (1 - ρ) * g^2'],
      ['u', 'ρ * u + (1 - ρ) * d^2'],
      ['θ', 'θ - η * d'],
    ],
    source: `${core}; ${text}`,
  },
  adam: {
    title: 'Adam',
    settings: [
      { name: 'learningRate', letter: 'η', default: 0.001 },
      { name: 'beta1', letter: 'β_1', default: 0.9 },
      { name: 'beta2', letter: 'β_2', default: 0.999 },
      { name: 'epsilon', letter: 'ε', default: 1e-7 },
    ],
    named: true,
    update: () => [
      ['m', 'β_1 * m + (1 - β_1) * g'],
      ['v', 'β_2 * v + (1 - β_2) * g^2'],
      ['m_hat', 'm / (1 - β_1^t)'],
      ['v_hat', 'v / (1 - β_2^t)'],
      ['θ', 'θ - η * (m_hat / (sqrt(v_hat) + ε))'],
    ],
    source: `${core}; ${text}`,
  },
  adamax: {
    title: 'AdaMax',
    settings: [
      { name: 'learningRate', letter: 'η', default: 0.002 },
      { name: 'beta1', letter: 'β_1', default: 0.9 },
      { name: 'beta2', letter: 'β_2', default: 0.999 },
      { name: 'epsilon', letter: 'ε', default: 1e-7 },
      { name: 'decay', letter: 'δ', default: 0 },
    ],
    named: true,
    update: setting => [
      ['m', 'β_1 * m + (1 - β_1) * g'],
      ['u', 'maximum(β_2 * u, |g|)'],
      [
        'θ',
        setting('decay') === 0
          ? 'θ - η / (1 - β_1^t) * (m / (u + ε))'
          : 'θ - η / ((1 + δ * (t - 1)) * (1 - β_1^t)) * (m / (u + ε))',
      ],
    ],
    source: `${core}; ${text}`,
  },
  rmsprop: {
    title: 'RMSProp',
    settings: [
      { name: 'learningRate', letter: 'η' },
      { name: 'decay', letter: 'ρ', default: 0.9 },
      { name: 'momentum', letter: 'μ', default: 0 },
      { name: 'epsilon', letter: 'ε', default: 1e-7 },
      { name: 'centered', letter: 'centered', default: false },
    ],
    asText: { learningRate: 0.001 },
    named: true,
    update: setting => {
      const step = setting('centered') === true ? 'η * (g / sqrt(v - (a^2 + ε)))' : 'η * (g / sqrt(v + ε))'
      const hasMomentum = setting('momentum') !== 0
      return [
        ['v', 'ρ * v + (1 - ρ) * g^2'],
        ...(setting('centered') === true ? [['a', 'ρ * a + (1 - ρ) * g'] as const] : []),
        ...(hasMomentum ? [['m', `μ * m + ${step}`] as const] : []),
        ['θ', hasMomentum ? 'θ - m' : `θ - ${step}`],
      ]
    },
    source: `${core}; ${text}`,
  },
}

/** Whether what an optimizer does depends on the steps that it took before: it keeps numbers for each parameter. */
export function keepsState(kind: string): boolean {
  const definition = Object.hasOwn(optimizers, kind) ? optimizers[kind] : undefined
  if (!definition || definition.isStateless) return false
  return definition.update(() => undefined).some(([name]) => name !== 'θ')
}
