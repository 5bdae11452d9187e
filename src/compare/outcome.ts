import type { Span } from '../text/source.js'
import { undecided } from './clause-verdicts.js'
import type { ClauseVerdict, Finding, MatchedStep } from './verdict.js'

/** Where there may be a way without a difference, and why. */
export function withoutDifferences(
  { clauses, loose }: Outcome,
  why: string,
  span: Span,
): Pick<Outcome, 'clauses' | 'loose'> {
  const [first] = [...clauses.flatMap(({ findings }) => findings), ...loose]
  const doubt = `${why}; as it was read: ${first?.diagnostic.message ?? ''}`
  const open = (entry: ClauseVerdict) =>
    entry.verdict === 'differs' || (loose.length > 0 && entry.clause.kind === 'network')
  return {
    clauses: clauses.map(entry => (open(entry) ? undecided(entry.clause, doubt, span) : entry)),
    loose: [],
  }
}

/** The verdicts if names mean something, and how many of them are not as written. */
export interface Outcome {
  readonly clauses: readonly ClauseVerdict[]
  readonly loose: readonly Finding[]
  readonly steps: readonly MatchedStep[]
  readonly differing: number
  readonly open: number
}

export const isBetter = (a: Outcome, b: Outcome): boolean =>
  a.differing < b.differing || (a.differing === b.differing && a.open < b.open)

export function outcomeOf(
  clauses: readonly ClauseVerdict[],
  loose: readonly Finding[],
  steps: readonly MatchedStep[] = [],
): Outcome {
  const count = (verdict: ClauseVerdict['verdict']) =>
    clauses.filter(entry => entry.verdict === verdict).length
  return { clauses, loose, steps, differing: count('differs') + loose.length, open: count('unverified') }
}
