import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Applied } from '../../graph/training.js'
import { nodesBelow, operandsOf } from '../../graph/walk.js'
import type { Span } from '../../text/source.js'
import type { HostType, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { readModel } from './read-model.js'
import type { ModelState, TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'

/** An object that marks a point in time: those that are made later have larger numbers. */
const markType: HostType = { name: 'mark', members: {} }

/** The number of an object that is made now. */
export const now = (trace: Tracer): number => trace.host(markType, undefined).id

/** A point in time from which on some parameters have other values. */
export interface Change {
  readonly time: number
  /** Variables were written, of which the parameters stand for what they held before until they are renewed. */
  readonly isWrite?: true
  /** Which ones; absent where it may be any. */
  readonly parameters?: ReadonlySet<Node>
}

/** From here on some parameters have other values: what was computed from them is what it was. */
export function noteChange(trace: Tracer, parameters?: Iterable<Node>, isWrite?: true): void {
  const change = {
    time: now(trace),
    ...(parameters && { parameters: new Set(parameters) }),
    ...(isWrite && { isWrite }),
  }
  contextOf(trace).changes.push(change)
}

/** When the last of the first `count` changes was that a value depends on. */
function lastChangeOf(trace: Tracer, node: Node, count?: number): number | undefined {
  const changes = contextOf(trace).changes.slice(0, count)
  const found = changes.findLast(({ parameters }) => !parameters || reads(node, parameters))
  return found?.time
}

/** A function of which the gradient is taken: when it started, and the variables that had other values before than they began with. */
export interface Tape {
  readonly start: number
  readonly changed: ReadonlySet<Node>
  /** The models that it applies. */
  readonly applied: Applied[]
}

/**
 * Runs a function of which the gradient is taken. Only what it computes itself has one (tfjs-core/src/engine.ts,
 * `gradients`): the tape starts with the function.
 */
export function onTape(
  trace: Tracer,
  changed: ReadonlySet<Node>,
  run: () => Value,
): { readonly value: Value; readonly applied: readonly Applied[] } {
  const { tapes } = contextOf(trace)
  const tape: Tape = { start: now(trace), changed, applied: [] }
  tapes.push(tape)
  try {
    return { value: run(), applied: tape.applied }
  } finally {
    tapes.pop()
  }
}

/** Notes that a model is applied to values, where a gradient is taken of what comes of it. */
export function noteApplied(
  trace: Tracer,
  model: HostObject<ModelState>,
  mode: Applied['mode'],
  span: Span,
): void {
  const tape = contextOf(trace).tapes.at(-1)
  const read = tape && readModel(model, trace)
  if (read && 'outputs' in read)
    tape.applied.push({ model: read, ...(mode && { mode }), origin: trace.origin(span) })
}

/** The variables of the program that do not have the values that code finds in them when it starts. */
export function changedVariables(trace: Tracer): ReadonlySet<Node> {
  const { variables } = contextOf(trace)
  return new Set(
    variables.flatMap(({ state: { variable, node } }) =>
      variable && node !== variable.node ? [variable.node] : [],
    ),
  )
}

/** For tensors that were computed from older ones, with changes in between: when the first of those was there. */
const since = new WeakMap<HostObject<TensorState>, number>()

/** When the parameters were read that a tensor was computed from; undefined where it reads none, or holds what they are now. */
function readAt(trace: Tracer, tensor: HostObject<TensorState>): number | undefined {
  const { id, state } = tensor
  if (state.live || !state.node || state.node === state.variable?.node || !readsParameters(state.node))
    return undefined
  if (state.variable) return heldSince(trace, state)
  return since.get(tensor) ?? id
}

/** When a variable was assigned what it holds, if parameters in that stand for something else by now. */
function heldSince(trace: Tracer, { node, assignedAt }: TensorState): number | undefined {
  const { changes, variables } = contextOf(trace)
  if (!node || assignedAt === undefined) return undefined
  const isLater = changes.some(
    ({ time, parameters, isWrite }) =>
      !isWrite && time > assignedAt && (!parameters || reads(node, parameters)),
  )
  const renewed = variables.flatMap(({ state: { variable, renewed: own } }) =>
    variable && own && own.at > assignedAt ? [variable.node] : [],
  )
  return isLater || reads(node, new Set(renewed)) ? assignedAt : undefined
}

/** Whether parameters that a tensor was computed from have changed since, among the first `count` changes. */
export function isOutdated(trace: Tracer, tensor: HostObject<TensorState>, count?: number): boolean {
  const at = readAt(trace, tensor)
  const { node } = tensor.state
  const time = at !== undefined && node ? lastChangeOf(trace, node, count) : undefined
  return at !== undefined && time !== undefined && at < time
}

/** Whether a tensor was computed before the change that follows the first `count` ones. */
export function isComputedBefore(trace: Tracer, tensor: HostObject<TensorState>, count: number): boolean {
  const time = contextOf(trace).changes[count]?.time
  return time !== undefined && (readAt(trace, tensor) ?? time) < time
}

/** Nodes that stand for values that were computed from parameters which have changed since. */
const outdated = new WeakSet<Node>()

/** Whether a node stands for a value that was computed from parameters which have changed since. */
export const standsForOutdated = (node: Node): boolean => outdated.has(node)

/** Notes of the results of a call what is the oldest that it was given. */
export function noteAge(trace: Tracer, given: readonly Value[], result: Value): void {
  const changed = contextOf(trace).changes.at(-1)?.time
  if (changed === undefined) return
  const times = given.flatMap(value => tensorsOf(trace, value)).map(tensor => readAt(trace, tensor))
  const oldest = Math.min(...times.filter(time => time !== undefined))
  if (oldest < changed) for (const tensor of tensorsOf(trace, result)) since.set(tensor, oldest)
}

function tensorsOf(trace: Tracer, value: Value): readonly HostObject<TensorState>[] {
  if (isTensor(value)) return [value]
  return (trace.elements(value) ?? []).flatMap(({ value: item }) => (isTensor(item) ? [item] : []))
}

/** The node of a tensor as code under a gradient finds it: what was computed before the tape started is a constant there. */
export function nodeOnTape(trace: Tracer, tensor: HostObject<TensorState>): Node | undefined {
  const { tapes, counters } = contextOf(trace)
  const { id, state } = tensor
  const { node } = state
  const tape = tapes.at(-1)
  const isVariable = state.live !== undefined || (state.variable !== undefined && !isOutdated(trace, tensor))
  const isOwn = !tape || id >= tape.start || isVariable
  if (!node || isOwn || !readsParameters(node)) return node
  const { shape, dtype } = node.type
  const name = trace.provenance.name(node) ?? 'earlier'
  const isOld = isOutdated(trace, tensor) || reads(node, tape.changed)
  const stopped = isOld
    ? shape && trace.builder.node('input', [], { name, index: counters.next('input'), shape, dtype })
    : trace.builder.node('stopGradient', [node])
  if (!stopped || isProblem(stopped)) return node
  if (isOld) {
    trace.provenance.setName(stopped, name)
    outdated.add(stopped)
  }
  return stopped
}

/** Whether a value depends on one of some nodes. */
export function reads(node: Node, others: ReadonlySet<Node>): boolean {
  return others.size > 0 && nodesBelow([node]).some(inner => others.has(inner))
}

/** The same for a tensor that a layer is given. */
export function tensorOnTape(trace: Tracer, tensor: HostObject<TensorState>): HostObject<TensorState> {
  const node = nodeOnTape(trace, tensor)
  return node && node !== tensor.state.node
    ? trace.host<TensorState>(tensorType, { ...tensor.state, node })
    : tensor
}

const known = new WeakMap<Node, boolean>()

/** Whether a value depends on a parameter. */
export function readsParameters(node: Node): boolean {
  const pending = [node]
  for (let next = pending.at(-1); next; next = pending.at(-1)) {
    const inputs = operandsOf(next)
    const missing = known.has(next) ? [] : inputs.filter(input => !known.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    if (!known.has(next)) known.set(next, next.op === 'parameter' || inputs.some(input => known.get(input)))
    pending.pop()
  }
  return known.get(node) === true
}
