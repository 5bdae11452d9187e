import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { mathStyle } from '../src/cli/package.js'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { renderLintHtml } from '../src/report/html/lint.js'
import { renderHtml } from '../src/report/html/page.js'
import { renderReviewHtml } from '../src/report/html/review.js'
import type { LintedFile } from '../src/report/lint-reporters.js'
import type { ReportOptions } from '../src/report/reporters.js'
import { sourceFile } from '../src/text/source.js'
import { algorithmsIn } from './support/algorithms.js'
import { inaccessibleIn, launchBrowser, openPage } from './support/browser.js'
import { projectsIn } from './support/cases.js'
import { checked, inMemory, layered, repository } from './support/project.js'
import { linted, reviewOf } from './support/reviews.js'

const options: ReportOptions = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

const ofRepository = (path: string, spec: string): CheckOutcome =>
  check(
    { files: repository, path, target: 'createModel' },
    sourceFile(`specs/${spec}.yaml`, readFileSync(`specs/${spec}.yaml`, 'utf8')),
  )

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

afterAll(() => browser.close())

/** The value of a function, computed when it is first asked for: most pages are opened more than once. */
function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined
  return () => {
    value ??= { of: compute() }
    return value.of
  }
}

const demo = once(() => ofRepository('docs/demo/missing-activation.ts', 'xor-and-regression'))

/** A training whose target ignores where episodes end, and whose targets follow faster than stated. */
const wronglyTrained = once(() => {
  const { programs, spec } = algorithmsIn('test/cases/algorithms/agents.md').find(
    ({ title }) => title === 'Deep deterministic policy gradient',
  )!
  const { code, target, inputs } = programs[0]!
  const changed = code.replace('.mul(tf.scalar(1).sub(done))', '').replace('1 - 0.001', '1 - 0.01')
  return check({ files: inMemory({ 'train.js': changed }), path: 'train.js', target, inputs }, spec)
})

const outcomes: Readonly<Record<string, () => CheckOutcome>> = {
  ...Object.fromEntries(
    projectsIn('test/cases/report/terminal.md').map(({ title, files }) => [
      title,
      once(() => checked(files)),
    ]),
  ),
  'The example that ships': demo,
  'A training that differs': wronglyTrained,
  'A residual network': once(() => ofRepository('test/golden/resnet18/model.ts', 'resnet18')),
}

/** A change that makes everything another one: equations, settings, verdicts, findings, and what is open. */
function changedReview() {
  const spec = 'title: one\ninputs: { x: [3] }\nmodel: [{ dense: 4, activation: tanh }, { dense: 2 }]\n'
  const code = [
    layered("dense({ units: 4, inputShape: [3], activation: 'tanh' })", 'dense({ units: 2, unit: 3 })'),
    layered(
      "dense({ units: 5, inputShape: [3], activaton: 'tanh' })",
      "dense({ units: 2, activation: 'relu' })",
    ),
  ] as const
  const [before, after] = code.map(text => checked({ 'model.js': text, 'spec.yaml': spec }))
  return reviewOf('model.js', code, [before!, after!])
}

/** Files in which something is found, accepted, not followed, to be mended, and nothing. */
function foundFiles(): readonly LintedFile[] {
  const deep = linted(
    'deep.js',
    layered('dense({ units: 4, inputShape: [3], name: "a" })', 'dense({ units: 2, activaton: "tanh" })'),
  )
  const [first, ...others] = deep.findings
  const accepted = { ...first!, accepted: { reason: 'a figure has it', span: first!.span! } }
  return [
    { ...deep, findings: [accepted, ...others] },
    linted('open.js', layered('dense({ units: 4, inputShape: size })')),
    linted('broken.js', 'exports.createModel = ('),
    linted('fine.js', layered('dense({ units: 4, inputShape: [3] })')),
  ]
}

const pages: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    Object.entries(outcomes).map(([title, outcomeOf]) => [
      title,
      once(() => renderHtml([outcomeOf()], { ...options, mathStyle })),
    ]),
  ),
  'what is found': once(() => renderLintHtml(foundFiles(), { ...options, mathStyle })),
  'a change': once(() => renderReviewHtml([changedReview()], { ...options, mathStyle })),
}

