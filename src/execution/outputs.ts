import type * as tfjs from '@tensorflow/tfjs'
import type { TensorFlow } from '../experiment/compile/framework.js'
import type { Questions } from '../experiment/protocol.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType } from '../graph/type.js'
import type { Runnable, RunnableParameter } from './subject.js'

type Asked = Questions['outputs']['asked']

/** The outputs of a subject for weights and inputs, and the gradients of their sum with factors. */
export function outputsOf(
  { parameters, apply }: Runnable,
  { weights, inputs, training, factors }: Asked,
  tf: TensorFlow,
): Questions['outputs']['answer'] {
  return tidied(tf, () => {
    if (weights) assignWeights(parameters, weights, tf)
    const given = inputs.map(input => realTensor(input, tf))
    if (!factors) return { outputs: apply(given, training).map(tensorOf) }
    const trained = parameters.flatMap(({ trainable, variable }) => (trainable ? [variable] : []))
    let outputs: readonly Tensor[] = []
    const objective = (): tfjs.Scalar => {
      const computed = apply(given, training)
      outputs = computed.map(tensorOf)
      const terms = computed.map((output, i) =>
        tf.sum(tf.mul(tf.cast(output, 'float32'), realTensor(factors[i]!, tf))),
      )
      return tf.addN(terms) as tfjs.Scalar
    }
    if (trained.length === 0) {
      objective()
      return { outputs, gradients: parameters.map(() => null) }
    }
    const { grads } = tf.variableGrads(objective, trained)
    const gradients = parameters.map(({ variable }) => {
      const gradient = grads[variable.name] as tfjs.Tensor | undefined
      return gradient ? tensorOf(gradient) : null
    })
    return { outputs, gradients }
  })
}

/** Gives parameters other values, in their order. */
export function assignWeights(
  parameters: readonly RunnableParameter[],
  weights: readonly Tensor[],
  tf: TensorFlow,
): void {
  tf.tidy(() => {
    parameters.forEach(({ variable }, i) => {
      const weight = weights[i]
      if (weight) variable.assign(realTensor(weight, tf))
    })
  })
}

export function realTensor({ shape, data, dtype }: Tensor, tf: TensorFlow): tfjs.Tensor {
  return tf.tensor(
    dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data),
    [...shape],
    dtype as 'float32',
  )
}

export function tensorOf(real: tfjs.Tensor): Tensor {
  return { shape: real.shape, data: Float64Array.from(real.dataSync()), dtype: real.dtype as DataType }
}

/** What a computation gives that is no tensor; the tensors that it makes are freed. */
export function tidied<Result>(tf: TensorFlow, run: () => Result): Result {
  const results: Result[] = []
  tf.tidy(() => {
    results.push(run())
  })
  return results[0]!
}
