import { gradients } from '../gradient/gradient.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { StatedDescent } from '../spec/algorithm.js'
import { givenNormalised } from './given-sums.js'
import { asStated } from './network-ends.js'
import { NetworkApplier } from './networks.js'
import { type Meanings, trainingNetworks } from './objective.js'

/** The derivatives of what is stated to be minimised, by parameters. */
export interface StatedGradients {
  readonly gradients: readonly Node[]
  /** Whether the spec says that the numbers of some inputs add up to one. */
  readonly isConstrained: boolean
  /** Values with such inputs as they are then. */
  readonly constrained: (nodes: readonly Node[]) => readonly Node[] | Problem
}

export function statedGradients(
  stated: StatedDescent,
  parameters: readonly Node[],
  { training, networks, inputs, bindings, sums }: Meanings,
): StatedGradients | Problem {
  const { builder, provenance } = training
  const { objective } = stated
  if (objective.draws.length + objective.equationParameters.length > 0)
    return { problem: 'the stated value draws or learns what the code has no name for' }
  const applier = new NetworkApplier([], builder, trainingNetworks(stated, networks))
  const { graph, diagnostics } = objective.instantiate({
    builder,
    provenance,
    symbol: name => bindings.get(name),
    input: name => inputs.get(name),
    network: asStated(networks, builder, (network, output, args) => applier.apply(network, output, args)),
  })
  const value = graph?.model.outputs[0]?.node
  if (!value) return { problem: diagnostics[0]?.message ?? 'the equations do not fit the code' }
  const found = gradients(value, parameters, builder)
  if (isProblem(found)) return found
  const known: Node[] = []
  for (const [i, node] of found.entries()) {
    const own = node ?? builder.node('fill', [], { shape: parameters[i]!.type.shape!, value: 0 })
    if (isProblem(own)) return own
    known.push(own)
  }
  return {
    gradients: known,
    isConstrained: sums.size > 0,
    constrained: nodes => givenNormalised(nodes, sums, builder),
  }
}
