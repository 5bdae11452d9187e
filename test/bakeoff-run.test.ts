import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { type Known, runVerdict } from '../src/bakeoff/run.js'
import { bakeoffRunFacts, runSummary } from '../src/report/run-facts.js'
import { runIn } from './support/command-line.js'

jest.setTimeout(120_000)

const dense = (settings: string) => `tf.layers.dense({ ${settings} })`
const stacked = (...layers: readonly string[]) =>
  `import * as tf from '@tensorflow/tfjs'\nexport const make = () => tf.sequential({ layers: [${layers.join(', ')}] })\n`

/** What happens only where the code runs. */
const late = (what: string) =>
  stacked(dense('inputShape: [2], units: 1')).replace(
    '() =>',
    `() => Date.now() > 0 ? (() => { ${what} })() :`,
  )

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'stacked.js': stacked(dense("inputShape: [2], units: 3, activation: 'tanh'"), dense('units: 1')),
  'linear.js': stacked(dense('inputShape: [2], units: 3'), dense('units: 1')),
  'wider.js': stacked(dense("inputShape: [2], units: 5, activation: 'tanh'"), dense('units: 1')),
  'functional.ts': `import * as tf from '@tensorflow/tfjs'
export class Net {
  build(): tf.LayersModel {
    const x = tf.input({ shape: [2] })
    const out = tf.layers.dense({ units: 1, name: 'last' })
    const z = tf.layers.dense({ units: 3, name: 'first' }).apply(x)
    return tf.model({ inputs: x, outputs: out.apply(tf.layers.activation({ activation: 'tanh' }).apply(z)) as tf.SymbolicTensor })
  }
}
`,
  'throws.js': late("throw new Error('no such luck')"),
  'endless.js': late('for (;;) {}'),
  'lost.js': `import * as tf from '@tensorflow/tfjs'
class Root extends tf.layers.Layer { call(x) { return tf.sqrt(x[0] ?? x) } static className = 'Root' }
export const make = () => tf.sequential({ layers: [${dense('inputShape: [2], units: 3')}, new Root(), ${dense('units: 1')}] })
`,
  'detached.js': `import * as tf from '@tensorflow/tfjs'
const w = tf.variable(tf.ones([2, 3]), true, 'w')
export const attached = x => x.matMul(w).square()
export const detached = x => { const y = x.matMul(w); return y.mul(stopped(y)) }
const stopped = tf.customGrad(y => ({ value: y.clone(), gradFunc: dy => dy.mul(0) }))
`,
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bakeoff-run-'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runIn(folder, ['bakeoff', ...args])

const resultOf = async (...args: readonly string[]) => {
  const { code, output } = await run(...args, '--run', '--format', 'json')
  const report = JSON.parse(output.slice(output.indexOf('{')))
  return { code, report, outcome: report.bakeoffs[0] }
}

describe('the same weights', () => {
  test('give the same numbers in implementations that are proved equal and of different styles', async () => {
    const { code, outcome } = await resultOf(
      'stacked.js#make',
      'functional.ts#Net.build',
      '--problem',
      'none',
    )
    expect(outcome.run).toMatchObject({
      verdict: 'alike',
      reference: 0,
      weights: [
        {
          side: 1,
          outcome: { kind: 'agree', gradients: true, modes: ['inference', 'training'] },
          known: 'proved',
        },
      ],
    })
    expect([outcome.verdict, code]).toEqual(['same', 0])
  })

  test('cannot be given to an implementation of another size, which is told', async () => {
    const { code, outcome } = await resultOf('stacked.js#make', 'wider.js#make', '--problem', 'none')
    const [{ outcome: weights }] = outcome.run.weights
    expect(weights.reason).toBe(
      'wider.js#make and stacked.js#make do not have the same learned tensors: only wider.js#make has [2, 5] [5] [5, 1], only stacked.js#make [2, 3] [3] [3, 1]',
    )
    expect(code).toBe(1)
  })
})

