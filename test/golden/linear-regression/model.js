const tf = require('@tensorflow/tfjs')

// y = w·x + b, fitted by least squares.
function createModel() {
  const model = tf.sequential()
  model.add(tf.layers.dense({ units: 1, inputShape: [1] }))
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
  return model
}

module.exports = { createModel }
