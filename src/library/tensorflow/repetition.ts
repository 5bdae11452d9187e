import { equals } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { typeText } from '../../graph/print.js'
import { nodesBelow } from '../../graph/walk.js'
import { problemOf } from '../../ops/elaborate.js'
import { Misfit } from '../../ops/misfit.js'
import { RoundRecurrence } from '../../ops/round.js'
import type { Repeated, Repetition, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { inputsOfAllRounds } from './given-inputs.js'
import { newNodes, remember } from './layers.js'
import { seriesOf } from './series.js'
import type { Application, LayerObject, LayerState, TensorState } from './state.js'
import { reads } from './tape.js'
import { isModel, isTensor, layerType, tensorType } from './types.js'

/** The node of a tensor; undefined for what is none, or none that is known. */
function nodeOf(value: Value): Node | undefined {
  const node = isTensor(value) && !value.state.variable ? value.state.node : undefined
  return node?.type.shape ? node : undefined
}

const isSymbolic = (value: Value): boolean => isTensor(value) && value.state.symbolic

function hasSameType({ type: a }: Node, { type: b }: Node): boolean {
  const [left, right] = [a.shape!, b.shape!]
  return (
    a.dtype === b.dtype &&
    left.length === right.length &&
    left.every((size, axis) => equals(size, right[axis]!))
  )
}

/** A tensor that stands for what rounds of a loop hand on. */
export function standIn(trace: Tracer, initial: Value, next: Value, name: string): Value | Problem {
  const [first, second] = [nodeOf(initial), nodeOf(next)]
  if (!first || !second || isSymbolic(initial) !== isSymbolic(next)) return undefined
  if (!hasSameType(first, second))
    return {
      problem: `\`${name}\` is ${typeText(first.type)} before a round and ${typeText(second.type)} after it`,
    }
  const index = -1 - contextOf(trace).counters.next('stand-in')
  const { shape, dtype } = first.type
  const node = trace.builder.node('input', [], { name: `${name} in a loop`, index, shape: shape!, dtype })
  if (isProblem(node)) return node
  return trace.host<TensorState>(tensorType, {
    node,
    symbolic: isSymbolic(initial),
    isLent: true,
    origin: (initial as HostObject<TensorState>).state.origin,
  })
}

export function isAlike(stand: Value, value: Value): boolean {
  const [first, second] = [nodeOf(stand), nodeOf(value)]
  return !!first && !!second && hasSameType(first, second) && isSymbolic(stand) === isSymbolic(value)
}

/** What a loop over tensors leaves: the last states of a recurrence, and all steps of what it collects in lists. */
export function repeat(trace: Tracer, repetition: Repetition): Repeated | Problem {
  const { builder, provenance } = trace
  const { count, since, carried, collected, span } = repetition
  const states = carried.map(({ name, initial, standIn: stand, next }) => ({
    name,
    initial: nodeOf(initial)!,
    standIn: nodeOf(stand)!,
    next: nodeOf(next)!,
  }))
  const lists = collected.map(({ before, next }) => {
    const [element, first] = [nodeOf(next), before.map(nodeOf)]
    const isList =
      element &&
      ![next, ...before].some(isSymbolic) &&
      first.every(node => node && hasSameType(node, element))
    return isList ? { element, before: first as readonly Node[] } : undefined
  })
  const others = lists.flatMap(list => (list ? [list.element] : []))
  const outputs = [...states.map(({ next }) => next), ...others]
  if (outputs.some(node => readsChanged(trace, node, repetition.firstObject)))
    return { problem: 'variables that it reads are other ones in each round' }
  const origin = trace.origin(span)
  try {
    const { round: number } = repetition
    const given = inputsOfAllRounds(trace, nodesBelow(outputs), number)
    // Examples of one list are of one size.
    const { remarkedSizes } = contextOf(trace)
    const isOfRound = (name: string) =>
      name === number ||
      (!remarkedSizes.has(name) &&
        trace.running.in([trace.unknownNamed(name)], span).some(({ symbol }) => symbol === number))
    const recurrence = new RoundRecurrence(builder, {
      round: number,
      isOfRound,
      count,
      states,
      others,
      since,
      given,
    })
    const round = new RoundTensors(trace, recurrence, repetition)
    round.keepApplications()
    const made = (output: number, axis?: number): Node => {
      const node = recurrence.result(output, axis)
      const given = [...states.map(({ initial }) => initial)]
      for (const own of newNodes([node], given)) provenance.addOrigin(own, origin)
      return node
    }
    return {
      carried: carried.map(({ next }, i) => round.result(next as HostObject<TensorState>, made(i))),
      collected: lists.map(list => {
        if (!list) return undefined
        const { element, before } = list
        const at = outputs.indexOf(element)
        return seriesOf(trace, { before, element: element.type, stacked: axis => made(at, axis) })
      }),
    }
  } catch (thrown) {
    return problemOf(thrown)
  }
}

/** Whether a value reads variables that have changed since an object was made. */
function readsChanged(trace: Tracer, node: Node, since: number): boolean {
  const { changes, variables } = contextOf(trace)
  const later = changes.filter(({ time }) => time >= since)
  const changed = variables.flatMap(({ state: { variable } }) =>
    variable && later.some(({ parameters }) => !parameters || parameters.has(variable.node))
      ? [variable.node]
      : [],
  )
  return reads(node, new Set(changed))
}

/** The tensors of a round and what layers made them, as they are in the body of its recurrence. */
class RoundTensors {
  readonly #trace: Tracer
  readonly #recurrence: RoundRecurrence
  readonly #repetition: Repetition
  readonly #layers = new Map<LayerObject, LayerObject>()
  readonly #tensors = new Map<HostObject<TensorState>, HostObject<TensorState>>()
  readonly #applications = new Map<Application, Application>()

  constructor(trace: Tracer, recurrence: RoundRecurrence, repetition: Repetition) {
    this.#trace = trace
    this.#recurrence = recurrence
    this.#repetition = repetition
    for (const { initial, standIn: stand } of repetition.carried) {
      const { node: _, ...state } = (initial as HostObject<TensorState>).state
      const node = this.#moved(nodeOf(stand)!)
      this.#tensors.set(
        stand as HostObject<TensorState>,
        trace.host<TensorState>(tensorType, { ...state, node }),
      )
    }
  }

  /** What is there after the last round in place of what a round left. */
  result({ state }: HostObject<TensorState>, node: Node): HostObject<TensorState> {
    const { symbolic, producer, mask } = state
    if (mask) throw new Misfit('masks are handed on with the tensors')
    return this.#trace.host<TensorState>(tensorType, {
      node,
      symbolic,
      ...(producer && symbolic && { producer: this.#application(producer) }),
      origin: this.#trace.origin(this.#repetition.span),
    })
  }

  /** Names, places and the applications of layers go with the nodes of the round. */
  keepApplications(): void {
    const { provenance } = this.#trace
    const known = contextOf(this.#trace).applications
    const applications = new Set<Application>()
    for (const [node, copy] of this.#recurrence.copies) {
      if (node === copy) continue
      const name = provenance.name(node)
      if (name !== undefined && copy.inputs.length > 0) provenance.setName(copy, name)
      for (const origin of provenance.origins(node)) provenance.addOrigin(copy, origin)
      for (const application of known.get(node) ?? []) applications.add(application)
    }
    for (const application of applications) remember(this.#trace, this.#application(application))
  }

  #moved(node: Node): Node {
    return this.#recurrence.copies.get(node) ?? node
  }

  #tensor(tensor: HostObject<TensorState>): HostObject<TensorState> {
    const known = this.#tensors.get(tensor)
    if (known) return known
    const { node, producer, mask } = tensor.state
    if (mask) throw new Misfit('masks are handed on with the tensors')
    const isOutside = tensor.id < this.#repetition.firstObject
    const copy = isOutside
      ? tensor
      : this.#trace.host<TensorState>(tensorType, {
          ...tensor.state,
          ...(node && { node: this.#moved(node) }),
          ...(producer && { producer: this.#application(producer) }),
        })
    this.#tensors.set(tensor, copy)
    return copy
  }

  #application(application: Application): Application {
    const known = this.#applications.get(application)
    if (known) return known
    const { layer, inputs, outputs, beforeActivation } = application
    const copy: Application = {
      ...application,
      layer: this.#layer(layer),
      inputs: inputs.map(input => this.#tensor(input)),
      outputs: outputs.map(node => this.#moved(node)),
      ...(beforeActivation && { beforeActivation: this.#moved(beforeActivation) }),
    }
    this.#applications.set(application, copy)
    return copy
  }

  /** The layers that all rounds make, as one. */
  #layer(layer: LayerObject): LayerObject {
    const known = this.#layers.get(layer)
    if (known) return known
    if (layer.id < this.#repetition.firstObject) return layer
    if (isModel(layer) || (layer as HostObject<LayerState>).state.custom)
      throw new Misfit('every round makes a model, or a layer of the program')
    const { state } = layer as HostObject<LayerState>
    const { count } = this.#repetition
    const { file, start } = state.origin.span
    if (state.definition && state.config.name?.from !== 'given')
      state.counters.addFamily(state.definition.className, `${file.path}:${start}`, count)
    const family = this.#trace.host<LayerState>(layerType, {
      ...state,
      count,
      ...(state.parameters && {
        parameters: state.parameters.map(parameter => ({
          ...parameter,
          node: this.#recurrence.made.get(parameter.node) ?? parameter.node,
          shape: [count, ...parameter.shape],
        })),
      }),
    })
    this.#layers.set(layer, family)
    return family
  }
}
