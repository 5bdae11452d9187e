import pc from 'picocolors'
import { catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Formula } from '../equations/formula.js'
import { toMarkedText } from '../equations/unicode.js'
import { formatPlace } from '../text/source.js'
import { characterWidth, padTo, widthOf } from '../text/width.js'
import { type Fact, findingSign, reasonFacts } from './facts.js'
import type { ToldFinding } from './findings.js'
import { codeFrame, visible } from './frame.js'
import { wrap, wrapWithOffsets } from './layout.js'
import type { TerminalOptions } from './reporters.js'

export type Colors = ReturnType<typeof pc.createColors>

/** One finding: the fact, the line of code, the two sides with the difference marked, and what to know about it. */
export function renderFinding(
  { finding, isNewPlace, sides: { specified, implemented }, facts }: ToldFinding,
  colors: Colors,
  width: number,
): string {
  const { diagnostic } = finding
  const sign = findingSign(finding)
  const tone = sign === '✗' ? colors.red : colors.yellow
  const lines = renderMessage(`${sign} ${diagnostic.code}`, diagnostic, tone, colors, width)
  if (diagnostic.span && isNewPlace)
    lines.push('', ...codeFrame(diagnostic.span, 1, width - 2).map(line => `  ${line}`))
  lines.push('')
  if (specified) lines.push(...renderSide('paper', specified, colors, width))
  if (implemented) lines.push(...renderSide('code', implemented, colors, width))
  for (const fact of facts) lines.push(...renderFact(fact, colors, width))
  return lines.join('\n')
}

/** A message that is not a finding: an error in the input, a reason why clauses are not verified, a soft failure. */
export function renderReason(
  entry: Diagnostic,
  { color, width }: TerminalOptions,
  clauses: readonly string[] = [],
): string {
  const colors = pc.createColors(color)
  const sign = entry.accepted ? '~' : catalogue[entry.code].category === 'opaque' ? '?' : '!'
  const lines = renderMessage(`${sign} ${entry.code}`, entry, colors.yellow, colors, width)
  if (entry.span) lines.push('', ...codeFrame(entry.span, 0, width - 2).map(line => `  ${line}`), '')
  const concerned = clauses.length > 0 ? [{ label: 'clauses', text: clauses.join(', ') }] : []
  const facts =
    catalogue[entry.code].category === 'input' ? reasonFacts(entry).filter(isHelp) : reasonFacts(entry)
  for (const fact of [...concerned, ...facts]) lines.push(...renderFact(fact, colors, width))
  return lines.join('\n').trimEnd()
}

const isHelp = ({ label }: Fact): boolean => label !== 'why'

function renderMessage(
  head: string,
  { message, span }: Diagnostic,
  tone: (text: string) => string,
  colors: Colors,
  width: number,
): string[] {
  const place = span ? visible(formatPlace(span)) : ''
  const isOneLine = widthOf(`${head}  ${place}`) <= width
  return [
    `${tone(colors.bold(head))}${place && isOneLine ? `  ${colors.cyan(place)}` : ''}`,
    ...(place && !isOneLine ? [`  ${colors.cyan(place)}`] : []),
    ...wrap(visible(message), width - 2).map(line => `  ${line}`),
  ]
}

const labelWidth = 10
const indent = ' '.repeat(labelWidth + 2)

export function renderSide(
  label: string,
  side: Formula | string,
  colors: Colors,
  width: number,
): readonly string[] {
  const { text, marks } = typeof side === 'string' ? { text: visible(side), marks: [] } : toMarkedText(side)
  return wrapWithOffsets(text, width - labelWidth - 2).flatMap(({ line, offset }, i) => {
    const start = `  ${colors.dim((i === 0 ? label : '').padEnd(labelWidth))}`
    const isMarked = (at: number) => marks.some(([from, to]) => at >= from && at < to)
    const carets = caretsUnder(line, at => isMarked(offset + at))
    return [`${start}${line}`, ...(carets ? [`${indent}${colors.red(carets)}`] : [])]
  })
}

/** Carets below the characters of a line that are marked; `isMarked` takes the offset in the line. */
function caretsUnder(line: string, isMarked: (at: number) => boolean): string {
  let [carets, at] = ['', 0]
  for (const character of line) {
    carets += (isMarked(at) ? '^' : ' ').repeat(characterWidth(character))
    at += character.length
  }
  return carets.trimEnd()
}

export function renderFact(
  { label, text, details = [] }: Fact,
  colors: Colors,
  width: number,
): readonly string[] {
  const lines = wrap(visible(text), width - labelWidth - 2).map(
    (line, i) => `  ${colors.dim((i === 0 ? label : '').padEnd(labelWidth))}${line}`,
  )
  return [...lines, ...renderDetails(details, width)]
}

/** Values narrower than this stand below their names. */
const narrowestValue = 34

function renderDetails(details: NonNullable<Fact['details']>, width: number): readonly string[] {
  const start = `${indent}  `
  const longest = Math.max(0, ...details.map(([name]) => widthOf(visible(name))))
  const rest = width - start.length - longest - 2
  return details.flatMap(([name, value]) => {
    if (rest < narrowestValue)
      return [
        ...wrap(visible(name), width - start.length),
        ...wrap(visible(value), width - start.length - 2).map(line => `  ${line}`),
      ].map(line => start + line)
    return wrap(value, rest).map(
      (line, i) => `${start}${padTo(visible(i === 0 ? name : ''), longest)}  ${visible(line)}`,
    )
  })
}
