import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import * as reference from '../build/demonstration-reference.js'
import { runIn } from './support/command-line.js'

interface Runs {
  readonly steps: readonly number[]
  /** For each network, run and step: the loss of the whole, of XOR and of the regression. */
  readonly losses: Readonly<Record<string, readonly (readonly (readonly number[])[])[]>>
}

interface Page {
  readonly demonstrationPage: (runs: Runs, outputs: object, tools: typeof reference) => string
  readonly plots: (runs: Runs, tools: typeof reference) => Readonly<Record<string, string>>
}

const runs = JSON.parse(readFileSync('docs/demonstration/runs.json', 'utf8')) as Runs
const page = (await import(new URL('../build/demonstration-page.js', import.meta.url).href)) as Page

const check = async (name: string) =>
  (await runIn('.', ['check', `docs/demo/${name}.ts#createModel`, '--spec', 'xor-and-regression'])).output

test('the demonstration says what its runs and the tool say today; `npm run demonstration` writes it', async () => {
  const outputs = {
    code: readFileSync('docs/demo/missing-activation.ts', 'utf8'),
    missing: await check('missing-activation'),
    right: await check('as-written'),
  }
  expect(readFileSync('docs/demonstration.md', 'utf8')).toBe(page.demonstrationPage(runs, outputs, reference))
  for (const [file, svg] of Object.entries(page.plots(runs, reference)))
    expect(readFileSync(`docs/demonstration/${file}`, 'utf8')).toBe(svg)
})

test('its runs are what it tells: one network reaches the bound, the other rests at the floor of the linearised one', () => {
  const last = (name: string) => runs.losses[name]!.map(run => run.at(-1)!)
  for (const [total, xor, regression] of last('missing-activation')) {
    expect(total).toBeCloseTo(xor! + regression!, 4)
    // The losses of 4096 examples are off by a few standard errors of about 0.0003 at most, and by what Adam leaves.
    expect(Math.abs(total! - Math.LN2 - 0.01)).toBeLessThan(0.005)
    expect(Math.abs(regression! - 0.01)).toBeLessThan(0.002)
  }
  for (const [total] of last('as-written')) expect(total).toBeLessThan(0.03)
})
