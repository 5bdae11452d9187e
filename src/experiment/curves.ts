import type { Element } from 'hast'
import { toHtml } from 'hast-util-to-html'
import { s } from 'hastscript'
import { median } from 'simple-statistics'
import { cutTo } from '../text/width.js'
import type { Level } from './problem.js'

/** The losses of some runs at the same steps. */
export interface Curve {
  readonly name: string
  readonly steps: readonly number[]
  /** For each run a loss at each step. */
  readonly runs: readonly (readonly number[])[]
}

export interface CurvesOptions {
  readonly title: string
  /** What is seen, for readers who do not see it. */
  readonly description: string
  /** What is measured: `mean squared error`. */
  readonly measure: string
  /** Absent where what is known is no loss of this measure. */
  readonly bound?: Level
  readonly baseline?: Level
}

const [width, height] = [760, 420]
const [left, right, top, bottom] = [64, 210, 40, 48]
const [innerRight, innerBottom] = [width - right, height - bottom]

/** Columns of a name beside its curve. */
const longestName = 18

/** Dashes beside colours, so that no curve is told by its colour alone. */
const dashes = ['none', '7 4', '2 3', '9 3 2 3'] as const

/** Another pair of colour and dashes for each of the first 16 curves. */
const lookOf = (place: number) => ({
  color: place % dashes.length,
  dash: dashes[(place + Math.floor(place / dashes.length)) % dashes.length]!,
})

const style = `
.curves { --ground: #ffffff; --text: #1a1d23; --quiet: #565d69; --line: #d5d9e0; --c0: #0a58ca; --c1: #b3261e; --c2: #176b35; --c3: #7a5200; }
@media (prefers-color-scheme: dark) { .curves { --ground: #14171c; --text: #e6e8ec; --quiet: #a3abb8; --line: #3a414d; --c0: #8ab8ff; --c1: #ff9a90; --c2: #6fd08f; --c3: #f0c060; } }
.curves text { font: 13px system-ui, sans-serif; fill: var(--text); }
.curves .quiet { fill: var(--quiet); }
.curves .title { font-size: 15px; font-weight: 600; }
`

interface Axis {
  readonly at: (loss: number) => number
  readonly ticks: readonly number[]
}

/** A loss beyond this has diverged, whether or not it is still a number. */
const isDrawn = (loss: number): boolean => Math.abs(loss) < 1e30

/** What this many times its least value at its largest is drawn on a logarithmic axis, where no value is below zero. */
const logarithmicFrom = 20

/** What lies closer together is one height: parts of it are below what numbers can be. */
const narrowest = 1e-300

function lossAxis(values: readonly number[]): Axis {
  const finite = values.filter(isDrawn)
  if (finite.length === 0) return lossAxis([0, 1])
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  if (least > 0 && most / least >= logarithmicFrom) {
    const [from, to] = [Math.log10(least) - 0.08, Math.log10(most) + 0.08]
    const exponents = Array.from(
      { length: Math.floor(to) - Math.ceil(from) + 1 },
      (_, i) => Math.ceil(from) + i,
    )
    const digits = exponents.length >= 3 ? [1] : [1, 2, 5]
    const ticks = [Math.ceil(from) - 1, ...exponents]
      .flatMap(exponent => digits.map(digit => digit * 10 ** exponent))
      .filter(tick => Math.log10(tick) >= from && Math.log10(tick) <= to)
    return { at: loss => place((Math.log10(Math.max(loss, least)) - from) / (to - from)), ticks }
  }
  const width = most - least
  const margin = 0.05 * (width > narrowest ? width : 1)
  const [from, to] = [least - margin, most + margin]
  return { at: loss => place((loss - from) / (to - from)), ticks: roundTicks(from, to) }
}

/** From the bottom, 0, to the top, 1; what is beyond or not a number is at the top. */
const place = (share: number): number =>
  innerBottom - (innerBottom - top) * (Number.isNaN(share) ? 1 : Math.min(1, Math.max(0, share)))

/** About five multiples of 1, 2 or 5 times a power of ten. */
function roundTicks(from: number, to: number): readonly number[] {
  const rough = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const unit = power * ([1, 2, 5].find(digit => digit * power >= rough) ?? 10)
  const first = Math.ceil(from / unit)
  return Array.from({ length: Math.floor(to / unit) - first + 1 }, (_, i) => (first + i) * unit)
}

