import type { Counterpart } from '../compare/counterpart.js'
import { failureOf } from '../experiment/failures.js'
import type { Description } from '../experiment/protocol.js'
import {
  misreading,
  numberDifference,
  sharedNumbers,
  type WeightsOutcome,
  weightNodes,
} from '../experiment/same-weights.js'
import { allParametersOf } from '../experiment/sent-graph.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { Laboratory } from './laboratory.js'

/** Gives code and spec the same weights, and compares what they compute. */
export async function carryWeights({
  graph,
  counterpart,
  description,
  model,
  spec,
  seed,
}: {
  readonly graph: ModelGraph
  readonly counterpart: Counterpart
  readonly description: Description
  readonly model: Laboratory
  readonly spec: Laboratory
  readonly seed: number
}): Promise<WeightsOutcome> {
  const nodes = weightNodes(description, graph)
  if (isProblem(nodes)) return { kind: 'unmatched', reason: nodes.problem }
  const shared = sharedNumbers(graph, nodes, counterpart, seed)
  if (isProblem(shared)) return { kind: 'unmatched', reason: shared.problem }
  const known = new Map(allParametersOf(graph).map(({ node, name }) => [node, name]))
  const names = {
    outputs: graph.model.outputs.map(({ name }) => name),
    places: counterpart.outputs,
    weights: nodes.map(node => known.get(node) ?? String(node.attributes.name)),
  }
  for (const numbers of shared) {
    const doing = `computing outputs in ${numbers.mode}`
    const [real, stated] = await Promise.all([
      model.ask('outputs', numbers.code.asked, doing),
      spec.ask('outputs', numbers.spec.asked, doing),
    ])
    const lost = notANumber(real.outputs, names.outputs)
    if (lost !== undefined) throw failureOf('numbers', { message: lost })
    const misread = misreading(graph, numbers, real)
    if (misread) return { kind: 'misread', difference: misread }
    const difference = numberDifference(numbers, names, real, stated)
    if (difference) return { kind: 'differ', difference }
  }
  return {
    kind: 'agree',
    parameters: nodes.length,
    modes: shared.map(({ mode }) => mode),
    gradients: shared.every(({ code }) => code.asked.factors !== undefined),
  }
}

/** The first output with an element that is not a number, in words. */
function notANumber(outputs: readonly Tensor[], names: readonly string[]): string | undefined {
  const at = outputs.findIndex(({ data }) => data.some(value => !Number.isFinite(value)))
  return at < 0 ? undefined : `for random weights and inputs, \`${names[at]}\` is not finite`
}
