import { gatherFactors } from '../gradient/factors.js'
import { gradients } from '../gradient/gradient.js'
import type { Model, ModelGraph, Port } from '../graph/model.js'
import { parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { labelsOf, namedLoss, objectiveOf, penaltiesOf } from '../library/objective.js'
import type { Mode } from '../ops/elaborate.js'
import { nearest } from '../text/nearest.js'
import { equationsOf } from './equations.js'
import { expandGraph } from './expanded.js'
import { type NamedSymbol, row, symbol } from './formula.js'
import { chooseLines } from './lines.js'
import { nameModel } from './names.js'
import { spelled } from './spelled.js'
import type { EquationSystem, Item } from './system.js'

/** A gradient that is asked for: `loss:W_1`, `W_1` where there is one loss, or `all`. */
export interface GradientRequest {
  readonly output?: string
  /** As the equations call it, in plain spelling; without one, all parameters that are trained. */
  readonly parameter?: string
}

/** Reads `output:parameter`, of which either can be left out. */
export function readGradientRequest(text: string): GradientRequest {
  const at = text.lastIndexOf(':')
  const [output, parameter] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)]
  return { ...(output && { output }), ...(parameter && parameter !== 'all' && { parameter }) }
}

/** A number of a model whose gradients can be asked for, and the model that computes it. */
interface Objective {
  readonly model: Model
  readonly letter: NamedSymbol
}

/** A model of which the first output is a loss, and the others are its gradients. */
interface GradientModel {
  readonly graph: ModelGraph
  readonly letter: NamedSymbol
  /** The parameter that each gradient is for, by its node. */
  readonly named: ReadonlyMap<Node, NamedSymbol>
}

/**
 * The gradients of a loss with respect to parameters: of the loss that `compile` fixes with its penalties, of the loss of
 * a training step, or of an output, whose elements are then summed. What differs between training and inference is as in
 * `mode`.
 */
export function gradientModel(
  graph: ModelGraph,
  requests: readonly GradientRequest[],
  mode: Mode,
): GradientModel | Problem {
  const objective = objectiveNamed(graph, new Set(requests.flatMap(({ output }) => output ?? [])))
  if (isProblem(objective)) return objective
  const { letter } = objective
  const expanded = expandGraph({ ...graph, model: flat(objective.model) }, { primitive: false, mode })
  const { model, builder, provenance } = expanded
  const loss = model.outputs[0]!
  const names = nameModel(
    model,
    chooseLines(model, provenance, node => node.inputs),
    provenance,
  )
  const known = parametersOf(model).flatMap(({ trainable, parameter: { node } }) => {
    const own = trainable ? names.symbol(node) : undefined
    return own ? [{ node, own, text: spelled(own) }] : []
  })
  if (known.length === 0) return { problem: 'it has no parameter that trains' }
  const asked = new Map<Node, NamedSymbol>()
  for (const { parameter } of requests) {
    const meant = parameter === undefined ? known : known.filter(({ text }) => text === parameter)
    if (meant.length === 0)
      return unknownName(
        'parameter',
        parameter ?? '',
        known.map(({ text }) => text),
      )
    for (const { node, own } of meant) asked.set(node, own)
  }
  const derived = gradients(loss.node, [...asked.keys()], builder)
  if (isProblem(derived)) return derived
  const reached = derived.filter(node => node !== undefined)
  const gathered = gatherFactors(reached, [loss.node], builder)
  if (isProblem(gathered)) return gathered
  const found = derived.map(node => node && gathered[reached.indexOf(node)])
  const named = new Map<Node, NamedSymbol>()
  const ports: Port[] = []
  for (const [at, own] of [...asked.values()].entries()) {
    const node = found[at]
    if (!node) return { problem: `the loss does not depend on \`${spelled(own)}\`` }
    // Parameters that are read alike have one gradient, which is shown once.
    if (!named.has(node)) named.set(node, own)
    ports.push({ name: `gradient of ${spelled(own)}`, node, origin: loss.origin })
  }
  const { compilation: _, ...rest } = model
  return { graph: { model: { ...rest, outputs: [loss, ...ports] }, builder, provenance }, letter, named }
}

