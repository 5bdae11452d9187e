import * as tf from '@tensorflow/tfjs'

export class SentimentClassifier {
  static readonly vocabularySize = 10000
  private readonly units: number

  constructor(units = 32, private readonly maxLength = 100) {
    this.units = units
  }

  createModel(): tf.LayersModel {
    const { vocabularySize } = SentimentClassifier
    const model = tf.sequential()
    model.add(tf.layers.embedding({ inputDim: vocabularySize, outputDim: 32, inputLength: this.maxLength }))
    model.add(tf.layers.lstm({ units: this.units, recurrentActivation: 'sigmoid', recurrentInitializer: 'glorotNormal' }))
    model.add(tf.layers.dense({ units: 1, activation: 'sigmoid' }))
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['acc'] })
    return model
  }
}

export function createModel(): tf.LayersModel {
  return new SentimentClassifier().createModel()
}
