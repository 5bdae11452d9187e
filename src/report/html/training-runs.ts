import type { TrainingOutcome } from '../../experiment/outcome.js'
import { reach } from '../../experiment/problem.js'
import { problems } from '../../experiment/problems/table.js'
import type { TrainingRun } from '../../experiment/protocol.js'
import { number } from '../toy-facts.js'
import { hasLevels, type NamedTraining } from '../training-curves.js'
import { derivationOf } from './derivation.js'
import { type Child, e } from './elements.js'
import { table } from './table.js'

/** What the curves are. */
export function curvesCaption(training: NamedTraining): string {
  const { objective, measured } = training.instance
  const shown = `${objective.name} on the examples of each step: the median of all runs, in the band between the least and the largest.`
  return hasLevels(training)
    ? shown
    : `${shown} Measured at the end is another quantity, ${measured}, so that bound and baseline are not drawn.`
}

/** What is asked, and where what is known of it comes from. */
export function derivationSection({ problem }: Pick<TrainingOutcome, 'problem'>): Child {
  const { asks, derivation, source } = problems[problem]
  return [
    e('p', {}, asks),
    e(
      'details',
      {},
      e('summary', {}, 'Where bound and baseline come from'),
      ...derivationOf(derivation),
      source ? e('p', { className: ['cited'] }, `Source: ${source.replace(/\.$/, '')}.`) : undefined,
    ),
  ]
}

/** One row for each seed, with what it came to on either side. */
export function runTable({ sides, instance }: NamedTraining): Child {
  const [longest] = sides.toSorted((a, b) => b.runs.length - a.runs.length)
  if (!longest || longest.runs.length === 0) return undefined
  const within = reach(instance)
  const resultOf = ({ loss, seconds }: TrainingRun): readonly string[] => [
    number(loss),
    loss <= within ? 'yes' : 'no',
    seconds.toFixed(1),
  ]
  return table(
    `All runs: the ${instance.measured} on examples that training has not seen, at most ${number(within)} to reach the bound`,
    ['seed', ...sides.flatMap(({ name }) => [`loss of ${name}`, 'reaches', 'seconds'])],
    longest.runs.map((run, i) => [
      String(run.seed),
      ...sides.flatMap(({ runs }) => (runs[i] ? resultOf(runs[i]) : ['', '', ''])),
    ]),
  )
}
