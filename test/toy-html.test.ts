import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type { ToyOutcome, TrainingOutcome } from '../src/experiment/outcome.js'
import { problems } from '../src/experiment/problems/table.js'
import type { TrainingRun } from '../src/experiment/protocol.js'
import { comparisonOf, decisionOf } from '../src/experiment/statistics.js'
import { derivationOf } from '../src/report/html/derivation.js'
import type { Child } from '../src/report/html/elements.js'
import type { ReportOptions } from '../src/report/reporters.js'
import { renderToySvg } from '../src/report/toy-curves.js'
import { toyReporters } from '../src/report/toy-reporters.js'
import { inaccessibleIn, launchBrowser } from './support/browser.js'
import { hostileTexts } from './support/hostile.js'

const options: ReportOptions = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

const levels = { bound: { loss: 0.01, of: 'the right one' }, baseline: { loss: 0.26, of: 'the linear one' } }

function run(seed: number, ...losses: readonly number[]): TrainingRun {
  return {
    seed,
    curve: losses.map((loss, i) => [i * 5, loss] as const),
    loss: losses.at(-1)!,
    steps: 10,
    baseline: levels.baseline.loss,
    optimizer: 'Adam with the learning rate 0.01',
    seconds: 1.5,
  }
}

const seeds = [1, 2, 3, 4, 5, 6]
const side = (...losses: readonly number[]) => ({
  runs: seeds.map(seed => run(seed, ...losses)),
  decision: decisionOf(
    seeds.map(() => ({ loss: losses.at(-1)! })),
    levels,
  ),
})

const training: TrainingOutcome = {
  problem: 'xor-plus-linear',
  title: 'XOR plus linear regression',
  instance: {
    ...levels,
    sizes: '3 bits',
    objective: { name: 'mean squared error', equation: 'square(y - p)' },
    measured: 'mean squared error',
    training: { steps: 10, examples: 64, optimizer: 'adam', learningRate: 0.01, measuredOn: 64 },
  },
  model: side(1, 0.5, 0.25),
  spec: side(1, 0.1, 0.011),
  comparison: comparisonOf(
    seeds.map(() => 0.25),
    seeds.map(() => 0.011),
  ),
}

const outcome = (name = 'model.js#f'): ToyOutcome => ({
  target: name,
  spec: { path: `${name}.yaml`, title: name },
  verdict: 'stays above',
  seed: 1,
  backend: { name: 'cpu', from: '@tensorflow/tfjs 4.22.0' },
  limits: { megabytes: 2048, seconds: 60 },
  weights: {
    kind: 'differ',
    difference: { of: 'gradient', name, index: [2, 0], code: 0.456, other: 0.523, mode: 'training' },
  },
  training,
})

const text = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('the page of a run', () => {
  const page = toyReporters.html.render([outcome()], options)

  test('tells what was compared, the problem with its bound, the decision, and all runs', () => {
    const shown = text(page)
    for (const said of [
      'stays above the bound of XOR plus linear regression',
      'the gradient of model.js#f [2, 0] training 0.456 0.523',
      '0.01 (mean squared error) has the right one',
      'Where bound and baseline come from',
      'on 64 new examples each, by Adam with the learning rate 0.01',
      '0 of 6 runs reach the bound',
      'the code ends above its spec',
      'code 0.25',
      'spec 0.011',
      '3 0.25 no 1.5 0.011 yes 1.5',
      '--seed 1 gives the same run',
      'The code was run',
    ])
      expect(shown).toContain(said)
    expect(shown).not.toContain('The code was read and not run')
  })

  test('has the derivation of every problem without what is left of its Markdown', () => {
    const strings = (parts: Child): string =>
      typeof parts === 'string'
        ? parts
        : Array.isArray(parts)
          ? parts.map(strings).join('')
          : strings((parts as { readonly children?: readonly Child[] } | undefined)?.children ?? '')
    const values = (parts: Child): string =>
      JSON.stringify(parts, (key, value) => (key === 'position' ? undefined : value))
    for (const { derivation } of Object.values(problems)) {
      const made = derivationOf(derivation)
      expect(made.length).toBeGreaterThan(1)
      expect(strings(made)).not.toMatch(/[$*\\]/)
      expect(values(made)).toContain('"tagName":"em"')
    }
  })
})

test('curves end where a run diverged, and have no bound where something else is measured', () => {
  const { instance, spec, ...rest } = training
  const drawn = (own: Partial<TrainingOutcome>) =>
    renderToySvg([{ ...outcome(), training: { ...rest, instance, ...own } }])
  const lost = { runs: [run(1, 1, 0.5, 0.2), run(2, 1, Number.NaN)] }
  expect(drawn({ model: lost })).toContain('code diverged')
  expect(drawn({})).toContain('bound 0.01')
  const other = drawn({ instance: { ...instance, measured: 'what it earns' } })
  expect(other).toContain('>mean squared error<')
  expect(drawn({})).toMatch(/>baseline /)
  expect(other).not.toMatch(/>(bound|baseline) /)
})

describe('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 60_000)
  afterAll(() => browser.close())

  test.each(['light', 'dark'] as const)(
    'the page can be read by everybody, %s',
    async colorScheme => {
      const page = await browser.newPage({ colorScheme })
      await page.setContent(toyReporters.html.render([outcome()], options))
      expect(await inaccessibleIn(page)).toEqual([])
      await page.close()
    },
    60_000,
  )

  test('hostile names are written as text', async () => {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', message => problems.push(message.text()))
    for (const name of hostileTexts.filter((_, i) => i % 12 === 0))
      await page.setContent(toyReporters.html.render([outcome(name)], options))
    expect(await page.evaluate(() => (globalThis as { broken?: unknown }).broken)).toBeUndefined()
    expect(problems).toEqual([])
  }, 60_000)
})
