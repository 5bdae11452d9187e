/** Emoji, and the characters that are wide in East Asian scripts (Unicode Standard Annex 11, `W` and `F`). */
const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u

const combining = /\p{M}/u

/** How many columns of a terminal a character takes: none for one that combines with the character before it. */
export function characterWidth(character: string): 0 | 1 | 2 {
  // Most text is ASCII.
  if (character < '\u0300') return 1
  if (combining.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** How many columns of a terminal a line of visible text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** The text with spaces behind it, so that it fills the columns. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** The beginning of a text that fits into the columns, with `…` where something is left out. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let [kept, used] = ['', 1]
  for (const character of text) {
    used += characterWidth(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
}
