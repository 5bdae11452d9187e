import { beforeAll, expect, test } from '@jest/globals'
import { replaceInitializers, tf } from './support/model-code.js'
import { goldenModels, judge, mutantsOf } from './support/mutants.js'

/** Those that TensorFlow.js can run in a test; `npm run mutants` judges the others. */
const small = goldenModels.filter(({ isLarge }) => !isLarge)

beforeAll(async () => {
  await tf.setBackend('cpu')
  replaceInitializers()
})

/**
 * Every mutant that TensorFlow.js tells from the original differs, at the changed line and by name; every other one
 * does not.
 */
test.each(small)('$name', golden => {
  const wrong = mutantsOf(golden).flatMap(mutant => {
    const { verdict, isRead, isFound, truth } = judge(golden, mutant)
    if (!isRead) return []
    const isRight =
      truth === 'another' ? verdict === 'differs' && isFound : verdict !== 'differs' || truth === 'refused'
    return isRight ? [] : [`${mutant.operator}, line ${mutant.lines.join(' or ')}: ${verdict}, ${truth}`]
  })
  expect(wrong).toEqual([])
})
