import { describe, expect, test } from '@jest/globals'
import { instanceOf } from '../src/experiment/fit.js'
import { type Instance, isMisfit } from '../src/experiment/problem.js'
import { problems } from '../src/experiment/problems/table.js'
import { randomOf } from '../src/experiment/random.js'
import { measured } from './support/objectives.js'
import { predictors } from './support/predictors.js'

/** The mean over batches of what is measured, and its standard error. */
function estimate(instance: Instance, of: (typeof predictors)[keyof typeof predictors][number]['bound']) {
  const values = Array.from({ length: 30 }, (_, seed) => {
    const batch = instance.batch(randomOf(seed), 120)
    return measured(instance, batch, of(batch))
  })
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

describe.each(Object.entries(predictors))('%s', (name, cases) => {
  test.each(cases)(
    'bound and baseline are what predictors reach',
    ({ signature, teacher, bound, baseline }) => {
      const instance = instanceOf(problems[name as keyof typeof problems], signature, teacher)
      if (isMisfit(instance)) throw new Error(`${instance.misfit}, ${instance.would}`)
      for (const [level, predictor] of [
        [instance.bound, bound],
        [instance.baseline, baseline],
      ] as const) {
        const { mean, error } = estimate(instance, predictor)
        // Four standard errors, and what logarithms are kept away from.
        expect(Math.abs(mean - level.loss)).toBeLessThan(4 * error + 1e-6)
      }
      expect(instance.bound.loss).toBeLessThan(instance.baseline.loss)
    },
  )
})

test('the same seed gives the same examples, and places of a seed give others', () => {
  for (const [name, [first]] of Object.entries(predictors)) {
    const instance = instanceOf(problems[name as keyof typeof problems], first!.signature, first!.teacher)
    if (isMisfit(instance)) throw new Error(instance.misfit)
    const examples = (seed: number, place: number) =>
      JSON.stringify(instance.batch(randomOf(seed, place), 16))
    expect(examples(1, 0)).toBe(examples(1, 0))
    expect(examples(1, 0)).not.toBe(examples(1, 1))
    expect(examples(1, 0)).not.toBe(examples(2, 0))
  }
})
