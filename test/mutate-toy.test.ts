import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { runIn } from './support/command-line.js'

jest.setTimeout(60_000)

const model = readFileSync('test/golden/xor/model.ts', 'utf8')
const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'model.ts': model,
  'bare.ts': model.replace(", activation: 'sigmoid'", ''),
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mutate-toy-'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mutate = (target: string, ...args: readonly string[]) =>
  runIn(folder, ['mutate', `${target}#createModel`, '--spec', 'xor', ...args])

interface Reported {
  readonly what: string
  readonly outcome: string
  readonly toy: { readonly answer: string; readonly text: string } | null
}

async function reported(...args: readonly string[]) {
  const { code, output } = await mutate('model.ts', ...args, '--format', 'json')
  const report = JSON.parse(output.slice(output.indexOf('{')))
  return { code, output, report, mutants: report.targets[0].mutants as readonly Reported[] }
}

test('what is not in the numbers is missed, what is in them is caught, and the file stays as it is', async () => {
  const { code, output, report, mutants } = await reported('--toy', '--operator', 'M01,M02,M40')
  expect(output).toContain('in a process of its own')
  const answers = (outcome: string) => [
    ...new Set(mutants.flatMap(entry => (entry.outcome === outcome ? [entry.toy?.answer] : []))),
  ]
  expect(answers('caught')).toEqual(['caught'])
  expect(answers('left open')).toEqual(['missed'])
  expect(mutants.find(({ outcome }) => outcome === 'caught')?.toy?.text).toMatch(
    /^same weights, different outputs: 0\.\d+ against 0\.\d+$/,
  )
  expect(readFileSync(join(folder, 'model.ts'), 'utf8')).toBe(model)
  const isReport = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync('grammar/mutation.schema.json', 'utf8')),
  )
  expect([isReport(report), isReport.errors, code]).toEqual([true, null, 0])
})

test('nothing is run where nobody asks for it, and the table says so', async () => {
  const { output, mutants } = await reported('--operator', 'M01')
  expect(output).not.toContain('in a process of its own')
  expect(mutants.map(({ toy }) => toy)).toEqual(mutants.map(() => null))
  const { output: table } = await mutate('model.ts', '--operator', 'M01', '--format', 'markdown')
  expect(table).toContain('| what became of it | fault | where | toy |')
  expect(table).toMatch(/\| not run \|\n/)
})

test.each<readonly [target: string, args: readonly string[], text: string]>([
  ['bare.ts', ['--toy', '--operator', 'M02'], 'without faults, `bare.ts#createModel` is not right either'],
  ['model.ts', ['--seeds', '3'], '`--seeds` says how code is run, which `--toy` asks for'],
])('%s %j is refused', async (target, args, text) => {
  const { code, output } = await mutate(target, ...args)
  expect(output.replace(/\s+/g, ' ')).toContain(text)
  expect(code).toBe(2)
})