/** The gradients as equations, in the order in which they are computed backwards; as in training unless a mode is given. */
export function gradientEquations(
  graph: ModelGraph,
  requests: readonly GradientRequest[],
  mode: Mode = 'training',
): EquationSystem | Problem {
  const found = gradientModel(graph, requests, mode)
  if (isProblem(found)) return found
  const { letter } = found
  const named = new Map(
    [...found.named].map(([node, own]) => [node, symbol('\\nabla', { positions: [own] })]),
  )
  named.set(found.graph.model.outputs[0]!.node, letter)
  const system = equationsOf(found.graph, { named, mode })
  return {
    ...system,
    title: `${graph.model.name}, gradients`,
    items: system.items.map(item => withLoss(item, letter)),
    failures: [],
    parts: [],
  }
}

/** A model without models inside: a gradient flows through what they compute, and their parameters have names beside it. */
function flat(model: Model): Model {
  return {
    ...model,
    layers: [...new Set(parametersOf(model).flatMap(({ layer }) => layer ?? []))],
    applications: model.applications.filter(({ layer }) => !layer.model),
  }
}

/** `∇_W` on the left of an equation says of what it is the gradient. */
function withLoss(item: Item, letter: NamedSymbol): Item {
  if (item.kind !== 'equation') return { ...item, items: item.items.map(inner => withLoss(inner, letter)) }
  const { left } = item
  return left.kind === 'symbol' && left.base === '\\nabla' ? { ...item, left: row(left, letter) } : item
}

function objectiveNamed(graph: ModelGraph, names: ReadonlySet<string>): Objective | Problem {
  if (names.size > 1) return { problem: 'gradients of several outputs are asked for one by one' }
  const [name] = names
  const { model } = graph
  if (model.compilation && (name === undefined || name === 'loss')) return compiledLoss(graph)
  const outputs = model.outputs.map(port => port.name)
  const port = name === undefined ? model.outputs[0] : model.outputs.find(own => own.name === name)
  if (!port || (name === undefined && outputs.length > 1))
    return unknownName('output', name ?? '', [...(model.compilation ? ['loss'] : []), ...outputs])
  return { model: { ...model, outputs: [port] }, letter: symbol('\\mathcal{L}') }
}

/** What `fit` minimises (tfjs-layers/src/engine/training.ts, `makeTrainFunction`): the losses of the outputs and the penalties. */
function compiledLoss({ model, builder, provenance }: ModelGraph): Objective | Problem {
  const inputs: Port[] = [...model.inputs]
  const terms: (Node | Problem)[] = (model.compilation?.losses ?? []).map(term => {
    const port = model.outputs[term.output]
    if (!port || term.reason) return { problem: `a loss is not known: ${term.reason ?? term.kind}` }
    const labels = labelsOf(builder, term.output, port.node)
    if (isProblem(labels)) return labels
    const several = (model.compilation?.losses.length ?? 0) > 1
    const name = several ? `y_${term.output + 1}` : 'y'
    provenance.setName(labels, name)
    inputs.push({ name, node: labels, origin: port.origin })
    const own = term.function?.value ?? namedLoss(builder, term.kind, labels, port.node)
    return objectiveOf(builder, own, term.weight)
  })
  const parts = [...terms, ...penaltiesOf(model, builder).map(({ node }) => node)]
  const [first, ...others] = parts
  if (first === undefined) return { problem: 'the model is compiled without a loss' }
  const node = others.reduce<Node | Problem>((sum, part) => {
    if (isProblem(sum)) return sum
    return isProblem(part) ? part : builder.node('add', [sum, part])
  }, first)
  if (isProblem(node)) return node
  const origin = model.compilation!.origin
  return {
    model: { ...model, inputs, outputs: [{ name: 'loss', node, origin }] },
    letter: symbol('\\mathcal{L}'),
  }
}

function unknownName(kind: string, name: string, known: readonly string[]): Problem {
  const suggestion = nearest(name, known)
  const rest = suggestion
    ? `did you mean \`${suggestion}\`?`
    : `there are ${known.map(own => `\`${own}\``).join(', ') || 'none'}`
  return { problem: name ? `there is no ${kind} \`${name}\`; ${rest}` : `say of which ${kind}: ${rest}` }
}
