import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import type { Parameter } from '../../graph/model.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { opTable } from '../../ops/table.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, type ObjectValue, type Value } from '../../trace/value.js'
import { keysOf, resolveConfig } from '../config.js'
import { applyLayer } from '../instantiate.js'
import type { LayerConfig } from '../layer.js'
import { layerNamed } from '../layers/table.js'
import { contextOf } from './context.js'
import type { Counters } from './counters.js'
import { applyCustomLayer } from './custom-layers.js'
import type { Application, LayerState, TensorState } from './state.js'
import { isTensor, layerType, tensorType } from './types.js'
import { listOf, readConfig } from './values.js'

/** `tf.layers.<name>(config)`: a factory for every entry of the layer table. */
export function makeLayer(call: HostCall, name: string, counters: Counters): Value {
  const { trace, span } = call
  const definition = layerNamed(name)
  const value = call.arguments[0]?.value
  const origin = trace.origin(span)
  const base = { id: counters.next('layer id'), counters, trainable: true, origin, config: {} }
  if (!definition) {
    const { reason } = trace.opaque('unmodelled-layer', { layer: `tf.layers.${name}` }, span)
    return trace.host<LayerState>(layerType, { ...base, name, ...(reason && { reason }) })
  }
  const read = readConfig(trace, value, keysOf(definition), span)
  const { config, diagnostics } = resolveConfig(
    definition,
    read.given,
    'tfjs',
    call.arguments[0]?.span ?? span,
  )
  for (const entry of diagnostics) trace.report(entry)
  const missing = diagnostics.find(
    ({ code }) => code === 'missing-config-key' || code === 'invalid-config-value',
  )
  const reason = read.reason ?? missing
  const given = config.name
  return trace.host<LayerState>(layerType, {
    ...base,
    definition,
    config,
    ...(reason && { reason }),
    name:
      given?.from === 'given' && typeof given.value === 'string'
        ? given.value
        : counters.layerName(definition.className, trace),
    trainable: config.trainable?.value !== false,
  })
}

/** The values of a configuration without where they come from. */
export function plainConfig({ config }: LayerState): LayerConfig {
  const values: Record<string, Attribute> = {}
  for (const name in config) values[name] = config[name]!.value
  return values
}

/** Applies a layer object to tensors and gives the tensors that result. */
export function applyToTensors(
  trace: Tracer,
  layer: HostObject<LayerState>,
  inputs: readonly HostObject<TensorState>[],
  span: Span,
  kwargs?: Value,
  given?: Value,
): readonly HostObject<TensorState>[] {
  const { state } = layer
  const origin = trace.origin(span)
  const lost = inputs.find(input => !input.state.node)
  if (state.custom && !state.reason && !lost)
    return applyCustomLayer({ trace, layer, inputs, given: given ?? result(trace, inputs), kwargs, span })
  const symbolic = inputs.some(input => input.state.symbolic)
  const opaque = (reason: Diagnostic): readonly HostObject<TensorState>[] => {
    const application: Application = { layer, inputs, outputs: [], reason, origin }
    return [trace.host<TensorState>(tensorType, { reason, producer: application, symbolic, origin })]
  }
  if (lost?.state.reason) return opaque(lost.state.reason)
  if (!state.definition || state.reason) {
    const reason = state.reason ?? trace.opaque('unmodelled-layer', { layer: state.name }, span).reason
    return reason ? opaque(reason) : []
  }
  const initial = isObject(kwargs) ? listOf(trace, trace.get(kwargs, 'initialState', span)) : []
  const states = initial.flatMap(({ value }) =>
    isTensor(value) && value.state.node ? [value.state.node] : [],
  )
  const applied = applyLayer({
    definition: state.definition,
    config: plainConfig(state),
    inputs: inputs.map(input => input.state.node!),
    parameters: state.parameters,
    initialState: states.length > 0 ? states : undefined,
    // While a model is built, its runs decide; applied to values, a layer infers unless it is told to train.
    training: symbolic ? 'mode' : isTraining(trace, kwargs, span),
    builder: trace.builder,
    provenance: trace.provenance,
    newIdentity: () => state.counters.next('identity'),
  })
  if (isProblem(applied)) {
    const reason = diagnostic('shape-mismatch', { layer: state.name, problem: applied.problem }, { span })
    return opaque(reason)
  }
  const { outputs, parameters, beforeActivation, site } = applied
  const application: Application = {
    layer,
    inputs,
    outputs,
    site,
    origin,
    ...(beforeActivation && { beforeActivation }),
  }
  for (const node of newNodes(
    outputs,
    inputs.map(input => input.state.node!),
  ))
    trace.provenance.addOrigin(node, origin)
  remember(trace, application)
  const tensors = outputs.map(node =>
    trace.host<TensorState>(tensorType, { node, producer: application, symbolic, origin }),
  )
  const first = tensors[0]
  const input = inputs[0]
  trace.heap.setState(layer, {
    ...layer.state,
    parameters: parameters as readonly Parameter[],
    ...(first && { output: first }),
    ...(input && { input }),
  })
  return tensors
}

