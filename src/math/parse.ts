import type { Expression } from './expression.js'
import { SyntaxError as GrammarError, parse, type StartRuleNames } from './grammar.generated.js'
import { explain, type SyntaxProblem } from './mistakes.js'
import { placesOf } from './places.js'
import { type OnTheLine, onTheLine } from './raised.js'

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
  const { text: written, before } = onTheLine(text)
  const plain = written.replace(/[ϵϕϑϱϖϰµ–‐‑⋅′’]/g, sign => forms.get(sign)!)
  const isMoved = written.length > text.length
  const placed = (problem: SyntaxProblem): SyntaxProblem =>
    isMoved
      ? {
          ...problem,
          offset: before(problem.offset),
          ...(problem.end !== undefined && { end: endBefore(problem.end, before) }),
        }
      : problem
  const places = placesOf(plain)
  if ('problem' in places) return placed(places)
  const { isBracketed, isInRows } = places
  // A single equation has no line that could be another one.
  const isInside = startRule === 'Start' ? () => true : isBracketed
  // What could have followed at each place is noted only in a second run, for a text that is refused: it takes as long again.
  const read = (silent: number) =>
    parse(plain, { startRule, isBracketed: isInside, isInRows, peg$silentFails: silent }) as Tree
  try {
    try {
      const tree = read(1)
      if (isMoved) moveRanges(tree, before)
      return tree
    } catch (error) {
      if (!(error instanceof GrammarError)) throw error
      return read(0)
    }
  } catch (error) {
    if (error instanceof GrammarError) return placed(explain(error, plain))
    return { problem: 'the equation is nested too deeply', offset: 0 }
  }
}

/** Where what ends before an offset ended. */
const endBefore = (end: number, before: OnTheLine['before']): number => (end > 0 ? before(end - 1) + 1 : 0)

/** Moves the ranges of a new tree to where they are in the text that was given. */
function moveRanges(tree: object, before: OnTheLine['before']): void {
  const seen = new Set<object>()
  const pending = [tree]
  for (let part = pending.pop(); part; part = pending.pop()) {
    if (seen.has(part)) continue
    seen.add(part)
    if ('range' in part && Array.isArray(part.range)) {
      const [start, end] = part.range
      Object.assign(part, { range: [before(start), endBefore(end, before)] })
    }
    for (const inner of Object.values(part))
      if (typeof inner === 'object' && inner !== null) pending.push(inner)
  }
}

export function isSyntaxProblem(value: object): value is SyntaxProblem {
  return 'problem' in value
}
