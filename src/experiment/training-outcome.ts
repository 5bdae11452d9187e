import type { SideOutcome, TrainingOutcome } from './outcome.js'
import type { Instance } from './problem.js'
import { type ProblemName, problems } from './problems/table.js'
import type { TrainingRun } from './protocol.js'
import { fallingText } from './settling.js'
import { comparisonOf, decisionOf } from './statistics.js'

/** How many runs there may be, and how long they may take together, in seconds. */
export interface TrainingBudget {
  readonly seeds: number
  readonly budget: number
}

/** What runs of a model come to, and runs of its spec if it has one, both with the same seeds in order. */
export function trainingOutcome(
  name: ProblemName,
  instance: Instance,
  { model, spec }: { readonly model: readonly TrainingRun[]; readonly spec?: readonly TrainingRun[] },
  allowed: TrainingBudget,
): TrainingOutcome {
  const comparison = spec && spec.length > 0 ? comparisonOf(lossesOf(model), lossesOf(spec)) : undefined
  const open = whyOpen(instance, model, spec, allowed)
  return {
    problem: name,
    title: problems[name].title,
    instance: shownInstance(instance),
    model: sideOf(instance, model),
    ...(spec && { spec: sideOf(instance, spec) }),
    ...(comparison && { comparison }),
    ...(open !== undefined && { open }),
  }
}

/** What of a problem is told. */
export function shownInstance({
  sizes,
  objective,
  bound,
  baseline,
  below,
  training,
  measure,
}: Instance): TrainingOutcome['instance'] {
  return {
    sizes,
    objective,
    bound,
    baseline,
    training,
    measured: measure?.name ?? objective.name,
    ...(below !== undefined && { below }),
  }
}

export const lossesOf = (runs: readonly TrainingRun[]): readonly number[] => runs.map(({ loss }) => loss)

/** Whether it is clear where a side ends, so that it need not run again. */
export const isDecided = (instance: Instance, runs: readonly TrainingRun[]): boolean =>
  runs.length > 0 && decisionOf(runs, instance).answer !== 'not decided'

const sideOf = (instance: Instance, runs: readonly TrainingRun[]): SideOutcome => ({
  runs,
  ...(runs.length > 0 && { decision: decisionOf(runs, instance) }),
})

function whyOpen(
  instance: Instance,
  runs: readonly TrainingRun[],
  stated: readonly TrainingRun[] | undefined,
  { seeds, budget }: TrainingBudget,
): string | undefined {
  if (runs.length === 0) return `no run came to its end within ${budget} s: give it longer with \`--budget\``
  const { answer, falling } = decisionOf(runs, instance)
  if (answer === 'not decided' && falling > runs.length / 2) return fallingText(runs)
  if (answer === 'not decided')
    return runs.length < seeds
      ? `${runs.length} runs do not decide it, and ${budget} s are over: give it longer with \`--budget\``
      : `${runs.length} runs do not decide it: allow more with \`--seeds\``
  if (answer === 'stays above' && stated && decisionOf(stated, instance).answer !== 'reaches')
    return 'the spec does not reach the bound either, so that the problem says nothing about the code'
  return undefined
}
