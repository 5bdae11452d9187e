import * as tf from '@tensorflow/tfjs'

type Tensor = tf.SymbolicTensor

function convolution(x: Tensor, filters: number, kernelSize: number, strides: number): Tensor {
  return tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x) as Tensor
}

function normalize(x: Tensor): Tensor {
  return tf.layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }).apply(x) as Tensor
}

function relu(x: Tensor): Tensor {
  return tf.layers.reLU().apply(x) as Tensor
}

/** Two 3×3 convolutions and a shortcut; a projection where the size changes (option B). */
function basicBlock(x: Tensor, filters: number, strides: number): Tensor {
  let y = relu(normalize(convolution(x, filters, 3, strides)))
  y = normalize(convolution(y, filters, 3, 1))
  const shortcut = strides === 1 ? x : normalize(convolution(x, filters, 1, strides))
  return relu(tf.layers.add().apply([y, shortcut]) as Tensor)
}

export function createModel(classes = 1000): tf.LayersModel {
  const image = tf.input({ shape: [224, 224, 3], name: 'image' })
  let x = relu(normalize(convolution(image, 64, 7, 2)))
  x = tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(x) as Tensor
  for (const [filters, strides] of [
    [64, 1],
    [128, 2],
    [256, 2],
    [512, 2],
  ] as const) {
    x = basicBlock(x, filters, strides)
    x = basicBlock(x, filters, 1)
  }
  x = tf.layers.globalAveragePooling2d({}).apply(x) as Tensor
  const probabilities = tf.layers.dense({ units: classes, activation: 'softmax' }).apply(x) as Tensor
  return tf.model({ inputs: image, outputs: probabilities, name: 'resnet18' })
}