describe.each(Object.entries(pages))('the page of "%s"', (_title, write) => {
  test.each(['light', 'dark'] as const)(
    'is accessible, asks for nothing and breaks nothing in %s',
    async scheme => {
      const { page, problems } = await openPage(browser, write(), scheme)
      expect([...(await inaccessibleIn(page)), ...problems]).toEqual([])
      await page.close()
    },
    60_000,
  )
})

describe('pointing', () => {
  let page: Page

  beforeAll(async () => {
    ;({ page } = await openPage(browser, renderHtml([demo()], { ...options, mathStyle })))
  })

  const lit = (selector: string) =>
    page.$$eval(`${selector}.lit`, elements => elements.map(element => element.textContent))

  test('at a term marks the code that computes it', async () => {
    await page.locator('table.equations .katex-html [data-n]', { hasText: 'σ' }).last().hover()
    expect(await lit('.stretch')).toEqual([
      expect.stringContaining("tf.layers.dense({ units: 1, activation: 'sigmoid'"),
    ])
  })

  test('at code marks its terms', async () => {
    await page.locator('li[value="8"] .stretch').first().hover()
    expect((await lit('table.equations .katex-html [data-n]')).join(' ')).toContain('regression')
  })

  test('is as well done by the keyboard', async () => {
    await page.mouse.move(0, 0)
    await page.locator('li[value="7"] a.number').focus()
    expect((await lit('table.equations .katex-html [data-n]')).join(' ')).toContain('xor')
  })

  test('at a place leads to its line', async () => {
    await page.locator('.card a', { hasText: 'missing-activation.ts:6' }).first().click()
    expect(await page.$eval(':target', element => element.getAttribute('value'))).toBe('6')
  })

  test('what differs is marked in both equations', async () => {
    const marked = await page.$$eval('.sides .katex-html .differs', elements =>
      elements.map(({ textContent }) => textContent),
    )
    expect(marked).toEqual(['tanh'])
  })

  test('what differs is said to who does not see it', async () => {
    const said = await page.$$eval('.sides .unseen', elements =>
      elements.map(({ textContent }) => textContent),
    )
    expect(said).toEqual(['differs: tanh. '])
    const tree = await page.locator('.sides').first().ariaSnapshot()
    expect(tree).toContain('differs: tanh')
    const { width, height } = (await page.locator('.sides .unseen').first().boundingBox())!
    expect([width, height]).toEqual([1, 1])
  })
})

test.each([
  ['missing', '', 'activation: tanh', 'tanh'],
  ['too many', ", activation: 'tanh'", '', 'tanh'],
])('an activation that is %s is marked in its line alone', async (_title, own, stated, marked) => {
  const layers = `[tf.layers.dense({ units: 4, inputShape: [3]${own} }), tf.layers.dense({ units: 2 })]`
  const outcome = checked({
    'model.js': `exports.createModel = () => tf.sequential({ layers: ${layers} })`,
    'spec.yaml': `title: one\ninputs: { x: [3] }\nmodel: [{ dense: 4, ${stated} }, { dense: 2 }]\n`,
  })
  const { page } = await openPage(browser, renderHtml([outcome], options))
  const found = await page.$$eval('table.equations .katex-html .differs', parts =>
    parts.map(({ textContent }) => textContent),
  )
  expect([outcome.verdict, found]).toEqual(['differs', [marked]])
  expect(await page.locator('table.equations td[colspan]').count()).toBe(1)
  await page.close()
})

