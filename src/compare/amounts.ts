import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Descent } from '../graph/training.js'
import { textOf } from '../library/config.js'
import type { StatedAmount } from '../spec/algorithm.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { relate } from './values.js'
import type { ClauseVerdict } from './verdict.js'

/** What is not known where the framework is not told: the code around a step decides. */
const unknown = {
  batchSize: 'how many examples a step is given is for the code around it to say',
  epochs: 'how often it goes through the examples is for the code around it to say',
} as const

const stopped = 'callbacks may end training before the last epoch'

/** The verdict on how many examples a step takes, or how often it goes through all of them: what `fit` is told decides. */
export function compareAmount({ of, value, clause }: StatedAmount, step: Descent): ClauseVerdict {
  const { span } = step.origin
  const actual = step.schedule?.[of]
  if (actual === undefined || actual === null) return undecided(clause, unknown[of], span)
  if (of === 'epochs' && step.schedule?.mayStop) return undecided(clause, stopped, span)
  const [expected, found] = [textOf(value), textOf(actual)]
  const relation = relate(value, actual)
  if (relation === 'same') return asWritten(clause, byValue(expected, found))
  if (relation === 'open') return undecided(clause, `\`${of}\` is ${found}, and ${expected} is stated`, span)
  const values = { call: step.call, setting: of, expected, actual: found }
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  return differs(clause, diagnostic('amount-different', values, place), byValue(expected, found))
}
