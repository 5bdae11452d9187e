import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { runIn } from './support/command-line.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'work-'))
  write('units.js', 'exports.units = 9\n')
  write(
    'model.js',
    "const { units } = require('./units')\nexports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [3] })] })\n",
  )
  write('spec.yaml', 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n')
  write('aswritten.yaml', 'checks: [{ target: model.js#createModel, spec: spec.yaml }]\n')
  write('other.js', '')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Saves as editors do that put another file in the place of the old one. */
function write(path: string, text: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${path}.new`), text)
  renameSync(join(folder, `${path}.new`), join(folder, path))
}

/** What a running command prints, to be waited for. */
function watchCheck() {
  const running = spawn(process.execPath, [resolve('dist/bin.js'), 'check', '--watch'], { cwd: folder })
  let printed = ''
  let runs = 0
  let changed = () => {}
  for (const stream of [running.stdout, running.stderr])
    stream.on('data', (text: Buffer) => {
      printed += String(text)
      runs++
      changed()
    })
  const next = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no "${text}" in: ${printed}`)), 10_000)
      changed = () => {
        if (!printed.includes(text)) return
        clearTimeout(timer)
        printed = ''
        done()
      }
      changed()
    })
  return { next, end: () => running.kill(), printed: () => printed, runs: () => runs }
}

test('--watch checks again when code, what it imports, the spec or the list is saved, and only then', async () => {
  const check = watchCheck()
  try {
    await check.next('✗ differs')
    write('units.js', 'exports.units = 8\n')
    await check.next('✓ as written')
    write('spec.yaml', 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dens: 8 }]\n')
    await check.next('did you mean `dense`?')
    write('aswritten.yaml', 'check: []\n')
    await check.next('did you mean `checks`?')
    write('aswritten.yaml', 'checks: [{ target: model.js#createModel, spec: paper.yaml }]\n')
    await check.next('there is no file `paper.yaml`')
    write('paper.yaml', 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n')
    await check.next('✓ as written')
    rmSync(join(folder, 'units.js'))
    await check.next('? unverified')
    write('units.ts', 'export const units = 8\n')
    await check.next('✓ as written')
    const runs = check.runs()
    write('other.js', 'exports.units = 9\n')
    await new Promise(done => setTimeout(done, 300))
    expect(check.runs()).toBe(runs)
    write('aswritten-baseline.yaml', 'version: 2\naccepted: []\n')
    await check.next('`version` of `aswritten-baseline.yaml` is `2`, expected 1')
  } finally {
    check.end()
  }
}, 60_000)

test('--timing says how long each part took, and together no more than all', async () => {
  const { code, output } = await runIn(folder, ['check', '--timing'])
  expect(code).toBe(1)
  const line = output.split('\n').findLast(text => text.startsWith('read '))!
  expect(line).toMatch(
    /^read [\d.]+ ms, parse [\d.]+ ms, trace [\d.]+ ms, compare [\d.]+ ms, render [\d.]+ ms, [\d.]+ ms together$/,
  )
  const times = [...line.matchAll(/([\d.]+) ms/g)].map(([, time]) => Number(time))
  const all = times.pop()!
  expect(times.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(all + 0.5)
})

describe('completion', () => {
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { output } = await runIn(folder, ['completion', 'bash'])
    const list = ['aswritten', ...words].map(word => `'${word}'`).join(' ')
    const script = `${output}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _aswritten; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim().split('\n')
  }

  test.each([
    [['ch'], ['check']],
    [['--v'], ['--version']],
    [
      ['check', '--fail-on', ''],
      ['unverified', 'differs', 'never'],
    ],
    [['check', '--print'], ['--print-config']],
    [['check', 'mod'], ['model.js']],
    [['check', 'model.js', '--spec', 'lenet'], ['lenet5-modern']],
    [['check', '--spec', 'sp'], ['spec.yaml']],
    [['lint', '--ignore', 'linear-'], ['linear-collapse']],
    [
      ['diff', '--format', ''],
      ['terminal', 'json', 'markdown'],
    ],
    [['explain', 'unused-acc'], ['unused-acceptance']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['suite', '--f'], ['']],
  ])('bash: %j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected)
  })

  test.each(['bash', 'zsh', 'fish'])('%s has every command and option of the help', async shell => {
    const script = (await runIn(folder, ['completion', shell])).output
    const help = (await runIn(folder, ['--help'])).output
    const commands = [...help.matchAll(/^ {2}(\w+) (?:\[|<)/gm)].map(([, name]) => name!)
    expect(commands).toContain('baseline')
    for (const command of commands.filter(name => name !== 'help')) {
      const text = (await runIn(folder, [command, '--help'])).output
      for (const [, option] of text.matchAll(/^ {2}--(\w[\w-]*)/gm)) expect(script).toContain(option)
      expect(script).toContain(command)
    }
  })
})
