import * as tf from '@tensorflow/tfjs'

/** The network of the spec `xor`, with a hidden layer that is the sum of two, so that no weights can be carried over. */
function network(activation) {
  const input = tf.input({ shape: [2] })
  const halves = [1, 2].map(() => tf.layers.dense({ units: 2 }).apply(input))
  const hidden = tf.layers.activation({ activation }).apply(tf.layers.add().apply(halves))
  return tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 1, activation: 'sigmoid' }).apply(hidden),
  })
}

export const student = () => network('sigmoid')
export const studentWithoutActivation = () => network('linear')
