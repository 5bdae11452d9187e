import { beforeAll, expect, test } from '@jest/globals'
import { casesIn, sectionsOf } from './support/cases.js'
import { caseProgram, commandProgram, disagreements, fixInitializers } from './support/execution.js'
import { tf } from './support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  fixInitializers()
})

const cases = casesIn('test/cases/execution').map(({ file, title, fences }) => ({
  title: `${file}: ${title}`,
  program: caseProgram(fences),
}))

/** The examples of a page of the documentation: code, and the command that reads it. */
const examples = sectionsOf('docs', 'tensor-code.md').map(({ file, title, fences }) => ({
  title: `${file}: ${title}`,
  program: commandProgram(fences.get('js') ?? '', fences.get('sh') ?? ''),
}))

test.each([...cases, ...examples])('$title', ({ program }) => {
  expect(disagreements(program)).toEqual([])
})
