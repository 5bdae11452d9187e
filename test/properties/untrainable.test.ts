import { beforeAll, expect, test } from '@jest/globals'
import { readModels } from '../../src/reading.js'
import { runSource, tf } from '../support/model-code.js'
import { inMemory } from '../support/project.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** Layers behind one that trains, by the shape of an example. */
const cases: readonly (readonly [layer: string, shape: readonly number[]])[] = [
  ['conv1d({ filters: 2, kernelSize: 2, dilationRate: 2 })', [7, 3]],
  ['conv1d({ filters: 2, kernelSize: 2, dilationRate: 1 })', [7, 3]],
  ['conv2d({ filters: 2, kernelSize: 2, dilationRate: [1, 2] })', [5, 7, 3]],
  ['conv2d({ filters: 2, kernelSize: 2, strides: [1, 2] })', [5, 7, 3]],
  ['conv3d({ filters: 2, kernelSize: 2, dilationRate: 2 })', [5, 4, 3, 2]],
  ['conv3d({ filters: 2, kernelSize: 2 })', [5, 4, 3, 2]],
  ['separableConv2d({ filters: 2, kernelSize: 2, dilationRate: 2 })', [5, 7, 3]],
  ['separableConv2d({ filters: 2, kernelSize: 2 })', [5, 7, 3]],
  ['conv2dTranspose({ filters: 2, kernelSize: 2 })', [3, 2, 3]],
  ['conv3dTranspose({ filters: 2, kernelSize: 2 })', [2, 3, 2, 3]],
  ['convLstm2d({ filters: 2, kernelSize: 2, dilationRate: 2 })', [2, 5, 7, 3]],
  ['convLstm2d({ filters: 2, kernelSize: 2 })', [2, 5, 7, 3]],
  ['layerNormalization({ center: false })', [3, 5]],
  ['layerNormalization({ scale: false })', [3, 5]],
  ['layerNormalization()', [3, 5]],
  ['batchNormalization({ scale: false })', [5]],
  ['batchNormalization()', [5]],
]

test.each(cases)('%s throws in training where that is said, and nowhere else', async (layer, shape) => {
  const code = `
    const tf = require('@tensorflow/tfjs')
    exports.create = () => tf.sequential({
      layers: [
        tf.layers.dense({ units: ${shape.at(-1)}, inputShape: ${JSON.stringify(shape)} }),
        tf.layers.${layer},
      ],
    })`
  const { models, diagnostics } = readModels({
    files: inMemory({ 'model.js': code }),
    path: 'model.js',
    target: 'create',
  })
  expect(models.map(({ graph }) => graph !== undefined)).toEqual([true])
  const model = runSource(code, 'model.js').create!()
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  const x = tf.randomUniform([2, ...shape])
  const trains = await model.trainOnBatch(x, model.predict(x)).then(
    () => true,
    () => false,
  )
  expect(diagnostics.some(({ code: name }) => name === 'training-throws')).toBe(!trains)
})
