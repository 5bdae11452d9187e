import { equals } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { typeText } from '../../graph/print.js'
import { problemOf } from '../../ops/elaborate.js'
import { RoundRecurrence } from '../../ops/round.js'
import type { Repeated, Repetition, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { newNodes, remember } from './layers.js'
import { seriesOf } from './series.js'
import type { Application, TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'

/** The node of a value that code computes with; undefined for what is no tensor, or none that is known. */
function nodeOf(value: Value): Node | undefined {
  const node =
    isTensor(value) && !value.state.symbolic && !value.state.variable ? value.state.node : undefined
  return node?.type.shape ? node : undefined
}

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
  if (!first || !second) return undefined
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
    symbolic: false,
    isLent: true,
    origin: (initial as HostObject<TensorState>).state.origin,
  })
}

export function isAlike(stand: Value, value: Value): boolean {
  const [first, second] = [nodeOf(stand), nodeOf(value)]
  return !!first && !!second && hasSameType(first, second)
}

/** What a loop over tensors leaves: the last states of a recurrence, and all steps of what it collects in lists. */
export function repeat(trace: Tracer, repetition: Repetition): Repeated | Problem {
  const { builder, provenance } = trace
  const { round, count, since, carried, collected, span } = repetition
  const states = carried.map(({ name, initial, standIn: stand, next }) => ({
    name,
    initial: nodeOf(initial)!,
    standIn: nodeOf(stand)!,
    next: nodeOf(next)!,
  }))
  const lists = collected.map(({ before, next }) => {
    const [element, first] = [nodeOf(next), before.map(nodeOf)]
    const isList = element && first.every(node => node && hasSameType(node, element))
    return isList ? { element, before: first as readonly Node[] } : undefined
  })
  const others = lists.flatMap(list => (list ? [list.element] : []))
  const outputs = [...states.map(({ next }) => next), ...others]
  const origin = trace.origin(span)
  try {
    const recurrence = new RoundRecurrence(builder, { round, count, states, others, since })
    keepKnown(trace, recurrence.copies)
    const made = (output: number, axis?: number): Node => {
      const node = recurrence.result(output, axis)
      const given = [...states.map(({ initial }) => initial)]
      for (const own of newNodes([node], given)) provenance.addOrigin(own, origin)
      return node
    }
    return {
      carried: states.map((_, i) =>
        trace.host<TensorState>(tensorType, { node: made(i), symbolic: false, origin }),
      ),
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

/** Names, places and the applications of layers go with the nodes of a round. */
function keepKnown(trace: Tracer, copies: ReadonlyMap<Node, Node>): void {
  const { provenance } = trace
  const known = contextOf(trace).applications
  const applications = new Set<Application>()
  for (const [node, copy] of copies) {
    if (node === copy) continue
    const name = provenance.name(node)
    if (name !== undefined && copy.inputs.length > 0) provenance.setName(copy, name)
    for (const origin of provenance.origins(node)) provenance.addOrigin(copy, origin)
    for (const application of known.get(node) ?? []) applications.add(application)
  }
  const moved = (node: Node): Node => copies.get(node) ?? node
  for (const application of applications) {
    const { inputs, outputs, beforeActivation } = application
    remember(trace, {
      ...application,
      inputs: inputs.map(({ type, state }) =>
        trace.host<TensorState>(type, { ...state, ...(state.node && { node: moved(state.node) }) }),
      ),
      outputs: outputs.map(moved),
      ...(beforeActivation && { beforeActivation: moved(beforeActivation) }),
    })
  }
}
