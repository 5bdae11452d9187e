import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import type { Browser } from 'playwright-core'
import { type BakeoffOutcome, bakeoff } from '../src/bakeoff/bakeoff.js'
import { readModels } from '../src/reading.js'
import { bakeoffReporters } from '../src/report/bakeoff-reporters.js'
import type { ReportOptions } from '../src/report/reporters.js'
import { inaccessibleIn, launchBrowser } from './support/browser.js'
import { runIn } from './support/command-line.js'
import { hostileTexts } from './support/hostile.js'
import { inMemory } from './support/project.js'

const inputs = { x: { shape: [3, 4], dtype: 'float32' as const } }

/** Functions of one tensor `x`, by the names of their files. */
function outcomeOf(bodies: Readonly<Record<string, string>>): BakeoffOutcome {
  const sides = Object.entries(bodies).map(([label, body]) => {
    const request = {
      files: inMemory({ 'f.js': `export function f(x) { return ${body} }` }),
      path: 'f.js',
      target: 'f',
    }
    return { label, path: 'f.js', target: 'f', read: readModels({ ...request, inputs }) }
  })
  return bakeoff(sides)
}

const groups = ({ classes }: BakeoffOutcome) =>
  classes.map(({ members }) => members.map(({ label }) => label).join())

const square = { a: 'x.square().sum(1)', b: 'x.mul(x).sum(-1)', c: 'x.pow(2).sum(1)' }

describe('implementations', () => {
  test('that are all the same are one group', () => {
    const outcome = outcomeOf(square)
    expect([outcome.verdict, groups(outcome)]).toEqual(['same', ['a,b,c']])
  })

  test('of which one is odd are told against the majority, wherever it stands', () => {
    const outcome = outcomeOf({ odd: 'x.square().mean(1)', ...square })
    expect([outcome.verdict, groups(outcome), outcome.base, outcome.hasMajority]).toEqual([
      'different',
      ['odd', 'a,b,c'],
      1,
      true,
    ])
    const [{ outcome: difference }] = outcome.against as readonly [BakeoffOutcome['against'][number]]
    expect(difference.before.label).toBe('a')
    expect(difference.targets[0]!.cases[0]!.outputs.named?.code).toBe('mean-for-sum')
  })

  test('of which half agree have no majority', () => {
    const outcome = outcomeOf({ a: square.a, b: square.b, c: 'x.sum(1)', d: 'x.abs().sum(1)' })
    expect([groups(outcome), outcome.hasMajority, outcome.against.length]).toEqual([
      ['a,b', 'c', 'd'],
      false,
      2,
    ])
  })

  test('that cannot be followed are not said to be odd', () => {
    const outcome = outcomeOf({ ...square, unknown: 'somebody(x)' })
    expect([outcome.verdict, groups(outcome), outcome.against.map(pair => pair.outcome.verdict)]).toEqual([
      'undecided',
      ['a,b,c', 'unknown'],
      ['undecided'],
    ])
  })
})

describe('the command', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bakeoff-'))
    for (const [name, body] of Object.entries({ ...square, odd: 'x.square().sum()' }))
      writeFileSync(join(folder, `${name}.js`), `export const ${name} = x => ${body}\n`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const run = (...args: readonly string[]) => runIn(folder, ['bakeoff', ...args, '--input', 'x:[3,4]'])

  test('says by its exit code whether some differ', async () => {
    expect((await run('a.js#a', 'b.js#b', 'c.js#c')).code).toBe(0)
    expect((await run('a.js#a', 'b.js#b', 'odd.js#odd')).code).toBe(1)
  })

  test('writes JSON that its schema describes', async () => {
    const schemaIn = (name: string) => JSON.parse(readFileSync(`grammar/${name}.schema.json`, 'utf8'))
    const ajv = new Ajv({ strict: false, schemas: [] })
    for (const name of ['report', 'diff']) ajv.addSchema(schemaIn(name), `${name}.schema.json`)
    const isReport = ajv.compile(schemaIn('bakeoff'))
    const { output } = await run('a.js#a', 'b.js#b', 'odd.js#odd', '--format', 'json')
    expect([isReport(JSON.parse(output)), isReport.errors]).toEqual([true, null])
  })

  test.each([
    [['a.js#a'], 'name two implementations'],
    [['a.js#a', 'a.js#a'], 'named twice'],
    [['a.js#a', 'none.js#a'], 'none.js'],
    [['a.js#a', 'b.js#nothing'], 'nothing'],
  ])('refuses %j', async (args, text) => {
    const { code, output } = await run(...args)
    expect(code).toBe(2)
    expect(output).toContain(text)
  })
})

describe('the page', () => {
  const options: ReportOptions = {
    color: false,
    width: 80,
    version: '1.2.3',
    folder: '',
    mathStyle: () => '',
  }
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 60_000)
  afterAll(() => browser.close())

  test.each(['light', 'dark'] as const)(
    'can be read by everybody, %s',
    async colorScheme => {
      const page = await browser.newPage({ colorScheme })
      await page.setContent(
        bakeoffReporters.html.render([outcomeOf({ ...square, odd: 'x.square().mean(1)' })], options),
      )
      expect(await page.locator('li.odd').count()).toBeGreaterThan(1)
      expect(await inaccessibleIn(page)).toEqual([])
      await page.close()
    },
    60_000,
  )

  test('writes hostile names as text', async () => {
    const [first, second] = Object.values(square)
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', message => problems.push(message.text()))
    const html = hostileTexts.flatMap((text, i) =>
      i % 12 === 0
        ? [bakeoffReporters.html.render([outcomeOf({ [text]: first!, [`2${text}`]: second! })], options)]
        : [],
    )
    for (const content of html) await page.setContent(content)
    expect(await page.evaluate(() => (globalThis as { broken?: unknown }).broken)).toBeUndefined()
    expect(problems).toEqual([])
  }, 60_000)
})
