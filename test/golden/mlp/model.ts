import * as tf from '@tensorflow/tfjs'

interface Options {
  readonly hidden: readonly number[]
  readonly rate: number
}

const defaults: Options = { hidden: [512, 512], rate: 0.2 }

/** The classic two-hidden-layer perceptron for 28×28 digits with dropout. */
export function createModel({ hidden, rate }: Options = defaults) {
  const model = tf.sequential({ name: 'mlp' })
  hidden.forEach((units, i) => {
    const common = { units, activation: 'relu' as const, name: `hidden_${i + 1}` }
    model.add(tf.layers.dense(i === 0 ? { ...common, inputShape: [784] } : common))
    model.add(tf.layers.dropout({ rate }))
  })
  model.add(tf.layers.dense({ units: 10, activation: 'softmax', name: 'digits' }))
  model.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}
