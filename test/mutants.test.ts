import { beforeAll, expect, test } from '@jest/globals'
import { replaceInitializers, tf } from './support/model-code.js'
import { goldenModels, judgeBoth, mutantsOf, originalOf } from './support/mutants.js'

/** Those that TensorFlow.js can run in a test; `npm run mutants` judges the others. */
const small = goldenModels.filter(({ isLarge }) => !isLarge)

beforeAll(async () => {
  await tf.setBackend('cpu')
  replaceInitializers()
})

/**
 * Every mutant that TensorFlow.js tells from the original differs, at the changed line and by name where the fault has
 * one; every other one does not.
 */
test.each(small)('$name', golden => {
  const original = originalOf(golden)
  const wrong = mutantsOf(golden).flatMap(mutant => {
    const { outcome, isNamed, truth, codes, reason } = judgeBoth(golden, original, mutant)
    if (outcome === 'unreadable') return []
    const isRight =
      truth === 'another'
        ? outcome === 'caught' && (isNamed || mutant.codes.length === 0)
        : outcome !== 'caught' || truth === 'refused'
    const { operator, what, lines } = mutant
    const said = `${outcome} ${codes.join()} ${reason ?? ''}`
    return isRight ? [] : [`${operator} ${what}, line ${lines.join(' or ')}: ${said}, ${truth}`]
  })
  expect(wrong).toEqual([])
})
