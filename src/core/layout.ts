/** Text before its lines are broken: a word, or a list in brackets. */
export type Printed = string | PrintedList

interface PrintedList {
  readonly open: '(' | '['
  readonly items: readonly Printed[]
  /** How many items stay beside the bracket where the list is broken. */
  readonly head: number
}

/** Longer lists are broken into one line per item. */
const width = 110

export function list(items: readonly Printed[], head = 1): Printed {
  return { open: '(', items, head }
}

/** A list in square brackets. */
export function steps(items: readonly Printed[], head = 1): Printed {
  return { open: '[', items, head }
}

/** Writes lists on one line where they fit, else with one indented line for each item after the head. */
export function layOut(printed: Printed, indentation = ''): string {
  if (typeof printed === 'string') return printed
  const flat = onOneLine(printed, width - indentation.length)
  if (flat !== undefined) return flat
  const { open, items, head } = printed
  const inner = `${indentation}  `
  const beside = items.slice(0, head).map(item => layOut(item, inner))
  const below = items.slice(head).map(item => `\n${inner}${layOut(item, inner)}`)
  return `${open}${beside.join(' ')}${below.join('')}${open === '(' ? ')' : ']'}`
}

/** The text on one line, or undefined where that is longer than the room. */
function onOneLine(printed: Printed, room: number): string | undefined {
  if (typeof printed === 'string') return printed.length <= room ? printed : undefined
  let left = room - 1
  const pieces: string[] = []
  for (const item of printed.items) {
    const piece = onOneLine(item, left - 1)
    if (piece === undefined) return undefined
    left -= piece.length + 1
    pieces.push(piece)
  }
  return printed.open === '(' ? `(${pieces.join(' ')})` : `[${pieces.join(' ')}]`
}
