import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { isPolynomial, symbolsOf } from '../../graph/dimension.js'
import { type Layer, type LayerApplication, type Model, type Port, parametersOf } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Shape } from '../../graph/type.js'
import { nodesBelow } from '../../graph/walk.js'
import type { Span } from '../../text/source.js'
import type { TensorDeclaration, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { applicationsBetween, ModelReader } from './read-model.js'
import type { Application, TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'
import { parametersRead } from './variables.js'

/** A tensor that a function takes. */
export function inputOf(
  trace: Tracer,
  name: string,
  { shape, dtype, stated }: TensorDeclaration,
  span: Span,
): Value {
  const { counters, statements, remarkedSizes, exampleCounts } = contextOf(trace)
  const node = trace.builder.node('input', [], { name, index: counters.next('input'), shape, dtype })
  if (isProblem(node)) return trace.opaque('shape-mismatch', { layer: name, problem: node.problem }, span)
  trace.provenance.setName(node, name)
  if (stated) statements.set(node, stated)
  if (stated && stated.by !== 'spec')
    for (const size of shape) for (const symbol of symbolsOf(size)) remarkedSizes.set(symbol, name)
  // What models take are examples one after the other.
  if (stated?.by === 'use') for (const count of symbolsOf(shape[0] ?? 1)) exampleCounts.add(count)
  return trace.host<TensorState>(tensorType, {
    node,
    symbolic: false,
    inputName: name,
    origin: trace.origin(span),
  })
}

/** The shape of a value that is a tensor, as far as it is known. */
export function shapeOf(value: Value): Shape | undefined {
  if (!isTensor(value)) return undefined
  const { node, variable } = value.state
  return (node ?? variable?.node)?.type.shape ?? undefined
}

/** What the next call of a function gives that gives a tensor: another one of the same type. */
export function nextOf(trace: Tracer, value: Value): Value {
  if (!isTensor(value) || !value.state.node) return value
  const { counters, statements, givenByCalls } = contextOf(trace)
  const { type, attributes } = value.state.node
  const name = String(attributes.name)
  const index = counters.next('input')
  const node = trace.builder.node('input', [], {
    name,
    index,
    call: index,
    shape: type.shape!,
    dtype: type.dtype,
  })
  if (isProblem(node)) return value
  trace.provenance.setName(node, name)
  const stated = statements.get(value.state.node)
  if (stated) statements.set(node, stated)
  const next = trace.host<TensorState>(tensorType, { ...value.state, node })
  givenByCalls.push(next)
  return next
}

/** The computation of a function from the tensors that it was given to what it returned. */
export function readFunction(
  trace: Tracer,
  name: string,
  inputs: readonly Value[],
  result: Value,
  span: Span,
): Model | UnknownValue | undefined {
  const outputs: Port[] = []
  const failure = collect(trace, result, '', span, outputs)
  if (failure) return failure
  if (outputs.length === 0) return undefined
  // Numbers alone, such as a record of settings, are no computation.
  if (inputs.length === 0 && !holdsTensor(trace, result)) return undefined
  const nodes = outputs.map(({ node }) => node)
  const read = new Set(nodesBelow(nodes))
  const fromCalls = contextOf(trace).givenByCalls.filter(({ state }) => read.has(state.node!))
  const ports = [...inputs.filter(isTensor), ...fromCalls].map(({ state }) => {
    const given = { name: state.inputName ?? 'input', node: state.node!, origin: state.origin }
    return inputPort(trace, given)
  })
  return (
    trainedBetween(trace, applicationsBetween(trace, nodes)) ?? modelOf(trace, name, ports, outputs, span)
  )
}

/**
 * The computation of one tensor from the tensors that the function under trace was given, all of it at one time: what was
 * computed before has to be a constant in it.
 */
export function computationOf(
  trace: Tracer,
  name: string,
  { state }: HostObject<TensorState>,
  span: Span,
): Model | UnknownValue {
  const inputs = new Map<Node, Port>()
  const seen = new Set<Node>()
  const pending = [state.node!]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    pending.push(...node.inputs)
    const { name: inputName } = node.attributes
    if (node.op === 'input')
      inputs.set(node, inputPort(trace, { name: String(inputName), node, origin: trace.origin(span) }))
  }
  const ports = [...inputs.values()].sort((a, b) => a.node.id - b.node.id)
  return modelOf(trace, name, ports, [{ name, node: state.node!, origin: state.origin }], span)
}

function modelOf(
  trace: Tracer,
  name: string,
  inputs: readonly Port[],
  outputs: readonly Port[],
  span: Span,
): Model | UnknownValue {
  const nodes = outputs.map(({ node }) => node)
  const order = applicationsBetween(trace, nodes)
  const reader = new ModelReader(trace)
  const applications: LayerApplication[] = []
  for (const application of order) {
    const read = reader.application(application)
    if ('path' in read) return read
    applications.push(read)
  }
  const model: Model = {
    name,
    inputs,
    outputs,
    applications,
    layers: [...new Set(applications.map(({ layer }): Layer => layer))],
    variables: parametersRead(trace, nodes),
    origin: trace.origin(span),
  }
  const { firstOfCall = Number.POSITIVE_INFINITY } = contextOf(trace)
  const makesWeights = parametersOf(model).some(({ parameter }) => parameter.node.id >= firstOfCall)
  return makesWeights ? { ...model, makesWeights } : model
}

/** Parameters of layers change when they are trained; a result of before and after knows two values of them. */
function trainedBetween(trace: Tracer, order: readonly Application[]): UnknownValue | undefined {
  const { trainings, trainingsBefore } = contextOf(trace)
  const counts = order.map(application => trainingsBefore.get(application) ?? 0)
  const [last, first] = [Math.max(...counts), Math.min(...counts)]
  const name = order[counts.indexOf(last)]?.layer.state.name
  return last > first && name !== undefined ? trace.fresh(name, trainings[last - 1]!(name)) : undefined
}

function inputPort(trace: Tracer, port: Port): Port {
  const stated = contextOf(trace).statements.get(port.node)
  return stated ? { ...port, stated } : port
}

function port({ state }: HostObject<TensorState>, name: string): Port {
  return { name, node: state.node!, origin: state.origin }
}

function holdsTensor(trace: Tracer, value: Value): boolean {
  if (isTensor(value) || !isObject(value)) return isTensor(value)
  const inside = trace.elements(value) ?? trace.fields(value)?.values() ?? []
  return [...inside].some(item => holdsTensor(trace, item.value))
}

/** Why a tensor is not known that was made when variables had changed which it reads: their parameters may stand for either value. */
function changedSince(trace: Tracer, { id, state }: HostObject<TensorState>): Diagnostic | undefined {
  const { variables, changes } = contextOf(trace)
  const renewed = variables.filter(own => own.state.renewed && own.state.variable)
  if (!state.node || renewed.length === 0) return undefined
  const read = new Set(nodesBelow([state.node]))
  const isNow = (node: Node) =>
    state.variable?.node === node ||
    changes.some(({ time, parameters }) => time < id && (!parameters || parameters.has(node)))
  return renewed.find(({ state: { variable } }) => read.has(variable!.node) && isNow(variable!.node))?.state
    .renewed?.reason
}

/** The tensors in a result, named by the place where they are; or why one of them is not known. */
function collect(
  trace: Tracer,
  value: Value,
  path: string,
  span: Span,
  into: Port[],
): UnknownValue | undefined {
  if (isTensor(value)) {
    const { node } = value.state
    const reason = value.state.reason ?? changedSince(trace, value)
    if (!node || reason) return { kind: 'unknown', path: path || 'the result', ...(reason && { reason }) }
    into.push(port(value, path || 'output'))
    return undefined
  }
  if (isUnknown(value)) return value.reason ? value : undefined
  if (typeof value === 'number' || isPolynomial(value)) {
    const node = path === '' ? undefined : trace.builder.node('scalar', [], { value })
    if (node && !isProblem(node)) into.push({ name: path, node, origin: trace.origin(span) })
    return undefined
  }
  if (!isObject(value)) return undefined
  const items = trace.elements(value)
  if (items) {
    for (const [i, item] of items.entries()) {
      const failure = collect(
        trace,
        item.value,
        path ? `${path}[${i}]` : `output_${i + 1}`,
        item.span ?? span,
        into,
      )
      if (failure) return failure
    }
    return undefined
  }
  for (const [key, item] of trace.fields(value) ?? []) {
    const failure = collect(trace, item.value, path ? `${path}.${key}` : key, item.span ?? span, into)
    if (failure) return failure
  }
  return undefined
}
