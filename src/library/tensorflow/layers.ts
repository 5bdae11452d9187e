import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import { type Parameter, parametersOf } from '../../graph/model.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { shapeText, type TensorType } from '../../graph/type.js'
import { opTable } from '../../ops/table.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import {
  type HostObject,
  isObject,
  isUnknown,
  type ObjectValue,
  type Property,
  type UnknownValue,
  type Value,
} from '../../trace/value.js'
import { keysOf, resolveConfig } from '../config.js'
import { type ApplicationRequest, applyLayer, type InnerModel } from '../instantiate.js'
import { isUnmodelled, type LayerConfig, type LayerDefinition, unmodelled } from '../layer.js'
import { layerNamed } from '../layers/table.js'
import { readsMask } from '../masks.js'
import { contextOf } from './context.js'
import type { Counters } from './counters.js'
import { applyCustomLayer } from './custom-layers.js'
import { declaredShapes } from './declared-shapes.js'
import { noteComputed, noteTrained, withFirstWeights } from './first-weights.js'
import { connect } from './layer-ports.js'
import { misfit, unboundTensors, wantSizes } from './open-shapes.js'
import { readModel } from './read-model.js'
import { rebuild } from './rebuild.js'
import type { Application, LayerState, TensorState } from './state.js'
import { tensorOnTape } from './tape.js'
import { isLayer, isModel, isTensor, layerType, tensorType } from './types.js'
import { readConfig } from './values.js'

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
  const read = readConfig(trace, value, keysOf(definition), span, sizesOf(definition))
  const place = call.arguments[0]?.span ?? span
  const { config, diagnostics: found } = resolveConfig(definition, read.given, 'tfjs', place)
  const isGiven = value !== undefined && value !== null
  // A key whose value is not known is not missing.
  const isOpen = read.reason !== undefined && (isUnknown(value) || trace.fields(value) !== undefined)
  const certain = isOpen ? found.filter(({ code }) => !ofAbsence.has(code)) : found
  const diagnostics = isGiven
    ? certain
    : [...certain.map(entry => asMissing(entry, definition)), ...unread(definition, span)]
  for (const entry of diagnostics) trace.report(entry)
  const untrainable = definition.untrainable?.(entriesAsValues(config))
  if (untrainable !== undefined)
    trace.report(diagnostic('training-throws', { layer: definition.kind, reason: untrainable }, { span }))
  const missing = diagnostics.find(({ code }) => preventing.has(code))
  const reason = read.reason ?? missing
  const first = trace.fields(value)?.get('weights')?.value
  const given = config.name
  const layer = trace.host<LayerState>(layerType, {
    ...base,
    definition,
    config,
    ...(read.inner && read.inner.length > 0 && { inner: read.inner }),
    ...(first !== undefined && { firstWeights: first }),
    ...(reason && { reason }),
    ...(given?.from === 'given' && typeof given.value === 'string' && given.value !== ''
      ? { name: given.value }
      : counters.layerName(definition.className, trace)),
    ...(read.unknownName && { unknownName: read.unknownName }),
    trainable: isTrainable(definition, config),
  })
  contextOf(trace).made.push({ object: layer, depth: trace.heap.depth })
  return layer
}

/** What is reported of a configuration of which TF.js makes no layer that is known. */
const preventing: ReadonlySet<string> = new Set(['missing-config-key', 'invalid-config-value'])

/** What is reported of keys that a configuration lacks. */
const ofAbsence: ReadonlySet<string> = new Set(['missing-config-key', 'unset-config-key'])

/** How many sizes a shape has of which only the rank is known: anything else would be refused. */
const sizesOf = ({ rank }: LayerDefinition): ReadonlyMap<string, number> =>
  new Map(
    rank === undefined
      ? []
      : [
          ['inputShape', rank - 1],
          ['batchInputShape', rank],
        ],
  )

/** TF.js may not miss a setting in a configuration, but it throws where it is given none to read it from. */
function asMissing(entry: Diagnostic, { kind, config }: LayerDefinition): Diagnostic {
  const key = Object.keys(config).find(name => config[name]!.unset)
  if (entry.code !== 'unset-config-key' || key === undefined) return entry
  return diagnostic('missing-config-key', { layer: kind, key }, entry.span ? { span: entry.span } : {})
}

/** TF.js has defaults for all settings of some layers, and still reads them from what it is given. */
const unread = ({ kind, reads }: LayerDefinition, span: Span): readonly Diagnostic[] =>
  reads === undefined
    ? []
    : [diagnostic('missing-config-key', { layer: kind, key: reads }, { span, help: 'give it `{}`' })]

/** A layer that applies another one trains if that one does; its own key is not read (`Wrapper.trainable`). */
function isTrainable({ wraps }: LayerDefinition, config: LayerState['config']): boolean {
  return config[wraps?.uses ? `${wraps.key}.trainable` : 'trainable']?.value !== false
}

