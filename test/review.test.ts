import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { marker } from '../src/report/comment-limits.js'
import type { Notice } from '../src/report/notices.js'
import { changedLines, noticeChange, type Review } from '../src/report/review.js'
import { renderReviewMarkdown } from '../src/report/review-markdown.js'
import { runIn } from './support/command-line.js'
import { runSession, sessionsIn } from './support/console.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'review-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true })
for (const name of ['report', 'diff'])
  ajv.addSchema(JSON.parse(readFileSync(`grammar/${name}.schema.json`, 'utf8')), `${name}.schema.json`)
const isResult = ajv.compile(JSON.parse(readFileSync('grammar/review.schema.json', 'utf8')))

describe.each(readdirSync('test/cases/review'))('%s', name => {
  test.each(sessionsIn(`test/cases/review/${name}`))('$title', async session => {
    await runSession(folder, session)
    const { output } = await runIn(folder, ['review', '--base', 'main', '--format', 'json'])
    isResult(JSON.parse(output))
    expect(isResult.errors).toBeNull()
  })
})

const options = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

const notice = (message: string): Notice => ({
  code: 'activation-missing',
  level: 'error',
  message,
  details: [],
  related: [],
  target: `model.js#${message}`,
  clauses: [],
  diagnostics: [],
  fingerprint: message,
})

const reviewWith = (added: readonly Notice[]): Review => ({
  base: { name: 'main', commit: '0'.repeat(40) },
  head: { name: 'HEAD', commit: '1'.repeat(40) },
  changed: 1,
  checks: [],
  files: [{ path: 'model.js', listings: [], found: { added, resolved: [] } }],
  rules: [],
  comments: [],
})

test('a comment has 60,000 characters at most, begins with the verdict, says what was cut and ends with the marker', () => {
  for (const [count, length] of [
    [1, 100],
    [2000, 100],
    [20, 40_000],
    [3, 59_000],
  ] as const) {
    const added = Array.from({ length: count }, (_, i) => notice(`${i} ${'x'.repeat(length)}`))
    const text = renderReviewMarkdown([reviewWith(added)], options)
    expect(text.length).toBeLessThanOrEqual(60_000)
    expect(text).toMatch(/^## ✗ 1 file changed: \d+ new finding/)
    expect(text.endsWith(`\n${marker}\n`)).toBe(true)
    expect(text.includes('**Left out, since')).toBe(count > 1)
  }
})

test.each([
  marker,
  `</details>${marker}`,
  '`` `',
  'a` @someone `b',
  '@someone #1 | x',
  '\u202e\u0007',
  '$$x$$',
])('a name such as %j acts in no comment, and is not found as its marker', name => {
  const text = renderReviewMarkdown([reviewWith([notice(`\`${name}\` is missing`)])], options)
  expect(text.split('\n').filter(line => line.trim() === marker)).toEqual([marker])
  expect([...text].filter(character => /[\p{Cc}\p{Cf}]/u.test(character) && character !== '\n')).toEqual([])
  // Outside of code, which acts on nothing.
  const outside = text.replace(/(`+)[^\n]*?[^`\n]\1(?!`)/g, '')
  expect(outside).not.toMatch(/@someone|^<\/details>/m)
})

test('the lines that changed lead from one text to the other', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const changes = changedLines(before, after)
      const sorted = (list: readonly string[]) => [...list].sort()
      const of = (sign: string) => changes.filter(line => line.sign === sign).map(({ text }) => text)
      expect(sorted([...before, ...of('+')])).toEqual(sorted([...after, ...of('-')]))
      if (before.join() === after.join()) expect(changes).toEqual([])
    }),
  )
})

test('what is said before and after is neither new nor resolved, however often', () => {
  const names = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 })
  fc.assert(
    fc.property(names, names, (before, after) => {
      const { added, resolved } = noticeChange(before.map(notice), after.map(notice))
      for (const name of ['a', 'b', 'c']) {
        const count = (list: readonly string[]) => list.filter(text => text === name).length
        const more = count(after) - count(before)
        expect(count(added.map(({ message }) => message))).toBe(Math.max(0, more))
        expect(count(resolved.map(({ message }) => message))).toBe(Math.max(0, -more))
      }
    }),
  )
})
