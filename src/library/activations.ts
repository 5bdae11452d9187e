/** An activation that a layer can be configured with. */
export interface Activation {
  /** The op, as a function of one tensor in the equation language, applied to `x`. */
  readonly means: string
  /** The least and the largest number that it comes to, or comes close to; absent where there is no bound. */
  readonly range?: readonly [number, number]
}

/**
 * The activations that TF.js registers, by the name that it registers them under
 * (tfjs-layers/src/activations.ts).
 */
export const activations: Readonly<Record<string, Activation>> = {
  linear: { means: 'x' },
  relu: { means: 'relu(x)', range: [0, Number.POSITIVE_INFINITY] },
  relu6: { means: 'relu6(x)', range: [0, 6] },
  elu: { means: 'elu(x)' },
  selu: { means: 'selu(x)' },
  sigmoid: { means: 'sigmoid(x)', range: [0, 1] },
  hardSigmoid: { means: 'hardSigmoid(x)', range: [0, 1] },
  softmax: { means: 'softmax(x)', range: [0, 1] },
  logSoftmax: { means: 'logSoftmax(x)', range: [Number.NEGATIVE_INFINITY, 0] },
  softplus: { means: 'softplus(x)', range: [0, Number.POSITIVE_INFINITY] },
  softsign: { means: 'softsign(x)', range: [-1, 1] },
  tanh: { means: 'tanh(x)', range: [-1, 1] },
  swish: { means: 'swish(x)' },
  mish: { means: 'mish(x)' },
  gelu: { means: 'gelu(x)' },
  gelu_new: { means: 'geluNew(x)' },
}
