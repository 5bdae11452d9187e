import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type { Browser, Page } from 'playwright-core'
import { lintedFile } from '../src/cli/lint-files.js'
import { mathStyle } from '../src/cli/package.js'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { softFailures } from '../src/reading.js'
import { renderLintHtml } from '../src/report/html/lint.js'
import { renderHtml } from '../src/report/html/page.js'
import { renderReviewHtml } from '../src/report/html/review.js'
import type { LintedFile } from '../src/report/lint-reporters.js'
import { type ReporterName, type Reporters, type ReportOptions, reporters } from '../src/report/reporters.js'
import type { Review } from '../src/report/review.js'
import { sourceFile } from '../src/text/source.js'
import { algorithmsIn } from './support/algorithms.js'
import { inaccessibleIn, launchBrowser } from './support/browser.js'
import { projectsIn } from './support/cases.js'
import { hostileTexts } from './support/hostile.js'
import { inMemory, repository } from './support/project.js'
import { linted, reviewOf } from './support/reviews.js'

const options: ReportOptions = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

const ofFiles = (files: Readonly<Record<string, string>>, path = 'model.js'): CheckOutcome =>
  check({ files: inMemory(files), path, target: 'createModel' }, sourceFile('spec.yaml', files['spec.yaml']!))

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

/** A page that holds a text, with all that it said, asked for or broke. */
async function open(html: string, scheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1400, height: 900 } })
  const problems: string[] = []
  page.on('console', message => problems.push(message.text()))
  page.on('pageerror', error => problems.push(String(error)))
  page.on('request', request => {
    if (!/^(data|about):/.test(request.url())) problems.push(`asks for ${request.url()}`)
  })
  await page.setContent(html)
  return { page, problems }
}

const demo = () => ofRepository('docs/demo/missing-activation.ts', 'xor-and-regression')

/** A training whose target ignores where episodes end, and whose targets follow faster than stated. */
function wronglyTrained(): CheckOutcome {
  const { programs, spec } = algorithmsIn('test/cases/algorithms/agents.md').find(
    ({ title }) => title === 'Deep deterministic policy gradient',
  )!
  const { code, target, inputs } = programs[0]!
  const changed = code.replace('.mul(tf.scalar(1).sub(done))', '').replace('1 - 0.001', '1 - 0.01')
  return check({ files: inMemory({ 'train.js': changed }), path: 'train.js', target, inputs }, spec)
}

const outcomes: Readonly<Record<string, () => CheckOutcome>> = {
  ...Object.fromEntries(
    projectsIn('test/cases/report/terminal.md').map(({ title, files }) => [title, () => ofFiles(files)]),
  ),
  'The example that ships': demo,
  'A training that differs': wronglyTrained,
  'A residual network': () => ofRepository('test/golden/resnet18/model.ts', 'resnet18'),
}

const layered = (...layers: readonly string[]) =>
  `exports.createModel = size => tf.sequential({ layers: [\n  ${layers.map(layer => `tf.layers.${layer}`).join(',\n  ')},\n] })\n`

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
  const [before, after] = code.map(text => ofFiles({ 'model.js': text, 'spec.yaml': spec }))
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
      () => renderHtml([outcomeOf()], { ...options, mathStyle }),
    ]),
  ),
  'what is found': () => renderLintHtml(foundFiles(), { ...options, mathStyle }),
  'a change': () => renderReviewHtml([changedReview()], { ...options, mathStyle }),
}

describe.each(Object.entries(pages))('the page of "%s"', (_title, write) => {
  test.each(['light', 'dark'] as const)(
    'is accessible, asks for nothing and breaks nothing in %s',
    async scheme => {
      const { page, problems } = await open(write(), scheme)
      expect([...(await inaccessibleIn(page)), ...problems]).toEqual([])
      await page.close()
    },
    60_000,
  )
})

