import * as tfl from '@tensorflow/tfjs'

const sizes = { users: 943, items: 1682, factors: 16 }

/** Looks an identifier up and refines its embedding. */
const tower = (name, count) => {
  const id = tfl.input({ shape: [1], name: `${name}_id` })
  const embedded = tfl.layers
    .embedding({ inputDim: count, outputDim: sizes.factors, name: `${name}_embedding` })
    .apply(id)
  const flat = tfl.layers.flatten().apply(embedded)
  const vector = tfl.layers.dense({ units: sizes.factors, activation: 'relu', name: `${name}_dense` }).apply(flat)
  return { id, vector }
}

export const createModel = () => {
  const { id: user, vector: u } = tower('user', sizes.users)
  const { id: item, vector: v } = tower('item', sizes.items)
  const score = tfl.layers.dot({ axes: 1, name: 'score' }).apply([u, v])
  const model = tfl.model({ inputs: [user, item], outputs: score })
  model.compile({ optimizer: tfl.train.adam(0.001), loss: 'meanSquaredError' })
  return model
}
