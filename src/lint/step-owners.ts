import type { Node } from '../graph/node.js'
import type { Moved, Owner, TrainingGraph } from '../graph/training.js'
import { allSteps } from '../graph/training.js'

/** The models that own some parameters, and the names of the others. */
export function namesOf(nodes: readonly Node[], graph: TrainingGraph): string {
  const { owners } = graph.training
  const found = ownersOf(nodes, owners)
  const owned = new Set(found.flatMap(({ parameters }) => parameters))
  const others = nodes.filter(node => !owned.has(node)).map(node => nameOf(node, graph))
  return [...new Set([...found.map(({ name }) => name), ...others])].map(name => `\`${name}\``).join(' and ')
}

/** The models that own a parameter among some. */
export function ownersOf(nodes: readonly Node[], owners: readonly Owner[]): readonly Owner[] {
  const set = new Set(nodes)
  return owners.filter(({ parameters }) => parameters.some(node => set.has(node)))
}

/**
 * The model of another function that is the same one: both were made before the functions were called, at one place and as the
 * same of all that are made there.
 */
export function counterpart(owner: Owner, graph: TrainingGraph, other: TrainingGraph): Owner | undefined {
  const isEarlier = ({ parameters }: Owner, { training: { since = 0 } }: TrainingGraph) =>
    parameters.every(({ id }) => id < since)
  const keyOf = ({ parameters }: Owner, { provenance }: TrainingGraph) =>
    JSON.stringify(
      parameters.map(node => {
        const { file, start } = provenance.origins(node)[0]?.span ?? {}
        return [node.attributes.identity, node.attributes.name, file?.path, start]
      }),
    )
  if (!isEarlier(owner, graph)) return undefined
  const key = keyOf(owner, graph)
  return other.training.owners.find(own => isEarlier(own, other) && keyOf(own, other) === key)
}

function nameOf(node: Node, { training, provenance }: TrainingGraph): string {
  const all = allSteps(training.steps).flatMap((step): readonly Moved[] =>
    step.kind === 'descent'
      ? step.moved
      : step.kind === 'assignment'
        ? step.writes.map(({ moved }) => moved)
        : [],
  )
  const moved = all.find(({ parameter }) => parameter.node === node)
  if (moved?.layer) return moved.layer.variable ?? moved.layer.name
  return provenance.name(node) ?? moved?.parameter.name ?? 'a parameter'
}
