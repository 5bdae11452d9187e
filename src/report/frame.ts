import { lineText, positionAt, type Span } from '../text/source.js'

/** The lines around a span with the span underlined, as compilers print them. */
export function codeFrame(span: Span, context = 1, width = 100): readonly string[] {
  const start = positionAt(span.file, span.start)
  const end = positionAt(span.file, Math.max(span.start, span.end))
  const first = Math.max(1, start.line - context)
  const last = Math.min(span.file.lineStarts.length, start.line + context)
  const digits = String(last).length
  const lines: string[] = []
  for (let line = first; line <= last; line++) {
    const isStart = line === start.line
    const text = lineText(span.file, line)
    // A minified line is shown around the place that matters.
    const from = isStart && start.column > width ? start.column - 40 : 0
    const cut = text.length > from + width
    const shown = `${visible(text.slice(from, from + width - (cut ? 1 : 0)))}${cut ? '…' : ''}`
    lines.push(`${isStart ? '>' : ' '} ${String(line).padStart(digits)} │ ${shown}`.trimEnd())
    if (!isStart) continue
    const stop = end.line === start.line ? end.column : text.length + 1
    const length = Math.max(1, Math.min(stop - start.column, width - (start.column - 1 - from)))
    lines.push(`  ${' '.repeat(digits)} │ ${' '.repeat(start.column - 1 - from)}${'^'.repeat(length)}`)
  }
  return lines
}

/** Text of the user's for a terminal: tabs as one space, anything that could move or recolour text as `?`. */
export function visible(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, '?')
}
