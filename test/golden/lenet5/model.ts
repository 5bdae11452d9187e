import * as tf from '@tensorflow/tfjs'

/** LeNet-5 as it is usually written today: full C3, average pooling without parameters, a softmax output. */
export function createModel(): tf.Sequential {
  const model = tf.sequential()
  model.add(
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 6, kernelSize: 5, padding: 'same', activation: 'tanh', name: 'c1' }),
  )
  model.add(tf.layers.averagePooling2d({ poolSize: 2, name: 's2' }))
  model.add(tf.layers.conv2d({ filters: 16, kernelSize: 5, activation: 'tanh', name: 'c3' }))
  model.add(tf.layers.averagePooling2d({ poolSize: 2, name: 's4' }))
  model.add(tf.layers.flatten())
  model.add(tf.layers.dense({ units: 120, activation: 'tanh', name: 'c5' }))
  model.add(tf.layers.dense({ units: 84, activation: 'tanh', name: 'f6' }))
  model.add(tf.layers.dense({ units: 10, activation: 'softmax', name: 'output' }))
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}
