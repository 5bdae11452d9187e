import type { FoundTraining } from '../found.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type ModelGraph, type Parameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { allSteps, type Write } from '../graph/training.js'
import { moveNodes } from '../graph/transplant.js'

/**
 * What a function gives that makes its layers itself: their weights are what the function gives them, or the one number
 * that they start as. Weights of which that is not known stay parameters.
 */
export function withFirstValues(
  { model, builder }: ModelGraph,
  trainings: readonly FoundTraining[],
): readonly Node[] {
  const outputs = model.outputs.map(({ node }) => node)
  const steps = trainings.flatMap(({ graph }) => allSteps(graph.training.steps))
  if (!steps.every(({ kind }) => kind === 'assignment')) return outputs
  const writes = steps.flatMap(step => (step.kind === 'assignment' ? step.writes : []))
  const values = new Map<Node, Node>()
  for (const { parameter } of parametersOf(model)) {
    const value = firstValueOf(parameter, writes, builder)
    if (value) values.set(parameter.node, value)
  }
  if (values.size === 0) return outputs
  const moved = moveNodes(outputs, builder, node => values.get(node) ?? { attributes: node.attributes })
  return isProblem(moved) ? outputs : outputs.map(node => moved.get(node)!)
}

/** Moving statistics change when a layer is applied, and other weights by what is written into them. */
function firstValueOf(
  { node, shape, trainable, isOverwritten, initializer, first }: Parameter,
  writes: readonly Write[],
  builder: GraphBuilder,
): Node | undefined {
  const own = writes.filter(({ moved }) => moved.parameter.node === node)
  if (isOverwritten || own.length > 1 || own.some(({ value }) => value !== first)) return undefined
  if (first) return first
  if (own.length > 0 || initializer.kind !== 'constant' || !trainable) return undefined
  const filled = builder.node('fill', [], { shape, value: initializer.settings.value!, dtype: 'float32' })
  return isProblem(filled) ? undefined : filled
}