/** The values of a configuration without where they come from. */
export const plainConfig = ({ config }: LayerState): LayerConfig => entriesAsValues(config)

function entriesAsValues(config: LayerState['config']): LayerConfig {
  const values: Record<string, Attribute> = {}
  for (const name in config) values[name] = config[name]!.value
  return values
}

/** Applies a layer object to tensors and gives the tensors that result. */
export function applyToTensors(
  trace: Tracer,
  layer: HostObject<LayerState>,
  tensors: readonly HostObject<TensorState>[],
  span: Span,
  kwargs?: Value,
  given?: Value,
): readonly HostObject<TensorState>[] {
  const { state } = layer
  const inputs = tensors.map(tensor => tensorOnTape(trace, tensor))
  const origin = trace.origin(span)
  const lost = inputs.find(input => !input.state.node || input.state.reason)
  if (state.custom && !state.reason && !lost)
    return applyCustomLayer({ trace, layer, inputs, given: given ?? result(trace, inputs), kwargs, span })
  const symbolic = inputs.some(input => input.state.symbolic)
  const opaque = (reason: Diagnostic): readonly HostObject<TensorState>[] => {
    const application: Application = { layer, inputs, outputs: [], reason, origin }
    return [trace.host<TensorState>(tensorType, { reason, producer: application, symbolic, origin })]
  }
  if (lost?.state.reason) return opaque(lost.state.reason)
  const { definition } = state
  if (!definition || state.reason) {
    const reason = state.reason ?? trace.opaque('unmodelled-layer', { layer: state.name }, span).reason
    return reason ? opaque(reason) : []
  }
  const config = plainConfig(state)
  const nodes = inputs.map(input => input.state.node!)
  const masks = inputs.map(input => input.state.mask)
  // While a model is built, its runs decide; applied to values, a layer infers unless it is told to train.
  const training = symbolic ? 'mode' : isTraining(trace, kwargs, span)
  const request: ApplicationRequest = {
    definition,
    config,
    inputs: nodes,
    masks,
    parameters: state.parameters ?? innerParameters(state),
    innerModel: innerModel(trace, state, training),
    training,
    builder: trace.builder,
    provenance: trace.provenance,
    newIdentity: () => state.counters.next('identity'),
  }
  const applied = (symbolic ? unusable(definition, inputs) : undefined) ?? applyLayer(request)
  if (isProblem(applied)) return opaque(notApplied(trace, state.name, applied, nodes, span))
  const shapes = symbolic ? declaredShapes(request, inputs, applied) : []
  if (isProblem(shapes)) return opaque(notApplied(trace, state.name, shapes, nodes, span))
  const { outputs, parameters, beforeActivation, site, mask } = applied
  const application: Application = {
    layer,
    inputs,
    outputs,
    site,
    origin,
    ...(masks.some(Boolean) && { masked: true }),
    ...(readsMask(definition, config) && !masks[0] && { wantsMask: true }),
    ...(definition.inputs === 'sequence' && { recurrent: inputs.length > 1 ? 'fromStates' : 'fromZero' }),
    ...(beforeActivation && { beforeActivation }),
  }
  for (const node of newNodes(outputs, nodes)) trace.provenance.addOrigin(node, origin)
  remember(trace, application)
  const results = outputs.map((node, i) =>
    trace.host<TensorState>(tensorType, {
      node,
      producer: application,
      symbolic,
      origin,
      ...(shapes[i] && { declared: shapes[i] }),
      // Applied to values, a layer hands no mask on (`Layer.apply`).
      ...(symbolic && mask && { mask }),
    }),
  )
  const own = state.parameters ? parameters : withFirstWeights(trace, state, parameters)
  trace.heap.setState(layer, { ...layer.state, parameters: own })
  keepInner(trace, state, own)
  if (!symbolic) {
    noteComputed(trace, layer)
    if (training) noteTrained(trace, layer)
    return results
  }
  connect(trace, layer, { inputs, outputs: results })
  const [input] = inputs
  if (definition.overwritesShape && input) overwriteShape(trace, layer, input, span)
  return results
}

/** Whether a call asks for training: `apply(x, { training: true })`. */
export function isTraining(trace: Tracer, kwargs: Value, span: Span): boolean {
  return isObject(kwargs) && trace.get(kwargs, 'training', span) === true
}

/** Notes which nodes an application made, for functions that are not models. */
export function remember(trace: Tracer, application: Application): void {
  const { applications, attempted, running, trainings, trainingsBefore } = contextOf(trace)
  running.at(-1)?.add(application)
  attempted.set(application.layer, Math.max(trace.heap.depth, attempted.get(application.layer) ?? 0))
  trainingsBefore.set(application, trainings.length)
  for (const node of application.outputs)
    applications.set(node, [...(applications.get(node) ?? []), application])
}

