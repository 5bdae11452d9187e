/** Printed text before lines are broken: a word, or a list in brackets. */
export type Printed = string | PrintedList

export interface PrintedList {
  readonly open: '(' | '['
  readonly items: readonly Printed[]
  /** How many items stay on the line of the bracket when the list is broken. */
  readonly head: number
}

/** Longer lists are broken into one line per item. */
const width = 100

/** Writes lists on one line where they fit, else with one indented line for each item after the head. */
export function layOut(printed: Printed, indentation = ''): string {
  if (typeof printed === 'string') return printed
  const flat = flatText(printed, width - indentation.length)
  if (flat !== undefined) return flat
  const inner = `${indentation}  `
  const head = printed.items.slice(0, printed.head).map(item => layOut(item, inner))
  const rest = printed.items.slice(printed.head).map(item => `\n${inner}${layOut(item, inner)}`)
  return `${printed.open}${head.join(' ')}${rest.join('')}${printed.open === '(' ? ')' : ']'}`
}

/** The text on one line, or undefined where that is too long. */
function flatText(printed: Printed, room: number): string | undefined {
  if (typeof printed === 'string') return printed
  let left = room - 2
  const pieces: string[] = []
  for (const item of printed.items) {
    const piece = flatText(item, left)
    if (piece === undefined) return undefined
    left -= piece.length + 1
    if (left < -1) return undefined
    pieces.push(piece)
  }
  return printed.open === '(' ? `(${pieces.join(' ')})` : `[${pieces.join(' ')}]`
}
