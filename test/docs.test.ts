import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { opsReference } from '../build/ops-reference.js'
import { families, opTable } from '../src/ops/table.js'

interface Page {
  readonly opsPage: (reference: typeof opsReference) => string
}

test('no op is in two families', () => {
  const names = Object.values(families).flatMap(family => Object.keys(family))
  expect(names.length).toBe(Object.keys(opTable).length)
})

test('docs/ops.md is what the op table says; `npm run docs` writes it', async () => {
  const { opsPage } = (await import(new URL('../build/ops-page.js', import.meta.url).href)) as Page
  expect(readFileSync('docs/ops.md', 'utf8')).toBe(opsPage(opsReference))
})
