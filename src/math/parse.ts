import type { Expression } from './expression.js'
import { SyntaxError as GrammarError, parse, type StartRuleNames } from './grammar.generated.js'
import { placesOf } from './places.js'

/** Why a text is not an equation: a sentence in lower case, and the offset that it is about. */
export interface SyntaxProblem {
  readonly problem: string
  readonly offset: number
}

/** Longer texts are refused: an equation in a paper has a few hundred characters. */
const longest = 4000

/** Longer passages are refused. */
const longestPassage = 40_000

/** How many equations are remembered: about those of all tables. */
const mostRemembered = 2000

/** Equations that were read before. The same few come back with every layer of a model. */
const remembered = new Map<string, Expression | SyntaxProblem>()

/** Letters that Unicode has in several forms, each of one character. */
const letterForms: ReadonlyMap<string, string> = new Map(
  [...'ϵε ϕφ ϑθ ϱρ ϖπ ϰκ µμ'.split(' ')].map(([a, b]) => [a!, b!]),
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
  const plain = text.replace(/[ϵϕϑϱϖϰµ]/g, letter => letterForms.get(letter)!)
  const places = placesOf(plain)
  if ('problem' in places) return places
  const { isBracketed, isInRows } = places
  // A single equation has no line that could be another one.
  const isInside = startRule === 'Start' ? () => true : isBracketed
  try {
    return parse(plain, { startRule, isBracketed: isInside, isInRows }) as Tree
  } catch (error) {
    if (error instanceof GrammarError) {
      const refused = refusedMacro(plain)
      if (refused) return refused
      const { offset } = error.location.start
      // The grammar reads macros letter by letter; a reader sees one sign.
      const macro = macroAround(text, offset)
      return macro && error.expected
        ? { problem: unknownMacro(macro.text), offset: macro.offset }
        : { problem: explain(error, text), offset }
    }
    return { problem: 'the equation is nested too deeply', offset: 0 }
  }
}

export function isSyntaxProblem(value: object): value is SyntaxProblem {
  return 'problem' in value
}

/** What may follow in words, where the grammar has a name for it or there is one sign only. */
function explain(error: GrammarError, text: string): string {
  // A message of the grammar's own has no list of what could follow.
  if (!error.expected) return error.message
  const named = error.expected.flatMap(item =>
    item.type === 'other' && item.description !== 'space' ? [item.description] : [],
  )
  const { offset } = error.location.start
  const found = offset >= text.length ? 'the end of the equation' : `\`${foundAt(text, offset)}\``
  const own = named.find(description => description !== 'a term' && description !== 'a name')
  const wanted = own ?? named.find(description => description === 'a term') ?? named[0]
  return `expected ${wanted ?? 'an operator or the end of the equation'}, found ${found}`
}

function unknownMacro(macro: string): string {
  return `\`${macro}\` has no meaning here; words are written \`\\mathrm{${macro.slice(1)}}\``
}

/** Signs that papers use for several things, and what to write in their place. */
const severalMeanings: Readonly<Record<string, string>> = {
  otimes: 'may be a product of each element or an outer one: write `\\odot`, or `x y^\\top`',
  oplus: 'may be a sum or put one behind the other: write `+`, or `[a; b]`',
  propto: 'leaves a factor open: write the factor and `=`',
  approx: 'is no equation: write `=`',
}

function refusedMacro(text: string): SyntaxProblem | undefined {
  const found = [...text.matchAll(/\\([A-Za-z]+)/g)].find(([, name]) => Object.hasOwn(severalMeanings, name!))
  return found && { problem: `\`${found[0]}\` ${severalMeanings[found[1]!]}`, offset: found.index }
}

/** The macro in the middle of which a place is. */
function macroAround(text: string, place: number): { text: string; offset: number } | undefined {
  let offset = place - 1
  while (/[A-Za-z]/.test(text[offset] ?? '')) offset--
  return text[offset] === '\\' ? { text: foundAt(text, offset), offset } : undefined
}

/** A macro as a whole, else one character. */
function foundAt(text: string, offset: number): string {
  let end = offset + 1
  if (text[offset] === '\\') while (/[A-Za-z]/.test(text[end] ?? '')) end++
  else end = offset + (text.codePointAt(offset)! > 0xffff ? 2 : 1)
  return text.slice(offset, end)
}
