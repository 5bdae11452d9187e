import { diagnostic } from '../diagnostics/diagnostic.js'
import { type Dimension, isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import {
  type Alternatives,
  type Assignment,
  allSteps,
  type Descent,
  type Training,
} from '../graph/training.js'
import { textOf } from '../library/config.js'
import type { Place } from '../spec/algorithm.js'
import type { Clause } from '../spec/spec.js'
import { spanText } from '../text/source.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { type CodeStep, frequencyOf } from './steps.js'
import { relate } from './values.js'
import type { ClauseVerdict } from './verdict.js'

/** What is known of how steps come up again. */
export interface Repeats {
  readonly periods: Training['periods']
  /** Whether there are rounds of one loop that are not alike. */
  readonly isUneven: boolean
}

const unevenRounds = 'rounds of a loop that are not alike decide how often it runs'

/** The clauses about how often a step runs. `all` are the stated steps. */
export function compareFrequency(
  stated: Place,
  all: readonly Place[],
  code: CodeStep<Descent | Assignment>,
  common: CodeStep['around'],
  repeats: Repeats,
): readonly ClauseVerdict[] {
  const { times, conditions } = frequencyOf(code, common)
  const { timesClause, every } = stated
  const verdicts: ClauseVerdict[] = []
  if (timesClause) verdicts.push(compareTimes(timesClause, stated, all, code, times, repeats))
  if (every) {
    verdicts.push(compareEvery(every, code, conditions, common, repeats))
  }
  return verdicts
}

/** Whether a step runs once in as many rounds as are stated; a number that the spec leaves open may be any. */
function compareEvery(
  { count, clause }: NonNullable<Place['every']>,
  code: CodeStep<Descent | Assignment>,
  conditions: readonly Alternatives[],
  common: CodeStep['around'],
  { periods, isUneven }: Repeats,
): ClauseVerdict {
  const { span } = code.step.origin
  const [condition] = conditions
  if (isUneven) return undecided(clause, unevenRounds, span)
  // A loop around the condition, or inside of it, would be about other rounds.
  const isAlone = code.around.length - common.length <= 1
  const actual = condition ? (isAlone ? everyOf(condition, code, periods) : undefined) : 1
  if (actual === undefined)
    return undecided(clause, `\`${spanText(condition!.condition)}\` decides when it runs`, span)
  const [expected, found] = [textOf(count), textOf(actual)]
  const evidence = byValue(`every ${expected}`, actual === 1 ? 'in every round' : `every ${found}`)
  const relation = isOpen(count) ? 'same' : relate(count, actual)
  if (relation === 'same') return asWritten(clause, evidence)
  if (relation === 'open')
    return undecided(clause, `it runs in one of ${found} rounds, and one of ${expected} is stated`, span)
  const values = {
    call: code.step.call,
    expected: `one in ${expected}`,
    actual: actual === 1 ? 'all' : `one in ${found}`,
  }
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  return differs(clause, diagnostic('step-frequency', values, place), evidence)
}

const isOpen = (count: Attribute): boolean => isPolynomial(count) && symbolsOf(count).size > 0

/** In one of how many rounds a condition lets a step run. */
function everyOf(
  { condition, ways }: Alternatives,
  { step }: CodeStep,
  periods: Training['periods'],
): Dimension | undefined {
  const period = periods.get(condition)
  const own = ways.findIndex(way => allSteps(way).includes(step))
  return period?.way === own ? period.every : undefined
}

function compareTimes(
  clause: Clause,
  stated: Place,
  all: readonly Place[],
  code: CodeStep<Descent | Assignment>,
  times: Attribute | undefined,
  { isUneven }: Repeats,
): ClauseVerdict {
  const { span } = code.step.origin
  const isCommon = all.every(step => step.timesClause && relate(step.times, stated.times) === 'same')
  const rounds = code.around.flatMap(block => (block.kind === 'rounds' ? [block.count] : []))
  const same = rounds.find(count => count !== undefined && relate(stated.times, count) === 'same')
  const actual = isCommon ? (same ?? (rounds.length === 1 ? rounds[0] : undefined)) : times
  if (actual === undefined) return undecided(clause, 'how often its loop runs is not known', span)
  const relation = relate(stated.times, actual)
  if (isUneven) return undecided(clause, unevenRounds, span)
  const [expected, found] = [textOf(stated.times), textOf(actual)]
  if (relation === 'same') return asWritten(clause, byValue(expected, found))
  if (relation === 'open')
    return undecided(clause, `it runs ${found} times, and ${expected} are stated`, span)
  const values = { call: code.step.call, expected, actual: found }
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  return differs(clause, diagnostic('step-frequency', values, place), byValue(expected, found))
}

/** A step of which nothing is said runs as often as the others, and always. */
export function withFrequency(
  verdict: ClauseVerdict,
  stated: Place,
  code: CodeStep<Descent | Assignment>,
  common: CodeStep['around'],
  { isUneven }: Repeats,
): ClauseVerdict {
  if (verdict.verdict !== 'as written') return verdict
  const { times, conditions } = frequencyOf(code, common)
  const [condition] = conditions
  const { clause } = verdict
  const { span } = code.step.origin
  if (condition && !stated.every)
    return undecided(clause, `\`${spanText(condition.condition)}\` decides whether it runs`, span)
  if (stated.timesClause) return verdict
  if (times === undefined) return undecided(clause, 'how often its loop runs is not known', span)
  const relation = relate(1, times)
  if (relation === 'same') return verdict
  if (isUneven) return undecided(clause, unevenRounds, span)
  const actual = textOf(times)
  if (relation === 'open')
    return undecided(clause, `it runs ${actual} times for each time the others do`, span)
  const values = { call: code.step.call, expected: '1', actual }
  return differs(clause, diagnostic('step-frequency', values, { span }), byValue('1', actual))
}
