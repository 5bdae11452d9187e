/** An activation that a layer can be configured with. */
export interface Activation {
  /** The op, as a function of one tensor in the equation language, applied to `x`. */
  readonly means: string
}

/**
 * The activations that TF.js registers, by the name that it registers them under
 * (tfjs-layers/src/activations.ts).
 */
export const activations: Readonly<Record<string, Activation>> = {
  linear: { means: 'x' },
  relu: { means: 'relu(x)' },
  relu6: { means: 'relu6(x)' },
  elu: { means: 'elu(x)' },
  selu: { means: 'selu(x)' },
  sigmoid: { means: 'sigmoid(x)' },
  hardSigmoid: { means: 'hardSigmoid(x)' },
  softmax: { means: 'softmax(x)' },
  logSoftmax: { means: 'logSoftmax(x)' },
  softplus: { means: 'softplus(x)' },
  softsign: { means: 'softsign(x)' },
  tanh: { means: 'tanh(x)' },
  swish: { means: 'swish(x)' },
  mish: { means: 'mish(x)' },
  gelu: { means: 'gelu(x)' },
  gelu_new: { means: 'geluNew(x)' },
}
