import type { Known } from '../bakeoff/run.js'
import { counterpartsIn } from '../compare/counterpart.js'
import { compareModels } from '../compare/models.js'
import { failureOf } from '../experiment/failures.js'
import type { NumberDifference } from '../experiment/number-difference.js'
import type { Description } from '../experiment/protocol.js'
import {
  misreading,
  type Reference,
  sharedNumbers,
  type WeightedModel,
  type WeightsOutcome,
  weightNodes,
} from '../experiment/same-weights.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem, type Problem } from '../graph/op.js'
import { carryWeights, notANumber } from './carried-weights.js'
import type { Laboratory } from './laboratory.js'

/** Code that was built in a process of its own. */
export interface RunningSide {
  readonly label: string
  readonly laboratory: Laboratory
  readonly description: Description
  /** Its graph with the nodes of its weights, or why weights cannot be given to it. */
  readonly model: WeightedModel | Problem
}

/** What was read of code that was built. */
export function weightedModel(
  label: string,
  description: Description,
  graph: ModelGraph | undefined,
): WeightedModel | Problem {
  if (!graph) return { problem: `${label} could not be followed` }
  const weights = weightNodes(description, graph)
  return isProblem(weights) ? weights : { graph, weights }
}

/** The first number in which code computes something else than what was read from it. Fails where its outputs are no numbers. */
export async function misreadingOf(
  { laboratory, model, label }: RunningSide,
  seed: number,
): Promise<NumberDifference | undefined> {
  if (isProblem(model)) return undefined
  const outputs = model.graph.model.outputs.map((_, i) => i)
  const shared = sharedNumbers(model, { ...model, outputs }, { code: label, other: label }, seed)
  if (isProblem(shared)) return undefined
  for (const numbers of shared) {
    const real = await laboratory.ask('outputs', numbers.code.asked, `computing outputs in ${numbers.mode}`)
    const lost = notANumber(
      real.outputs,
      model.graph.model.outputs.map(({ name }) => name),
    )
    if (lost !== undefined) throw failureOf('numbers', { message: lost })
    const misread = misreading(model.graph, numbers, real)
    if (misread) return misread
  }
  return undefined
}

/** What comes of the weights of one side in another. */
export interface Weighing {
  readonly outcome: WeightsOutcome
  /** About the outputs, without running anything. */
  readonly known: Known
  /** For each weight of the side the place of the same one in the other; absent where that is not known. */
  readonly order?: readonly number[]
}

/**
 * Gives both sides the same weights. Of the ways in which their learned tensors may correspond, one under which the outputs agree is it, and
 * where there is one way alone it is taken; otherwise it is not known which tensor is which.
 */
export async function weigh(side: RunningSide, other: RunningSide, seed: number): Promise<Weighing> {
  const [own, foreign] = [side.model, other.model]
  if (isProblem(own)) return unmatched(own.problem)
  if (isProblem(foreign)) return unmatched(foreign.problem)
  const ways = counterpartsIn(own.graph, foreign.graph)
  if (isProblem(ways)) return unmatched(ways.problem)
  const names = { code: side.label, other: other.label }
  const tried: { readonly outcome: WeightsOutcome; readonly order: readonly number[] }[] = []
  for (const way of ways) {
    const weights = weightNodes(other.description, way.graph)
    if (isProblem(weights)) return unmatched(weights.problem)
    const reference: Reference = { ...way, weights }
    const outcome = await carryWeights({
      code: { ...own, laboratory: side.laboratory },
      other: { ...reference, laboratory: other.laboratory },
      names,
      seed,
    })
    tried.push({ outcome, order: orderOf(own, reference) })
    if (hasEqualOutputs(outcome)) break
  }
  const { outcome, order } = tried.at(hasEqualOutputs(tried.at(-1)!.outcome) ? -1 : 0)!
  const isMatched = outcome.kind !== 'unmatched' && (hasEqualOutputs(outcome) || ways.length === 1)
  const known = knownOf(own.graph, foreign.graph)
  return { outcome, known, ...(isMatched && { order }) }
}

/** For each weight of a model the place of the same one among those of the reference. */
export const orderOf = ({ weights }: WeightedModel, reference: WeightedModel): readonly number[] =>
  weights.map(node => reference.weights.indexOf(node))

const unmatched = (reason: string): Weighing => ({ outcome: { kind: 'unmatched', reason }, known: 'open' })

/** Outputs are compared before gradients. */
const hasEqualOutputs = (outcome: WeightsOutcome): boolean =>
  outcome.kind === 'agree' || (outcome.kind === 'differ' && outcome.difference.of === 'gradient')

const words = { same: 'proved', differs: 'refuted', open: 'open' } as const satisfies Record<string, Known>

const knownOf = (first: ModelGraph, second: ModelGraph): Known =>
  words[compareModels(first, second).judgement.kind]
