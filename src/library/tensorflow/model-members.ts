import type { Attribute } from '../../graph/node.js'
import type { Applied, Descent } from '../../graph/training.js'
import type { TensorType } from '../../graph/type.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, type Value } from '../../trace/value.js'
import { attributeOf } from './arguments.js'
import { reportUnknownOptions } from './call-options.js'
import { compiled, withOptimizer } from './compile.js'
import { contextOf } from './context.js'
import { shapeOf } from './declared-shapes.js'
import { noteComputed, noteTrained } from './first-weights.js'
import { applicationsBelow, layersOf } from './layer-order.js'
import { givenNoTensors, result, tensorsIn } from './layers.js'
import { addLayer, applyModel } from './models.js'
import type { ModelState } from './state.js'
import { noteApplied } from './tape.js'
import { isSetting, isTensor, modelType } from './types.js'
import { fitCompiled } from './updates.js'
import { buildSequential, openCount, trainedNodes } from './weights.js'

/** What they give is of a run. */
const silentMethods = ['evaluate', 'evaluateDataset', 'save', 'executorProxy'] as const

const property = (get: (state: ModelState, trace: Tracer) => Value) =>
  ({
    kind: 'property',
    get: (object: HostObject<ModelState>, trace: Tracer) => get(object.state, trace),
  }) as const
const method = (call: (model: HostObject<ModelState>, call: HostCall) => Value) =>
  ({ kind: 'method', call }) as const

/** Training changes no equation: it is noted as a step, and what it gives is of a run. */
const trainingMethods: Readonly<Record<string, (call: HostCall) => Parameters<typeof fitCompiled>[2]>> = {
  fit: call => ({ schedule: fitSchedule(call), options: call.arguments[2]?.value }),
  fitDataset: ({ arguments: args }) => ({ options: args[1]?.value }),
  trainOnBatch: () => ({}),
}

const notRun = (name: string, { trace, span }: HostCall): Value =>
  trace.opaque('unmodelled-call', { call: `model.${name}`, reason: 'nothing is run' }, span)

/** What `fit` is told, with its defaults (tfjs-layers/src/engine/training.ts, `fitTensors`). */
function fitSchedule({ trace, arguments: args, span }: HostCall): NonNullable<Descent['schedule']> {
  const options = args[2]?.value
  const setting = (name: string, usual: number): Attribute => {
    const value = isObject(options) ? trace.get(options, name, span) : undefined
    const read = attributeOf(trace, value)
    if (read === undefined || read === null) return usual
    return typeof read === 'object' && 'unknown' in read ? null : read
  }
  return { epochs: setting('epochs', 1), batchSize: setting('batchSize', 32) }
}

/** A member that is read off what the model was built from, if that is known. */
const ofKnown = (name: string, get: (state: ModelState, trace: Tracer) => Value) =>
  property((state, trace) =>
    state.reason ? trace.fresh(`${state.name}.${name}`, state.reason) : get(state, trace),
  )

/** A member that depends on what is inside of the model. */
const ofInside = (name: string, get: (state: ModelState, trace: Tracer) => Value) =>
  ofKnown(name, (state, trace) => openInside(trace, state, state.origin.span) ?? get(state, trace))

/** A member that depends on how many layers there are. */
const ofCounted = (name: string, get: (state: ModelState, trace: Tracer) => Value) =>
  ofInside(name, (state, trace) => openCount(trace, state, state.origin.span) ?? get(state, trace))

/** What stands for the inside of a model of which the shapes alone are known. */
const openInside = (trace: Tracer, state: ModelState, span: Span): Value =>
  state.isAny ? trace.opaque('saved-model', { name: state.name }, span) : undefined

/** `getLayer(name)`, `getLayer(null, index)` and `getLayer(index)` (`Container.getLayer`). */
/** The mode that `model.apply(x, { training })` asks for. */
function modeAsked({ trace, arguments: [, kwargs], span }: HostCall): Applied['mode'] {
  const given = kwargs?.value ?? undefined
  if (given !== undefined && !isObject(given)) return undefined
  const training = given && trace.get(given, 'training', span)
  if (training === true) return 'training'
  return training === false || (training ?? undefined) === undefined ? 'inference' : undefined
}

function getLayer({ state }: HostObject<ModelState>, call: HostCall): Value {
  const [key, index] = call.arguments.map(({ value }) => value)
  if (state.reason) return call.trace.fresh(`${state.name}.getLayer()`, state.reason)
  const open = openInside(call.trace, state, call.span) ?? openCount(call.trace, state, call.span)
  if (open) return open
  const list = layersOf(state)
  const unknown = typeof key === 'string' && list.find(layer => layer.state.unknownName)?.state.unknownName
  const found =
    typeof key === 'string'
      ? list.find(layer => layer.state.name === key && !layer.state.unknownName)
      : list[(typeof key === 'number' ? key : index) as number]
  if (found) return found
  if (unknown) {
    if (unknown.reason) return call.trace.fresh(`${state.name}.getLayer()`, unknown.reason)
    const reason = `the model has layers of which the name is not known, such as \`${unknown.path}\``
    return call.trace.opaque('unmodelled-call', { call: `${state.name}.getLayer`, reason }, call.span)
  }
  const names = list.map(layer => `\`${layer.state.name}\``).join(', ')
  const reason = `there is no such layer; the model has ${names}`
  return call.trace.opaque('unmodelled-call', { call: `${state.name}.getLayer`, reason }, call.span)
}

