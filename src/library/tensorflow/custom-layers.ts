import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import { dimensionText, equals } from '../../graph/dimension.js'
import type { ConfigEntry, Parameter } from '../../graph/model.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { type Shape, shapeText } from '../../graph/type.js'
import type { Span } from '../../text/source.js'
import type { HostCall, HostType, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type ObjectValue, type Value } from '../../trace/value.js'
import { commonKeys } from '../layers/keys.js'
import { attributeOf } from './arguments.js'
import { contextOf } from './context.js'
import { shapeOf } from './declared-shapes.js'
import { connect } from './layer-ports.js'
import { makeLayerVariable } from './layer-variables.js'
import { remember } from './layers.js'
import { sameComputation } from './same-computation.js'
import type { Application, LayerState, TensorState } from './state.js'
import { isLayer, isSetting, isTensor, layerType, tensorType } from './types.js'
import { type ReadConfig, readConfig } from './values.js'
import { listWeight, noteListed } from './weights.js'

type LayerObject = HostObject<LayerState>
type Tensor = HostObject<TensorState>

/** An object of a class that extends `tf.layers.Layer`, before its constructor ran. */
export function newLayer(trace: Tracer): LayerObject {
  const { counters } = contextOf(trace)
  return trace.host<LayerState>(layerType, {
    id: counters.next('layer id'),
    counters,
    custom: true,
    name: 'layer',
    trainable: true,
    config: {},
    parameters: [],
    origin: { span: nowhere, path: [] },
  })
}

const nowhere: Span = { file: { path: '', text: '', lineStarts: [0] }, start: 0, end: 0 }

/** What `super(config)` does: the name, the shape of the input, whether it trains. */
export function initializeLayer(object: ObjectValue, call: HostCall): void {
  if (!isLayer(object)) return
  const { trace, span } = call
  const { given, reason, unknownName } = readCommon(trace, call.arguments[0]?.value, span)
  const config: Record<string, ConfigEntry> = {}
  for (const [key, { value, span: place }] of given)
    if (Object.hasOwn(commonKeys, key)) config[key] = { value, from: 'given', span: place ?? span }
  const className = classNameOf(trace, object, span)
  const name = config.name?.value
  trace.heap.setState(object, {
    ...object.state,
    config,
    ...(reason && { reason }),
    ...(className !== undefined && { className }),
    ...(typeof name === 'string' ? { name } : object.state.counters.layerName(className ?? 'layer', trace)),
    ...(unknownName && { unknownName }),
    trainable: config.trainable?.value !== false,
    origin: trace.origin(span),
  })
  contextOf(trace).made.push({ object, depth: trace.heap.depth })
}

/**
 * What the base class reads of a configuration. One that is a parameter without a value is what the class itself takes: of what the
 * base class reads it sets no more than the name.
 */
function readCommon(trace: Tracer, config: Value, span: Span): ReadConfig {
  if (!isUnknown(config) || config.reason) return readConfig(trace, config, commonKeys, span)
  const name = trace.get(config, 'name', span)
  return { given: new Map(), ...(isUnknown(name) && { unknownName: name }) }
}

/** `static get className()` of the class, as `getClassName` gives it. */
function classNameOf(trace: Tracer, object: ObjectValue, span: Span): string | undefined {
  const name = trace.get(trace.get(object, 'constructor', span), 'className', span)
  return typeof name === 'string' ? name : undefined
}

/** What `getConfig` of a layer of the program gives, as far as it is data. */
export function configOfCustom(trace: Tracer, layer: LayerObject): Readonly<Record<string, ConfigEntry>> {
  const { config, origin } = layer.state
  const read = trace.heap.attempt(() =>
    trace.fields(trace.call(trace.get(layer, 'getConfig', origin.span), [], origin.span, layer)),
  ).result
  const entries = [...(read ?? [])].flatMap(([key, property]): [string, ConfigEntry][] => {
    const value = attributeOf(trace, property.value)
    if (value === undefined || (typeof value === 'object' && value !== null && 'unknown' in value)) return []
    return [[key, { value, from: 'given', span: property.span ?? origin.span }]]
  })
  return { ...config, ...Object.fromEntries(entries) }
}

interface CustomCall {
  readonly trace: Tracer
  readonly layer: LayerObject
  readonly inputs: readonly Tensor[]
  /** What `apply` was given: one tensor or a list. */
  readonly given: Value
  readonly kwargs: Value
  readonly span: Span
}