test.each(['The example that ships', 'Unverified'])(
  'the page of "%s" is as wide as a telephone',
  async name => {
    const { page } = await openPage(browser, renderHtml([outcomes[name]!()], options))
    await page.setViewportSize({ width: 420, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420)
    await page.close()
  },
)

test('several checks have an overview that leads to each', async () => {
  const all = Object.values(outcomes)
    .slice(0, 3)
    .map(outcomeOf => outcomeOf())
  const { page } = await openPage(browser, renderHtml(all, options))
  const links = await page.$$eval('nav a', elements => elements.map(element => element.getAttribute('href')!))
  expect(links).toEqual(['#check1', '#check2', '#check3'])
  expect(await page.$$eval('article', articles => articles.map(({ id }) => `#${id}`))).toEqual(links)
  await page.close()
})

test('what equations state stands beside the code that computes it, with what differs marked in both', async () => {
  const project = projectsIn('test/cases/report/terminal.md').find(
    ({ title }) => title === 'One equation of several differs',
  )
  const { page } = await openPage(browser, renderHtml([checked(project!.files)], options))
  const rows = await page.$$eval('table.equations tbody tr', all =>
    all.map(row =>
      [...row.querySelectorAll('td')].map(cell => {
        const texts = (selector: string) =>
          [...cell.querySelectorAll(selector)].map(({ textContent }) =>
            textContent?.replace(/\s|\u200b/g, ''),
          )
        return { clauses: texts('.sign'), marked: texts('.katex-html .differs') }
      }),
    ),
  )
  expect(rows).toEqual([
    [
      { clauses: ['✗model.a', '✓model.h_1', '✓model.h_2', '✓model.y'], marked: ['2qq⊤'] },
      { clauses: [], marked: ['softmax(headsheads⊤)'] },
    ],
  ])
  await page.close()
})

test('stated training stands beside the steps of the code, with what differs marked in both', async () => {
  const { page } = await openPage(browser, renderHtml([wronglyTrained()], { ...options, mathStyle }))
  const rows = await page.$$eval('table.equations tbody tr', all =>
    all.map(row =>
      [...row.querySelectorAll('td')].map(cell =>
        [...cell.querySelectorAll('.sign, b, .katex-html .differs')].map(
          ({ textContent }) => textContent?.replace(/\s|\u200b/g, '') ?? '',
        ),
      ),
    ),
  )
  const optimizer = (name: string) => [
    `✓training.${name}.optimizer`,
    `✓training.${name}.optimizer.learningRate`,
  ]
  expect(rows.map(([paper, code]) => [paper, code!.slice(0, 1)])).toEqual([
    [['✗training.L', 'γ⋅(1−d)', '✓training.L.over', ...optimizer('L')], ['1.']],
    [['✓training.J', '✓training.J.over', ...optimizer('J')], ['2.']],
    [["✗training.θ'_Q", 'τθQ+(1−τ)θQ′', "✗training.θ'_μ", 'τθμ+(1−τ)θμ′'], ['3.']],
  ])
  expect(rows.map(([, code]) => code!.length > 1)).toEqual([true, false, true])
  await page.close()
}, 60_000)

test('a review shows both sides of an equation, what is new and gone with its code, and what it is judged by', async () => {
  const { page } = await openPage(browser, renderReviewHtml([changedReview()], options))
  const texts = (selector: string) =>
    page.$$eval(selector, elements => elements.map(({ textContent }) => textContent))
  expect(await texts('table.equations .katex-html .differs')).toContain('tanh')
  expect(await texts('section[id$="-new"] h4 code')).toEqual(
    expect.arrayContaining(['config-different', 'activation-missing', 'unknown-config-key']),
  )
  expect(await texts('section[id$="-resolved"] h4 code')).toEqual(['unknown-config-key'])
  expect((await texts('section[id$="-resolved"] mark')).join()).toContain('3')
  expect(await texts('table.checks .sign')).toEqual(['✓ as written → ✗ differs'])
  expect(await texts('table.parameters tbody td')).toEqual(['model.js#createModel', '26', '32'])
  expect((await texts('.card del')).length).toBeGreaterThan(0)
  for (const link of await page.$$eval('nav a', all => all.map(element => element.getAttribute('href')!)))
    expect(await page.locator(link).count()).toBe(1)
  await page.close()
})

test('lint shows by file what is found with its code, what is accepted, and what was not followed', async () => {
  const { page } = await openPage(browser, renderLintHtml(foundFiles(), options))
  const texts = (selector: string) =>
    page.$$eval(selector, elements => elements.map(({ textContent }) => textContent))
  expect(await texts('article h2')).toEqual(['! deep.js', '? open.js', '! broken.js'])
  expect(await texts('#file1 h4')).toEqual(['! unknown-config-key', '~ linear-collapse (accepted)'])
  expect(await texts('#file1 mark')).toEqual([
    '"tanh"',
    expect.stringContaining('tf.layers.dense({ units: 4'),
  ])
  expect(await texts('#file1 dt')).toEqual(expect.arrayContaining(['why', 'do', 'accepted']))
  expect(await texts('#file2 h4')).toEqual(['? open.js#createModel'])
  expect(await texts('details li')).toEqual(['fine.js'])
  await page.close()
})
