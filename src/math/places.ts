/** What is open at each place of an equation text. */
export interface Places {
  /** Whether a bracket or an environment is open before the character at an offset. */
  readonly isBracketed: (offset: number) => boolean
  /** Whether `\\` and `&` there divide the rows of an environment. */
  readonly isInRows: (offset: number) => boolean
}

/** Why brackets do not fit together, and the offset that it is about. */
export interface BracketProblem {
  readonly problem: string
  readonly offset: number
}

/** Deeper nesting is refused, so that the recursive parser cannot run out of stack. */
const deepest = 100

/** More bars are refused: which of them belong together would have to be tried. */
const mostBars = 24

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Environments with rows. */
const environments = ['cases', 'array', 'bmatrix', 'pmatrix']

/** Reads which brackets and environments are open where. */
export function placesOf(text: string): Places | BracketProblem {
  const open: { bracket: string; offset: number }[] = []
  const bracketed = new Uint8Array(text.length + 1)
  const inRows = new Uint8Array(text.length + 1)
  let rows = 0
  let bars = 0
  for (let offset = 0; offset < text.length; offset++) {
    bracketed[offset] = open.length > 0 || rows > 0 ? 1 : 0
    inRows[offset] = rows > 0 ? 1 : 0
    const character = text[offset]!
    if (character === '\\') {
      if (environments.some(name => text.startsWith(`begin{${name}}`, offset + 1))) rows++
      if (environments.some(name => text.startsWith(`end{${name}}`, offset + 1))) rows--
      const isEscaped = '{}|'.includes(text[offset + 1] ?? ' ')
      if (isEscaped) {
        offset++
        bracketed[offset] = bracketed[offset - 1]!
        inRows[offset] = inRows[offset - 1]!
      }
      continue
    }
    if (character === '|' && ++bars > mostBars)
      return { problem: 'there are too many bars; write `norm(x)` or `abs(x)`', offset }
    if (character in closing) {
      open.push({ bracket: character, offset })
      if (open.length > deepest) return { problem: 'the equation is nested too deeply', offset }
    } else if (character === ')' || character === ']' || character === '}') {
      const last = open.pop()
      if (!last) return { problem: `\`${character}\` closes nothing`, offset }
      if (closing[last.bracket] !== character)
        return { problem: `\`${last.bracket}\` is closed by \`${character}\``, offset }
    }
  }
  const last = open.at(-1)
  if (last) return { problem: `\`${last.bracket}\` is never closed`, offset: last.offset }
  return {
    isBracketed: offset => bracketed[offset] === 1,
    isInRows: offset => inRows[offset] === 1,
  }
}
