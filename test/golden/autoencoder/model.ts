import * as tf from '@tensorflow/tfjs'

const inputSize = 784
const codeSize = 32

function createEncoder(): tf.LayersModel {
  const image = tf.input({ shape: [inputSize], name: 'image' })
  const hidden = tf.layers.dense({ units: 128, activation: 'relu' }).apply(image)
  const code = tf.layers.dense({ units: codeSize, activation: 'relu' }).apply(hidden) as tf.SymbolicTensor
  return tf.model({ inputs: image, outputs: code, name: 'encoder' })
}

function createDecoder(): tf.LayersModel {
  const code = tf.input({ shape: [codeSize], name: 'code' })
  const hidden = tf.layers.dense({ units: 128, activation: 'relu' }).apply(code)
  const image = tf.layers.dense({ units: inputSize, activation: 'sigmoid' }).apply(hidden) as tf.SymbolicTensor
  return tf.model({ inputs: code, outputs: image, name: 'decoder' })
}

/** The two halves are models of their own and share their weights with the whole. */
export function createModel(): tf.LayersModel {
  const encoder = createEncoder()
  const decoder = createDecoder()
  const image = tf.input({ shape: [inputSize], name: 'original' })
  const reconstruction = decoder.apply(encoder.apply(image)) as tf.SymbolicTensor
  const autoencoder = tf.model({ inputs: image, outputs: reconstruction, name: 'autoencoder' })
  autoencoder.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' })
  return autoencoder
}
