import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { Laboratory } from '../src/cli/laboratory.js'
import { ExperimentFailure, type FailureKind } from '../src/experiment/failures.js'
import type { CodeSubject, Declared } from '../src/experiment/protocol.js'
import type { Tensor } from '../src/graph/tensor.js'

/** A dense layer of one unit on two features, after something else was done. */
const after = (code: string) =>
  `() => { ${code}; return tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] }) }`

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'model.ts': `import * as tf from '@tensorflow/tfjs'
import { activation } from './activation'
interface Config { readonly units: number }
export const createModel = ({ units }: Config = { units: 2 }): tf.Sequential =>
  tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units, activation }), tf.layers.dense({ units: 1 })] })
function hidden(tf: { layers: object }, config: { units: number }) { return createModel(config) }
class Network { model?: tf.Sequential; constructor(readonly units: number) {} build() { this.model = createModel(this) } }
export const model = hidden(tf, { units: 5 })
export const later = async () => hidden(tf, { units: 6 })
`,
  'activation.ts': "export const activation = 'tanh' as const\n",
  'common.cjs': `const tf = require('@tensorflow/tfjs-node')
const { activation } = require('./activation.js')
exports.createModel = units => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units, activation })] })
`,
  'script.js': `const createModel = ${after('')}\n`,
  'top.mjs': `import { matMul, ready, variable, ones } from '@tensorflow/tfjs-core'
await ready()
const w = variable(ones([2, 3]), true, 'w')
export const f = x => matMul(x, w)
`,
  'saved.json': JSON.stringify({
    modelTopology: {
      class_name: 'Sequential',
      config: {
        name: 'saved',
        layers: [
          {
            class_name: 'Dense',
            config: { name: 'dense', units: 4, batch_input_shape: [null, 2], activation: 'linear' },
          },
        ],
      },
    },
  }),
  'page.html': '<script>1</script>',
  'syntax.ts': 'export const createModel = () => {',
  'nothing.js': "import { x } from './there-is-none.js'\nexport const createModel = () => x\n",
  'package.js': "import x from 'a-package-that-nobody-has'\nexport const createModel = () => x\n",
  'bad.js': `import { readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
export const throws = ${after("throw new Error('no such luck')")}
export const endless = ${after('for (;;) {}')}
export const waits = () => new Promise(() => {})
export const page = ${after("document.getElementById('x')")}
export const exits = ${after('process.exit(3)')}
export const aborts = ${after('process.abort()')}
export const writes = ${after("writeFileSync('written.txt', 'x')")}
export const reads = ${after('readFileSync(process.execPath)')}
export const starts = ${after('execFileSync(process.execPath)')}
export const grows = ${after('const all = []; for (;;) all.push(new Float64Array(1e6).fill(1))')}
export const environment = ${after('if (Object.keys(process.env).length > 0) throw new Error(Object.keys(process.env).join())')}
export const prints = ${after("for (let i = 0; i < 1e4; i++) console.log('x'.repeat(1000))")}
export const number = () => 42
`,
}

// A process starts within a second, on a machine that has nothing else to do.
jest.setTimeout(30_000)

const folder = mkdtempSync(join(tmpdir(), 'laboratory-'))
for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Asked = Partial<Pick<CodeSubject, 'arguments' | 'inputs'>>

/** The shapes of the parameters of what a target builds, or the kind of the failure. */
async function built(target: string, asked: Asked = {}, seconds = 20): Promise<string> {
  const [path = '', name] = target.split('#')
  const subject = { kind: 'code', root: folder, base: folder, path, target: name } as const
  const laboratory = new Laboratory(
    { ...subject, arguments: {}, inputs: {}, ...asked },
    { megabytes: 600, seconds },
  )
  try {
    const { parameters } = await laboratory.start(1)
    return parameters.map(({ shape }) => `[${shape}]`).join(' ')
  } catch (error) {
    if (!(error instanceof ExperimentFailure)) throw error
    const { kind, place } = error.failure
    return place ? `${kind} at line ${place.line}` : kind
  } finally {
    laboratory.close()
  }
}

