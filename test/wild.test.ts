import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'

let folder: string

const files = {
  'bundle.js': `var tf=function(){return ${'[0],'.repeat(2000)}tf.layers.dense({units:3,inputShape:[2]})}();tf.sequential({layers:[tf]})`,
  'broken.js': "import * as tf from '@tensorflow/tfjs'\nconst model = tf.sequential({",
  'loss.js': `import * as tf from '@tensorflow/tfjs'
export function make(loss) {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })
  model.compile({ optimizer: 'sgd', loss })
  return model
}`,
  'named.ts': `import { layers, sequential } from '@tensorflow/tfjs'
export const make = (units: number) => sequential({ layers: [layers.dense({ units: 3, inputShape: [units] })] })`,
  'opaque.js': `const tf = require('@tensorflow/tfjs')
module.exports.make = function make() {
  return tf.sequential({ layers: [tf.layers.dense({ units: 1 })] })
}`,
  'other.js': 'export const answer = 42',
  'part/uses.js': "import { make } from '../named'\nexport const sequential = make(4)",
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wild-'))
  for (const name of ['empty', 'part']) mkdirSync(join(folder, name))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const wild = (...args: readonly string[]): string =>
  execFileSync(process.execPath, ['dist/bin.js', 'wild', folder, ...args], { encoding: 'utf8' })

const isResult = new Ajv({ strictTypes: false }).compile(
  JSON.parse(readFileSync('grammar/wild.schema.json', 'utf8')),
)

test('the result as JSON has every site with its size or its reason', () => {
  const result = JSON.parse(wild('--format', 'json'))
  isResult(result)
  expect(isResult.errors).toBeNull()
  const { sites, counts, files } = result
  const shown = (sites as { file: string; status: string; layers: number; parameters: unknown }[]).map(
    ({ file, status, layers, parameters }) => ({ file, status, layers, parameters }),
  )
  expect(shown).toEqual([
    { file: 'broken.js', status: 'failed', layers: 0, parameters: null },
    { file: 'loss.js', status: 'opaque', layers: 1, parameters: { trainable: 3, total: 3 } },
    {
      file: 'named.ts',
      status: 'traced',
      layers: 1,
      parameters: { trainable: '3*units + 3', total: '3*units + 3' },
    },
    { file: 'opaque.js', status: 'opaque', layers: 0, parameters: null },
    { file: 'part/uses.js', status: 'traced', layers: 1, parameters: { trainable: 15, total: 15 } },
  ])
  expect(counts).toEqual({ traced: 2, opaque: 2, failed: 1, crashed: 0 })
  expect(files).toBe(5)
}, 60_000)

test('a file that takes too long is given up, and the others are not', () => {
  const result = JSON.parse(wild('--format', 'json', '--seconds', '0'))
  isResult(result)
  expect(isResult.errors).toBeNull()
  const { sites } = result
  expect(sites).toHaveLength(5)
  expect(sites[0].reasons).toEqual(['time-limit: the file takes more than 0 seconds'])
}, 60_000)

test('the table ends with the counts', () => {
  expect(wild()).toMatch(
    /\n5 sites in 5 files: 2 traced, 2 opaque, 1 failed, 0 crashed, in [\d.]+ s\nslowest file: [\w/]+\.[jt]s, [\d.]+ s\n/,
  )
}, 60_000)

/** What a run in a shell gives. */
async function inShell(
  command: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const bin = `${process.execPath} ${resolve('dist/bin.js')}`
  const args = ['-c', `set -o pipefail; ${command.replaceAll('aswritten', bin)}`]
  try {
    return { code: 0, ...(await promisify(execFile)('bash', args, { cwd: folder, encoding: 'utf8' })) }
  } catch (error) {
    return error as { readonly code: number; readonly stdout: string; readonly stderr: string }
  }
}

test('JSON is alone on standard output, and nothing is said beside it', async () => {
  const { stdout, stderr } = await inShell('aswritten wild . --format json')
  expect(JSON.parse(stdout).sites).toHaveLength(5)
  expect(stderr).toBe('')
}, 60_000)

test.each([
  ['aswritten wild empty', 0, '0 sites in 0 files'],
  ['aswritten wild nothing', 2, 'there is no folder `nothing`'],
  ['aswritten wild loss.js', 2, '`loss.js` is a file'],
  ['aswritten wild . --seconds soon', 2, 'expected a number of seconds'],
])(
  '%s',
  async (command, code, said) => {
    const result = await inShell(command)
    expect(result.stdout + result.stderr).toContain(said)
    expect(result.code).toBe(code)
  },
  60_000,
)

test.each([
  ['aswritten wild . | head -1', 'status'],
  ['aswritten equations named.ts#make | head -1', 'named.ts#make'],
  ['aswritten explain | head -1', 'activation-missing'],
  ['aswritten equations missing.js 2>&1 | head -1', 'file-not-found'],
])(
  'a reader that has seen enough is no defect: %s',
  async (command, first) => {
    const { stdout, stderr } = await inShell(command)
    expect(stdout).toContain(first)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toBe('')
  },
  60_000,
)

test('an interruption ends it, without a trace of the stack', async () => {
  const code = `import '@tensorflow/tfjs'
    const calls = n => (n < 2 ? 1 : calls(n - 1) + calls(n - 2))
    export const make = () => tf.sequential({ name: calls(40) })`
  // Each takes a part of a second until its budget is spent, so all of them take much longer than the wait.
  const endless = Array.from({ length: 60 }, (_, i) => join(folder, `endless${i}.js`))
  for (const path of endless) writeFileSync(path, code)
  try {
    const child = spawn(process.execPath, [resolve('dist/bin.js'), 'wild', '.'], { cwd: folder })
    let output = ''
    child.stdout.on('data', data => (output += data))
    child.stderr.on('data', data => (output += data))
    setTimeout(() => child.kill('SIGINT'), 1000)
    const signal = await new Promise(done => child.on('exit', (_, name) => done(name)))
    expect({ signal, output }).toEqual({ signal: 'SIGINT', output: '' })
  } finally {
    for (const path of endless) rmSync(path)
  }
}, 60_000)
