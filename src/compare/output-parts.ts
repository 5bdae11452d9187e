import type { GraphBuilder } from '../graph/builder.js'
import type { LayerApplication, Model, Port } from '../graph/model.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { applicationsOf, type CodeNetwork, mostArranged } from './networks.js'

/**
 * Models whose only output the code takes apart along its last axis, as networks that give the parts one by one: an encoder
 * whose last layer computes means and variances side by side.
 */
export function networksOfParts(
  networks: readonly CodeNetwork[],
  losses: readonly Model[],
  applications: readonly LayerApplication[],
  builder: GraphBuilder,
): readonly CodeNetwork[] {
  const slices = nodesBelow(losses.flatMap(({ outputs }) => outputs.map(({ node }) => node))).filter(isPart)
  return networks.flatMap(network => {
    const [port, ...others] = network.model.outputs
    if (!port || others.length > 0 || network.model.inputs.length === 0) return []
    const applied = applicationsOf(network, applications)
    const whole = new Set(applied.flatMap(({ outputs }) => outputs))
    const places = new Map<string, Attributes>()
    for (const { inputs, attributes } of slices)
      if (whole.has(inputs[0]!)) places.set(JSON.stringify(attributes), attributes)
    if (places.size < 2 || places.size > mostArranged) return []
    const partsOf = (output: Node): readonly Node[] =>
      [...places.values()].flatMap(attributes => {
        const part = builder.node('slice', [output], attributes)
        return isProblem(part) ? [] : [part]
      })
    const outputs = partsOf(port.node).map(
      (node, i): Port => ({ ...port, name: `${port.name}_${i + 1}`, node }),
    )
    if (outputs.length !== places.size) return []
    const calls = applied.map(({ inputs, outputs: [output], origin }) => ({
      inputs,
      outputs: output ? partsOf(output) : [],
      origin,
    }))
    return [{ ...network, model: { ...network.model, outputs }, calls }]
  })
}

/** Whether a value is consecutive positions along the last axis of another. */
function isPart({ op, inputs, attributes: { axis, step } }: Node): boolean {
  const rank = inputs[0]?.type.shape?.length
  return op === 'slice' && step === 1 && rank !== undefined && (axis === -1 || axis === rank - 1)
}
