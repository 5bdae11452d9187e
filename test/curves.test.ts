import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Browser } from 'playwright-core'
import { type Curve, type CurvesOptions, curvesSvg } from '../src/experiment/curves.js'
import { launchBrowser } from './support/browser.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

afterAll(() => browser.close())

const options: CurvesOptions = {
  title: 'Losses',
  description: 'What is seen.',
  measure: 'mean squared error',
  bound: { loss: 0.01, of: '' },
  baseline: { loss: 0.26, of: '' },
}

const steps = [0, 10, 20]

const curve = (name: string, ...runs: readonly (readonly number[])[]): Curve => ({ name, steps, runs })

/** What an XML parser finds in a drawing: the names of elements, and the text of all of them. */
async function read(svg: string) {
  const page = await browser.newPage()
  const found = await page.evaluate(`(() => {
    const parsed = new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml')
    return {
      elements: [...new Set([...parsed.querySelectorAll('*')].map(element => element.tagName))].sort(),
      texts: [...parsed.querySelectorAll('title, desc, text')].map(element => element.textContent),
    }
  })()`)
  await page.close()
  return found as { readonly elements: readonly string[]; readonly texts: readonly string[] }
}

const drawn = ['desc', 'line', 'polygon', 'polyline', 'rect', 'style', 'svg', 'text', 'title']

test('a drawing is XML whatever names are, and says what it shows', async () => {
  const hostile = '<script>alert(1)</script>&"\'\u0000]]>'
  const svg = curvesSvg([curve(hostile, [1, 0.5, 0.2]), curve('spec', [1, 0.1, 0.02])], {
    ...options,
    title: hostile,
    description: hostile,
    measure: hostile,
  })
  const { elements, texts } = await read(svg)
  expect(elements).toEqual(drawn)
  expect(texts.filter(text => text.includes('<script>alert(1)</script>&"\'')).length).toBe(4)
  expect(texts).toContain('spec 0.02')
  expect(texts).toContain('bound 0.01')
  expect(texts).toContain('baseline 0.26')
})

test('levels are drawn where they are known', () => {
  const { bound, baseline, ...unknown } = options
  const lines = (own: CurvesOptions) =>
    curvesSvg([curve('model', [1, 0.5, 0.2])], own).match(/baseline|bound/g)
  expect(lines(options)).toEqual(['bound', 'baseline'])
  expect(lines({ ...unknown, ...(bound && { bound }) })).toEqual(['bound'])
  expect(lines(unknown)).toBeNull()
})

test('losses that span much are on a logarithmic axis, others and those below zero on a linear one', () => {
  const heights = (svg: string) =>
    /<polyline points="([^"]+)"/
      .exec(svg)![1]!
      .split(' ')
      .map(pair => Number(pair.split(',')[1]))
  const gaps = ([a, b, c]: readonly number[]) => (c! - b!) / (b! - a!)
  expect(gaps(heights(curvesSvg([curve('', [1, 0.1, 0.01])], options)))).toBeCloseTo(1, 1)
  expect(
    gaps(heights(curvesSvg([curve('', [0.3, 0.2, 0.1])], { ...options, bound: { loss: 0.1, of: '' } }))),
  ).toBeCloseTo(1, 1)
  expect(
    gaps(heights(curvesSvg([curve('', [1, 0.5, 0])], { ...options, bound: { loss: -0.9, of: '' } }))),
  ).toBeCloseTo(1, 1)
})

test('the band is of all runs and the line is their median', () => {
  const svg = curvesSvg([curve('', [1, 0.5, 0.1], [1, 0.6, 0.2], [1, 0.7, 0.9])], options)
  const last = (element: string) => new RegExp(`<${element} points="([^"]+)"`).exec(svg)![1]!.split(' ')
  const [top, line, bottom] = [last('polygon')[2]!, last('polyline')[2]!, last('polygon')[3]!].map(pair =>
    Number(pair.split(',')[1]),
  )
  expect(top! < line! && line! < bottom!).toBe(true)
})

test('no losses break a drawing', () => {
  const loss = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, 1e300))
  const runs = fc.array(fc.array(loss, { minLength: 3, maxLength: 3 }), { maxLength: 3 })
  fc.assert(
    fc.property(runs, runs, (a, b) => {
      const { bound, baseline, ...unknown } = options
      for (const own of [options, unknown]) {
        const svg = curvesSvg([curve('model', ...a), curve('spec', ...b)], own)
        expect(svg).not.toMatch(/NaN|Infinity|undefined/)
      }
    }),
    { numRuns: 200, examples: [[[], [[Number.NaN, 0, -5e-323]]]] },
  )
})

test('every curve has dashes of its own, and the dark has its own colours', () => {
  const names = ['a', 'b', 'c', 'd']
  const svg = curvesSvg(
    names.map(name => curve(name, [1, 0.5, 0.2])),
    options,
  )
  const dashes = [...svg.matchAll(/<polyline [^>]*stroke-dasharray: ([^"]+)"/g)].map(([, own]) => own)
  expect(new Set(dashes).size).toBe(names.length)
  expect(svg).toContain('prefers-color-scheme: dark')
})
