import type { Layer, LayerApplication, Model } from '../graph/model.js'
import { nodesBelow } from '../graph/walk.js'
import { type LayerAxes, samples } from '../library/axes.js'
import { layers } from '../library/layers/table.js'
import { type AxisMeanings, type AxisStatement, axisMeanings } from './axes.js'
import { type Roles, rolesOf } from './roles.js'

/**
 * What is known of a model's values beside what they are: what their axes count, and what they stand for. It follows
 * from the ops and the layers, takes no part in what a node is, and is unknown where nothing says it.
 */
export interface Meanings {
  readonly axes: AxisMeanings
  readonly role: Roles
}

const known = new WeakMap<Model, Meanings>()

/** Found once for each model, in time linear in its nodes. */
export function meaningsOf(model: Model): Meanings {
  const found = known.get(model)
  if (found) return found
  const applications = allApplications(model)
  const nodes = nodesBelow([
    ...model.inputs.map(({ node }) => node),
    ...model.outputs.map(({ node }) => node),
    ...(model.compilation?.losses ?? []).flatMap(({ function: own }) => own?.value ?? []),
    ...applications.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
  ])
  const meanings = { axes: axisMeanings(nodes, applications.flatMap(statementsOf)), role: rolesOf(nodes) }
  known.set(model, meanings)
  return meanings
}

/** Those of layers in layers, and in models that are used as layers, as well. */
function allApplications(model: Model, seen = new Set<Model>()): readonly LayerApplication[] {
  if (seen.has(model)) return []
  seen.add(model)
  const within = (application: LayerApplication): readonly LayerApplication[] => [
    application,
    ...(application.inner ?? []).flatMap(within),
    ...(application.layer.model ? allApplications(application.layer.model, seen) : []),
  ]
  return model.applications.flatMap(within)
}

/** What a layer says of the axes of what it takes and gives. */
function statementsOf({ layer, inputs, outputs }: LayerApplication): readonly AxisStatement[] {
  const orders = ordersOf(layer)
  if (!orders) return []
  return [
    ...inputs.map(node => ({ node, order: orders.inputs })),
    ...outputs.map(node => ({ node, order: orders.outputs })),
  ]
}

function ordersOf({ kind, model, config }: Layer): LayerAxes | undefined {
  if (model) return samples
  const axes = layers[kind]?.axes
  return typeof axes === 'function'
    ? axes(Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value])))
    : axes
}
