import type { Expression } from './expression.js'
import { SyntaxError as GrammarError, parse, type StartRuleNames } from './grammar.generated.js'
import { explain, type SyntaxProblem } from './mistakes.js'
import { placesOf } from './places.js'

export type { SyntaxProblem } from './mistakes.js'

/** Longer texts are refused: an equation in a paper has a few hundred characters. */
const longest = 4000

/** Longer passages are refused. */
const longestPassage = 40_000

/** How many equations are remembered: about those of all tables. */
const mostRemembered = 2000

/** Equations that were read before. The same few come back with every layer of a model. */
const remembered = new Map<string, Expression | SyntaxProblem>()

/**
 * Signs that Unicode has in several forms, each of one character: letters, the dashes that editors put for a minus, the
 * dot of a product, and primes.
 */
const forms: ReadonlyMap<string, string> = new Map(
  "ϵε ϕφ ϑθ ϱρ ϖπ ϰκ µμ –- ‐- ‑- ⋅· ′' ’'".split(' ').map(([a, b]) => [a!, b!]),
)

/** Reads one equation or expression, in plain text or in the LaTeX of papers. Never throws. */
export function parseEquation(text: string): Expression | SyntaxProblem {
  const known = remembered.get(text)
  if (known) return known
  if (remembered.size >= mostRemembered) remembered.clear()
  const result = parseFrom<Expression>('Start', text, longest)
  remembered.set(text, result)
  return result
}

/** Reads the equations of a passage, one a line. Ranges are those of the whole text. Never throws. */
export function parseEquations(text: string): readonly Expression[] | SyntaxProblem {
  return parseFrom<readonly Expression[]>('Equations', text, longestPassage)
}

function parseFrom<Tree extends object>(
  startRule: StartRuleNames,
  text: string,
  most: number,
): Tree | SyntaxProblem {
  if (text.length > most) return { problem: `an equation has at most ${most} characters`, offset: most }
  const plain = text.replace(/[ϵϕϑϱϖϰµ–‐‑⋅′’]/g, sign => forms.get(sign)!)
  const places = placesOf(plain)
  if ('problem' in places) return places
  const { isBracketed, isInRows } = places
  // A single equation has no line that could be another one.
  const isInside = startRule === 'Start' ? () => true : isBracketed
  // What could have followed at each place is noted only in a second run, for a text that is refused: it takes as long again.
  const read = (silent: number) =>
    parse(plain, { startRule, isBracketed: isInside, isInRows, peg$silentFails: silent }) as Tree
  try {
    try {
      return read(1)
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error
      return read(0)
    }
  } catch (error) {
    if (error instanceof GrammarError) return explain(error, plain)
    return { problem: 'the equation is nested too deeply', offset: 0 }
  }
}

export function isSyntaxProblem(value: object): value is SyntaxProblem {
  return 'problem' in value
}
