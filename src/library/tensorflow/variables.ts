import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Initializer, Parameter } from '../../graph/model.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { nodesBelow } from '../../graph/walk.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { TensorState } from './state.js'
import { noteChange, now, readsParameters } from './tape.js'
import { isTensor, tensorType } from './types.js'
import { writeVariable } from './updates.js'

/** `tf.variable(value, trainable, name, dtype)`: right after, it is its initial value. */
export function makeVariable(call: HostCall): Value {
  const { trace, span } = call
  const [initial, trainable, name] = call.arguments.map(({ value }) => value)
  if (!isTensor(initial) || !initial.state.node) {
    if (isTensor(initial) && initial.state.reason)
      return trace.host<TensorState>(tensorType, { ...initial.state, origin: trace.origin(span) })
    return trace.opaque(
      'unmodelled-call',
      { call: 'tf.variable', reason: 'its initial value is not a tensor that is known' },
      span,
    )
  }
  const { node } = initial.state
  const { counters, made, variables } = contextOf(trace)
  const own = typeof name === 'string' ? name : `variable_${counters.next('variable')}`
  const identity = counters.next('identity')
  const { shape, dtype } = node.type
  const parameter = trace.builder.node('parameter', [], { identity, name: own, shape: shape ?? [], dtype })
  if (isProblem(parameter) || !shape)
    return trace.opaque('unbound-tensor', { call: 'tf.variable', path: own }, span)
  const origin = trace.origin(span)
  trace.provenance.addOrigin(parameter, origin)
  const variable = trace.host<TensorState>(tensorType, {
    node,
    initial: node,
    symbolic: false,
    origin,
    variable: {
      name: own,
      node: parameter,
      shape,
      initializer: initializerOf(node),
      trainable: trainable !== false,
    },
  })
  variables.push(variable)
  made.push({ object: variable, depth: trace.heap.depth })
  return variable
}

/** How a variable starts, where its initial value is one number everywhere. */
function initializerOf(node: Node): Initializer {
  const value = numberOf(node)
  return value === undefined ? { kind: 'value', settings: {} } : { kind: 'constant', settings: { value } }
}

/** The number that all elements of a tensor are: `tf.zeros`, and `tf.ones` and `tf.fill`, which add it to zeros. */
function numberOf({ op, attributes, inputs }: Node): Attribute | undefined {
  if (op === 'zeros') return 0
  if (op === 'scalar') return attributes.value
  const [zeros, added] = inputs
  return op === 'add' && zeros?.op === 'zeros' && added?.op === 'scalar' ? added.attributes.value : undefined
}

/** `variable.assign(tensor)`. */
export function assign(variable: HostObject<TensorState>, call: HostCall): Value {
  const { trace } = call
  const value = call.arguments[0]?.value
  const node = writeVariable(variable, call)
  const { reason: _, ...rest } = variable.state
  if (node) {
    trace.heap.setState(variable, { ...rest, node, assignedAt: now(trace) })
    return undefined
  }
  const known = isTensor(value) || isUnknown(value) ? reasonOf(value) : undefined
  const reason =
    known ??
    trace.opaque(
      'unmodelled-call',
      { call: 'assign', reason: 'what is assigned is not a tensor that is known' },
      call.span,
    ).reason
  if (reason) renew(trace, new Set([variable]), () => reason)
  return undefined
}

const reasonOf = (value: HostObject<TensorState> | UnknownValue): Diagnostic | undefined =>
  value.kind === 'unknown' ? value.reason : value.state.reason

/** A variable of which the parameter stands for what it holds now, whatever that is. The same state where it does so already. */
export function renewedState(state: TensorState, renewed: NonNullable<TensorState['renewed']>): TensorState {
  const { variable, reason: _, assignedAt: __, ...rest } = state
  if (!variable) return state
  if (state.renewed && state.node === variable.node)
    return state.renewed.at < renewed.at && state.renewed.reason !== renewed.reason
      ? { ...state, renewed }
      : state
  return { ...rest, variable, node: variable.node, renewed }
}

/**
 * From here on the parameters of some variables stand for what these hold now, as those of layers do; so do the parameters
 * of all that hold what was computed from others.
 */
export function renew(
  trace: Tracer,
  chosen: ReadonlySet<HostObject<TensorState>>,
  reasonFor: (variable: string) => Diagnostic,
): void {
  const renewed: Node[] = []
  const at = now(trace)
  for (const own of contextOf(trace).variables) {
    const { variable, node, assignedAt } = own.state
    const isChanged = node !== variable?.node && (assignedAt !== undefined || (node && readsParameters(node)))
    if (!variable || !(chosen.has(own) || isChanged)) continue
    trace.heap.setState(own, renewedState(own.state, { reason: reasonFor(variable.name), at }))
    renewed.push(variable.node)
  }
  if (renewed.length > 0) noteChange(trace, renewed)
}

/**
 * From here on every variable that exists has whatever value training gave it: it is a parameter of the code that
 * runs now.
 */
export function freeVariables(trace: Tracer): void {
  for (const variable of contextOf(trace).variables) {
    const {
      variable: parameter,
      reason: _,
      renewed: __,
      assignedAt: ___,
      initial: ____,
      ...state
    } = variable.state
    if (parameter) trace.heap.setState(variable, { ...state, variable: parameter, node: parameter.node })
  }
}

/** The variables whose parameters a computation reads, in order of creation. */
export function parametersRead(trace: Tracer, outputs: readonly Node[]): readonly Parameter[] {
  const seen = new Set(nodesBelow(outputs))
  return contextOf(trace).variables.flatMap(({ state }) =>
    state.variable && seen.has(state.variable.node) ? [state.variable] : [],
  )
}
