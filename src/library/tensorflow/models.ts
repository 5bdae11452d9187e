import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { type Shape, shapeText } from '../../graph/type.js'
import type { Mode } from '../../ops/elaborate.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isUnknown, type Value } from '../../trace/value.js'
import { batch } from '../open-sizes.js'
import { contextOf } from './context.js'
import type { Counters } from './counters.js'
import { declared, declaredByModel } from './declared-shapes.js'
import { applyToTensors, givenNoTensors, isTraining, plainConfig, remember } from './layers.js'
import { fitInputs } from './open-shapes.js'
import { readModel } from './read-model.js'
import { callLayersAgain } from './reapply.js'
import { rebuild, sizesGiven } from './rebuild.js'
import type { Application, LayerState, ModelState, TensorState } from './state.js'
import { tensorOnTape } from './tape.js'
import { isInputLayer, isLayer, isModel, isTensor, layerType, modelType, tensorType } from './types.js'
import { listOf, readConfig } from './values.js'
import { buildSequential } from './weights.js'

/** A tensor that a model takes from outside. */
function inputTensor(
  trace: Tracer,
  counters: Counters,
  shape: Shape,
  span: Span,
  name?: string,
  dtype = 'float32',
): HostObject<TensorState> {
  const generated = name === undefined ? counters.name('input', trace) : undefined
  const inputName = name ?? `input_${generated?.name}`
  const origin = trace.origin(span)
  const node = trace.builder.node('input', [], {
    name: inputName,
    index: counters.next('input'),
    shape,
    dtype,
  })
  const tensor = trace.host<TensorState>(tensorType, {
    ...(!isProblem(node) && { node }),
    inputName,
    symbolic: true,
    origin,
  })
  const inputLayer = trace.host<LayerState>(layerType, {
    id: counters.next('layer id'),
    counters,
    className: 'InputLayer',
    config: {},
    name: inputName,
    ...(generated?.unknownName && { unknownName: generated.unknownName }),
    parameters: [],
    trainable: true,
    ports: [{ inputs: [tensor], outputs: [tensor] }],
    origin,
  })
  trace.heap.setState(tensor, { ...tensor.state, inputLayer })
  return tensor
}

const inputKeys = {
  shape: { kind: 'shape', effect: 'function', tfjs: null, summary: '' },
  batchShape: { kind: 'shape', effect: 'function', tfjs: null, summary: '' },
  inputShape: { kind: 'shape', effect: 'function', tfjs: null, summary: '' },
  batchInputShape: { kind: 'shape', effect: 'function', tfjs: null, summary: '' },
  batchSize: { kind: 'positiveInteger', effect: 'function', tfjs: null, summary: '' },
  name: { kind: 'name', effect: 'none', tfjs: null, summary: '' },
  dtype: { kind: 'text', effect: 'none', tfjs: null, summary: '' },
} as const

/** `tf.input({shape})`, also spelled `tf.layers.input`. */
export function makeInput(call: HostCall, counters: Counters): Value {
  return declareInput(call, counters)
}

/** `tf.layers.inputLayer({inputShape})`. */
export function makeInputLayer(call: HostCall, counters: Counters): Value {
  const { state } = declareInput(call, counters)
  return state.inputLayer
}

function declareInput(call: HostCall, counters: Counters): HostObject<TensorState> {
  const { trace, span } = call
  const { given, reason, unknownName } = readConfig(trace, call.arguments[0]?.value, inputKeys, span)
  const read = (key: keyof typeof inputKeys) => given.get(key)?.value ?? undefined
  const shape = read('shape') ?? read('inputShape')
  const batchShape = read('batchShape') ?? read('batchInputShape')
  const [name, dtype] = [read('name'), read('dtype')]
  // One number is a list of one: `[null].concat(shape)` (tfjs-layers/src/engine/input_layer.ts).
  const sizes =
    shape !== undefined
      ? [read('batchSize') ?? batch, ...(Array.isArray(shape) ? shape : [shape])]
      : Array.isArray(batchShape)
        ? [batchShape[0] ?? batch, ...batchShape.slice(1)]
        : undefined
  const tensor = inputTensor(
    trace,
    counters,
    openAxes(sizes ?? []),
    span,
    typeof name === 'string' ? name : undefined,
    typeof dtype === 'string' ? dtype : undefined,
  )
  const { inputLayer } = tensor.state
  if (unknownName && inputLayer) trace.heap.setState(inputLayer, { ...inputLayer.state, unknownName })
  if (sizes) return tensor
  const missing = reason ?? trace.opaque('unbuilt-model', { model: 'tf.input' }, span).reason
  const { node: _, ...state } = tensor.state
  trace.heap.setState(tensor, { ...state, ...(missing && { reason: missing }) })
  return tensor
}

/** Open sizes other than the batch become symbols of their own: a sequence of unknown length, say. */
function openAxes(sizes: readonly unknown[]): Shape {
  return declared(sizes.map(size => (size === -1 ? null : (size as Shape[number] | null))))
}

