import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { type Applied, type Descent, descentsAmong } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import type { ProgramRule } from './program.js'
import { hasModes, inertLayer } from './training.js'

/**
 * Layers that do something else in training, in steps of which the loss is not known, as where the data comes from a file:
 * that a model is applied as in inference, and what the step trains, is known all the same.
 */
export const inertModels: ProgramRule = ({ trainings }) =>
  trainings.flatMap(({ training }) => descentsAmong(training.steps).flatMap(failuresOf))

function failuresOf({ loss, applied = [], choice, moved }: Descent): readonly Diagnostic[] {
  if (loss) return []
  const trained = new Set(moved.map(({ parameter }) => parameter.node))
  const models = [...new Set(applied.map(({ model }) => model.outputs[0]?.node))]
  // Of several models, one may be there to be followed or to judge, and is trained only because no variables are listed.
  if (choice !== 'listed' && models.length > 1) return []
  return models.flatMap(output => {
    const uses = applied.filter(({ model }) => model.outputs[0]?.node === output)
    return uses[0] && uses.every(({ mode }) => mode === 'inference') ? failuresAt(uses[0], trained) : []
  })
}

function failuresAt({ model, origin }: Applied, trained: ReadonlySet<Node>): readonly Diagnostic[] {
  const nodes = nodesBelow(model.outputs.map(({ node }) => node))
  if (!nodes.some(node => trained.has(node))) return []
  return nodes
    .filter(node => hasModes(node) && node.attributes.mode !== 'training')
    .flatMap(node => inertLayer(node, model, trained, origin.span) ?? [])
}
