import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { runIn } from './support/command-line.js'

const importing = `import * as tf from '@tensorflow/tfjs'
import { net } from './own.js'
export const model = net()
`

const files: Readonly<Record<string, string>> = {
  'models/deep.js': `import * as tf from '@tensorflow/tfjs'
export function createModel() {
  const model = tf.sequential()
  model.add(tf.layers.dense({ units: 50, inputShape: [12], name: 'hidden' }))
  model.add(tf.layers.dense({ units: 1, name: 'last', activaton: 'tanh' }))
  return model
}
`,
  'models/good.ts': `import * as tf from '@tensorflow/tfjs'
export const createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] })
`,
  'models/open.js': `import * as tf from '@tensorflow/tfjs'
export const createModel = shape => tf.sequential({ layers: [tf.layers.dense({ inputShape: shape, units: 3 })] })
`,
  'shared/first.js': importing,
  'shared/own.js': `import * as tf from '@tensorflow/tfjs'
const layers = () => [tf.layers.dense({ units: 3, inputShape: [4], unit: 1 }), tf.layers.dense({ units: 2 })]
export const net = (rate = 0.5) => tf.sequential({ layers: layers() })
`,
  'shared/second.js': `${importing}export const another = net()
`,
  'models/other.js': 'export const answer = 42\n',
  'train.js': `const W = tf.variable(tf.randomNormal([4, 2]))
exports.step = x => tf.train.sgd(0.1).minimize(() => x.matMul(W).square().mean(), [W])
`,
  'later.js': `let words
exports.load = list => {
  words = list
}
exports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: words.length, inputShape: [4] })] })
`,
  'spec.yaml': 'title: Perceptron\nmodel:\n  - dense: { units: 3 }\n',
  'broken.js': "import * as tf from '@tensorflow/tfjs'\nconst model = tf.sequential({",
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'))
  mkdirSync(join(folder, 'models'))
  mkdirSync(join(folder, 'empty'))
  mkdirSync(join(folder, 'shared'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ajv = new Ajv({ strictTypes: false })
ajv.addSchema(JSON.parse(readFileSync('grammar/report.schema.json', 'utf8')), 'report.schema.json')
const isResult = ajv.compile(JSON.parse(readFileSync('grammar/lint.schema.json', 'utf8')))

test.each([
  ['models/good.ts', 0, '0 findings in 1 model in 1 file'],
  ['models', 1, '2 findings in 2 models in 3 files'],
  ['models --ignore linear-collapse', 1, '1 finding in 2 models in 3 files'],
  ['models --ignore linear-collapse --ignore unknown-config-key', 0, '0 findings in 2 models in 3 files'],
  ['train.js#step --input x:[N,4]', 1, 'ignored-call-argument  train.js:2:83'],
  ['models/open.js', 0, 'not followed, so nothing is said of them:\n  models/open.js#createModel: '],
  ['later.js', 0, '0 findings in 1 model in 1 file'],
  ['broken.js', 2, 'syntax-error  broken.js:2:30'],
  ['models/good.ts broken.js', 2, '0 findings in 1 model in 2 files'],
  ['empty', 2, 'no file below `empty` mentions TensorFlow.js'],
  ['spec.yaml', 2, 'it is YAML, and no model code'],
  ['spec.yaml', 2, '--spec'],
  ['missing.js', 2, 'there is no file `missing.js`'],
  ['models --ignore linear-colapse', 2, 'did you mean `linear-collapse`?'],
  ['models --ignore layer-missing', 2, 'lint has no code `layer-missing` here'],
])('aswritten lint %s', async (args, code, said) => {
  const run = await runIn(folder, ['lint', ...args.split(' ')])
  expect({ code: run.code, output: run.output }).toEqual({ code, output: expect.stringContaining(said) })
})

describe('as JSON', () => {
  test('each finding has its place, and each model that was not followed its reason', async () => {
    const { output } = await runIn(folder, ['lint', 'models', '--format', 'json'])
    const result = JSON.parse(output)
    isResult(result)
    expect(isResult.errors).toBeNull()
    const told = (
      result.files as {
        file: string
        findings: { code: string; place: { start: object } }[]
        open: object[]
      }[]
    ).map(({ file, findings, open }) => [
      file,
      open.length,
      ...findings.map(({ code, place }) => [code, place.start]),
    ])
    expect(told).toEqual([
      [
        'deep.js',
        0,
        ['linear-collapse', { line: 4, column: 13 }],
        ['unknown-config-key', { line: 5, column: 66 }],
      ],
      ['good.ts', 0],
      ['open.js', 1],
    ])
  })
})

describe('what several files import', () => {
  const toldBy = async (...paths: readonly string[]) => {
    const { output } = await runIn(folder, ['lint', ...paths, '--format', 'json'])
    const { files: told } = JSON.parse(output) as { files: { file: string; findings: { code: string }[] }[] }
    return told.map(({ file, findings }) => [file, ...findings.map(({ code }) => code)])
  }
  const all = ['linear-collapse', 'unknown-config-key', 'unread-setting']

  test('is told once, with its own file, also where it is built twice', async () => {
    expect(await toldBy('shared')).toEqual([['first.js'], ['own.js', ...all], ['second.js']])
  })

  test('is told with the first of them where its own file is not read', async () => {
    expect(await toldBy('shared/second.js', 'shared/first.js')).toEqual([
      ['shared/second.js', ...all],
      ['shared/first.js'],
    ])
  })

  test('is accepted once, for all of them', async () => {
    expect((await runIn(folder, ['baseline', 'shared', '--reason', 'known'])).output).toContain('3')
    expect((await runIn(folder, ['lint', 'shared/first.js'])).code).toBe(0)
    rmSync(join(folder, 'aswritten-baseline.yaml'))
  })
})