/** Why TF.js cannot run the layer in a model. */
function unusable(
  { eagerOnly, overwritesShape }: LayerDefinition,
  inputs: readonly HostObject<TensorState>[],
): Problem | undefined {
  if (eagerOnly !== undefined) return { problem: eagerOnly }
  return overwritesShape && !inputs.every(hasOwnShape)
    ? unmodelled('TensorFlow.js overwrites the declared shape of the tensor, which may be that of the input')
    : undefined
}

/** Whether no other tensor shares the list of sizes: layers that keep the shape hand on the very list. */
function hasOwnShape({ state: { producer, node } }: HostObject<TensorState>): boolean {
  const before = producer?.inputs[0]?.state.node
  return (
    before !== undefined &&
    !isModel(producer?.layer) &&
    shapeText(before.type.shape) !== shapeText(node?.type.shape ?? null)
  )
}

/** Other layers that are applied to the same tensor would be built for a shape that it does not have. */
function overwriteShape(
  trace: Tracer,
  layer: HostObject<LayerState>,
  input: HostObject<TensorState>,
  span: Span,
): void {
  const reason = notApplied(
    trace,
    layer.state.name,
    unmodelled('TensorFlow.js has overwritten the declared shape of its input'),
    [],
    span,
  )
  trace.heap.setState(input, { ...input.state, reason })
}

function notApplied(
  trace: Tracer,
  layer: string,
  problem: Problem,
  inputs: readonly Node[],
  span: Span,
): Diagnostic {
  if (isUnmodelled(problem))
    return diagnostic('unmodelled-call', { call: `${layer}.apply`, reason: problem.problem }, { span })
  const reason = diagnostic(misfit(trace, inputs), { layer, problem: problem.problem }, { span })
  wantSizes(trace, reason)
  return reason
}

/** A layer that applies another object as it is shares its parameters. */
function innerParameters({ definition, inner }: LayerState): readonly Parameter[] | undefined {
  const [only] = inner ?? []
  return definition?.wraps?.perStep && isLayer(only) ? only.state.parameters : undefined
}

function keepInner(trace: Tracer, { definition, inner }: LayerState, parameters: readonly Parameter[]): void {
  const [only] = inner ?? []
  if (definition?.wraps?.perStep && isLayer(only) && !only.state.parameters)
    trace.heap.setState(only, { ...only.state, parameters })
}

