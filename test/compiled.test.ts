import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'compiled-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true }))

const folderOfCode = (): string => join(temporary, readdirSync(temporary)[0]!)
const keptCode = (): string => join(folderOfCode(), readdirSync(folderOfCode())[0]!)

/** What a command prints in a process of its own. */
function explain(environment: Readonly<Record<string, string>> = {}): string {
  const env = { ...process.env, TMPDIR: temporary, ...environment }
  return execFileSync(process.execPath, [resolve('dist/bin.js'), 'explain', 'loss-missing'], {
    env,
    encoding: 'utf8',
  })
}

test('a second process runs what the first one compiled', () => {
  const first = explain()
  const code = readFileSync(keptCode())
  expect(code.length).toBeGreaterThan(100_000)
  expect(explain()).toBe(first)
  expect(readFileSync(keptCode())).toEqual(code)
  expect(readdirSync(folderOfCode())).toHaveLength(1)
})

test('compiled code that is damaged is made anew', () => {
  const first = explain()
  const code = readFileSync(keptCode())
  writeFileSync(keptCode(), code.subarray(0, code.length / 2))
  expect(explain()).toBe(first)
  expect(readFileSync(keptCode()).length).toBeGreaterThan(code.length / 2)
})

test('code in a folder that others may write is not run', () => {
  const first = explain()
  writeFileSync(keptCode(), 'from another user')
  chmodSync(folderOfCode(), 0o777)
  expect(explain()).toBe(first)
  expect(readFileSync(keptCode(), 'utf8')).toBe('from another user')
})

test('NODE_DISABLE_COMPILE_CACHE keeps nothing', () => {
  expect(explain({ NODE_DISABLE_COMPILE_CACHE: '1' })).toContain('# loss-missing')
  expect(readdirSync(temporary)).toEqual([])
})
