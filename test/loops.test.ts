import { expect, test } from '@jest/globals'
import { symbol } from '../src/graph/dimension.js'
import { readModels } from '../src/reading.js'
import { casesIn } from './support/cases.js'
import { inMemory } from './support/project.js'

test.each(casesIn('test/cases/loops'))('$title', ({ fences }) => {
  const { models } = readModels({
    files: inMemory({ 'model.js': fences.get('js')! }),
    path: 'model.js',
    target: 'f',
    inputs: { x: { shape: [symbol('N', true), 3], dtype: 'float32' } },
  })
  const [model] = models
  const text = model?.graph ? 'followed' : `${model?.reason?.code}: ${model?.reason?.message}`
  expect(text).toBe(fences.get('text')?.trim())
})

test('a loop that builds thousands of layers is walked to its end', () => {
  const code = `exports.createModel = () => {
    const model = tf.sequential()
    model.add(tf.layers.dense({ inputShape: [8], units: 8 }))
    for (let i = 1; i < 5000; i++) model.add(tf.layers.dense({ units: 8, activation: 'relu' }))
    return model
  }`
  const { models } = readModels({
    files: inMemory({ 'model.js': code }),
    path: 'model.js',
    target: 'createModel',
  })
  expect(models[0]?.graph?.model.layers).toHaveLength(5000)
})
