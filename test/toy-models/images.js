import * as tf from '@tensorflow/tfjs'

const image = (rows, columns, ...layers) =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [rows, columns, 1] }), ...layers] })

const conv = (filters, kernelSize, activation = 'linear', padding = 'same') =>
  tf.layers.conv2d({ filters, kernelSize, activation, padding })

export const shift = () => image(6, 6, conv(1, 3))
export const shiftTransposed = () => image(6, 6, tf.layers.permute({ dims: [2, 1, 3] }), conv(1, 3))

export const rotation = () =>
  image(
    6,
    6,
    conv(16, 2, 'relu', 'valid'),
    tf.layers.globalMaxPooling2d({}),
    tf.layers.dense({ units: 4, activation: 'softmax' }),
  )
export const rotationPooledFirst = () =>
  image(
    6,
    6,
    tf.layers.maxPooling2d({ poolSize: 2 }),
    conv(16, 2, 'relu', 'valid'),
    tf.layers.globalMaxPooling2d({}),
    tf.layers.dense({ units: 4, activation: 'softmax' }),
  )

export const gridValues = () =>
  image(
    4,
    4,
    conv(8, 3, 'relu'),
    tf.layers.flatten(),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: 4 }),
  )
export const gridValuesPooled = () =>
  image(
    4,
    4,
    conv(8, 3, 'relu'),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: 4 }),
  )
