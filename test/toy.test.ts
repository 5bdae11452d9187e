import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runIn } from './support/command-line.js'

jest.setTimeout(60_000)

const xor = readFileSync('test/golden/xor/model.ts', 'utf8')
const dense = (units: number, inputs: number) =>
  `tf.layers.dense({ units: ${units}, inputShape: [${inputs}] })`
const model = (before: string, layers: string) =>
  `import * as tf from '@tensorflow/tfjs'\nexport const createModel = () => {\n  ${before}\n  return tf.sequential({ layers: [${layers}] })\n}\n`

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'xor.ts': xor,
  'bare.ts': xor.replace(", activation: 'sigmoid'", ''),
  'throws.js': model("throw new Error('no such luck')", dense(1, 2)),
  'endless.js': model('for (;;) {}', dense(1, 2)),
  'page.js': model("document.getElementById('x')", dense(1, 2)),
  'lost.js': model('', `${dense(1, 2)}, tf.layers.activation({ activation: 'linear' })`).replace(
    'return tf',
    'const m = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], biasInitializer: tf.initializers.constant({ value: NaN }) })] })\n  return m ?? tf',
  ),
  'shape.js': model('', 'tf.layers.conv2d({ filters: 1, kernelSize: 2, inputShape: [5, 7, 3] })'),
  'filter.js': model(
    '',
    "tf.layers.conv2d({ filters: 1, kernelSize: 3, padding: 'same', inputShape: [3, 3, 1] })",
  ),
  'hidden.js': model('', `${dense(4, 2)}, ${dense(1, 4)}`),
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toy-'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const toy = (...args: readonly string[]) => runIn(folder, ['toy', ...args])

describe('the same weights', () => {
  test('a model that is its spec has its numbers, also in training and in gradients', async () => {
    const { code, output } = await toy('xor.ts#createModel', '--spec', 'xor')
    expect(output).toContain('runs xor.ts#createModel in a process of its own')
    expect(output).toContain(
      'the same numbers: with the same weights, code and spec have the same outputs and gradients',
    )
    expect(output).toContain('@tensorflow/tfjs 4.22.0, backend cpu')
    expect(code).toBe(0)
  })

  test('without training there are no curves to write, and everything else is written', async () => {
    const { code, output } = await toy('xor.ts', '--spec', 'xor', '--output', 'no.svg', '--output', 'no.html')
    expect(output).toContain('the same numbers')
    expect(output).toContain(
      '`no.svg` cannot be written as svg: there are no curves, since nothing was trained',
    )
    expect(['no.svg', 'no.html'].map(file => existsSync(join(folder, file)))).toEqual([false, true])
    expect(code).toBe(2)
  })

  test('without its activation it has others, and the first is shown', async () => {
    const { code, output } = await toy('bare.ts', '--spec', 'xor', '--format', 'json')
    const [result] = JSON.parse(output.slice(output.indexOf('{'))).results
    expect(result.verdict).toBe('differs')
    const { of, code: own, other } = result.weights.difference
    expect(of).toBe('output')
    expect(result.summary).toMatch(/^same weights, different outputs: 0\.\d+ against 0\.\d+$/)
    expect(Math.abs(own - other)).toBeGreaterThan(0.001)
    expect(code).toBe(1)
  })
})

describe('a problem with a known bound', () => {
  const golden = resolve('test/golden/linear-regression/model.js')

  test('a linear model reaches the noise of linear regression', async () => {
    const files = ['report.html', 'curves.svg']
    const { code, output } = await toy(golden, '--seeds', '6', ...files.flatMap(file => ['--output', file]))
    expect(output).toContain('reaches the bound of Linear regression')
    expect(output).toContain('6 of 6 runs reach the bound')
    expect(output).toContain('by SGD with the learning rate 0.1, as compiled')
    expect(code).toBe(0)
    const [page, curves] = files.map(file => readFileSync(join(folder, file), 'utf8'))
    expect(page).toContain('reaches the bound of Linear regression')
    expect(curves).toMatch(/^<svg .*bound 0\.01<.*<\/svg>\n$/s)
  })

  test('one run decides nothing, and has the same numbers again', async () => {
    const run = async () => {
      const { code, output } = await toy(golden, '--seeds', '1', '--seed', '7', '--format', 'json')
      return { code, result: JSON.parse(output.slice(output.indexOf('{'))).results[0] }
    }
    const [first, second] = [await run(), await run()]
    expect(first).toMatchObject({ code: 3, result: { verdict: 'not decided', seed: 7 } })
    const { curve, loss } = first.result.training.model.runs[0]
    expect(second.result.training.model.runs[0]).toMatchObject({ curve, loss })
  })

  test('two linear layers stay above the bound of a problem that is not linear', async () => {
    const { code, output } = await toy(
      'hidden.js#createModel',
      '--problem',
      'xor-plus-linear',
      '--seeds',
      '6',
    )
    expect(output).toContain('stays above the bound of XOR plus linear regression')
    expect(output).toContain('0 of 6 runs reach the bound')
    expect(output.replace(/\s+/g, ' ')).toContain('with --spec its spec trains beside it')
    expect(code).toBe(1)
  })
})

describe('WASM', () => {
  test.each<readonly [file: string, problem: string, said: string]>([
    ['hidden.js', 'linear-regression', '@tensorflow/tfjs-backend-wasm 4.22.0, backend wasm,'],
    [
      'filter.js',
      'shift',
      '@tensorflow/tfjs 4.22.0, backend cpu (wasm gave way: it has no kernel Conv2DBackpropFilter),',
    ],
  ])('trains, and gives way where it has no gradients: %s', async (file, problem, said) => {
    const { code, output } = await toy(file, '--problem', problem, '--backend', 'wasm', '--seeds', '1')
    expect(output.replace(/\s+/g, ' ')).toContain(said)
    expect(output).toContain('1 of 1 runs reach the bound')
    expect(code).toBe(3)
  })
})

describe('bad input', () => {
  test.each<readonly [args: readonly string[], ...said: string[]]>([
    [['throws.js'], 'throws.js:3:', 'it throws: no such luck', 'run it by itself'],
    [['endless.js', '--budget', '2'], 'it did not come to an end within 2 s', '--budget SECONDS'],
    [['page.js'], 'page.js:3:', 'it needs a browser: document is not defined', 'does not touch'],
    [['lost.js'], 'its outputs are not numbers', 'a division by zero'],
    [['shape.js'], 'no problem fits a model that takes [5, 7, 3]', '--problem list'],
    [['shape.js', '--problem', 'two-spirals'], 'which needs a model that takes [2]'],
    [['hidden.js', '--problem', 'xor-plus-linea'], 'did you mean `xor-plus-linear`?'],
    [['hidden.js', '--backend', 'wasn'], 'node, wasm, cpu'],
    [['hidden.js', '--seeds', '0'], 'a whole number, 1 or more'],
    [['none.js'], 'file-not-found'],
    [['xor.ts#nothing'], 'has no `nothing`'],
    [[], 'name what to run'],
  ])('%s', async (args, ...said) => {
    const { code, output } = await toy(...args)
    for (const text of said) expect(output.replace(/\s+/g, ' ')).toContain(text)
    expect(code).toBe(2)
  })

  test('`--problem list` names the problems, and what fits', async () => {
    const { code, output } = await toy('--problem', 'list')
    expect(output).toContain('xor-plus-linear: XOR plus linear regression')
    expect(output).toContain('For a model that takes [n]')
    expect(code).toBe(0)
  })
})
