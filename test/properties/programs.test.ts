import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fixInitializers, outcomeOf, type Program } from '../support/execution.js'
import { forwardProgram } from '../support/forward-programs.js'
import { freezingProgram } from '../support/freezing-programs.js'
import { tf } from '../support/model-code.js'
import { modelProgram } from '../support/model-programs.js'
import { functionProgram } from '../support/programs.js'
import { stateProgram } from '../support/state-programs.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  fixInitializers()
})

/** Other programs at each run; `SEED` runs those of an earlier one again, and `RUNS` runs more of them. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

const choices = fc.array(fc.nat(2 ** 20), { minLength: 5, maxLength: 120, size: 'max' })

/** What TensorFlow.js refuses to run may not be traced; all else agrees. */
function agree(program: Program): void {
  const { runs, traced, found } = outcomeOf(program)
  if (!runs && !traced) return
  if (found.length > 0) throw new Error(`${found.join('\n')}\n\n${program.code}`)
}

test.each([
  { what: 'functions in JavaScript', make: functionProgram, runs: 100 },
  { what: 'functions that change what they have', make: stateProgram, runs: 120 },
  { what: 'models of layers', make: modelProgram, runs: 120 },
  { what: 'models that are frozen and compiled', make: freezingProgram, runs: 60 },
  { what: 'forward passes by hand', make: forwardProgram, runs: 120 },
])(`random $what are in the trace what they are in TensorFlow.js (SEED=${seed})`, ({ make, runs }) => {
  fc.assert(
    fc.property(choices, list => agree(make(list))),
    { numRuns: Number(process.env.RUNS ?? runs), seed },
  )
  expect(true).toBe(true)
})
