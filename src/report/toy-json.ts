import type { ToyOutcome } from '../experiment/outcome.js'
import { reach } from '../experiment/problem.js'
import type { ReportOptions } from './reporters.js'
import { toyVerdict } from './toy-facts.js'

/** The outcomes for programs; a loss that is not a number is null. */
export function renderToyJson(
  outcomes: readonly ToyOutcome[],
  { version }: Pick<ReportOptions, 'version'>,
): string {
  const results = outcomes.map(outcome => {
    const { training } = outcome
    return {
      ...outcome,
      summary: toyVerdict(outcome),
      ...(training && {
        training: { ...training, instance: { ...training.instance, reach: reach(training.instance) } },
      }),
    }
  })
  return `${JSON.stringify({ version, results }, null, 2)}\n`
}