/** Whether a call asks for training: `apply(x, { training: true })`. */
export function isTraining(trace: Tracer, kwargs: Value, span: Span): boolean {
  return isObject(kwargs) && trace.get(kwargs, 'training', span) === true
}

/** Notes which nodes an application made, for functions that are not models. */
export function remember(trace: Tracer, application: Application): void {
  const { applications, running, trainings, trainingsBefore } = contextOf(trace)
  running.at(-1)?.add(application)
  trainingsBefore.set(application, trainings.length)
  for (const node of application.outputs)
    applications.set(node, [...(applications.get(node) ?? []), application])
}

/** The nodes that an application made: those above its inputs. */
export function newNodes(outputs: readonly Node[], inputs: readonly Node[]): readonly Node[] {
  const seen = new Set<Node>(inputs)
  const found: Node[] = []
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (opTable[node.op]?.inputs.length === 0) continue
    found.push(node)
    pending.push(...node.inputs)
  }
  return found
}

/** The tensors that `apply` was given: one, or a list of them. */
export function tensorsIn(trace: Tracer, value: Value): readonly HostObject<TensorState>[] | undefined {
  if (isTensor(value)) return [value]
  const elements = trace.elements(value)?.map(element => element.value)
  return elements && elements.length > 0 && elements.every(isTensor) ? elements : undefined
}

/** One tensor as itself, several as a list. */
export function result(trace: Tracer, tensors: readonly HostObject<TensorState>[]): Value {
  return tensors.length === 1 ? tensors[0] : trace.array(tensors as readonly ObjectValue[])
}

export function shapeOf(
  trace: Tracer,
  tensor: Pick<TensorState, 'node' | 'symbolic'> | undefined,
  path: string,
): Value {
  const shape = tensor?.node?.type.shape
  if (!shape) return trace.fresh(`${path}.shape`)
  // While a model is built, TF.js shows the open batch axis as null.
  return trace.array(
    shape.map((size, i) => (tensor.symbolic && i === 0 && typeof size !== 'number' ? null : size)),
  )
}

layerType.members.apply = {
  kind: 'method',
  call: (layer, call) => {
    const tensors = tensorsIn(call.trace, call.arguments[0]?.value)
    if (!tensors)
      return call.trace.opaque(
        'unmodelled-call',
        { call: `${layer.state.name}.apply`, reason: 'it is not applied to symbolic tensors' },
        call.span,
      )
    const [given, kwargs] = call.arguments.map(({ value }) => value)
    return result(call.trace, applyToTensors(call.trace, layer, tensors, call.span, kwargs, given))
  },
}

const layerProperty = (get: (state: LayerState, trace: Tracer) => Value) =>
  ({
    kind: 'property',
    get: (object: HostObject<LayerState>, trace: Tracer) => get(object.state, trace),
  }) as const

Object.assign(layerType.members, {
  output: layerProperty(state => state.output),
  input: layerProperty(state => state.input),
  name: {
    kind: 'property',
    get: ({ state }: HostObject<LayerState>) => state.name,
    set: (object: HostObject<LayerState>, { value }: { value: Value }, trace: Tracer) => {
      if (typeof value === 'string') trace.heap.setState(object, { ...object.state, name: value })
    },
  },
  built: {
    kind: 'property',
    get: ({ state }: HostObject<LayerState>) => state.built ?? state.parameters !== undefined,
    set: (object: HostObject<LayerState>, { value }: { value: Value }, trace: Tracer) => {
      if (typeof value === 'boolean') trace.heap.setState(object, { ...object.state, built: value })
    },
  },
  outputShape: layerProperty((state, trace) => shapeOf(trace, state.output?.state, state.name)),
  trainable: {
    kind: 'property',
    get: (object: HostObject<LayerState>) => object.state.trainable,
    set: (object: HostObject<LayerState>, { value }: { value: Value }, trace: Tracer) => {
      if (typeof value === 'boolean') trace.heap.setState(object, { ...object.state, trainable: value })
    },
  },
})
