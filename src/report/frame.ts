import { lineText, positionAt, type Span } from '../text/source.js'
import { characterWidth, widthOf } from '../text/width.js'

/** How many columns before the place that matters are kept of a line that is too long, where there is room. */
const before = 39

/** The lines around a span with the span underlined, as compilers print them; each takes `width` columns at most. */
export function codeFrame(span: Span, context = 1, width = 106): readonly string[] {
  const start = positionAt(span.file, span.start)
  const end = positionAt(span.file, Math.max(span.start, span.end))
  const first = Math.max(1, start.line - context)
  const last = Math.min(span.file.lineStarts.length, start.line + context)
  const digits = String(last).length
  const room = width - digits - '>  │ '.length
  const lines: string[] = []
  for (let line = first; line <= last; line++) {
    const isStart = line === start.line
    const text = lineText(span.file, line)
    const place = start.column - 1
    const from = isStart ? beginningFor(text, place, room) : 0
    const until = from + lengthWithin(text.slice(from, from + mostUnits * room), room)
    const dots = until < text.length ? '…' : ''
    lines.push(
      `${isStart ? '>' : ' '} ${String(line).padStart(digits)} │ ${visible(text.slice(from, until))}${dots}`.trimEnd(),
    )
    if (!isStart) continue
    const stop = end.line === start.line ? end.column - 1 : text.length
    const marked =
      visible(text.slice(place, Math.max(place, Math.min(stop, until)))) + (stop > until ? dots : '')
    const left = widthOf(visible(text.slice(from, place)))
    lines.push(`  ${' '.repeat(digits)} │ ${' '.repeat(left)}${'^'.repeat(Math.max(1, widthOf(marked)))}`)
  }
  return lines
}

/** Characters that take one column have this many UTF-16 units at most, unless many marks combine with them. */
const mostUnits = 4

/** Where to begin a line so that the place that matters is to be seen: a minified line is shown around it. */
function beginningFor(text: string, place: number, width: number): number {
  if (place <= mostUnits * width && widthOf(visible(text.slice(0, place))) < width) return 0
  let [from, used] = [place, 0]
  for (const character of [...text.slice(Math.max(0, place - mostUnits * before), place)].reverse()) {
    used += characterWidth(visible(character))
    if (used > Math.min(before, Math.floor(0.6 * width))) break
    from -= character.length
  }
  return from
}

/** How many units of a text are shown in `width` columns, of which the last is kept for dots if it does not fit. */
function lengthWithin(text: string, width: number): number {
  if (widthOf(visible(text)) <= width) return text.length
  let [length, used] = [0, 1]
  for (const character of text) {
    used += characterWidth(visible(character))
    if (used > width) break
    length += character.length
  }
  return length
}

/** Text of the user's for a terminal: tabs as one space, anything that could move or recolour text as `?`. */
export function visible(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, '?')
}
