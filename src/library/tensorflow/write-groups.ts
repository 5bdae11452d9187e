import { diagnostic } from '../../diagnostics/diagnostic.js'
import { rebuild } from '../../gradient/rebuild.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Moved } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import { type Span, spanText } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { TensorState } from './state.js'
import { isComputedBefore } from './tape.js'
import { renew } from './variables.js'

/**
 * Assignments that follow each other: their values are in terms of what variables hold before the first of them, of which
 * their parameters are the names.
 */
export class WriteGroup {
  readonly depth: number
  /** How many changes of parameters there were before it. */
  readonly start: number
  readonly #trace: Tracer
  /** By what variables hold that earlier code wrote: the parameters that stand for it from here on. */
  readonly #held: ReadonlyMap<Node, Node>
  /** Parameters that stood for something else until here, and that variables hold which were given it. */
  readonly #ambiguous: ReadonlySet<Node>
  /** What variables start with that this call makes. */
  readonly #first: ReadonlyMap<Node, Node>
  readonly #calls = new Map<Node, Span>()
  /** What variables hold that were written here, where earlier code wrote the same: apart from that. */
  readonly #own = new Map<Node, Node>()

  constructor(call: HostCall) {
    const { trace, span } = call
    const { changes, variables } = contextOf(trace)
    this.#trace = trace
    this.depth = trace.heap.depth
    this.start = changes.length
    this.#held = heldIn(trace)
    const renewed = new Set(this.#held.values())
    const copied = variables.flatMap(({ state: { node, variable } }) =>
      node && node !== variable?.node && renewed.has(node) ? [node] : [],
    )
    this.#ambiguous = new Set(copied)
    this.#first = new Map(
      variables.flatMap(({ state: { variable, initial } }) =>
        variable && initial ? [[variable.node, initial] as const] : [],
      ),
    )
    const written = variables.filter(({ state: { variable } }) => variable && renewed.has(variable.node))
    const called = spanText(span).split('(')[0]!
    if (written.length > 0)
      renew(trace, new Set(written), variable =>
        diagnostic('trained-value', { variable, call: called }, { span }),
      )
  }

  /** Whether a call wrote a parameter here already: then it does so in another round. */
  takes(moved: readonly Moved[], span: Span): boolean {
    const isTaken = moved.some(({ parameter: { node } }) => this.#calls.get(node) === span)
    if (!isTaken) for (const { parameter } of moved) this.#calls.set(parameter.node, span)
    return !isTaken
  }

  /** A value in terms of what variables hold before the group. Undefined where the same name means two things in it. */
  asHeld(node: Node, tensor: HostObject<TensorState>): Node | undefined {
    const isOld = isComputedBefore(this.#trace, tensor, this.start)
    if (isOld && this.#readsCopied(node)) return undefined
    const found = replaced(this.#trace, node, this.#held, new Set(this.#own.keys()))
    return found && replaced(this.#trace, found, this.#own)
  }

  /** What a variable holds that is given a value here: not the node that stands for what another one held before. */
  heldBy(value: Node): Node {
    const { builder } = this.#trace
    const { shape } = value.type
    let own = value
    while (this.#held.has(own) && shape) {
      // An equal value in another form, since nodes of one form are one.
      const wide = builder.node('reshape', [own], { shape: [1, ...shape] })
      const next = isProblem(wide) ? wide : builder.node('reshape', [wide], { shape })
      if (isProblem(next)) return value
      own = next
    }
    if (own !== value) this.#own.set(own, value)
    return own
  }

  /** Whether a parameter is read that is not behind what a variable holds. */
  #readsCopied(node: Node): boolean {
    if (this.#ambiguous.size === 0) return false
    const seen = new Set<Node>()
    const pending = [node]
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (this.#ambiguous.has(next)) return true
      if (seen.has(next) || this.#held.has(next)) continue
      seen.add(next)
      pending.push(...next.inputs)
    }
    return false
  }

  /** What a value is in the first round, if variables that it reads have a known value there. */
  atFirst(node: Node): Node | undefined {
    const found = this.#first.size > 0 ? replaced(this.#trace, node, this.#first) : node
    return found === node ? undefined : found
  }
}

const groups = new WeakMap<object, WriteGroup>()

/** The group that assignments belong to: that of the assignment before them, or a new one. */
export function writeGroup(call: HostCall, moved: readonly Moved[], before: object | undefined): WriteGroup {
  const known = before && groups.get(before)
  const ofVariables = moved.every(({ layer }) => layer === undefined)
  if (known && ofVariables && known.depth === call.trace.heap.depth && known.takes(moved, call.span))
    return known
  const group = new WriteGroup(call)
  if (ofVariables) {
    group.takes(moved, call.span)
    groups.set(group, group)
  }
  return group
}

/** By what variables hold that the program wrote into them: their parameters. */
export function heldIn(trace: Tracer): ReadonlyMap<Node, Node> {
  const all = contextOf(trace).variables.flatMap(({ state: { variable, node, assignedAt } }) =>
    variable && node && assignedAt !== undefined && node !== variable.node
      ? [{ own: variable.node, node }]
      : [],
  )
  const changed = new Set(all.flatMap(({ own, node }) => (node.op === 'parameter' ? [] : [own])))
  const isVarying = (node: Node) =>
    nodesBelow([node]).some(({ op, attributes }) => op === 'parameter' || 'site' in attributes)
  const held = new Map<Node, Node>()
  for (const { own, node } of all) {
    const counts = node.op === 'parameter' ? changed.has(node) : isVarying(node)
    if (counts && !held.has(node)) held.set(node, own)
  }
  return held
}

/** A value in which other nodes stand for some; `others` stay, with all that is below them. */
export function replaced(
  trace: Tracer,
  node: Node,
  by: ReadonlyMap<Node, Node>,
  others: ReadonlySet<Node> = new Set(),
): Node | undefined {
  if (by.size === 0) return node
  const kept = new Set([...by.values(), ...others])
  const found = rebuild([node], trace.builder, inner => by.get(inner) ?? inner, kept)
  return isProblem(found) ? undefined : found[0]
}
