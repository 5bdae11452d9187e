import type { Diagnostic } from './diagnostics/diagnostic.js'
import type { CustomGradientGraph } from './graph/custom-gradient.js'
import type { Model, ModelGraph } from './graph/model.js'
import type { Node } from './graph/node.js'
import type { TrainingGraph } from './graph/training.js'
import type { Span } from './text/source.js'

/** The training code of a target: what it does, step by step. */
export interface FoundTraining extends Pick<FoundModel, 'target' | 'where'> {
  readonly graph: TrainingGraph
}

/** A function with a gradient of its own that a target calls. */
export interface FoundCustomGradient extends Pick<FoundModel, 'target' | 'where'>, CustomGradientGraph {}

/** A model that was found, or the reason why it is not known. */
export interface FoundModel {
  /** `path#name`; the name can be given as a target. Models of different cases share it. */
  readonly target: string
  /** The case in which the target builds this model: `kind = 'lstm'`, `not useBias`. Empty where there is one. */
  readonly where: readonly string[]
  /** Whether it is what the target gives, and not just built on the way. */
  readonly returned: boolean
  readonly graph?: ModelGraph
  readonly reason?: Diagnostic
  /** Where it is made, or why that is not known. */
  readonly span: Span
}

/** The target and, where there are several, the case: `model.js#make where kind = 'lstm'`. */
export function titleOf({ target, where }: Pick<FoundModel, 'target' | 'where'>): string {
  return where.length === 0 ? target : `${target} where ${where.join(', ')}`
}

/**
 * The models among which a check has to choose, by name, each in all its cases. What a target gives is the one that
 * it stands for; where it gives none, it stands for all that it builds, without the parts of others.
 */
export function choicesOf(models: readonly FoundModel[]): readonly (readonly FoundModel[])[] {
  // The models of one case share its description; two cases may read alike.
  const cases = groupBy(models, ({ where }) => where)
  const meant = cases.flatMap(found => {
    const returned = found.find(model => model.returned)
    if (returned) return [returned]
    const known = outermost(found).filter(({ graph }) => graph)
    return known.length > 0 ? known : found.slice(0, 1)
  })
  return groupBy(numbered(meant), ({ key }) => key).map(group => group.map(({ model }) => model))
}

/** Two models of one name in one case are two, and not one in two cases. */
function numbered(
  models: readonly FoundModel[],
): readonly { readonly model: FoundModel; readonly key: string }[] {
  const seen = new Map<FoundModel['where'], readonly string[]>()
  return models.map(model => {
    const before = seen.get(model.where) ?? []
    seen.set(model.where, [...before, model.target])
    return { model, key: `${model.target} ${before.filter(target => target === model.target).length}` }
  })
}

/** Without the models that others apply: they are printed as parts of them. */
export function outermost(models: readonly FoundModel[]): readonly FoundModel[] {
  const inner = new Set(models.flatMap(({ graph }) => (graph ? outputsWithin(graph.model) : [])))
  return models.filter(({ graph }) => !inner.has(graph?.model.outputs[0]?.node))
}

function outputsWithin(model: Model): readonly (Node | undefined)[] {
  return model.layers.flatMap(({ model: part }) =>
    part ? [part.outputs[0]?.node, ...outputsWithin(part)] : [],
  )
}

function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): readonly (readonly Item[])[] {
  const groups = new Map<Key, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups.values()]
}
