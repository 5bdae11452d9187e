import * as tf from '@tensorflow/tfjs'

/** Two graph convolutions: Kipf and Welling 2017, equation 9. */
function graphNetwork(axes) {
  const nodes = tf.input({ shape: [12, 3] })
  const adjacency = tf.input({ shape: [12, 12] })
  const among = features =>
    axes === undefined ? features : tf.layers.dot({ axes }).apply([adjacency, features])
  const hidden = tf.layers.dense({ units: 16, activation: 'relu' }).apply(among(nodes))
  const logits = tf.layers.dense({ units: 1 }).apply(among(hidden))
  return tf.model({
    inputs: [nodes, adjacency],
    outputs: tf.layers.activation({ activation: 'sigmoid' }).apply(logits),
  })
}

export const communities = () => graphNetwork([2, 1])
export const communitiesWithoutEdges = () => graphNetwork(undefined)
