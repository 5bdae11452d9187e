import { GraphBuilder } from '../graph/builder.js'
import { symbolsOf } from '../graph/dimension.js'
import type { ModelGraph, Parameter, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { transplant } from '../graph/transplant.js'
import { nodesBelow } from '../graph/walk.js'
import { batchName } from '../library/open-sizes.js'
import { opTable } from '../ops/table.js'
import type { StatedModel } from '../spec/spec.js'
import { relate } from './values.js'

/**
 * A function with the tensors that it is given as learned ones, where they are no inputs of the spec and the spec has
 * parameters: a forward pass takes its weights as arguments. It computes what is specified exactly if it does so for any
 * weights, as a network does that owns them.
 */
export function withLearnedInputs(spec: StatedModel, code: ModelGraph): ModelGraph {
  const { model } = code
  if (spec.equationParameters.length === 0 || model.inputs.length <= spec.inputs.length) return code
  const data = dataAmong(spec, model.inputs)
  const read = new Set(nodesBelow(model.outputs.map(({ node }) => node)))
  const isLearned = (port: Port): boolean => !data.includes(port) && read.has(port.node) && mayBeLearned(port)
  const learned = model.inputs.filter(isLearned)
  if (data.length !== spec.inputs.length || learned.length === 0) return code
  const builder = new GraphBuilder(opTable)
  const first = 1 + Math.max(0, ...[...read].map(({ attributes: { identity } }) => Number(identity ?? 0)))
  const parameters = new Map<Node, Node>()
  for (const [i, { name, node }] of learned.entries()) {
    const { shape, dtype } = node.type
    const made = builder.node('parameter', [], { identity: first + i, name, shape: shape!, dtype })
    if (isProblem(made)) return code
    parameters.set(node, made)
  }
  const moved = transplant(code, builder, node => parameters.get(node) ?? { attributes: node.attributes })
  if (isProblem(moved)) return code
  const { graph } = moved
  const variables = learned.map(
    ({ name, node, stated }): Parameter => ({
      name,
      node: parameters.get(node)!,
      shape: node.type.shape!,
      initializer: { kind: 'opaque', settings: {} },
      isOverwritten: true,
      trainable: true,
      ...(stated && { stated }),
    }),
  )
  const inputs = graph.model.inputs.filter((_, i) => !learned.includes(model.inputs[i]!))
  return {
    ...graph,
    model: { ...graph.model, inputs, variables: [...(graph.model.variables ?? []), ...variables] },
  }
}

/** Weights are no whole numbers, and all examples share them. */
function mayBeLearned({ node: { type } }: Port): boolean {
  const ofExamples = type.shape?.some(size => symbolsOf(size).has(batchName)) ?? true
  return type.dtype === 'float32' && !ofExamples
}

/**
 * The inputs of the code that are those of the spec: by what was said of them or their names, or as the only ones of their
 * shapes, else the first ones.
 */
function dataAmong(spec: StatedModel, inputs: readonly Port[]): readonly Port[] {
  const named = spec.inputs.flatMap(({ name }) => {
    const port =
      inputs.find(({ stated }) => stated?.input === name) ?? inputs.find(port => port.name === name)
    return port ? [port] : []
  })
  if (new Set(named).size === spec.inputs.length) return named
  const shaped = inputs.filter(({ node }) =>
    spec.inputs.some(({ shape }) => node.type.shape && relate(shape, node.type.shape) === 'same'),
  )
  return shaped.length === spec.inputs.length ? shaped : inputs.slice(0, spec.inputs.length)
}
