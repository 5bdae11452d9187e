/** A file as text, with the offsets of its lines. Every span of the program points into one. */
export interface SourceFile {
  /** Path as shown to the user: relative to the project root, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[]
}

/** A half-open range of characters `[start, end)` of one file. */
export interface Span {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

/** A place as people count: the first line and the first column are 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export function sourceFile(path: string, text: string): SourceFile {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { path, text, lineStarts }
}

/** The place of what stands in no file. */
export const noSpan: Span = { file: sourceFile('', ''), start: 0, end: 0 }

/** The position of an offset; an offset past the end is the end. */
export function positionAt(file: SourceFile, offset: number): Position {
  const at = Math.max(0, Math.min(offset, file.text.length))
  let low = 0
  let high = file.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((file.lineStarts[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: at - (file.lineStarts[low] ?? 0) + 1 }
}

/** The text of a line, counted from 1, without its line break. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1]
  if (start === undefined) return ''
  const next = file.lineStarts[line] ?? file.text.length + 1
  return file.text.slice(start, next - 1).replace(/\r$/, '')
}

const texts = new WeakMap<Span, string>()

export function spanText(span: Span): string {
  const known = texts.get(span)
  if (known !== undefined) return known
  const text = span.file.text.slice(span.start, span.end)
  texts.set(span, text)
  return text
}

/** `path:line:column`, as editors and terminals link it. */
export function formatPlace(span: Span): string {
  const { line, column } = positionAt(span.file, span.start)
  return `${span.file.path}:${line}:${column}`
}