Object.assign(modelType.members, {
  ...Object.fromEntries(
    Object.entries(trainingMethods).map(([name, told]) => [
      name,
      method((model, call) => {
        const training = told(call)
        reportUnknownOptions(call.trace, name, training?.options)
        fitCompiled(model, call, training)
        return notRun(name, call)
      }),
    ]),
  ),
  ...Object.fromEntries(silentMethods.map(name => [name, method((_, call) => notRun(name, call))])),
  summary: method((model, { trace }) => {
    buildSequential(model, trace, 'layers were added')
    return undefined
  }),
  // `fit` reads it after each epoch (tfjs-layers/src/engine/training.ts).
  stopTraining: {
    kind: 'property',
    get: (_: HostObject<ModelState>, trace: Tracer) => trace.fresh('model.stopTraining'),
    set: (model: HostObject<ModelState>, _: unknown, trace: Tracer) => {
      contextOf(trace).stops.push(model)
    },
  },
  dispose: method(() => undefined),
  build: method((model, { trace }) => {
    buildSequential(model, trace)
    return undefined
  }),
  add: method((model, call) => {
    const added = call.arguments[0]
    addLayer(call.trace, model, added?.value, added?.span ?? call.span)
    return undefined
  }),
  apply: method((model, call) => {
    const mode = modeAsked(call)
    noteApplied(call.trace, model, mode, call.span)
    noteComputed(call.trace, model)
    if (mode !== 'inference') noteTrained(call.trace, model)
    const tensors = tensorsIn(call.trace, call.arguments[0]?.value)
    if (!tensors) return givenNoTensors(call, 'model.apply', undefined, takenBy(model))
    buildSequential(model, call.trace, 'layers were added')
    return result(call.trace, applyModel(call.trace, model, tensors, call.span, call.arguments[1]?.value))
  }),
  predict: method((model, call) => {
    noteApplied(call.trace, model, 'inference', call.span)
    noteComputed(call.trace, model)
    const tensors = tensorsIn(call.trace, call.arguments[0]?.value)
    if (!tensors) return givenNoTensors(call, 'model.predict', undefined, takenBy(model))
    buildSequential(model, call.trace, 'ever')
    return result(call.trace, applyModel(call.trace, model, tensors, call.span))
  }),
  compile: method((model, call) => {
    const { trace, span } = call
    const fields = trace.fields(call.arguments[0]?.value)
    reportUnknownOptions(trace, 'compile', call.arguments[0]?.value)
    buildSequential(model, trace)
    if (fields) {
      const given = withOptimizer(trace, fields, span)
      const read = compiled(trace, given, model.state.outputs, trace.origin(span))
      const compilation = { ...read, trained: trainedNodes(model) }
      trace.heap.setState(model, { ...model.state, compilation })
    }
    return undefined
  }),
  getLayer: method(getLayer),
  name: property(state => state.unknownName ?? state.name),
  getClassName: method(({ state }) => (state.kind === 'sequential' ? 'Sequential' : 'Model')),
  optimizer: property((state, trace) => {
    const value = state.compilation?.fields.get('optimizer')?.value
    return isSetting(value) ? value : trace.fresh(`${state.name}.optimizer`, state.reason)
  }),
  layers: ofCounted('layers', (state, trace) => trace.array(layersOf(state))),
  inputs: ofInside('inputs', (state, trace) => trace.array(state.inputs)),
  outputs: ofInside('outputs', (state, trace) => trace.array(state.outputs)),
  input: ofInside('input', (state, trace) => result(trace, state.inputs)),
  output: ofInside('output', (state, trace) => result(trace, state.outputs)),
  inputShape: ofKnown('inputShape', (state, trace) => shapeOf(trace, state.inputs[0]?.state, state.name)),
  outputShape: ofKnown('outputShape', (state, trace) => shapeOf(trace, state.outputs[0]?.state, state.name)),
})

/** A sequential model hands on its last tensor from layer to layer. */
modelType.handsOn = {
  read: (before, after) => {
    const [initial, next] = [before.outputs[0], after.outputs[0]]
    const isLonger =
      before.chain && endsWith(after.chain, before.chain) && before.inputs[0] === after.inputs[0]
    return isLonger && !after.reason && initial && next ? { initial, next } : undefined
  },
  held: state => (state.reason ? undefined : state.outputs[0]),
  put: (state, value) => {
    if (!isTensor(value)) return state
    let { chain } = state
    for (const { layer } of applicationsBelow([value], new Set(state.outputs)))
      chain = { layer, before: chain }
    return { ...state, outputs: [value], chain }
  },
}

/** The types of what a model is applied to, as far as they are known. */
const takenBy = ({ state }: HostObject<ModelState>): readonly (TensorType | undefined)[] =>
  state.inputs.map(({ state: { node } }) => node?.type)

function endsWith(chain: ModelState['chain'], end: ModelState['chain']): boolean {
  for (let link = chain; link; link = link.before) if (link === end) return link !== chain
  return false
}
