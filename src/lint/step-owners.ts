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
