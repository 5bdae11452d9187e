import { layers, sequential, train } from '@tensorflow/tfjs'

export const createModel = () => {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [2], units: 2, activation: 'sigmoid' }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  })
  model.compile({ optimizer: train.sgd(0.5), loss: 'binaryCrossentropy' })
  return model
}