/** Applies a layer of the program: its `build` at the first application, then its `call`. */
export function applyCustomLayer(call: CustomCall): readonly Tensor[] {
  const { trace, layer, inputs, span } = call
  const symbolic = inputs.some(input => input.state.symbolic)
  const origin = trace.origin(span)
  const fail = (reason: Diagnostic | undefined): readonly Tensor[] => {
    const application: Application = { layer, inputs, outputs: [], ...(reason && { reason }), origin }
    return [
      trace.host<TensorState>(tensorType, {
        ...(reason && { reason }),
        producer: application,
        symbolic,
        origin,
      }),
    ]
  }
  const shapes = inputs.map(({ state }) => shapeOf(trace, state, layer.state.name))
  if (!layer.state.built) {
    trace.call(
      trace.get(layer, 'build', span),
      [{ value: shapes.length === 1 ? shapes[0] : trace.array(shapes) }],
      span,
      layer,
    )
    trace.heap.setState(layer, { ...layer.state, built: true })
    noteListed(trace, layer, span)
  }
  const { listed } = layer.state
  const { running, madeInside } = contextOf(trace)
  const inside = new Set<Application>()
  running.push(inside)
  const outputs = symbolic ? inBothModes(call) : run(call, call.given, call.kwargs)
  running.pop()
  if (!Array.isArray(outputs)) return fail(outputs as Diagnostic | undefined)
  const declared = symbolic ? declaredShapes(call, shapes) : undefined
  const misfit = declared?.find((shape, i) => !fits(shape, (outputs as readonly Node[])[i]?.type.shape ?? []))
  if (misfit) {
    const problem = `computeOutputShape gives [${misfit.map(size => ((size as Attribute) === null ? 'null' : dimensionText(size))).join(', ')}], and call gives ${shapeText((outputs as readonly Node[])[0]!.type.shape)}`
    return fail(diagnostic('shape-mismatch', { layer: layer.state.name, problem }, { span }))
  }
  const application: Application = { layer, inputs, outputs, origin }
  madeInside.set(application, inside)
  remember(trace, application)
  for (const node of outputs as readonly Node[])
    if (trace.provenance.origins(node).length === 0) trace.provenance.addOrigin(node, origin)
  const tensors = (outputs as readonly Node[]).map(node =>
    trace.host<TensorState>(tensorType, { node, producer: application, symbolic, origin }),
  )
  if (symbolic) connect(trace, layer, { inputs, outputs: tensors })
  // A model that is being built does not call the layer, so what `call` makes is not in its list when it is compiled.
  if (symbolic && layer.state.listed !== listed)
    trace.heap.setState(layer, { ...withoutList(layer.state), ...(listed !== undefined && { listed }) })
  if (!symbolic) noteListed(trace, layer, span)
  return tensors
}

const withoutList = ({ listed: _, ...state }: LayerState): LayerState => state

/** A layer of the program in a model of its own: in both modes, and with its weights. */
export function applyAlone(trace: Tracer, layer: ObjectValue, given: Value, span: Span): Value {
  const inSymbols = (value: Value): Value => {
    if (isTensor(value)) return trace.host<TensorState>(tensorType, { ...value.state, symbolic: true })
    const items = trace.elements(value)
    return items ? trace.array(items.map(item => inSymbols(item.value))) : value
  }
  return trace.call(trace.get(layer, 'apply', span), [{ value: inSymbols(given) }], span, layer)
}

/**
 * A model that is being built calls the layer when it runs: with a list of tensors, and with `training` as the run
 * has it (tfjs-layers/src/engine/executor.ts). Results that differ between training and inference are joined.
 */
function inBothModes(call: CustomCall): readonly Node[] | Diagnostic | undefined {
  const { trace, inputs, span, layer } = call
  const values = trace.array(
    inputs.map(({ state: { node, origin } }) =>
      trace.host<TensorState>(tensorType, { ...(node && { node }), symbolic: false, origin }),
    ),
  )
  const inference = run(call, values, trace.record({}))
  if (!Array.isArray(inference)) return inference
  // What the first run made, such as layers that are created when they are needed, is there for the second.
  const training = trace.heap.attempt(() => run(call, values, trace.record({ training: true }))).result
  if (!Array.isArray(training)) return training
  const joined: Node[] = []
  for (const [i, node] of (inference as readonly Node[]).entries()) {
    const other = (training as readonly Node[])[i]
    // A run is in one mode: draws that differ only in their places are one draw.
    const value = !other || sameComputation(node, other) ? node : trace.builder.node('byMode', [node, other])
    if (!other || isProblem(value))
      return diagnostic(
        'shape-mismatch',
        { layer: layer.state.name, problem: 'training and inference give results of different shapes' },
        { span },
      )
    joined.push(value)
  }
  return joined
}

