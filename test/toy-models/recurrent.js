import * as tf from '@tensorflow/tfjs'

const sequence = (steps, numbers, ...layers) =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [steps, numbers] }), ...layers] })

/** What was computed at the first step: not what a recurrent network knows at the end. */
const firstStep = (steps, units) => [
  tf.layers.reshape({ targetShape: [steps, units, 1] }),
  tf.layers.cropping2D({
    cropping: [
      [0, steps - 1],
      [0, 0],
    ],
  }),
  tf.layers.flatten(),
]

export const adding = () => sequence(10, 2, tf.layers.lstm({ units: 16 }), tf.layers.dense({ units: 1 }))
export const addingFromFirstStep = () =>
  sequence(
    10,
    2,
    tf.layers.lstm({ units: 16, returnSequences: true }),
    ...firstStep(10, 16),
    tf.layers.dense({ units: 1 }),
  )

export const copying = () =>
  sequence(
    8,
    6,
    tf.layers.lstm({ units: 32, returnSequences: true }),
    tf.layers.dense({ units: 6, activation: 'softmax' }),
  )
export const copyingOneStep = () =>
  sequence(
    8,
    6,
    tf.layers.lstm({ units: 32 }),
    tf.layers.repeatVector({ n: 8 }),
    tf.layers.dense({ units: 6, activation: 'softmax' }),
  )

export const recalling = () => sequence(8, 2, tf.layers.gru({ units: 16 }), tf.layers.dense({ units: 2 }))

/** A recurrent layer whose state is not handed on, so that each step begins anew. */
class Forgetful extends tf.layers.Layer {
  static className = 'Forgetful'

  build([, , numbers]) {
    this.kernel = this.addWeight('kernel', [numbers, 16], 'float32', tf.initializers.glorotUniform({}))
    this.recurrent = this.addWeight('recurrent', [16, 16], 'float32', tf.initializers.orthogonal({}))
    this.built = true
  }

  computeOutputShape([examples]) {
    return [examples, 16]
  }

  call(inputs) {
    return tf.tidy(() => {
      const [x] = [inputs].flat()
      const before = tf.zeros([x.shape[0], 16])
      let state = before
      for (const step of tf.unstack(x, 1))
        state = tf.tanh(tf.add(tf.matMul(step, this.kernel.read()), tf.matMul(before, this.recurrent.read())))
      return state
    })
  }
}

export const recallingWithoutState = () => sequence(8, 2, new Forgetful({}), tf.layers.dense({ units: 2 }))