describe('the same problem', () => {
  test('is reached by two of three, and the one without its activation is told apart from both', async () => {
    const names = ['stacked.js#make', 'functional.ts#Net.build', 'linear.js#make']
    const { code, report, outcome } = await resultOf(
      ...names,
      '--problem',
      'xor-plus-linear',
      '--output',
      'page.html',
      '--output',
      'report.md',
    )
    const { training, sides, verdict } = outcome.run
    expect(sides.map(({ label }: { label: string }) => label)).toEqual(names)
    expect(training.sides.map(({ start }: { start: string }) => start)).toEqual([
      'shared',
      'shared',
      'shared',
    ])
    const [first, second, odd] = training.sides
    // The same weights and examples: equal up to rounding at every seed.
    for (const [i, { loss }] of first.runs.entries()) expect(second.runs[i].loss).toBeCloseTo(loss, 3)
    expect(odd.decision).toMatchObject({ answer: 'stays above', reached: 0 })
    expect(
      training.pairs.map(({ comparison }: { comparison: { answer: string } }) => comparison.answer),
    ).toEqual(['not decided', 'better', 'better'])
    expect([verdict, outcome.verdict, code]).toEqual(['different', 'different', 1])
    const schemaIn = (name: string) => JSON.parse(readFileSync(`grammar/${name}.schema.json`, 'utf8'))
    const ajv = new Ajv({ strict: false })
    for (const name of ['report', 'diff']) ajv.addSchema(schemaIn(name), `${name}.schema.json`)
    const isReport = ajv.compile(schemaIn('bakeoff'))
    expect([isReport(report), isReport.errors]).toEqual([true, null])
    const [page, text] = ['page.html', 'report.md'].map(file => readFileSync(join(folder, file), 'utf8'))
    expect(page).toMatch(/<svg class="curves".*functional\.ts#Net/s)
    expect(page).toContain('All against each other, p multiplied by 3')
    expect(text).toContain('training tells 2 of 3 pairs apart')
  })
})

describe('what only a run shows', () => {
  test('is that equal outputs have other gradients', async () => {
    const { code, outcome } = await resultOf(
      'detached.js#attached',
      'detached.js#detached',
      '--input',
      'x:[N,2]',
      '--problem',
      'none',
    )
    expect(outcome.run.verdict).toBe('different')
    expect(outcome.run.weights[0].outcome.difference.of).toBe('gradient')
    expect(outcome.run.weights[0].contradictsProof).toBe(false)
    expect(code).toBe(1)
  })
})

describe('a contradiction', () => {
  const difference = { of: 'output', name: 'y', index: [0], code: 1, other: 2, mode: 'inference' } as const
  const run = (known: Known, of: 'output' | 'gradient' = 'output') => {
    const sides = ['a.js#f', 'b.js#f'].map(label => ({ label, isSpec: false }))
    const weights = [
      {
        side: 1,
        reference: 0,
        known,
        outcome: { kind: 'differ', difference: { ...difference, of } },
      } as const,
    ]
    const verdict = runVerdict({ sides, weights })
    return { sides, weights, verdict, reference: 0, seed: 1, limits: { megabytes: 1, seconds: 1 } }
  }
  const labels = (known: Known, of?: 'gradient') => bakeoffRunFacts(run(known, of)).map(({ label }) => label)

  test('of a proof by outputs is told as a defect, and no other difference is', () => {
    expect(labels('proved')).toContain('DEFECT')
    expect(runSummary(run('proved'))).toContain('contradicts a proof')
    for (const other of [labels('proved', 'gradient'), labels('refuted'), labels('open')])
      expect(other).not.toContain('DEFECT')
  })

  test('is no difference where another pairing could explain it', () => {
    const verdicts = (['proved', 'refuted', 'open'] as const).map(known => run(known).verdict)
    expect(verdicts).toEqual(['different', 'different', 'not decided'])
    expect(run('open', 'gradient').verdict).toBe('different')
  })
})

describe('bad input', () => {
  test('a side that throws, never ends or has no numbers is left behind, and the others go on', async () => {
    const { code, output } = await run(
      'throws.js#make',
      'stacked.js#make',
      'endless.js#make',
      'functional.ts#Net.build',
      'lost.js#make',
      '--run',
      '--budget',
      '5',
      '--problem',
      'none',
    )
    const said = output.replace(/\s+/g, ' ')
    expect(said).toContain('it throws: no such luck')
    expect(said).toContain('it did not come to an end within 5 s, while building the model')
    expect(said).toContain('its outputs are not numbers')
    expect(said).toContain('had the same random numbers in functional.ts#Net.build and in stacked.js#make')
    expect(said).toContain('3 of 5 cannot be run')
    expect(code).not.toBe(0)
  })

  test.each([
    [
      ['stacked.js#make', 'linear.js#make', '--seeds', '3'],
      '`--seeds` says how code is run, which `--run` asks for',
    ],
    [
      ['stacked.js#make', 'linear.js#make', '--run', '--problem', 'xor-plus-linea'],
      'did you mean `xor-plus-linear`?',
    ],
    [['stacked.js#make', 'linear.js#make', '--run', '--problem', 'copy'], 'does not fit the problem'],
  ])('%j is refused', async (args, text) => {
    const { code, output } = await run(...args)
    expect([output.includes(text), code]).toEqual([true, 2])
  })

  test('nothing is run where nobody asks for it', async () => {
    const { code, output } = await run('stacked.js#make', 'functional.ts#Net.build')
    expect(output).not.toContain('in a process of its own')
    expect(code).toBe(0)
  })
})
