import type { Expression } from './expression.js'
import { SyntaxError as GrammarError, parse } from './grammar.generated.js'

/** Why a text is not an equation: a sentence in lower case, and the offset that it is about. */
export interface SyntaxProblem {
  readonly problem: string
  readonly offset: number
}

/** Longer texts are refused: an equation in a paper has a few hundred characters. */
const longest = 4000

/** Deeper nesting is refused, so that the recursive parser cannot run out of stack. */
const deepest = 100

/** How many equations are remembered: about those of all tables. */
const mostRemembered = 2000

/** Equations that were read before. The same few come back with every layer of a model. */
const remembered = new Map<string, Expression | SyntaxProblem>()

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Reads one equation or expression, in plain text or in the LaTeX spellings that the grammar has. Never throws. */
export function parseEquation(text: string): Expression | SyntaxProblem {
  const known = remembered.get(text)
  if (known) return known
  if (remembered.size >= mostRemembered) remembered.clear()
  const result = parseOnce(text)
  remembered.set(text, result)
  return result
}

function parseOnce(text: string): Expression | SyntaxProblem {
  if (text.length > longest)
    return { problem: `an equation has at most ${longest} characters`, offset: longest }
  const unbalanced = checkBrackets(text)
  if (unbalanced) return unbalanced
  try {
    return parse(text) as Expression
  } catch (error) {
    if (error instanceof GrammarError)
      return { problem: explain(error, text), offset: error.location.start.offset }
    return { problem: 'the equation is nested too deeply', offset: 0 }
  }
}

export function isSyntaxProblem(value: Expression | SyntaxProblem): value is SyntaxProblem {
  return 'problem' in value
}

function checkBrackets(text: string): SyntaxProblem | undefined {
  const open: { bracket: string; offset: number }[] = []
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset]!
    if (character in closing) {
      open.push({ bracket: character, offset })
      if (open.length > deepest) return { problem: 'the equation is nested too deeply', offset }
    } else if (character === ')' || character === ']' || character === '}') {
      const last = open.pop()
      if (!last) return { problem: `\`${character}\` closes nothing`, offset }
      if (closing[last.bracket] !== character) {
        return { problem: `\`${last.bracket}\` is closed by \`${character}\``, offset }
      }
    }
  }
  const last = open.at(-1)
  return last && { problem: `\`${last.bracket}\` is never closed`, offset: last.offset }
}

function explain(error: GrammarError, text: string): string {
  const expected = new Set(
    (error.expected ?? []).flatMap(item =>
      item.type === 'other' && item.description !== 'space' ? [item.description] : [],
    ),
  )
  const { offset } = error.location.start
  const found = offset >= text.length ? 'the end of the equation' : `\`${text[offset]}\``
  const wanted = expected.has('a term') ? 'a term' : 'an operator or the end of the equation'
  return `expected ${wanted}, found ${found}`
}
