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
