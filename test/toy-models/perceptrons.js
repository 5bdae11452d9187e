import * as tf from '@tensorflow/tfjs'

/** Layers one after the other, from numbers to numbers. */
const stack = (inputs, ...layers) =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputs] }), ...layers] })

const dense = (units, activation = 'linear', rest = {}) => tf.layers.dense({ units, activation, ...rest })

export const exclusiveOr = () => stack(4, dense(16, 'relu'), dense(1))
export const exclusiveOrWithoutActivation = () => stack(4, dense(16), dense(1))

export const polynomial = () => stack(2, dense(32, 'tanh'), dense(32, 'tanh'), dense(1))
export const polynomialAboveZero = () => stack(2, dense(32, 'tanh'), dense(32, 'tanh'), dense(1, 'relu'))

export const linear = () => stack(4, dense(2))
export const linearWithoutBias = () => stack(4, dense(2, 'linear', { useBias: false }))

export const parity = () => stack(5, dense(16, 'relu'), dense(2, 'softmax'))
export const parityWithSoftmaxTwice = () =>
  stack(5, dense(16, 'relu'), dense(2, 'softmax'), tf.layers.softmax())

export const spirals = () => stack(2, dense(32, 'relu'), dense(32, 'relu'), dense(1, 'sigmoid'))
export const spiralsWithRectifiedLogit = () =>
  stack(
    2,
    dense(32, 'relu'),
    dense(32, 'relu'),
    dense(1, 'relu'),
    tf.layers.activation({ activation: 'sigmoid' }),
  )

export const policy = () => stack(3, dense(32, 'relu'), dense(2, 'softmax'))
export const policyWithSoftmaxTwice = () =>
  stack(3, dense(32, 'relu'), dense(2, 'softmax'), tf.layers.softmax())

export const corridorValues = () => stack(1, dense(32, 'tanh'), dense(32, 'tanh'), dense(2))
export const corridorValuesWithoutActivation = () => stack(1, dense(32), dense(32), dense(2))

export const moons = () => stack(2, dense(32, 'relu'), dense(32, 'relu'), dense(4))
export const moonsWithoutActivation = () => stack(2, dense(32), dense(32), dense(4))

export const generator = () => stack(4, dense(32, 'relu'), dense(32, 'relu'), dense(2))
export const generatorWithTanh = () => stack(4, dense(32, 'relu'), dense(32, 'relu'), dense(2, 'tanh'))

export const discriminator = () => stack(2, dense(32, 'relu'), dense(32, 'relu'), dense(1, 'sigmoid'))
export const discriminatorWithRectifiedLogit = () =>
  stack(
    2,
    dense(32, 'relu'),
    dense(32, 'relu'),
    dense(1, 'relu'),
    tf.layers.activation({ activation: 'sigmoid' }),
  )
