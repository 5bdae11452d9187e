import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type { Browser } from 'playwright-core'
import { lintedFile } from '../src/cli/lint-files.js'
import type { CheckOutcome } from '../src/pipeline.js'
import { softFailures } from '../src/reading.js'
import { renderLintHtml } from '../src/report/html/lint.js'
import { renderHtml } from '../src/report/html/page.js'
import { renderReviewHtml } from '../src/report/html/review.js'
import { type ReporterName, type Reporters, type ReportOptions, reporters } from '../src/report/reporters.js'
import type { Review } from '../src/report/review.js'
import { launchBrowser, openPage } from './support/browser.js'
import { hostileTexts } from './support/hostile.js'
import { checked, layered } from './support/project.js'
import { reviewOf } from './support/reviews.js'

const options: ReportOptions = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** Programs and specs that carry a text wherever a user may write one. */
function hostileOutcomes(text: string): readonly CheckOutcome[] {
  const [name, yaml] = [JSON.stringify(text), JSON.stringify(text)]
  const layers = `[tf.layers.dense({ units: 4, inputShape: [3], name: ${name} }), tf.layers.dense({ units: 2, name: 'y' })]`
  const model = (path: string, spec: string) =>
    checked(
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
  const { page, problems } = await openPage(browser, html)
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
      const shown = await openPage(browser, markdown)
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
      const { page } = await openPage(browser, '')
      const isXml = await page.evaluate(
        `new DOMParser().parseFromString(${JSON.stringify(write('junit'))}, 'text/xml').querySelector('parsererror') === null`,
      )
      expect(isXml).toBe(true)
      await page.close()
    },
    120_000,
  )
})
