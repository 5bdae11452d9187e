import { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import { Provenance } from '../graph/provenance.js'
import { batch } from '../library/open-sizes.js'
import { opTable } from '../ops/table.js'
import type { SpecContext } from './context.js'
import { instantiatePlan } from './instantiate.js'
import { drawnIn, isPassage, type Plan } from './plan.js'
import type { Clause, Spec, StatedModel } from './spec.js'

/** The model that a plan states. `clauseOf` are the clauses of its parts. */
export function statedModel(
  context: SpecContext,
  title: string,
  plan: Plan,
  clauseOf: ReadonlyMap<string, Clause>,
): StatedModel {
  const isByExample = !plan.networks && plan.steps.every(isPassage)
  return {
    ...(isByExample && {
      withBatch: (has: (input: string) => boolean) =>
        statedModel(context, title, { ...plan, inputs: withBatch(plan.inputs, has) }, clauseOf),
    }),
    title,
    symbols: context.symbols,
    instantiate: request =>
      instantiatePlan(title, plan, name => context.symbolValue(name), [...context.symbols.keys()], request),
    equationParameters: equationParametersOf(plan),
    draws: drawnIn(plan.steps.filter(isPassage)),
    inputs: plan.inputs.map(({ name, shape, dtype, below, sums, hasBatch }) => ({
      name,
      dtype,
      ...(below !== undefined && { below }),
      ...(sums !== undefined && { sums }),
      shape: [...(hasBatch ? [batch] : []), ...(shape as readonly Dimension[])],
      clause: clauseOf.get(`input:${name}`)!,
    })),
    clauses: [...new Set(clauseOf.values())],
    clauseOf,
  }
}

const withBatch = (inputs: Plan['inputs'], has: (input: string) => boolean): Plan['inputs'] =>
  inputs.map(input => ({ ...input, hasBatch: input.hasBatch && has(input.name) }))

/** Builds a model by itself, which shows whether its parts fit each other. */
export const tried = ({ instantiate }: StatedModel): ReturnType<Spec['instantiate']> =>
  instantiate({ builder: new GraphBuilder(opTable), provenance: new Provenance() })

function equationParametersOf({ steps }: Plan): Spec['equationParameters'] {
  const all = steps.flatMap(step => (isPassage(step) ? step.parameters : []))
  const byName = new Map(
    all.map(({ name, shape, family }) => [name, { name, shape: shape as readonly Dimension[], family }]),
  )
  return [...byName.values()]
}
