import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Origin } from '../graph/provenance.js'
import { nodesBelow } from '../graph/walk.js'
import { applicationsOf, type CodeNetwork, inputsOf, type NetworkPairing } from './networks.js'

/** An application of a network in the code, by the places that the network has. */
export interface Applied {
  readonly network: CodeNetwork
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
  /** What tells it from other applications of the network to equal values. */
  readonly variant: string
  readonly origin: Origin
}

/** Where a computation applies networks; a compiled model stands in its loss as it is. */
export const appliedNetworks = (
  applications: readonly LayerApplication[],
  networks: NetworkPairing,
): readonly Applied[] =>
  [...networks.values()].flatMap((network): readonly Applied[] => {
    const { order, model } = network
    const at = (nodes: readonly Node[], places: readonly number[] | undefined) =>
      places ? places.flatMap(i => nodes[i] ?? []) : nodes
    const applied = (inputs: readonly Node[], outputs: readonly Node[], origin: Origin): Applied => ({
      network,
      inputs,
      outputs,
      variant: variantOf(inputs, outputs),
      origin,
    })
    const nodesOf = (ports: Model['inputs']) => ports.map(({ node }) => node)
    return [
      ...applicationsOf(network, applications).flatMap(application => {
        const inputs = inputsOf(network, application)
        return inputs ? [applied(inputs, at(application.outputs, order?.outputs), application.origin)] : []
      }),
      ...(model.inputs.length > 0
        ? [applied(nodesOf(model.inputs), nodesOf(model.outputs), model.origin)]
        : []),
    ]
  })

/** What applications can be: alike in all modes, in the mode of training, or with draws of their own. */
export const variants = { plain: '', training: 'training', drawing: 'draws' } as const

/** What tells applications of one network to equal values apart: the mode, and what is drawn. */
export function variantOf(inputs: readonly Node[], outputs: readonly Node[]): string {
  const inside = nodesBetween(inputs, outputs)
  const isDrawn = inside.some(({ attributes }) => 'site' in attributes && attributes.mode !== 'inference')
  if (isDrawn) return `${variants.drawing} ${outputs.map(({ id }) => id).join()}`
  const modes = new Set(
    inside.flatMap(({ attributes: { mode } }) => (typeof mode === 'string' ? [mode] : [])),
  )
  return [...modes].sort().join()
}

function nodesBetween(inputs: readonly Node[], outputs: readonly Node[]): readonly Node[] {
  const outside = new Set(nodesBelow(inputs))
  return nodesBelow(outputs).filter(node => !outside.has(node))
}

/** Whether an application computes something that is another value in training, and computes it as in inference. */
export const isInert = ({ inputs, outputs }: Applied): boolean =>
  nodesBetween(inputs, outputs).some(({ attributes: { mode, rate } }) => mode === 'inference' && rate !== 0)
