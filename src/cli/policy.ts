import { type Category, catalogue } from '../diagnostics/catalogue.js'
import type { CheckOutcome } from '../pipeline.js'
import { countUnverified, type Policy } from '../report/policy.js'
import type { Review } from '../report/review.js'
import { exitCodes, type FailOn } from './exit.js'

const byVerdict: Readonly<Record<CheckOutcome['verdict'], number>> = {
  'as written': exitCodes.asWritten,
  accepted: exitCodes.asWritten,
  differs: exitCodes.differs,
  unusable: exitCodes.unusable,
  unverified: exitCodes.unverified,
}

/** What of it is said on the command line comes before what `aswritten.yaml` says. */
export function policyOf(
  asked: { readonly failOn?: FailOn; readonly maxUnverified?: number },
  config: { readonly failOn?: FailOn; readonly maxUnverified?: number } = {},
): Policy {
  const { failOn = config.failOn ?? 'unverified', maxUnverified = config.maxUnverified ?? 0 } = asked
  return { failOn, maxUnverified }
}

/** The gravest code wins: unusable input, then a difference, then something unverified. */
export function exitCodeOf(outcomes: readonly CheckOutcome[], policy: Policy): number {
  const codes = new Set(outcomes.map(({ verdict }) => byVerdict[verdict]))
  const fails: Readonly<Record<number, boolean>> = {
    [exitCodes.unusable]: true,
    [exitCodes.differs]: policy.failOn !== 'never',
    [exitCodes.unverified]:
      policy.failOn === 'unverified' && countUnverified(outcomes) > policy.maxUnverified,
  }
  const order = [exitCodes.unusable, exitCodes.differs, exitCodes.unverified]
  return order.find(code => codes.has(code) && fails[code]) ?? exitCodes.asWritten
}

/** A review fails for what the change makes worse: by the gravest of what is new. */
export function reviewCode({ checks }: Review, { failOn, maxUnverified }: Policy): number {
  const worse = (verdict: CheckOutcome['verdict'], categories: readonly Category[]) =>
    checks.some(
      ({ before, after, found }) =>
        after.verdict === verdict &&
        (before.verdict !== verdict ||
          found.added.some(({ code }) => categories.includes(catalogue[code].category))),
    )
  if (checks.some(({ after }) => after.verdict === 'unusable')) return exitCodes.unusable
  if (failOn !== 'never' && worse('differs', ['difference'])) return exitCodes.differs
  const isOver = countUnverified(checks.map(({ after }) => after)) > maxUnverified
  return failOn === 'unverified' && isOver && worse('unverified', ['opaque'])
    ? exitCodes.unverified
    : exitCodes.asWritten
}
