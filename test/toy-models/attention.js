import * as tf from '@tensorflow/tfjs'

/** Learned vectors that are added to places. */
class Positions extends tf.layers.Layer {
  static className = 'Positions'

  build([, places, width]) {
    this.table = this.addWeight(
      'table',
      [places, width],
      'float32',
      tf.initializers.randomNormal({ stddev: 0.5 }),
    )
    this.built = true
  }

  computeOutputShape(shape) {
    return shape
  }

  call(inputs) {
    return tf.tidy(() => tf.add([inputs].flat()[0], this.table.read()))
  }
}

/** Dot-product attention of one head: Vaswani et al., Attention Is All You Need, 2017, equation 1. */
class Attention extends tf.layers.Layer {
  static className = 'Attention'

  constructor({ causal, ...rest }) {
    super(rest)
    this.causal = causal
  }

  computeOutputShape([queries]) {
    return queries
  }

  call([queries, keys, values]) {
    return tf.tidy(() => {
      const [, places, width] = queries.shape
      const scores = tf.div(tf.matMul(queries, keys, false, true), Math.sqrt(width))
      const future = tf.sub(1, tf.linalg.bandPart(tf.ones([places, places]), -1, 0))
      const masked = this.causal ? tf.sub(scores, tf.mul(future, 1e9)) : scores
      return tf.matMul(tf.softmax(masked), values)
    })
  }
}

function transformer(places, tokens, { blocks, causal = false, positions = true }) {
  const width = 32
  const dense = (units, activation = 'linear') => tf.layers.dense({ units, activation })
  const input = tf.input({ shape: [places], dtype: 'int32' })
  let h = tf.layers
    .embedding({ inputDim: tokens, outputDim: width, embeddingsInitializer: 'glorotNormal' })
    .apply(input)
  if (positions) h = new Positions({}).apply(h)
  for (let block = 0; block < blocks; block++) {
    const heard = new Attention({ causal }).apply([0, 1, 2].map(() => dense(width).apply(h)))
    h = tf.layers.add().apply([h, dense(width).apply(heard)])
    h = tf.layers.add().apply([h, dense(width).apply(dense(64, 'relu').apply(h))])
  }
  return tf.model({ inputs: input, outputs: dense(tokens, 'softmax').apply(h) })
}

export const sorting = () => transformer(6, 6, { blocks: 1 })
export const sortingWithoutPositions = () => transformer(6, 6, { blocks: 1, positions: false })

export const induction = () => transformer(8, 8, { blocks: 1, causal: true })
export const inductionWithoutMask = () => transformer(8, 8, { blocks: 1 })
