import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, symbol } from '../graph/dimension.js'
import { Provenance } from '../graph/provenance.js'
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
  const example = planOfOneExample(plan)
  return {
    ...(example && { ofOneExample: statedModel(context, title, example, clauseOf) }),
    title,
    symbols: context.symbols,
    instantiate: request =>
      instantiatePlan(title, plan, name => context.symbolValue(name), [...context.symbols.keys()], request),
    equationParameters: equationParametersOf(plan),
    draws: drawnIn(plan.steps.filter(isPassage)),
    inputs: plan.inputs.map(({ name, shape, dtype, below, hasBatch }) => ({
      name,
      dtype,
      ...(below !== undefined && { below }),
      shape: [...(hasBatch ? [symbol('N', true)] : []), ...(shape as readonly Dimension[])],
      clause: clauseOf.get(`input:${name}`)!,
    })),
    clauses: [...new Set(clauseOf.values())],
    clauseOf,
  }
}

/** Equations hold for each example; layers and networks are applied to batches. */
function planOfOneExample(plan: Plan): Plan | undefined {
  const hasBatch = plan.inputs.some(input => input.hasBatch)
  if (!hasBatch || plan.networks || !plan.steps.every(isPassage)) return undefined
  return { ...plan, inputs: plan.inputs.map(input => ({ ...input, hasBatch: false })) }
}

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
