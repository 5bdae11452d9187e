import type { ModelGraph } from '../graph/model.js'
import { nodesBelow } from '../graph/walk.js'
import { rolesOf } from '../meanings/roles.js'
import { lookupsOf } from './indices.js'
import type { Signature, Standing } from './problem.js'
import type { Description } from './protocol.js'

/** What decides which problems a model can be put to: its shapes as it runs, and what its numbers stand for as it was read. */
export function signatureOf({ inputs, outputs }: Description, graph: ModelGraph | undefined): Signature {
  const bounds = graph && lookupsOf(graph).bounds
  const roles = graph && rolesOf(nodesBelow(graph.model.outputs.map(({ node }) => node)))
  return {
    inputs: inputs.map(({ shape }, i) => {
      const node = graph?.model.inputs[i]?.node
      const below = node && bounds?.get(node)
      return { shape: shape.slice(1), ...(below !== undefined && { below }) }
    }),
    outputs: outputs.map(({ shape }, i) => {
      const node = graph?.model.outputs[i]?.node
      const fact = node && roles?.(node)
      return { shape: shape.slice(1), stands: standingOf(fact?.assumed ? undefined : fact) }
    }),
  }
}

function standingOf(fact: { readonly role: string; readonly over?: number } | undefined): Standing {
  if (fact?.role !== 'probability') return 'real'
  return fact.over === undefined ? 'probability' : 'distribution'
}