/** A model before its constructor ran. */
export function newModel(
  trace: Tracer,
  counters: Counters,
  kind: ModelState['kind'],
): HostObject<ModelState> {
  const model = trace.host<ModelState>(modelType, {
    id: counters.next('layer id'),
    counters,
    kind,
    name: kind,
    inputs: [],
    outputs: [],
    chain: null,
    trainable: true,
    origin: { span: nowhere, path: [] },
  })
  trace.foundModel(model, () => readModel(model, trace))
  contextOf(trace).models.push(model)
  return model
}

const nowhere: Span = { file: { path: '', text: '', lineStarts: [0] }, start: 0, end: 0 }

/** `tf.sequential({layers, name})`. */
export function makeSequential(call: HostCall, counters: Counters): Value {
  const model = newModel(call.trace, counters, 'sequential')
  initializeSequential(model, call)
  return model
}

/** What the constructor of `tf.Sequential` does. */
export function initializeSequential(model: HostObject<ModelState>, call: HostCall): void {
  const { trace, span } = call
  const config = call.arguments[0]?.value
  const name = config === undefined ? undefined : trace.get(config, 'name', span)
  trace.heap.setState(model, {
    ...model.state,
    ...(typeof name === 'string' ? { name } : model.state.counters.name('sequential_', trace)),
    ...(isUnknown(name) && { unknownName: name }),
    origin: trace.origin(span),
  })
  const layers = config === undefined ? undefined : trace.get(config, 'layers', span)
  if (isUnknown(layers) && layers.reason)
    trace.heap.setState(model, { ...model.state, reason: layers.reason })
  for (const { value, span: place } of listOf(trace, isUnknown(layers) ? undefined : layers))
    addLayer(trace, model, value, place ?? span)
}

/** What `model.add` does. */
export function addLayer(trace: Tracer, model: HostObject<ModelState>, value: Value, span: Span): void {
  const { state } = model
  const spoil = (reason: ModelState['reason']) => {
    if (reason && !state.reason) trace.heap.setState(model, { ...model.state, reason })
  }
  if (state.reason) return
  if (isInputLayer(value) && !state.chain) {
    const tensors = value.state.ports?.[0]?.outputs ?? []
    const chain = { layer: value, before: null }
    trace.heap.setState(model, { ...state, inputs: tensors, outputs: tensors, chain })
    return
  }
  if (isModel(value) || isLayer(value)) {
    const input = state.outputs[0] ?? firstInput(trace, model, value)
    if (!input) {
      spoil(value.state.reason ?? trace.opaque('unbuilt-model', { model: state.name }, span).reason)
      return
    }
    // A model at the beginning is not applied, but gone on from.
    if (isModel(value) && state.chain) buildSequential(value, trace, 'layers were added')
    const outputs = isModel(value)
      ? applyModel(trace, value, [input], value.state.origin.span)
      : applyToTensors(trace, value, [input], value.state.origin.span)
    const inputs = state.inputs.length > 0 ? state.inputs : [input]
    trace.heap.setState(model, {
      ...model.state,
      inputs,
      outputs,
      chain: { layer: value, before: state.chain },
      ...(state.built && { built: state.built === 'now' ? 'before' : state.built }),
    })
    return
  }
  spoil(
    isUnknown(value) && value.reason
      ? value.reason
      : trace.opaque(
          'unmodelled-call',
          { call: 'add', reason: 'what is added is not a layer that is known' },
          span,
        ).reason,
  )
}

/** The input that the first layer of a sequential model declares. */
function firstInput(
  trace: Tracer,
  model: HostObject<ModelState>,
  first: HostObject<LayerState> | HostObject<ModelState>,
): HostObject<TensorState> | undefined {
  const { counters } = model.state
  if (isModel(first)) {
    const node = first.state.inputs[0]?.state.node
    return node?.type.shape
      ? inputTensor(trace, counters, node.type.shape, first.state.origin.span, undefined, node.type.dtype)
      : undefined
  }
  const config = plainConfig((first as HostObject<LayerState>).state)
  const { inputShape, batchInputShape, inputDim, inputLength } = config
  const place = first.state.origin.span
  const sizes = Array.isArray(batchInputShape)
    ? batchInputShape
    : Array.isArray(inputShape)
      ? [batch, ...inputShape]
      : typeof inputDim === 'number' || (inputDim !== null && inputDim !== undefined)
        ? openDimension(first as HostObject<LayerState>, inputDim, inputLength)
        : undefined
  return (
    sizes &&
    inputTensor(
      trace,
      counters,
      openAxes(sizes),
      place,
      `${first.state.name}_input`,
      inputType(first as HostObject<LayerState>),
    )
  )
}

/** `inputDim` is the size of the last axis, except for lookups, where it counts the entries of the table. */
function openDimension(
  { state }: HostObject<LayerState>,
  inputDim: unknown,
  inputLength: unknown,
): readonly unknown[] {
  const isLookup = state.definition?.config.outputDim !== undefined
  return isLookup
    ? [batch, ...[inputLength ?? null].flat()]
    : inputLength
      ? [batch, inputLength, inputDim]
      : [batch, inputDim]
}

