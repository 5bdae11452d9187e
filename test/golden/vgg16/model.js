import * as tf from '@tensorflow/tfjs'

/** Convolutions per block and their filters: configuration D. */
const blocks = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
]

export function createModel(classes = 1000) {
  const model = tf.sequential({ name: 'vgg16' })
  let first = true
  for (const [convolutions, filters] of blocks) {
    for (let i = 0; i < convolutions; i++) {
      const config = { filters, kernelSize: [3, 3], padding: 'same', activation: 'relu' }
      if (first) {
        config.inputShape = [224, 224, 3]
        first = false
      }
      model.add(tf.layers.conv2d(config))
    }
    model.add(tf.layers.maxPooling2d({ poolSize: [2, 2], strides: [2, 2] }))
  }
  model.add(tf.layers.flatten())
  for (const units of [4096, 4096]) {
    model.add(tf.layers.dense({ units, activation: 'relu' }))
    model.add(tf.layers.dropout({ rate: 0.5 }))
  }
  model.add(tf.layers.dense({ units: classes, activation: 'softmax' }))
  return model
}
