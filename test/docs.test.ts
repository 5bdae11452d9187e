import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { layersReference } from '../build/layers-reference.js'
import { opsReference } from '../build/ops-reference.js'
import { problemsReference } from '../build/problems-reference.js'
import { rulesReference } from '../build/rules-reference.js'
import { readConfig } from '../src/cli/config.js'
import { families, opTable } from '../src/ops/table.js'
import { check } from '../src/pipeline.js'
import { readSpec } from '../src/spec/read.js'
import { sourceFile } from '../src/text/source.js'
import { inMemory } from './support/project.js'

interface Page {
  readonly opsPage: (reference: typeof opsReference) => string
  readonly layersPage: (reference: typeof layersReference) => string
  readonly problemsPage: (reference: typeof problemsReference, trained: object) => string
  readonly rulesPage: (reference: typeof rulesReference) => string
}

const pageOf = async (file: string) =>
  (await import(new URL(`../build/${file}`, import.meta.url).href)) as Page

test('no op is in two families', () => {
  const names = Object.values(families).flatMap(family => Object.keys(family))
  expect(names.length).toBe(Object.keys(opTable).length)
})

test('docs/ops.md is what the op table says; `npm run docs` writes it', async () => {
  const { opsPage } = await pageOf('ops-page.js')
  expect(readFileSync('docs/ops.md', 'utf8')).toBe(opsPage(opsReference))
})

test('docs/layers.md is what the layer table says', async () => {
  const { layersPage } = await pageOf('layers-page.js')
  expect(readFileSync('docs/layers.md', 'utf8')).toBe(layersPage(layersReference))
})

test('docs/problems.md is what the table of problems says', async () => {
  const { problemsPage } = await pageOf('problems-page.js')
  const trained = JSON.parse(readFileSync('test/toy-models/trained.json', 'utf8'))
  expect(readFileSync('docs/problems.md', 'utf8')).toBe(problemsPage(problemsReference, trained))
})

test('docs/rules.md is what the tables of rules and laws say', async () => {
  const { rulesPage } = await pageOf('rules-page.js')
  expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesPage(rulesReference))
})

const fencesOf = (path: string, language: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language ? [text!] : [],
  )

test('the example of the README differs as it says', () => {
  const [code] = fencesOf('README.md', 'ts')
  const [spec] = fencesOf('README.md', 'yaml')
  const outcome = check(
    { files: inMemory({ 'model.ts': code! }), path: 'model.ts', target: 'createModel' },
    sourceFile('spec.yaml', spec!),
  )
  const codes = outcome.comparison?.findings.map(({ diagnostic }) => diagnostic.code)
  expect({ verdict: outcome.verdict, codes }).toEqual({ verdict: 'differs', codes: ['activation-missing'] })
})

test('the specs in the documentation are specs', () => {
  const isSpec = new Ajv({ strictRequired: false, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync('grammar/spec.schema.json', 'utf8')),
  )
  const specs = ['docs/spec.md', 'docs/language.md'].flatMap(page => fencesOf(page, 'yaml'))
  expect(specs.length).toBeGreaterThan(0)
  for (const text of specs) {
    expect(readSpec(sourceFile('spec.yaml', text)).diagnostics.map(({ message }) => message)).toEqual([])
    expect(isSpec(parse(text))).toBe(true)
  }
})

test('so is the list of checks', () => {
  const [text] = fencesOf('docs/check.md', 'yaml')
  expect(readConfig(sourceFile('aswritten.yaml', text!)).diagnostics).toEqual([])
})
