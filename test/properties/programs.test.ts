import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { disagreements, fixInitializers, type Program } from '../support/execution.js'
import { tf } from '../support/model-code.js'
import { functionProgram } from '../support/programs.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  fixInitializers()
})

const choices = fc.array(fc.nat(2 ** 20), { minLength: 20, maxLength: 150, size: 'max' })

function agree(program: Program): void {
  const found = disagreements(program)
  if (found.length > 0) throw new Error(`${found.join('\n')}\n\n${program.code}`)
}

test('random functions compute in the trace what they compute in TensorFlow.js', () => {
  fc.assert(
    fc.property(choices, list => agree(functionProgram(list))),
    { numRuns: Number(process.env.RUNS ?? 150), seed: Number(process.env.SEED ?? 7) },
  )
  expect(true).toBe(true)
})
