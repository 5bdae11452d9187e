import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Attribute } from '../graph/node.js'
import type { Assignment, Descent } from '../graph/training.js'
import { textOf } from '../library/config.js'
import type { Place } from '../spec/algorithm.js'
import type { Clause } from '../spec/spec.js'
import { spanText } from '../text/source.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { type CodeStep, frequencyOf } from './steps.js'
import { relate } from './values.js'
import type { ClauseVerdict } from './verdict.js'

/** The clauses about how often a step runs. `all` are the stated steps. */
export function compareFrequency(
  stated: Place,
  all: readonly Place[],
  code: CodeStep<Descent | Assignment>,
  common: CodeStep['around'],
): readonly ClauseVerdict[] {
  const { times, conditions } = frequencyOf(code, common)
  const { span } = code.step.origin
  const { timesClause, every } = stated
  const verdicts: ClauseVerdict[] = []
  if (timesClause) verdicts.push(compareTimes(timesClause, stated, all, code, times))
  if (every) {
    const [condition] = conditions
    const expected = textOf(every.count)
    const entry = diagnostic(
      'step-frequency',
      { call: code.step.call, expected: `one in ${expected}`, actual: 'all' },
      { span, related: [{ message: 'specified here', span: every.clause.span }] },
    )
    verdicts.push(
      condition
        ? undecided(every.clause, `\`${spanText(condition.condition)}\` decides when it runs`, span)
        : differs(every.clause, entry, byValue(`every ${expected}`, 'in every round')),
    )
  }
  return verdicts
}

function compareTimes(
  clause: Clause,
  stated: Place,
  all: readonly Place[],
  code: CodeStep<Descent | Assignment>,
  times: Attribute | undefined,
): ClauseVerdict {
  const { span } = code.step.origin
  const isCommon = all.every(step => step.timesClause && relate(step.times, stated.times) === 'same')
  const rounds = code.around.flatMap(block => (block.kind === 'rounds' ? [block.count] : []))
  const same = rounds.find(count => count !== undefined && relate(stated.times, count) === 'same')
  const actual = isCommon ? (same ?? (rounds.length === 1 ? rounds[0] : undefined)) : times
  if (actual === undefined) return undecided(clause, 'how often its loop runs is not known', span)
  const relation = relate(stated.times, actual)
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
  const actual = textOf(times)
  if (relation === 'open')
    return undecided(clause, `it runs ${actual} times for each time the others do`, span)
  const values = { call: code.step.call, expected: '1', actual }
  return differs(clause, diagnostic('step-frequency', values, { span }), byValue('1', actual))
}
