import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

let folder: string

const files = {
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
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wild-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const wild = (...args: readonly string[]): string =>
  execFileSync(process.execPath, ['dist/bin.js', 'wild', folder, ...args], { encoding: 'utf8' })

test('the result as JSON has every site with its size or its reason', () => {
  const { sites, counts, files } = JSON.parse(wild('--format', 'json'))
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
  ])
  expect(counts).toEqual({ traced: 1, opaque: 2, failed: 1, crashed: 0 })
  expect(files).toBe(4)
}, 60_000)

test('a file that takes too long is given up, and the others are not', () => {
  const { sites } = JSON.parse(wild('--format', 'json', '--seconds', '0'))
  expect(sites).toHaveLength(4)
  expect(sites[0].reasons).toEqual(['time-limit: the file takes more than 0 seconds'])
}, 60_000)

test('the table ends with the counts', () => {
  expect(wild()).toMatch(/\n4 sites in 4 files: 1 traced, 2 opaque, 1 failed, 0 crashed, in [\d.]+ s\n/)
}, 60_000)
