import { failureOf } from '../experiment/failures.js'
import {
  misreading,
  numberDifference,
  type Reference,
  type SideNames,
  sharedNumbers,
  type WeightedModel,
  type WeightsOutcome,
} from '../experiment/same-weights.js'
import { allParametersOf } from '../experiment/sent-graph.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { Laboratory } from './laboratory.js'

export interface CarriedWeights {
  readonly code: WeightedModel & { readonly laboratory: Laboratory }
  readonly other: Reference & { readonly laboratory: Laboratory }
  readonly names: SideNames
  readonly seed: number
}

/** Gives code and what it is compared with the same weights, and compares what they compute. */
export async function carryWeights({
  code,
  other,
  names: called,
  seed,
}: CarriedWeights): Promise<WeightsOutcome> {
  const { graph, weights } = code
  const shared = sharedNumbers(code, other, called, seed)
  if (isProblem(shared)) return { kind: 'unmatched', reason: shared.problem }
  const known = new Map(allParametersOf(graph).map(({ node, name }) => [node, name]))
  const names = {
    outputs: graph.model.outputs.map(({ name }) => name),
    places: other.outputs,
    weights: weights.map(node => known.get(node) ?? String(node.attributes.name)),
  }
  for (const numbers of shared) {
    const doing = `computing outputs in ${numbers.mode}`
    const [real, stated] = await Promise.all([
      code.laboratory.ask('outputs', numbers.code.asked, doing),
      other.laboratory.ask('outputs', numbers.other.asked, doing),
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
    parameters: weights.length,
    modes: shared.map(({ mode }) => mode),
    gradients: shared.every(({ code: { asked } }) => asked.factors !== undefined),
  }
}

/** The first output with an element that is not a number, in words. */
export function notANumber(outputs: readonly Tensor[], names: readonly string[]): string | undefined {
  const at = outputs.findIndex(({ data }) => data.some(value => !Number.isFinite(value)))
  return at < 0 ? undefined : `for random weights and inputs, \`${names[at]}\` is not finite`
}
