import type { GraphBuilder } from '../graph/builder.js'
import { isPolynomial } from '../graph/dimension.js'
import type { LayerApplication, Model, ModelGraph, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { TrainingGraph } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { standsForOutdated } from '../library/tensorflow/tape.js'
import type { Spec } from '../spec/spec.js'
import type { Span } from '../text/source.js'
import { flattened } from './flat.js'
import { type CodeNetwork, isConsistent, networkOf, type SizePlace } from './networks.js'
import { batch } from './sizes.js'
import type { CodeStep } from './steps.js'

/** A training program that was found in model code. */
export interface Program {
  readonly training: TrainingGraph
  /** The models that the program makes. */
  readonly models: readonly Model[]
  /** Why gradients may be others than those of the losses, where functions have gradients of their own. */
  readonly gradients?: string
  readonly span: Span
}

/** What the losses and the values that are written are given, each once and in the order of the code. */
export function portsOf(losses: readonly Model[], steps: readonly CodeStep[]): readonly Port[] {
  const ports = new Map<Node, Port>()
  for (const port of losses.flatMap(({ inputs }) => inputs))
    if (!ports.has(port.node) && !standsForOutdated(port.node)) ports.set(port.node, port)
  const written = steps.flatMap(({ step }) =>
    step.kind === 'assignment' ? step.writes.flatMap(({ value }) => value ?? []) : [],
  )
  for (const node of nodesBelow(written))
    if (node.op === 'input' && !ports.has(node) && !standsForOutdated(node)) {
      const origin = losses[0]?.origin ?? steps.find(({ step }) => step.kind === 'assignment')?.step.origin
      if (origin) ports.set(node, { name: String(node.attributes.name), node, origin })
    }
  const place = ({ node }: Port) => Number(node.attributes.index ?? 0)
  return [...ports.values()].toSorted((a, b) => place(a) - place(b))
}

/** The program as one graph, so that names and parameters are found where findings are shown. */
export function wholeOf(
  { training, models, span }: Program,
  losses: readonly Model[],
  inputs: readonly Port[],
  networks: readonly CodeNetwork[],
): ModelGraph {
  const { builder, provenance } = training
  const all = [...models, ...losses]
  const named = (application: LayerApplication): LayerApplication => {
    const { layer } = application
    const name = layer.model && networkOf(layer.model, networks)?.name
    return name === undefined ? application : { ...application, layer: { ...layer, variable: name } }
  }
  const model: Model = {
    name: 'training',
    inputs,
    outputs: losses.flatMap(({ outputs }) => outputs),
    applications: all.flatMap(({ applications }) => applications.map(named)),
    layers: [...new Set(all.flatMap(({ layers }) => layers))],
    variables: [...new Set(all.flatMap(({ variables = [] }) => variables))],
    origin: { span, path: [] },
  }
  return { model, builder, provenance }
}

/** How much a name of the code is like one of a spec: the same, or another word with its first letter. */
const likeness = (own: string, stated: string): 0 | 1 | 2 =>
  own === stated ? 2 : own[0]?.toLowerCase() === stated[0]?.toLowerCase() ? 1 : 0

/**
 * Which tensors of the code the inputs of a spec may be: by their names, if the spec has them all, else in order, and in
 * any other order that their shapes allow; a tensor with axes may be a vector. `known` are sizes that are met elsewhere,
 * `takesVectors` says whether networks take tensors as vectors, and `search` counts down how many choices are made.
 */
export function* inputPairings(
  { inputs, symbols }: Spec,
  ports: readonly Port[],
  known: readonly SizePlace[],
  { builder, takesVectors }: { readonly builder: GraphBuilder; readonly takesVectors: boolean },
  search: { left: number },
): Generator<ReadonlyMap<string, Node>> {
  const names = new Set(inputs.map(({ name }) => name))
  if (ports.every(({ name }) => names.has(name))) {
    // The code may not read all that is stated.
    const stated = new Map(inputs.map(input => [input.name, input]))
    yield new Map(ports.map(({ name, node }) => [name, valueFor(stated.get(name)!, node)]))
    return
  }
  function valueFor(input: Spec['inputs'][number], node: Node): Node {
    const [first] = input.shape
    // A matrix of a paper is none of a tensor, unless its rows are what networks take so.
    const isOfVectors = takesVectors || (isPolynomial(first) && first.key === batch)
    const isVector =
      isOfVectors && input.shape.length === 2 && input.below === undefined && input.sums === undefined
    const vector = isVector ? flattened(node, builder) : node
    return isProblem(vector) ? node : vector
  }
  yield* choose([])
  function* choose(chosen: readonly (Port | undefined)[]): Generator<ReadonlyMap<string, Node>> {
    const at = chosen.length
    if (at === inputs.length) {
      yield new Map(
        inputs.flatMap((input, i) =>
          chosen[i] ? [[input.name, valueFor(input, chosen[i].node)] as const] : [],
        ),
      )
      return
    }
    const ordered = [...ports.slice(at), ...ports.slice(0, at)]
      .filter(port => !chosen.includes(port))
      .map(port => ({ port, likeness: likeness(port.name, inputs[at]!.name) }))
      .toSorted((a, b) => b.likeness - a.likeness)
    // The code may not read all that is stated, but what it reads is stated.
    const mayBeUnread = ordered.length < inputs.length - at
    const unread = mayBeUnread ? [undefined] : []
    const all = ordered.map(({ port }) => port)
    for (const port of ordered[0]?.likeness ? [...all, ...unread] : [...unread, ...all]) {
      if (search.left-- <= 0) return
      const next = [...chosen, port]
      const places = next.flatMap((own, i) =>
        own ? [[inputs[i]!.shape, valueFor(inputs[i]!, own.node).type.shape ?? undefined] as const] : [],
      )
      if (isConsistent({ symbols }, [...known, ...places])) yield* choose(next)
    }
  }
}
