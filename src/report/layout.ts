import { widthOf } from '../text/width.js'

/** Narrower than this, lines run over the edge rather than becoming unreadable. */
const narrowest = 20

/** Breaks text into lines of at most `width` columns at spaces. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let [line, used] = ['', 0]
  for (const word of text.split(' ')) {
    const size = widthOf(word)
    if (line && used + 1 + size > Math.max(narrowest, width)) {
      lines.push(line)
      ;[line, used] = [word, size]
    } else [line, used] = line ? [`${line} ${word}`, used + 1 + size] : [word, size]
  }
  return [...lines, line]
}

/** The same with the offset of each line in the text, which must have single spaces only. */
export function wrapWithOffsets(
  text: string,
  width: number,
): readonly { readonly line: string; readonly offset: number }[] {
  let offset = 0
  return wrap(text, width).map(line => {
    const entry = { line, offset }
    offset += line.length + 1
    return entry
  })
}