const x: Declared = { shape: [null, 2], dtype: 'float32' }

describe('what is run', () => {
  test.concurrent.each<readonly [target: string, parameters: string, asked?: Asked]>([
    ['model.ts#createModel', '[2,2] [2] [2,1] [1]'],
    ['model.ts#createModel', '[2,3] [3] [3,1] [1]', { arguments: { units: 3 } }],
    ['model.ts#hidden', '[2,4] [4] [4,1] [1]', { arguments: { 'config.units': 4 } }],
    ['model.ts#Network.build', '[2,3] [3] [3,1] [1]', { arguments: { units: 3 } }],
    ['model.ts#model', '[2,5] [5] [5,1] [1]'],
    ['model.ts#later', '[2,6] [6] [6,1] [1]'],
    ['common.cjs#createModel', '[2,3] [3]', { arguments: { units: 3 } }],
    ['common.cjs', '[2,3] [3]', { arguments: { units: 3 } }],
    ['script.js#createModel', '[2,1] [1]'],
    ['top.mjs#f', '[2,3]', { inputs: { x } }],
    ['saved.json', '[2,4] [4]'],
  ])('%s has the parameters %s', async (...[target, parameters, asked]) => {
    expect(await built(target, asked)).toBe(parameters)
  })
})

describe('what is not run, or not to the end', () => {
  test.concurrent.each<
    readonly [target: string, kind: FailureKind | `${FailureKind} at line ${number}`, seconds?: number]
  >([
    ['bad.js#throws', 'throws at line 3'],
    ['bad.js#endless', 'endless', 2],
    ['bad.js#waits', 'endless', 2],
    ['bad.js#page', 'browser at line 6'],
    ['bad.js#exits', 'exits'],
    ['bad.js#aborts', 'crash'],
    ['bad.js#writes', 'denied at line 9'],
    ['bad.js#reads', 'denied at line 10'],
    ['bad.js#starts', 'denied at line 11'],
    ['bad.js#grows', 'memory'],
    ['bad.js#number', 'model'],
    ['bad.js#none', 'target'],
    ['model.ts', 'unnamed'],
    ['page.html', 'page'],
    ['syntax.ts', 'syntax'],
    ['nothing.js#createModel', 'import'],
    ['package.js#createModel', 'import'],
  ])('%s: %s', async (...[target, kind, seconds]) => {
    expect(await built(target, {}, seconds)).toBe(kind)
    expect(existsSync('written.txt')).toBe(false)
  })

  test.concurrent('the code sees no environment, and may print what it likes', async () => {
    expect(await Promise.all(['bad.js#environment', 'bad.js#prints'].map(target => built(target)))).toEqual([
      '[2,1] [1]',
      '[2,1] [1]',
    ])
  })
})

test('weights and inputs give outputs, and the gradients of their sum', async () => {
  const laboratory = new Laboratory(
    {
      kind: 'code',
      root: folder,
      base: folder,
      path: 'common.cjs',
      target: 'createModel',
      arguments: { units: 1 },
      inputs: {},
    },
    { megabytes: 600, seconds: 20 },
  )
  const tensor = (shape: readonly number[], ...data: number[]): Tensor => ({
    shape,
    dtype: 'float32',
    data: Float64Array.from(data),
  })
  await laboratory.start(1)
  const { outputs, gradients } = await laboratory.ask(
    'outputs',
    {
      weights: [tensor([2, 1], 0.25, -0.5), tensor([1], 0.5)],
      inputs: [tensor([1, 2], 2, 1)],
      factors: [tensor([1, 1], 1)],
      training: false,
    },
    'computing',
  )
  laboratory.close()
  const [value] = outputs[0]!.data
  expect(value).toBeCloseTo(Math.tanh(0.5), 6)
  const slope = 1 - Math.tanh(0.5) ** 2
  const expected = [[2 * slope, slope], [slope]]
  gradients!.forEach((gradient, i) => {
    gradient!.data.forEach((element, k) => {
      expect(element).toBeCloseTo(expected[i]![k]!, 6)
    })
  })
})
