import { symbolsIn } from '../graph/attribute.js'
import type { Model, ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Transplanted } from '../graph/transplant.js'
import { nodesBelow } from '../graph/walk.js'
import { isSame } from './align.js'
import { Correspondence } from './correspondence.js'
import { compareWholes, leafNames, type Sides, type Whole } from './evidence.js'
import { type Judgement, judge } from './judge.js'
import { type NamedDifference, nameDifference } from './naming.js'
import {
  type Alignment,
  alignModels,
  bringTogether,
  isTabled,
  type ParameterPairing,
  parameterPairings,
  portPlaces,
} from './pairing.js'
import { isOrderFree, rearrangeOtherwise } from './rearranged.js'
import { optionFor } from './remarked-inputs.js'
import type { Unit } from './units.js'

/** What is known of two models of model code. */
export interface ModelComparison {
  /** About the outputs, for all inputs and all values of the learned tensors. */
  readonly judgement: Judgement
  readonly alignment: Alignment
  readonly parameters: ParameterPairing
  /** Where they differ, and how it is called where one change explains it. */
  readonly named?: NamedDifference
  /** The second model in the builder of the first, with what corresponds in common; absent where it does not fit. */
  readonly together?: Transplanted
  /** What is open in both and taken to have one value: sizes and settings, by name. */
  readonly shared: readonly string[]
}

/**
 * Compares two models of model code. They are the same if there is a way to pair their learned tensors one to one under
 * which all outputs are equal, and they differ if no way makes them equal. Inputs correspond by the author's names or
 * by their order, what is open by its name.
 */
export function compareModels(first: ModelGraph, second: ModelGraph): ModelComparison {
  const alignment = alignModels(first, second)
  const [parameters, ...others] = parameterPairings(first, second, alignment)
  const moved = [parameters!, ...others].map(pairing => bringTogether(first, second, alignment, pairing))
  const fitting = moved.flatMap(entry => (isProblem(entry) ? [] : [entry]))
  const sides = fitting.map(({ graph }) => sidesOf(first, graph))
  const symbols = [first, second].map(openSymbols) as [ReadonlySet<string>, ReadonlySet<string>]
  const foreign = [...symbols[0]].concat(...symbols[1]).find(name => symbols.some(set => !set.has(name)))
  const [likeliest] = sides
  const judgement = judge(sides, () => {
    if (!likeliest) return open(moved.find(isProblem)?.problem ?? '')
    if (!likeliest.complete) return differentOutputs(first.model, second.model)
    if (foreign !== undefined) {
      const option = optionFor(foreign, symbols[0].has(foreign) ? first.model : second.model)
      return open(`\`${foreign}\` is open in one of them only; give it a value: ${option}`)
    }
    return compareWholes(likeliest, { rearranged: mayRearrange(first, second, alignment), explained: false })
  })
  const shared = [...symbols[0]].filter(name => symbols[1].has(name) && name !== batch)
  const named = judgement.kind === 'differs' ? nameDifference(sides) : undefined
  return {
    judgement,
    alignment,
    parameters: parameters!,
    shared,
    ...(named && { named }),
    ...(fitting[0] && { together: fitting[0] }),
  }
}

/** The size of the batch, which models without a size for it have in common. */
const batch = 'N'

const open = (problem: string): Whole => ({ kind: 'open', problem })

function sidesOf(first: ModelGraph, second: ModelGraph): Sides {
  const places = portPlaces(first.model.outputs, second.model.outputs)
  const outputs = first.model.outputs.flatMap(({ name, node }, i) => {
    const other = second.model.outputs[places[i]!]
    return other ? [{ name, node, other: other.node }] : []
  })
  const [own, others] = [leafNames(first), leafNames(second)]
  const isOwn = new Set(nodesBelow(first.model.outputs.map(({ node }) => node)))
  return {
    specified: outputs.map(({ node }) => node),
    implemented: outputs.map(({ other }) => other),
    names: outputs.map(({ name }) => name),
    nameOf: node => (isOwn.has(node) ? own(node) : others(node)),
    assumed: new Map(),
    builder: first.builder,
    complete: first.model.outputs.length === second.model.outputs.length,
  }
}

function differentOutputs(first: Model, second: Model): Whole {
  const count = ({ outputs }: Model) => `${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'}`
  const evidence = { by: 'value', expected: count(first), actual: count(second) } as const
  return { kind: 'differs', evidence, parameters: false }
}

function openSymbols({ model }: ModelGraph): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { attributes, type } of nodesBelow(model.outputs.map(({ node }) => node)))
    for (const value of [...Object.values(attributes), type.shape])
      for (const name of symbolsIn(value)) names.add(name)
  return names
}

/**
 * Whether elements may stand in other places on one side, so that another arrangement of the learned tensors could make
 * both equal. Of what is computed beside layers of the table nothing is known.
 */
function mayRearrange(first: ModelGraph, second: ModelGraph, { pairs, inputs }: Alignment): boolean {
  if (!isLayered(first.model) || !isLayered(second.model)) return true
  const units = pairs.flatMap(({ specified, implemented }) => [specified, implemented])
  if (units.some(unit => unit && !isTabled(unit.layer.kind))) return true
  const isOrdered = (a: Unit, b: Unit) =>
    values.readsTheSame(a, b) || !values.readsReordered(a, b) || isOrderFree(b, second.builder)
  const values = new Correspondence(
    pairs,
    inputs.flatMap(([a, b]) => (b ? [[a.node, b.node] as const] : [])),
  )
  const isReordered = pairs.some(
    ({ specified, implemented, moved }) =>
      specified && implemented && !moved && !isOrdered(specified, implemented),
  )
  return isReordered || rearrangeOtherwise(pairs, isSame)
}

/** Whether layers alone connect the inputs of a model with its outputs. */
function isLayered({ inputs, outputs, applications }: Model): boolean {
  const made = new Set<Node>([
    ...inputs.map(({ node }) => node),
    ...applications.flatMap(entry => entry.outputs),
  ])
  return (
    outputs.every(({ node }) => made.has(node)) &&
    applications.every(entry => entry.inputs.every(node => made.has(node)))
  )
}
