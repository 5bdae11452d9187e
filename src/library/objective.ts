import type { GraphBuilder } from '../graph/builder.js'
import { type Model, parametersOf } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { elaborateText } from '../ops/elaborate.js'
import { layers } from './layers/table.js'
import { losses } from './losses.js'
import { penaltyText } from './regularizers.js'

/** The labels that the loss on an output is given: of the shape of the output (tfjs-layers/src/engine/training.ts, `fit`). */
export function labelsOf(builder: GraphBuilder, output: number, prediction: Node): Node | Problem {
  const { shape, dtype } = prediction.type
  return builder.node('input', [], { name: 'y', index: -1000 - output, shape, dtype })
}

/** A loss of the table, for each example. */
export function namedLoss(
  builder: GraphBuilder,
  kind: string,
  labels: Node,
  prediction: Node,
): Node | Problem {
  const definition = Object.hasOwn(losses, kind) ? losses[kind] : undefined
  if (!definition) return { problem: `there is no loss \`${kind}\`` }
  const values: Readonly<Record<string, Node>> = { y: labels, p: prediction }
  return elaborateText(definition.means, { value: name => values[name] }, builder)
}

/**
 * What training minimises, from the loss of the examples: the mean of all elements, whatever their shape
 * (tfjs-layers/src/engine/training.ts, `makeTrainFunction`), with the weight that a paper gives it.
 */
export function objectiveOf(
  builder: GraphBuilder,
  loss: Node | Problem,
  weight: Attribute = 1,
): Node | Problem {
  if (isProblem(loss)) return loss
  const mean = loss.type.shape?.length === 0 ? 'loss' : 'mean[keepDims = false](loss)'
  const text = weight === 1 ? mean : `weight * ${mean}`
  const values: Readonly<Record<string, Node | Attribute>> = { loss, weight }
  return elaborateText(text, { value: name => values[name] }, builder)
}

/** A penalty that a layer declares for one of its parameters. */
export interface Penalty {
  readonly parameter: Node
  /** A number of the graph that training adds to the loss. */
  readonly node: Node
}

/** What `fit` adds to the losses of the outputs (tfjs-layers/src/engine/topology.ts, `calculateLosses`). */
export function penaltiesOf(model: Model, builder: GraphBuilder): readonly Penalty[] {
  return parametersOf(model).flatMap(({ layer, parameter: { node: parameter, name } }) => {
    if (!layer) return []
    const stem = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    return Object.entries(layers[layer.kind]?.config ?? {}).flatMap(([key, { kind }]) => {
      const value = layer.config[key]?.value
      if (kind !== 'regularizer' || key !== `${stem}Regularizer` || typeof value !== 'string') return []
      const text = penaltyText(value)
      if (!text) return []
      const node = elaborateText(text, { value: inner => (inner === 'w' ? parameter : undefined) }, builder)
      return isProblem(node) ? [] : [{ parameter, node }]
    })
  })
}
