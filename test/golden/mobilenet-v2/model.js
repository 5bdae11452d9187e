import * as tf from '@tensorflow/tfjs'

/** Expansion, filters, blocks and strides of each stage. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

function convolve(x, filters, kernelSize, strides = 1) {
  x = tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x)
  x = tf.layers.batchNormalization().apply(x)
  return tf.layers.reLU({ maxValue: 6 }).apply(x)
}

function invertedResidual(input, expansion, filters, strides) {
  const channels = input.shape[3]
  let x = expansion === 1 ? input : convolve(input, channels * expansion, 1)
  x = tf.layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false }).apply(x)
  x = tf.layers.batchNormalization().apply(x)
  x = tf.layers.reLU({ maxValue: 6 }).apply(x)
  x = tf.layers.conv2d({ filters, kernelSize: 1, useBias: false }).apply(x)
  x = tf.layers.batchNormalization().apply(x)
  return strides === 1 && channels === filters ? tf.layers.add().apply([input, x]) : x
}

export function createModel(classes = 1000) {
  const input = tf.input({ shape: [224, 224, 3], name: 'x' })
  let x = convolve(input, 32, 3, 2)
  for (const [expansion, filters, blocks, strides] of stages)
    for (let i = 0; i < blocks; i++) x = invertedResidual(x, expansion, filters, i === 0 ? strides : 1)
  x = convolve(x, 1280, 1)
  x = tf.layers.globalAveragePooling2d({}).apply(x)
  x = tf.layers.dense({ units: classes, activation: 'softmax' }).apply(x)
  return tf.model({ inputs: input, outputs: x })
}
