import { beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { casesIn, sectionsOf } from './support/cases.js'
import { commandProgram, disagreements, fixInitializers, type Program } from './support/execution.js'
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

/** The examples of a page of the documentation: code, and the command that reads it. */
const examples = sectionsOf('docs', 'tensor-code.md').map(({ file, title, fences }) => ({
  title: `${file}: ${title}`,
  program: commandProgram(fences.get('js') ?? '', fences.get('sh') ?? ''),
}))

test.each([...cases, ...examples])('$title', ({ program }) => {
  expect(disagreements(program)).toEqual([])
})