function inputType({ state }: HostObject<LayerState>): string {
  return state.definition?.config.outputDim !== undefined ? 'int32' : 'float32'
}

/** `tf.model({inputs, outputs, name})`. */
export function makeFunctional(call: HostCall, counters: Counters): Value {
  const model = newModel(call.trace, counters, 'functional')
  initializeFunctional(model, call)
  return model
}

/** What the constructor of `tf.LayersModel` does. */
export function initializeFunctional(model: HostObject<ModelState>, call: HostCall): void {
  const { trace, span } = call
  const config = call.arguments[0]?.value
  const field = (name: string) => (config === undefined ? undefined : trace.get(config, name, span))
  const name = field('name')
  const read = (value: Value) => listOf(trace, value).map(item => item.value)
  const inputs = read(field('inputs'))
  const outputs = read(field('outputs'))
  const all = [...inputs, ...outputs]
  const isComplete = inputs.length > 0 && outputs.length > 0 && all.every(isTensor)
  const reason = isComplete ? undefined : givenNoTensors(call, 'tf.model', trace.array(all)).reason
  trace.heap.setState(model, {
    ...model.state,
    ...(typeof name === 'string' ? { name } : model.state.counters.name('model', trace)),
    ...(isUnknown(name) && { unknownName: name }),
    inputs: inputs.filter(isTensor),
    outputs: outputs.filter(isTensor),
    ...(reason && { reason }),
    origin: trace.origin(span),
  })
}

/** A model used as a layer: its computation again on other tensors, with the same parameters. */
export function applyModel(
  trace: Tracer,
  model: HostObject<ModelState>,
  tensors: readonly HostObject<TensorState>[],
  span: Span,
  kwargs?: Value,
): readonly HostObject<TensorState>[] {
  const { state } = model
  const inputs = tensors.map(tensor => tensorOnTape(trace, tensor))
  const origin = trace.origin(span)
  const symbolic = inputs.some(input => input.state.symbolic)
  const mode: Mode | undefined = symbolic
    ? undefined
    : isTraining(trace, kwargs, span)
      ? 'training'
      : 'inference'
  const read = symbolic ? undefined : readModel(model, trace)
  const reason =
    state.reason ??
    (read && !('applications' in read) ? read.reason : undefined) ??
    inputs.find(input => input.state.reason)?.state.reason ??
    state.outputs.find(output => output.state.reason)?.state.reason
  const fail = (why = reason) => {
    const application: Application = {
      layer: model,
      inputs,
      outputs: [],
      origin,
      ...(why && { reason: why }),
    }
    return [
      trace.host<TensorState>(tensorType, {
        producer: application,
        symbolic,
        origin,
        ...(why && { reason: why }),
      }),
    ]
  }
  if (reason || state.outputs.length === 0)
    return fail(reason ?? trace.opaque('unbuilt-model', { model: state.name }, span).reason)
  const replaced = new Map<Node, Node>()
  state.inputs.forEach((input, i) => {
    const node = inputs[i]?.state.node
    if (input.state.node && node) replaced.set(input.state.node, node)
  })
  fitInputs(
    trace,
    state.inputs.map(input => input.state.node),
    inputs.map(input => input.state.node),
  )
  const sizes = sizesGiven(state.inputs.map((input, i) => [input.state.node, inputs[i]?.state.node]))
  const changes = { mode, sizes }
  const lost = callLayersAgain({
    trace,
    state,
    inputs,
    replaced,
    rebuild: node => rebuild(trace, node, replaced, changes),
    applyModel: (inner, given) => applyModel(trace, inner, given, span, kwargs),
    kwargs,
    span,
  })
  if (lost) return fail(lost)
  const outputs: Node[] = []
  const shapes: (Shape | undefined)[] = []
  for (const output of state.outputs) {
    if (symbolic)
      shapes.push(
        declaredByModel(trace, state, output.state, inputs, (root, given) =>
          rebuild(trace, root, given, changes),
        ),
      )
    const node = rebuild(trace, output.state.node!, replaced, changes)
    if (!node)
      return fail(
        trace.opaque(
          'shape-mismatch',
          {
            layer: state.name,
            problem: `the model takes ${shapesOf(state.inputs)} and is applied to ${shapesOf(inputs)}`,
          },
          span,
        ).reason,
      )
    outputs.push(node)
  }
  const masked = inputs.some(input => input.state.mask)
  const application: Application = { layer: model, inputs, outputs, origin, ...(masked && { masked }) }
  for (const node of outputs) trace.provenance.addOrigin(node, origin)
  remember(trace, application)
  return outputs.map((node, i) =>
    trace.host<TensorState>(tensorType, {
      node,
      producer: application,
      symbolic,
      origin,
      ...(shapes[i] && { declared: shapes[i] }),
    }),
  )
}

const shapesOf = (tensors: readonly HostObject<TensorState>[]): string =>
  tensors.map(({ state }) => shapeText(state.node?.type.shape ?? null)).join(', ')