/** Loss curves as an element: the median of runs in a band of all of them, with bound and baseline as lines where they are given. */
export function curvesElement(curves: readonly Curve[], options: CurvesOptions): Element {
  const levels = Object.entries({ bound: options.bound, baseline: options.baseline }).flatMap(
    ([name, level]) => (level ? [{ name, loss: level.loss }] : []),
  )
  const steps = curves.flatMap(curve => curve.steps)
  const lastStep = Math.max(1, ...steps)
  const x = (step: number) => left + ((innerRight - left) * step) / lastStep
  const axis = lossAxis([...levels.map(({ loss }) => loss), ...curves.flatMap(curve => curve.runs.flat())])
  const drawnCurves = curves
    .filter(({ runs }) => runs.length > 0)
    .map((curve, i) => ({ ...curve, ...summaryOf(curve), look: lookOf(i) }))
  const labels = apart([
    ...levels.map(({ name, loss }) => ({
      y: axis.at(loss),
      text: `${name} ${numberText(loss)}`,
      look: undefined,
    })),
    ...drawnCurves.map(({ name, medians, look }) => ({
      y: axis.at(medians.at(-1)!),
      text: `${cutTo(name, longestName)} ${numberText(medians.at(-1)!)}`,
      look,
    })),
  ])
  return s(
    'svg.curves',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
    },
    s('title', clean(options.title)),
    s('desc', clean(options.description)),
    s('style', style),
    s('rect', { width, height, style: 'fill: var(--ground)' }),
    s('text.title', { x: left, y: 22 }, clean(options.title)),
    ...axis.ticks.flatMap(tick => [
      s('line', {
        x1: left,
        x2: innerRight,
        y1: fixed(axis.at(tick)),
        y2: fixed(axis.at(tick)),
        style: 'stroke: var(--line)',
      }),
      s('text.quiet', { x: left - 8, y: fixed(axis.at(tick) + 4), 'text-anchor': 'end' }, numberText(tick)),
    ]),
    ...roundTicks(0, lastStep).map(step =>
      s('text.quiet', { x: fixed(x(step)), y: innerBottom + 18, 'text-anchor': 'middle' }, String(step)),
    ),
    s(
      'text.quiet',
      { x: (left + innerRight) / 2, y: height - 10, 'text-anchor': 'middle' },
      'steps of training',
    ),
    s(
      'text.quiet',
      {
        x: 16,
        y: (top + innerBottom) / 2,
        transform: `rotate(-90 16 ${(top + innerBottom) / 2})`,
        'text-anchor': 'middle',
      },
      clean(options.measure),
    ),
    ...levels.map(({ loss }) =>
      s('line', {
        x1: left,
        x2: innerRight,
        y1: fixed(axis.at(loss)),
        y2: fixed(axis.at(loss)),
        style: 'stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 1 3',
      }),
    ),
    ...drawnCurves.flatMap(({ steps: at, least, most, medians, look }) => [
      s('polygon', {
        points: [...line(at, most), ...line(at, least).reverse()].join(' '),
        style: `fill: var(--c${look.color}); opacity: 0.18`,
      }),
      s('polyline', {
        points: line(at, medians).join(' '),
        style: `fill: none; stroke: var(--c${look.color}); stroke-width: 2; stroke-dasharray: ${look.dash}`,
      }),
    ]),
    ...labels.flatMap(({ y, label: { text, look, y: wanted } }) => [
      s('line', {
        x1: innerRight,
        y1: fixed(wanted),
        x2: innerRight + 26,
        y2: fixed(y),
        style:
          look === undefined
            ? 'stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 1 3'
            : `stroke: var(--c${look.color}); stroke-width: 2; stroke-dasharray: ${look.dash}`,
      }),
      s('text', { x: innerRight + 31, y: fixed(y + 4) }, clean(text)),
    ]),
  ) as Element

  function line(at: readonly number[], losses: readonly number[]): string[] {
    return at.map((step, i) => `${fixed(x(step))},${fixed(axis.at(losses[i]!))}`)
  }
}

/** The same as a file of its own. */
export function curvesSvg(curves: readonly Curve[], options: CurvesOptions): string {
  return `${toHtml(curvesElement(curves, options), { space: 'svg', closeEmptyElements: true })}\n`
}

/** What runs have at each step; a run that diverged has the largest loss. */
function summaryOf({ runs, steps }: Curve) {
  const columns = steps.map((_, i) =>
    runs.map(run => (isDrawn(run[i]!) ? run[i]! : Number.POSITIVE_INFINITY)),
  )
  return {
    least: columns.map(column => Math.min(...column)),
    most: columns.map(column => Math.max(...column)),
    medians: columns.map(column => median(column)),
  }
}

/** Labels from top to bottom, moved so far that lines of text do not meet. */
function apart<L extends { readonly y: number }>(
  labels: readonly L[],
): readonly { readonly y: number; readonly label: L }[] {
  const lineHeight = 17
  let free = top
  const down = [...labels]
    .sort((a, b) => a.y - b.y)
    .map(label => {
      const y = Math.max(label.y, free)
      free = y + lineHeight
      return { y, label }
    })
  let limit = innerBottom + lineHeight / 2
  return down.reverse().map(({ y, label }) => {
    const own = Math.min(y, limit)
    limit = own - lineHeight
    return { y: own, label }
  })
}

const fixed = (coordinate: number): number => Math.round(coordinate * 10) / 10

const numberText = (value: number): string =>
  isDrawn(value) ? String(Number(value.toPrecision(3))) : 'diverged'

/** Without what no text of XML may have: some characters, and the end of a section that the writer leaves as it is. */
const clean = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/gu, '\uFFFD').replaceAll(']]>', ']] >')
