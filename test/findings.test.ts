import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { catalogue } from '../src/diagnostics/catalogue.js'

const sections = [
  '## What it means',
  '## Why it matters',
  '## Example',
  '## What to do',
  '## When it is fine',
]

test.each(Object.keys(catalogue))('%s has a page with all its sections', code => {
  const path = `docs/findings/${code}.md`
  expect(existsSync(path)).toBe(true)
  const page = readFileSync(path, 'utf8')
  expect(page.startsWith(`# ${code}\n`)).toBe(true)
  expect(sections.filter(section => !page.includes(`\n${section}\n`))).toEqual([])
})

test('there is no page without a code', () => {
  const pages = readdirSync('docs/findings').map(name => name.replace(/\.md$/, ''))
  expect(pages.filter(page => !Object.hasOwn(catalogue, page))).toEqual([])
})

test.each(Object.entries(catalogue))(
  '%s states a fact, in lower case and without advice',
  (_, { message, why, title }) => {
    expect(message).toMatch(/^[a-z`{]/)
    expect(message).not.toMatch(/\.$|should|please/)
    expect(why).toMatch(/\.$/)
    expect(title).not.toMatch(/\.$/)
  },
)