describe('pointing', () => {
  let page: Page

  beforeAll(async () => {
    ;({ page } = await open(renderHtml([demo()], { ...options, mathStyle })))
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
  const outcome = ofFiles({
    'model.js': `exports.createModel = () => tf.sequential({ layers: ${layers} })`,
    'spec.yaml': `title: one\ninputs: { x: [3] }\nmodel: [{ dense: 4, ${stated} }, { dense: 2 }]\n`,
  })
  const { page } = await open(renderHtml([outcome], options))
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
    const { page } = await open(renderHtml([outcomes[name]!()], options))
    await page.setViewportSize({ width: 420, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420)
    await page.close()
  },
)

test('several checks have an overview that leads to each', async () => {
  const all = Object.values(outcomes)
    .slice(0, 3)
    .map(outcomeOf => outcomeOf())
  const { page } = await open(renderHtml(all, options))
  const links = await page.$$eval('nav a', elements => elements.map(element => element.getAttribute('href')!))
  expect(links).toEqual(['#check1', '#check2', '#check3'])
  expect(await page.$$eval('article', articles => articles.map(({ id }) => `#${id}`))).toEqual(links)
  await page.close()
})

test('what equations state stands beside the code that computes it, with what differs marked in both', async () => {
  const project = projectsIn('test/cases/report/terminal.md').find(
    ({ title }) => title === 'One equation of several differs',
  )
  const { page } = await open(renderHtml([ofFiles(project!.files)], options))
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
  const { page } = await open(renderHtml([wronglyTrained()], { ...options, mathStyle }))
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
    [['✗training.L', 'E[(sg(y)−Q(s,a))2]', '✓training.L.over', ...optimizer('L')], ['1.']],
    [['✓training.J', '✓training.J.over', ...optimizer('J')], ['2.']],
    [["✗training.θ'_Q", 'τθQ+(1−τ)θQ′', "✗training.θ'_μ", 'τθμ+(1−τ)θμ′'], ['3.']],
  ])
  expect(rows.map(([, code]) => code!.length > 1)).toEqual([true, false, true])
  await page.close()
}, 60_000)

test('a review shows both sides of an equation, what is new and gone with its code, and what it is judged by', async () => {
  const { page } = await open(renderReviewHtml([changedReview()], options))
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
  const { page } = await open(renderLintHtml(foundFiles(), options))
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

/** Programs and specs that carry a text wherever a user may write one. */
function hostileOutcomes(text: string): readonly CheckOutcome[] {
  const [name, yaml] = [JSON.stringify(text), JSON.stringify(text)]
  const layers = `[tf.layers.dense({ units: 4, inputShape: [3], name: ${name} }), tf.layers.dense({ units: 2, name: 'y' })]`
  const model = (path: string, spec: string) =>
    ofFiles(
      {
        [path]: `/* ${text.replaceAll('*/', '')} */ exports.createModel = () => tf.sequential({ layers: ${layers} })`,
        'spec.yaml': spec,
      },
      path,
    )
  const stated = [
    `title: ${yaml}`,
    `citation: { text: ${yaml}, section: ${yaml}, checked: true }`,
    'inputs: { x: [3] }',
    'model:',
    `  - { dense: 4, activation: tanh, name: ${yaml}, cite: ${yaml} }`,
    '  - { dense: 2, activation: tanh, name: y }',
    `accepted: [{ clause: model.y, reason: ${yaml} }]`,
  ]
  return [
    model('model.js', `${stated.join('\n')}\n`),
    model(
      `${text.replaceAll('/', '-')}.js`,
      `title: ${yaml}\ninputs: { ${yaml}: [3] }\nmodel: [{ dense: ${yaml} }]\n`,
    ),
  ]
}

/** A change of a file that carries a text in its path, in what it builds, and in what is said of it. */
function hostileReview(text: string): Review {
  const own = JSON.stringify(text)
  const code = (activation: string, rest = '') =>
    layered(
      `dense({ units: 4, inputShape: [3], name: ${own}, activation: '${activation}' })`,
      `dense({ units: 2${rest} })`,
    )
  const path = `${text.replaceAll('/', '-')}.js`
  return reviewOf(path, [code('tanh'), code('relu', `, ${own}: ${own}`)])
}

/** That a page does what it is made for, and nothing that a text in it asks for. */
async function expectInert(html: string): Promise<void> {
  const { page, problems } = await open(html)
  const inDocument = await page.evaluate(`({
      broken: window.broken,
      scripts: document.scripts.length,
      strangers: [...document.querySelectorAll('img, iframe, form, base, link, object, embed, video, audio')].length,
      handlers: [...document.querySelectorAll('*')].filter(({ attributes }) => [...attributes].some(({ name }) => name.startsWith('on'))).length,
      links: [...document.querySelectorAll('a')].filter(link => !link.getAttribute('href').startsWith('#')).length,
      metas: document.querySelectorAll('meta').length,
    })`)
  expect(inDocument).toEqual({
    broken: undefined,
    scripts: 1,
    strangers: 0,
    handlers: 0,
    links: 0,
    metas: 5,
  })
  expect(problems).toEqual([])
  await page.close()
}

describe('names, paths and specs of an attacker', () => {
  const batches = Array.from({ length: Math.ceil(hostileTexts.length / 60) }, (_, i) =>
    hostileTexts.slice(i * 60, i * 60 + 60),
  )

  test('are many', () => expect(hostileTexts.length).toBeGreaterThanOrEqual(500))

  test.each(batches.map((texts, i) => ({ texts, i })))(
    'batch $i escapes no reporter',
    async ({ texts }) => {
      const all = texts.flatMap(hostileOutcomes)
      const write = (name: ReporterName) => (reporters as Reporters<CheckOutcome>)[name]!.render(all, options)

      const acting = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
      for (const name of ['terminal', 'markdown', 'github', 'junit'] as const)
        expect({ name, acting: write(name).match(acting) }).toEqual({ name, acting: null })

      const lines = write('github').split('\n').slice(0, -1)
      expect(lines.filter(line => !/^::(error|warning|notice) (file=|title=aswritten)/.test(line))).toEqual(
        [],
      )
      for (const name of ['json', 'sarif', 'gitlab', 'rdjson'] as const)
        expect(() => JSON.parse(write(name))).not.toThrow()

      // Each by itself: a comment has a longest length.
      const comments = all.map(outcome => reporters.markdown.render([outcome], options)).join('\n\n')
      const markdown = micromark(comments, {
        allowDangerousHtml: true,
        extensions: [gfm()],
        htmlExtensions: [gfmHtml()],
      })
      const shown = await open(markdown)
      const active = await shown.page.evaluate(`({
      broken: window.broken,
      strangers: [...document.body.querySelectorAll('script, img, iframe, form, base, link, style, svg, math, b, a, input, template')].map(({ outerHTML }) => outerHTML.slice(0, 200)),
      mentions: ((body) => { for (const code of body.querySelectorAll('code, pre')) code.remove(); return body.textContent })(document.body.cloneNode(true)).match(/(^|\\W)(@octocat|@org|#1\\b|GH-1\\b|org\\/repo#1)/g),
    })`)
      expect({ active, problems: shown.problems }).toEqual({
        active: { broken: undefined, strangers: [], mentions: null },
        problems: [],
      })
      await shown.page.close()

      const reviews = texts.map(hostileReview)
      const files = reviews.flatMap(review =>
        review.files.map(({ path, models }) =>
          lintedFile(path, path, models!.after.read, softFailures(models!.after.read)),
        ),
      )
      const written = [
        renderHtml(all, options),
        renderReviewHtml(reviews, options),
        renderLintHtml(files, options),
      ]
      for (const html of written) await expectInert(html)
      const { page } = await open('')
      const isXml = await page.evaluate(
        `new DOMParser().parseFromString(${JSON.stringify(write('junit'))}, 'text/xml').querySelector('parsererror') === null`,
      )
      expect(isXml).toBe(true)
      await page.close()
    },
    120_000,
  )
})
