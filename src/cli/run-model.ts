import { type Counterpart, counterpartOf } from '../compare/counterpart.js'
import type { ToyOutcome, ToyVerdict, TrainingOutcome } from '../experiment/outcome.js'
import type { ProblemName } from '../experiment/problems/table.js'
import type { BackendName, Description } from '../experiment/protocol.js'
import { graphReference, type WeightsOutcome, weightNodes } from '../experiment/same-weights.js'
import { sendGraph } from '../experiment/sent-graph.js'
import { signatureOf } from '../experiment/signature.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem } from '../graph/op.js'
import type { CheckOutcome } from '../pipeline.js'
import { carryWeights } from './carried-weights.js'
import { Laboratory, type Limits } from './laboratory.js'
import { noProblemText, problemFor } from './problem-names.js'
import type { Progress } from './progress.js'
import type { RunSubject } from './run-subject.js'
import { trainBeside } from './training-runs.js'
import { UsageError } from './usage.js'

/** A model that is asked to run, and its spec if there is one. */
export interface AskedModel extends Pick<RunSubject, 'shown' | 'graph'> {
  readonly check?: CheckOutcome | undefined
}

export interface RunOptions {
  /** Without one, the first that fits; but none where the same weights decide. */
  readonly problem?: ProblemName | undefined
  readonly backend?: BackendName | undefined
  readonly seed: number
  readonly seeds: number
  readonly limits: Limits
  readonly progress: Progress
}

/** What a model that was started computes and learns: with the weights of its spec, and on a problem where that does not decide. */
export async function runModel(
  { shown, graph, check }: AskedModel,
  description: Description,
  model: Laboratory,
  { seed, seeds, problem, backend, limits, progress }: RunOptions,
): Promise<ToyOutcome> {
  const counterpart = check?.comparison && counterpartOf(check.comparison)
  const spec = counterpart && new Laboratory({ kind: 'graph', graph: sendGraph(counterpart.graph) }, limits)
  const sameWeights = async (
    code: ModelGraph,
    stated: Counterpart,
    specified: Laboratory,
  ): Promise<WeightsOutcome> => {
    const weights = weightNodes(description, code)
    if (isProblem(weights)) return { kind: 'unmatched', reason: weights.problem }
    return carryWeights({
      code: { graph: code, weights, laboratory: model },
      other: { ...graphReference(stated), laboratory: specified },
      names: { code: 'the code', other: 'the spec' },
      seed,
    })
  }
  try {
    if (spec) await spec.start(seed, backend)
    const weights =
      check && (counterpart && spec && graph ? await sameWeights(graph, counterpart, spec) : unmatched(check))
    const base = {
      target: shown,
      seed,
      backend: model.backend!,
      limits,
      ...(check?.spec && { spec: { path: check.specPath, title: check.spec.title } }),
      ...(weights && { weights }),
    }
    const isDecided = weights?.kind === 'agree' || weights?.kind === 'differ'
    if (isDecided && problem === undefined)
      return { ...base, verdict: weights.kind === 'agree' ? 'same numbers' : 'differs' }
    const signature = signatureOf(description, graph)
    const chosen = problemFor(problem, { signature, graph, hasTeacher: counterpart !== undefined })
    if (!chosen) {
      if (weights) return { ...base, verdict: 'not decided' }
      throw new UsageError(
        `${noProblemText(signature)}; with --spec, weights are carried over and no problem is needed`,
      )
    }
    const training = await trainBeside({
      ...chosen,
      signature,
      model,
      ...(spec && { spec }),
      ...(counterpart && { teacher: sendGraph(counterpart.graph) }),
      isCompiled: description.optimizer !== undefined,
      options: { seed, seeds, budget: limits.seconds },
      progress,
    })
    return { ...base, backend: model.backend!, training, verdict: verdictOf(training, weights) }
  } finally {
    spec?.close()
  }
}

function verdictOf({ model, open }: TrainingOutcome, weights: WeightsOutcome | undefined): ToyVerdict {
  if (weights?.kind === 'differ') return 'differs'
  if (open !== undefined) return 'not decided'
  return model.decision?.answer ?? 'not decided'
}

function unmatched({ reason }: CheckOutcome): WeightsOutcome {
  return {
    kind: 'unmatched',
    reason: reason?.message ?? 'the spec could not be brought together with the code',
  }
}