function innerModel(
  trace: Tracer,
  { inner }: LayerState,
  training: boolean | 'mode',
): InnerModel | undefined {
  const [only] = inner ?? []
  if (!isModel(only)) return undefined
  const model = readModel(only, trace)
  const fail = { problem: 'the inner model is not known' }
  if (!('applications' in model)) return { parameters: [], apply: () => fail }
  return {
    parameters: parametersOf(model).map(({ layer, parameter, trainable }) => ({
      ...parameter,
      name: layer ? `${layer.name}_${parameter.name}` : parameter.name,
      trainable,
    })),
    apply: inputs => {
      const [input, output] = [model.inputs[0], model.outputs[0]]
      if (!input || !output || model.inputs.length > 1 || model.outputs.length > 1)
        return { problem: 'the inner model must have one input and one output' }
      const mode = training === 'mode' ? undefined : training ? 'training' : 'inference'
      const moved = rebuild(trace, output.node, new Map([[input.node, inputs[0]!]]), { mode })
      return moved ? [moved] : { problem: 'the inner model cannot be applied to a step of this shape' }
    },
  }
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

/** What a call gives that takes tensors and was given something else: unknown, for the reason that this has. */
export function givenNoTensors(
  { trace, span, arguments: [given] }: HostCall,
  call: string,
  value = given?.value,
  takes: readonly (TensorType | undefined)[] = [],
): UnknownValue {
  const items = trace.elements(value)?.map(item => item.value) ?? [value]
  const unknown = items.find(isUnknown)
  if (unknown?.reason) return unknown
  if (unknown) {
    const opaque = trace.opaque('unbound-tensor', { call, path: unknown.path }, span)
    if (opaque.reason) trace.wantTensors(unboundTensors(items), opaque.reason)
    for (const [i, item] of items.entries()) {
      const { shape, dtype } = takes[i] ?? { shape: null, dtype: 'float32' }
      if (isUnknown(item) && !item.reason && shape)
        trace.suppose(item.path, { shape: [null, ...shape.slice(1)], dtype, ground: 'needed', span })
    }
    return opaque
  }
  const reason = 'it is not given tensors that are known'
  return trace.opaque('unmodelled-call', { call, reason }, span)
}

/** One tensor as itself, several as a list. */
export function result(trace: Tracer, tensors: readonly HostObject<TensorState>[]): Value {
  return tensors.length === 1 ? tensors[0] : trace.array(tensors as readonly ObjectValue[])
}

/** `layer.apply(x)`, `lstm.apply([x, h, c])`, `lstm.apply(x, { initialState: [h, c] })`. */
function applyValue(layer: HostObject<LayerState>, call: HostCall): Value {
  const { trace, span } = call
  const tensors = tensorsIn(trace, call.arguments[0]?.value)
  if (!tensors) return givenNoTensors(call, `${layer.state.name}.apply`)
  const kwargs = call.arguments[1]
  const states = layer.state.definition?.inputs === 'sequence' ? initialStates(trace, kwargs, span) : []
  if (states && 'kind' in states) return states
  if (tensors.some(tensor => tensor.state.symbolic)) reportUnread(trace, layer.state.name, kwargs)
  else {
    const unknown = unmodelledArgument(trace, layer, kwargs, span)
    if (unknown) return unknown
  }
  const given = call.arguments[0]?.value
  return result(trace, applyToTensors(trace, layer, [...tensors, ...states], span, kwargs?.value, given))
}

/** The states that a call passes to a recurrent layer beside its input; or why they are not known. */
function initialStates(
  trace: Tracer,
  kwargs: Property | undefined,
  span: Span,
): readonly HostObject<TensorState>[] | UnknownValue {
  const fields = kwargs && trace.fields(kwargs.value)
  if (kwargs === undefined || kwargs.value === undefined || kwargs.value === null) return []
  const given = fields?.get('initialState')?.value
  if (fields && (given === undefined || given === null)) return []
  const states = fields && tensorsIn(trace, given)
  const reason = 'its initial state is not symbolic tensors that are known'
  return states ?? trace.opaque('unmodelled-call', { call: 'layer.apply', reason }, span)
}

/** What is passed to a layer beside tensors that are values, such as a mask: it counts there, and is not modelled. */
function unmodelledArgument(
  trace: Tracer,
  { state }: HostObject<LayerState>,
  kwargs: Property | undefined,
  span: Span,
): UnknownValue | undefined {
  const { definition } = state
  const fields = kwargs && trace.fields(kwargs.value)
  if (!fields || !definition) return undefined
  const read = [
    ...(readsMask(definition, plainConfig(state)) ? ['mask'] : []),
    ...(definition.unmodelledArguments ?? []),
  ]
  const given = read.find(name => (fields.get(name)?.value ?? null) !== null)
  if (given === undefined) return undefined
  const reason = `\`${given}\` that is passed to it is not modelled`
  return trace.opaque('unmodelled-call', { call: `${state.name}.apply`, reason }, span)
}

/** In a model, TF.js calls layers with the phase and the masks of the whole: `execute` in engine/executor.ts. */
const unreadArguments: Readonly<Record<string, string>> = {
  training: 'in a model, `fit` and `predict` decide whether it is trained',
  mask: 'in a model, masks come from the layers before',
}

function reportUnread(trace: Tracer, layer: string, kwargs: Property | undefined): void {
  for (const [name, { span }] of (kwargs && trace.fields(kwargs.value)) ?? []) {
    const reason = unreadArguments[name]
    const place = span ?? kwargs?.span
    if (reason && place)
      trace.report(
        diagnostic(
          'ignored-call-argument',
          { call: `${layer}.apply`, argument: name, reason },
          { span: place },
        ),
      )
  }
}

layerType.members.apply = { kind: 'method', call: applyValue }

Object.assign(layerType.members, {
  name: {
    kind: 'property',
    get: ({ state }: HostObject<LayerState>) => state.unknownName ?? state.name,
    set: (object: HostObject<LayerState>, { value }: { value: Value }, trace: Tracer) => {
      const { unknownName: _, ...rest } = object.state
      if (typeof value === 'string') trace.heap.setState(object, { ...rest, name: value })
      else if (isUnknown(value)) trace.heap.setState(object, { ...rest, unknownName: value })
    },
  },
  built: {
    kind: 'property',
    get: ({ state }: HostObject<LayerState>) => state.built ?? state.parameters !== undefined,
    set: (object: HostObject<LayerState>, { value }: { value: Value }, trace: Tracer) => {
      if (typeof value === 'boolean') trace.heap.setState(object, { ...object.state, built: value })
    },
  },
  getClassName: {
    kind: 'method',
    call: ({ state }: HostObject<LayerState>, { trace }: HostCall) =>
      state.definition?.className ??
      state.className ??
      trace.fresh(`${state.name}.getClassName()`, state.reason),
  },
})

/** The first application builds a layer, and later ones find its weights. */
layerType.settled = (before, { parameters, built }) =>
  before.parameters || !parameters
    ? undefined
    : { ...before, parameters, ...(built !== undefined && { built }) }