function run(
  { trace, layer, span }: CustomCall,
  inputs: Value,
  kwargs: Value,
): readonly Node[] | Diagnostic | undefined {
  const given = kwargs === undefined || kwargs === null ? trace.record({}) : kwargs
  const value = trace.call(trace.get(layer, 'call', span), [{ value: inputs }, { value: given }], span, layer)
  const items = isTensor(value) ? [{ value }] : (trace.elements(value) ?? [{ value }])
  const nodes: Node[] = []
  for (const item of items) {
    if (isTensor(item.value) && item.value.state.node) nodes.push(item.value.state.node)
    else if (isTensor(item.value)) return item.value.state.reason
    else
      return isUnknown(item.value) && item.value.reason
        ? item.value.reason
        : trace.opaque(
            'unmodelled-call',
            { call: `${layer.state.name}.call`, reason: 'what it returns is not a tensor that is known' },
            span,
          ).reason
  }
  return nodes
}

/** What `computeOutputShape` says, as far as it is known; open sizes are null. */
function declaredShapes(
  { trace, layer, span }: CustomCall,
  shapes: readonly Value[],
): readonly Shape[] | undefined {
  const method = trace.get(layer, 'computeOutputShape', span)
  const given = shapes.length === 1 ? shapes[0] : trace.array(shapes)
  const read = attributeOf(trace, trace.call(method, [{ value: given }], span, layer))
  if (!Array.isArray(read)) return undefined
  return (Array.isArray(read[0]) ? read : [read]) as readonly Shape[]
}

function fits(declared: Shape, actual: Shape): boolean {
  return (
    declared.length === actual.length &&
    declared.every((size, i) => (size as Attribute) === null || equals(size, actual[i]!))
  )
}

const method = (call: (layer: LayerObject, call: HostCall) => Value) => ({ kind: 'method', call }) as const

/** What a class inherits from `tf.layers.Layer` (tfjs-layers/src/engine/topology.ts). */
export const baseMembers: HostType<LayerState>['members'] = {
  build: method((layer, { trace }) => {
    trace.heap.setState(layer, { ...layer.state, built: true })
    return undefined
  }),
  call: method((_, call) => call.arguments[0]?.value),
  computeOutputShape: method((_, call) => call.arguments[0]?.value),
  computeMask: method(() => null),
  invokeCallHook: method(() => undefined),
  getClassName: method((layer, { trace, span }) => classNameOf(trace, layer, span)),
  getConfig: method(({ state }, { trace }) => {
    const shape = state.config.batchInputShape
    return trace.record({
      name: state.name,
      trainable: state.trainable,
      ...(Array.isArray(shape) && { batchInputShape: trace.array(shape as readonly Value[]) }),
    })
  }),
  addWeight: method(addWeight),
}

/** `addWeight(name, shape, dtype, initializer, regularizer, trainable)`. */
function addWeight(layer: LayerObject, { trace, arguments: args, span }: HostCall): Value {
  const [name, shape, , initializer, , trainable] = args.map(({ value }) => value)
  const sizes = attributeOf(trace, shape)
  const own = typeof name === 'string' ? name : 'weight'
  const { counters } = contextOf(trace)
  const node =
    Array.isArray(sizes) && !sizes.includes(null)
      ? trace.builder.node('parameter', [], {
          identity: counters.next('identity'),
          name: own,
          shape: sizes,
          dtype: 'float32',
        })
      : { problem: 'the shape of the weight is not known' }
  if (isProblem(node)) {
    if (isObject(sizes as never) && 'unknown' in (sizes as object))
      return (sizes as { unknown: Value }).unknown
    return trace.opaque('shape-mismatch', { layer: layer.state.name, problem: node.problem }, span)
  }
  trace.provenance.addOrigin(node, trace.origin(span))
  const parameter: Parameter = {
    name: own,
    node,
    shape: node.type.shape!,
    initializer: isSetting(initializer)
      ? {
          kind: initializer.state.kind,
          settings: Object.fromEntries(
            Object.entries(initializer.state.settings).map(([key, { value }]) => [key, value]),
          ),
        }
      : { kind: 'value', settings: {} },
    trainable: trainable !== false,
  }
  trace.heap.setState(layer, { ...layer.state, parameters: [...(layer.state.parameters ?? []), parameter] })
  const variable = makeLayerVariable(trace, layer, parameter)
  if (parameter.trainable) listWeight(trace, layer, variable)
  return variable
}
