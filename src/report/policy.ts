import type { CheckOutcome } from '../pipeline.js'
import { countVerdicts } from './facts.js'

/** What a run lets pass. */
export interface Policy {
  readonly failOn: 'unverified' | 'differs' | 'never'
  /** As many clauses may be unverified. */
  readonly maxUnverified: number
}

/** How many clauses are unverified; a check that came to none counts as one. */
export function countUnverified(outcomes: readonly CheckOutcome[]): number {
  const counts = outcomes.map(({ verdict, comparison, reason }) => {
    if (comparison && !reason) return countVerdicts(comparison.clauses).unverified
    return verdict === 'unverified' ? 1 : 0
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

/** `3 clauses are unverified, and 5 may be; nothing fails the check`; nothing where the policy is the usual one. */
export function policyText(
  outcomes: readonly CheckOutcome[],
  { failOn, maxUnverified }: Policy,
): string | undefined {
  const parts = [
    maxUnverified > 0 && `${countUnverified(outcomes)} unverified, and ${maxUnverified} may be`,
    failOn === 'differs' && 'what is unverified does not fail the check',
    failOn === 'never' && 'nothing that is found fails the check',
  ].filter(Boolean)
  return parts.length > 0 ? `${parts.join('; ')}.` : undefined
}
