import type { Element } from 'hast'
import { formatPlace, lineText, positionAt, type Span } from '../../text/source.js'
import { visible } from '../frame.js'
import { codeText } from './code.js'
import { type Child, e } from './elements.js'

/** So many lines before and after a place are shown. */
const around = 3

/** A place that goes on for longer is shown from its beginning. */
const mostLines = 12

/** So many characters of a line, and so many of them before the place that matters. */
const longest = 240
const before = 80

/** The lines around a place under its name, with the place marked in them. */
export function excerpt(span: Span): Element {
  const { file } = span
  const place = visible(formatPlace(span))
  const first = positionAt(file, span.start).line
  const last = Math.min(positionAt(file, Math.max(span.start, span.end)).line, first + mostLines - 1)
  const from = Math.max(1, first - around)
  const until = Math.min(file.lineStarts.length, last + around)
  const numbers = Array.from({ length: until - from + 1 }, (_, i) => from + i)
  return e(
    'figure',
    { className: ['excerpt'] },
    e('figcaption', {}, e('code', {}, place)),
    e(
      'div',
      { className: ['listing'], tabIndex: 0, role: 'group', ariaLabel: `Code at ${place}` },
      e(
        'ol',
        {},
        ...numbers.map(line =>
          e(
            'li',
            { value: line, className: line >= first && line <= last ? ['notable'] : [] },
            e('span', { className: ['number'] }, String(line)),
            e('code', {}, ...markedLine(span, line)),
          ),
        ),
      ),
    ),
  )
}

function markedLine({ file, start, end }: Span, line: number): readonly Child[] {
  const text = lineText(file, line)
  const offset = file.lineStarts[line - 1]!
  const within = (place: number) => Math.min(text.length, Math.max(0, place - offset))
  const [first, last] = [within(start), within(end)]
  const from = text.length > longest ? Math.max(0, first - before) : 0
  const until = Math.min(text.length, from + longest)
  const part = (a: number, b: number) =>
    codeText(text.slice(Math.max(a, from), Math.max(from, Math.min(b, until))))
  const marked = part(first, last)
  return [
    from > 0 ? '…' : '',
    part(0, first),
    marked.trim() === '' ? marked : e('mark', {}, marked),
    part(last, text.length),
    until < text.length ? '…' : '',
  ]
}
