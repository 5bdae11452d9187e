import type { Attribute } from '../graph/node.js'

/** An optimizer: its hyper-parameters in the order in which the factory takes them. */
export interface OptimizerDefinition {
  readonly settings: readonly { readonly name: string; readonly default?: Attribute }[]
  /** What the name alone means in `compile`, where it differs from the factory's defaults. */
  readonly asText?: Readonly<Record<string, Attribute>>
  /** Whether `compile` accepts the name. */
  readonly named: boolean
  readonly source: string
}

const core = 'tfjs-core/src/optimizers/optimizer_constructors.ts'
const text = 'tfjs-layers/src/optimizers.ts'

/** The optimizers of TF.js with their defaults. */
export const optimizers: Readonly<Record<string, OptimizerDefinition>> = {
  sgd: {
    settings: [{ name: 'learningRate' }],
    asText: { learningRate: 0.01 },
    named: true,
    source: `${core}; ${text}`,
  },
  momentum: {
    settings: [{ name: 'learningRate' }, { name: 'momentum' }, { name: 'useNesterov', default: false }],
    named: false,
    source: core,
  },
  adagrad: {
    settings: [{ name: 'learningRate' }, { name: 'initialAccumulatorValue', default: 0.1 }],
    asText: { learningRate: 0.01 },
    named: true,
    source: `${core}; ${text}`,
  },
  adadelta: {
    settings: [
      { name: 'learningRate', default: 0.001 },
      { name: 'rho', default: 0.95 },
      { name: 'epsilon', default: 1e-7 },
    ],
    asText: { learningRate: 1, rho: 0.95, epsilon: 1e-7 },
    named: true,
    source: `${core}; ${text}`,
  },
  adam: {
    settings: [
      { name: 'learningRate', default: 0.001 },
      { name: 'beta1', default: 0.9 },
      { name: 'beta2', default: 0.999 },
      { name: 'epsilon', default: 1e-7 },
    ],
    named: true,
    source: `${core}; ${text}`,
  },
  adamax: {
    settings: [
      { name: 'learningRate', default: 0.002 },
      { name: 'beta1', default: 0.9 },
      { name: 'beta2', default: 0.999 },
      { name: 'epsilon', default: 1e-7 },
      { name: 'decay', default: 0 },
    ],
    named: true,
    source: `${core}; ${text}`,
  },
  rmsprop: {
    settings: [
      { name: 'learningRate' },
      { name: 'decay', default: 0.9 },
      { name: 'momentum', default: 0 },
      { name: 'epsilon', default: 1e-7 },
      { name: 'centered', default: false },
    ],
    asText: { learningRate: 0.001 },
    named: true,
    source: `${core}; ${text}`,
  },
}
