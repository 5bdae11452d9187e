const tf = require('@tensorflow/tfjs')

const depth = 4

/** Two 3×3 convolutions with ReLU. */
function doubleConvolution(x, filters) {
  for (let i = 0; i < 2; i++) {
    x = tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(x)
  }
  return x
}

/** U-Net with padded convolutions, so that the skip connections need no cropping. */
exports.createModel = function (size = 64, channels = 1, classes = 2, width = 64) {
  const input = tf.input({ shape: [size, size, channels] })
  const skips = []
  let x = input
  for (let level = 0; level < depth; level++) {
    x = doubleConvolution(x, width * 2 ** level)
    skips.push(x)
    x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x)
  }
  x = doubleConvolution(x, width * 2 ** depth)
  for (let level = depth - 1; level >= 0; level--) {
    const filters = width * 2 ** level
    x = tf.layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2 }).apply(x)
    x = tf.layers.concatenate().apply([skips[level], x])
    x = doubleConvolution(x, filters)
  }
  const output = tf.layers.conv2d({ filters: classes, kernelSize: 1, activation: 'softmax' }).apply(x)
  return tf.model({ inputs: input, outputs: output })
}
