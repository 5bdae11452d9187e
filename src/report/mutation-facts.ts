import type { Closeness, Judged, Outcome } from '../mutation/judge.js'
import type { MutationReport } from '../mutation/mutate.js'
import { type OperatorId, operators } from '../mutation/table.js'
import type { ToyAnswer } from '../mutation/toy.js'

/** The outcomes in the order in which they are told, with the sign and the words of each. */
export const outcomes: Readonly<Record<Outcome, { readonly sign: string; readonly words: string }>> = {
  'as written': { sign: '✗', words: 'said to be as written' },
  unverified: { sign: '?', words: 'unverified' },
  caught: { sign: '✓', words: 'caught' },
  'left open': { sign: '·', words: 'left open by the spec' },
  equivalent: { sign: '=', words: 'equivalent' },
  unreadable: { sign: '!', words: 'not followed' },
  'not reached': { sign: '-', words: 'not reached' },
}

const placeWords: Readonly<Record<Closeness, string>> = {
  line: 'at the line',
  near: 'near the line',
  elsewhere: 'at another line',
}

/** What became of the mutants of one operator. */
export interface OperatorCount {
  readonly operator: OperatorId
  readonly title: string
  readonly counts: Readonly<Record<Outcome, number>>
  readonly places: Readonly<Record<Closeness, number>>
  readonly named: number
  readonly linted: number
  readonly all: number
}

/** The operators that were planted, each with what became of its mutants. */
export function countByOperator(reports: readonly MutationReport[]): readonly OperatorCount[] {
  const judged = reports.flatMap(report => report.judged)
  const planted = (Object.keys(operators) as OperatorId[]).filter(id =>
    judged.some(({ mutant }) => mutant.operator === id),
  )
  return sorted(planted).map(operator => ({
    operator,
    title: operators[operator].title,
    ...countOutcomes(judged.filter(({ mutant }) => mutant.operator === operator)),
  }))
}

const sorted = (ids: readonly OperatorId[]): readonly OperatorId[] =>
  ids.toSorted((a, b) => (a[0] === b[0] ? a.localeCompare(b) : b.localeCompare(a)))

/** What became of some mutants, in numbers. */
export function countOutcomes(judged: readonly Judged[]): Omit<OperatorCount, 'operator' | 'title'> {
  const count = (isMeant: (entry: Judged) => boolean) => judged.filter(isMeant).length
  const table = <Key extends string>(keys: readonly Key[], of: (entry: Judged) => Key | undefined) =>
    Object.fromEntries(keys.map(key => [key, count(entry => of(entry) === key)])) as Record<Key, number>
  return {
    counts: table(Object.keys(outcomes) as Outcome[], ({ outcome }) => outcome),
    places: table(['line', 'near', 'elsewhere'], ({ place }) => place),
    named: count(({ isNamed }) => isNamed),
    linted: count(({ lint }) => lint.length > 0),
    all: judged.length,
  }
}

/** `3 caught, 1 unverified`; outcomes that no mutant has are left out. */
export function countsOfOutcomes(judged: readonly Judged[]): string {
  const { counts } = countOutcomes(judged)
  const parts = (Object.keys(outcomes) as Outcome[])
    .filter(outcome => counts[outcome] > 0)
    .map(outcome => `${counts[outcome]} ${outcomes[outcome].words}`)
  return parts.join(', ')
}

/** What running a mutant says, in words: `caught: same weights, different outputs: 0.456 against 0.523`. */
export const toyText = ({ toy }: Judged): string => (toy ? `${toyWords[toy.answer]}: ${toy.text}` : 'not run')

const toyWords: Readonly<Record<ToyAnswer, string>> = {
  caught: 'caught',
  missed: 'missed',
  open: 'not decided',
  refused: 'cannot be run',
  'not run': 'not run',
}

/** `toy catches 3 of 5 that it ran`; nothing where nothing was asked for. */
export function summaryOfToy(judged: readonly Judged[]): string | undefined {
  const answers = judged.flatMap(({ toy }) => toy?.answer ?? [])
  if (answers.length === 0) return undefined
  const count = (...wanted: readonly ToyAnswer[]) => answers.filter(answer => wanted.includes(answer)).length
  const refused = count('refused')
  const rest = refused > 0 ? `; ${refused} cannot be run` : ''
  return `toy catches ${count('caught')} of ${count('caught', 'missed', 'open')} that run${rest}`
}

/** `caught at the line (activation-missing); lint: linear-collapse`. */
export function outcomeText({ outcome, place, codes, reason, lint }: Judged): string {
  const where = place ? ` ${placeWords[place]}` : ''
  const names = codes.length > 0 ? ` (${codes.join(', ')})` : ''
  const why = reason === undefined ? '' : `: ${reason}`
  const linted = lint.length > 0 ? `; lint: ${lint.join(', ')}` : ''
  return `${outcomes[outcome].words}${where}${names}${why}${linted}`
}

/** `\`activation: 'relu',\` → nothing`, on one line and not long. */
export function changeOfMutant({ before, after }: Judged['mutant']): string {
  const short = (text: string) => {
    const line = text.replace(/\s+/g, ' ').trim()
    return line === '' || line === ';' ? 'nothing' : line.length > 48 ? `${line.slice(0, 47)}…` : line
  }
  return `${short(before)} → ${short(after)}`
}

/** What all of it amounts to: of what can be noticed, how much is, and what to look at. */
export function summaryOfMutants({ judged, untried }: MutationReport): string {
  const { counts, places } = countOutcomes(judged)
  const faulty = counts.caught + counts.unverified + counts['as written']
  const share = `${counts.caught} of ${faulty} faults caught, ${places.line} of them at the line`
  const rest = untried > 0 ? `; no time for ${untried} more` : ''
  return `${share}${rest}`
}
