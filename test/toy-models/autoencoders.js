import * as tf from '@tensorflow/tfjs'

/** Draws from a normal distribution with a mean and a log variance: Kingma and Welling 2014, section 2.4. */
class Sampling extends tf.layers.Layer {
  static className = 'Sampling'

  constructor({ scale, ...rest }) {
    super(rest)
    this.scale = scale
  }

  computeOutputShape([mean]) {
    return mean
  }

  call([mean, logVariance]) {
    return tf.tidy(() =>
      tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, this.scale)), tf.randomNormal(mean.shape))),
    )
  }
}

function autoencoder({ scale = 0.5, sees = 'sample' }) {
  const input = tf.input({ shape: [6] })
  const mean = tf.layers.dense({ units: 2 }).apply(input)
  const logVariance = tf.layers.dense({ units: 2 }).apply(input)
  const sample = new Sampling({ scale }).apply([mean, logVariance])
  const decoded = tf.layers.dense({ units: 6 }).apply(sees === 'sample' ? sample : logVariance)
  return tf.model({ inputs: input, outputs: [decoded, mean, logVariance] })
}

export const variational = () => autoencoder({})
export const variationalWithVariance = () => autoencoder({ scale: 1 })
export const variationalFromVariance = () => autoencoder({ sees: 'variance' })
