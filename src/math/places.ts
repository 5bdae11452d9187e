import type { SyntaxProblem } from './mistakes.js'

/** What is open at each place of an equation text. */
export interface Places {
  /** Whether a bracket or an environment is open before the character at an offset. */
  readonly isBracketed: (offset: number) => boolean
  /** Whether `\\` and `&` there divide the rows of an environment. */
  readonly isInRows: (offset: number) => boolean
}

/** Deeper nesting is refused, so that the recursive parser cannot run out of stack. */
const deepest = 100

/** More bars are refused: which of them belong together would have to be tried. */
const mostBars = 24

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Environments with rows. */
const environments = ['cases', 'array', 'bmatrix', 'pmatrix']

/** Reads which brackets and environments are open where. */
export function placesOf(text: string): Places | SyntaxProblem {
  const open: { bracket: string; offset: number }[] = []
  const bracketed = new Uint8Array(text.length + 1)
  const inRows = new Uint8Array(text.length + 1)
  const environmentsOpen: { name: string; offset: number }[] = []
  let bars = 0
  for (let offset = 0; offset < text.length; offset++) {
    bracketed[offset] = open.length > 0 || environmentsOpen.length > 0 ? 1 : 0
    inRows[offset] = environmentsOpen.length > 0 ? 1 : 0
    const character = text[offset]!
    if (character === '\\') {
      const [begun, ended] = ['begin', 'end'].map(sign =>
        environments.find(name => text.startsWith(`${sign}{${name}}`, offset + 1)),
      )
      if (begun) environmentsOpen.push({ name: begun, offset })
      if (ended && !environmentsOpen.pop()) return { problem: `\`\\end{${ended}}\` closes nothing`, offset }
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
  const environment = environmentsOpen.at(-1)
  if (environment)
    return {
      problem: `\`\\begin{${environment.name}}\` is never closed`,
      offset: environment.offset,
      end: environment.offset + `\\begin{${environment.name}}`.length,
      help: `write \`\\end{${environment.name}}\` behind its last row`,
    }
  return {
    isBracketed: offset => bracketed[offset] === 1,
    isInRows: offset => inRows[offset] === 1,
  }
}
