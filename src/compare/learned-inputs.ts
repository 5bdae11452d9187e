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

/** A function as it stands in for a model: what each choice of its inputs makes of it, the most likely one first. */
export interface InputReadings {
  readonly readings: readonly [ModelGraph, ...(readonly ModelGraph[])]
  /** Whether there are no others. */
  readonly areAll: boolean
}

/**
 * A function with the tensors that it is given as learned ones, where they are no inputs of the spec and the spec has
 * parameters: a forward pass takes its weights as arguments. It computes what is specified exactly if it does so for any
 * weights, as a network does that owns them. Where neither names nor shapes say which tensors the inputs are, any may be.
 */
export function readInputs(spec: StatedModel, code: ModelGraph): InputReadings {
  const { inputs } = code.model
  const count = spec.inputs.length
  if (spec.equationParameters.length === 0 || inputs.length <= count)
    return { readings: [code], areAll: true }
  const ways = dataAmong(spec, inputs)
  const [first = inputs.slice(0, count), ...others] = ways.slice(0, mostReadings)
  return {
    readings: [withLearned(code, first), ...others.map(data => withLearned(code, data))],
    areAll: ways.length > 0 && ways.length <= mostReadings,
  }
}

/** The function with all of its tensors but the data as learned ones. */
function withLearned(code: ModelGraph, data: readonly Port[]): ModelGraph {
  const { model } = code
  const read = new Set(nodesBelow(model.outputs.map(({ node }) => node)))
  const isLearned = (port: Port): boolean => !data.includes(port) && read.has(port.node) && mayBeLearned(port)
  const learned = model.inputs.filter(isLearned)
  if (learned.length === 0) return code
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

/** More ways to choose inputs than this are not tried. */
const mostReadings = 12

/**
 * The inputs of the code that may be those of the spec: by what was said of them or their names, or as the only ones of
 * their shapes, else each choice of as many that may have these shapes, one more at most than are tried.
 */
function dataAmong(spec: StatedModel, inputs: readonly Port[]): readonly (readonly Port[])[] {
  const named = spec.inputs.flatMap(({ name }) => {
    const port =
      inputs.find(({ stated }) => stated?.input === name) ?? inputs.find(port => port.name === name)
    return port ? [port] : []
  })
  if (new Set(named).size === spec.inputs.length) return [named]
  const shaped = inputs.filter(({ node }) =>
    spec.inputs.some(({ shape }) => node.type.shape && relate(shape, node.type.shape) === 'same'),
  )
  if (shaped.length === spec.inputs.length) return [shaped]
  const others = inputs.filter(
    port => !named.includes(port) && spec.inputs.some(input => mayBe(spec, input, port)),
  )
  const ways: (readonly Port[])[] = []
  for (const chosen of selections(others, spec.inputs.length - new Set(named).size)) {
    ways.push([...named, ...chosen])
    if (ways.length > mostReadings) break
  }
  return ways
}

/** Whether a tensor may be an input of the spec, for a batch or for one example. */
function mayBe(
  { withBatch }: StatedModel,
  { shape }: StatedModel['inputs'][number],
  { node: { type } }: Port,
): boolean {
  const shapes = withBatch ? [shape, shape.slice(1)] : [shape]
  return !type.shape || shapes.some(stated => relate(stated, type.shape!) !== 'different')
}

/** All ways to select some items, in their order; first come those that stand first. */
function* selections<Item>(items: readonly Item[], count: number): Generator<readonly Item[]> {
  if (count === 0) yield []
  else
    for (const [i, item] of items.entries())
      for (const rest of selections(items.slice(i + 1), count - 1)) yield [item, ...rest]
}
