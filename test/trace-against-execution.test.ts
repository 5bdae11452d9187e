import { beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { casesIn } from './support/cases.js'
import { disagreements, fixInitializers, type Program } from './support/execution.js'
import { tf } from './support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  fixInitializers()
})

/** The sections of the cases: code, and what of it to run with what. */
const cases = casesIn('test/cases/execution').map(({ file, title, fences }) => ({
  title: `${file}: ${title}`,
  program: { code: fences.get('js') ?? '', ...parse(fences.get('yaml') ?? 'target: createModel') } as Program,
}))

test.each(cases)('$title', ({ program }) => {
  expect(disagreements(program)).toEqual([])
})
