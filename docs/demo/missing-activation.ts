import * as tf from '@tensorflow/tfjs'

/** Learns XOR of two bits and a linear function of the inputs at once, through one shared hidden layer. */
export function createModel(hiddenUnits = 8): tf.LayersModel {
  const x = tf.input({ shape: [3] })
  const hidden = tf.layers.dense({ units: hiddenUnits, name: 'hidden' }).apply(x) as tf.SymbolicTensor
  const xor = tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'xor' }).apply(hidden) as tf.SymbolicTensor
  const regression = tf.layers.dense({ units: 1, name: 'regression' }).apply(hidden) as tf.SymbolicTensor
  const model = tf.model({ inputs: x, outputs: [xor, regression] })
  model.compile({
    optimizer: tf.train.adam(0.01),
    loss: ['binaryCrossentropy', 'meanSquaredError'],
  })
  return model
}
