import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { edited } from '../src/mutation/edits.js'
import { judge, readOriginal } from '../src/mutation/judge.js'
import type { Operator } from '../src/mutation/operator.js'
import { mutantsOf, operators } from '../src/mutation/table.js'
import { runIn } from './support/command-line.js'
import { tf } from './support/model-code.js'
import { programAt } from './support/mutants.js'
import { type Paper, papersIn } from './support/papers.js'
import { inMemory } from './support/project.js'

let folder: string

beforeAll(async () => {
  await tf.setBackend('cpu')
  folder = mkdtempSync(join(tmpdir(), 'mutation-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What TensorFlow.js computes with a function, or nothing where it throws. */
function run(code: string, { inputs }: Paper, seed: number): readonly number[] | undefined {
  const draw = Math.random
  try {
    Math.random = () => 0.7
    const given = [...inputs.values()].map(({ shape, domain }, i) => {
      const [low, high] = domain.kind === 'interval' ? [domain.low, domain.high] : [-1.5, 1.5]
      return tf.randomUniform([...shape], low, high, 'float32', seed * 20 + i)
    })
    const made = new Function('tf', ...inputs.keys(), code)(tf, ...given) as tf.Tensor | tf.Tensor[]
    return [made].flat().flatMap(tensor => [...tensor.shape, ...tensor.dataSync()])
  } catch {
    return undefined
  } finally {
    Math.random = draw
  }
}

const isClose = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length &&
  a.every((value, i) => Object.is(value, b[i]) || Math.abs(value - b[i]!) <= 2e-4 * (1 + Math.abs(value)))

/** Every so many mutants are compared and run: the others are those of `npm run mutants`. */
const stride = 7

/** Papers whose mutants take seconds each to be compared. */
const slow = /^(Transformer encoder|Multi-head attention|NT-Xent)/

/** What is proved to be the same has the same numbers in TensorFlow.js, and what differs has other ones. */
describe.each(papersIn('test/cases/papers.md').filter(({ title }) => !slow.test(title)))('$title', paper => {
  test.each(paper.bodies.map((body, i) => ({ body, number: i + 1 })))(
    'implementation $number',
    ({ body }) => {
      const head = `export function f(${[...paper.inputs.keys()].join(', ')}) {\n`
      const source = `${head}${body}}\n`
      const inputs = Object.fromEntries(
        [...paper.inputs].map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }]),
      )
      const request = { files: inMemory({ 'f.js': source }), path: 'f.js', target: 'f', inputs }
      const original = readOriginal(request)
      expect(original.read.models.map(({ graph }) => graph !== undefined)).toEqual([true])
      const seeds = [1, 2]
      const truth = seeds.map(seed => run(body, paper, seed))
      const wrong = mutantsOf(programAt('f.js', source)).flatMap((mutant, i) => {
        if (i % stride !== 0) return []
        const { text } = mutant.file
        const { outcome, reason } = judge(original, mutant)
        const numbers = seeds.map(seed => run(text.slice(head.length, -2), paper, seed))
        const isSame = numbers.every((own, k) => own && truth[k] && isClose(own, truth[k]))
        const isThrown = numbers.every(own => own === undefined)
        const isWrong =
          outcome === 'caught'
            ? isSame
            : (outcome === 'equivalent' || outcome === 'not reached') && !isSame && !isThrown
        return isWrong
          ? [`${outcome} (${reason}): ${mutant.operator} ${mutant.what}: ${mutant.before} → ${mutant.after}`]
          : []
      })
      expect(wrong).toEqual([])
    },
  )
})

/** Every sentence of code with what an operator makes of it: `M07 | before ⇒ after`. */
describe('operators', () => {
  const lines = readFileSync('test/cases/mutations.txt', 'utf8').trim().split('\n')
  const changes = lines.map(line => {
    const [, id = '', before = '', after = ''] = /^(\w\d\d) \| (.*?) ⇒ (.*)$/.exec(line) ?? []
    return { line, id: id as keyof typeof operators, before, after }
  })

  test.each(changes)('$line', ({ id, before, after }) => {
    const program = programAt('f.js', before)
    const texts = (operators[id] as Operator).plantings.flatMap(({ changes: all }) =>
      all(program).map(({ edits }) => edited(before, edits)),
    )
    expect(texts).toContain(after)
  })

  test('each has such a sentence', () => {
    const missing = Object.keys(operators).filter(id => !changes.some(change => change.id === id))
    expect(missing).toEqual([])
  })
})

describe('the command', () => {
  const isReport = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync('grammar/mutation.schema.json', 'utf8')),
  )
  const model = `import { layers, sequential, train } from '@tensorflow/tfjs'
export function createModel() {
  const model = sequential()
  model.add(layers.dense({ units: 8, activation: 'relu', inputShape: [3] }))
  model.add(layers.dense({ units: 2, activation: 'softmax' }))
  model.compile({ optimizer: train.adam(0.01), loss: 'categoricalCrossentropy' })
  return model
}
export function unused(x) { return layers.dense({ units: 3, activation: 'tanh' }).apply(x) }
`
  const spec =
    'title: two layers\ninputs: { x: [3] }\nmodel: [{ dense: 8, activation: relu }, { dense: 2, activation: softmax }]\n'
  const mutate = (...args: readonly string[]) => {
    writeFileSync(join(folder, 'model.js'), model)
    writeFileSync(join(folder, 'spec.yaml'), spec)
    return runIn(folder, ['mutate', ...args])
  }
  const outcomesOf = async (...args: readonly string[]) => {
    const { code, output } = await mutate('model.js#createModel', '--format', 'json', ...args)
    const report = JSON.parse(output)
    expect([code, isReport(report), isReport.errors]).toEqual([0, true, null])
    return (
      report.targets[0].mutants as { operator: string; line: number; outcome: string; place: string }[]
    ).map(({ operator, line, outcome, place }) => `${operator} ${line} ${outcome} ${place}`)
  }

  test('says what the model itself would notice, and what the target does not reach', async () => {
    expect(await outcomesOf('--operator', 'm01,M40')).toEqual([
      'M01 4 caught line',
      'M01 5 caught line',
      'M01 9 not reached null',
      'M40 6 caught line',
      'M40 6 caught line',
    ])
  })

  test('says what a spec leaves open', async () => {
    expect(await outcomesOf('--spec', 'spec.yaml', '--operator', 'M04', '--operator', 'M40')).toEqual([
      'M04 5 caught line',
      'M40 6 left open null',
      'M40 6 left open null',
    ])
  })

  test('has an end', async () => {
    const { code, output } = await mutate('model.js#createModel', '--budget', '0')
    expect(code).toBe(0)
    expect(output).toMatch(/no time for \d+ more/)
  })

  test('writes Markdown', async () => {
    const { output } = await mutate('model.js#createModel', '--operator', 'M01', '--format', 'markdown')
    expect(output).toContain('| fault | where |')
    expect(output).toContain('caught at the line')
  })

  test('lists all faults', async () => {
    const { code, output } = await mutate('--list')
    expect(code).toBe(0)
    for (const id of Object.keys(operators)) expect(output).toContain(id)
  })

  test.each([
    [[], 'name a target'],
    [['model.js#createModel', '--operator', 'M99'], 'there is no operator `M99`'],
    [['model.js#nothing'], 'nothing'],
    [['other.js#f'], 'other.js'],
    [['model.js#createModel', '--spec', 'none.yaml'], 'none.yaml'],
  ])('refuses %j', async (args, text) => {
    const { code, output } = await mutate(...args)
    expect(code).toBe(2)
    expect(output).toContain(text)
  })
})
