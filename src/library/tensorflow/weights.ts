import { multiply } from '../../graph/dimension.js'
import type { Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, UnknownValue, Value } from '../../trace/value.js'
import { layersOf } from './layer-order.js'
import { makeLayerVariable } from './layer-variables.js'
import type { LayerObject, LayerState, ModelState, TensorState } from './state.js'
import { isLayer, isModel, layerType, modelType, tensorType } from './types.js'

/** A weight of a layer, and whether an optimizer would change it now. */
interface Weight {
  readonly layer: HostObject<LayerState>
  readonly parameter: Parameter
  readonly trains: boolean
}

/**
 * The weights of a layer or model: those that train, then the others (`Layer.weights` in
 * tfjs-layers/src/engine/topology.ts, `Container.weights` in tfjs-layers/src/engine/container.ts).
 */
function weightsOf(object: LayerObject): readonly Weight[] {
  const all = collect(object, true)
  return [...all.filter(({ trains }) => trains), ...all.filter(({ trains }) => !trains)]
}

function collect(object: LayerObject, trains: boolean): readonly Weight[] {
  const own = trains && object.state.trainable
  if (isModel(object)) return layersOf(object.state).flatMap(layer => collect(layer, own))
  const layer = object as HostObject<LayerState>
  return parametersOf(layer.state).map(parameter => ({
    layer,
    parameter,
    trains: own && parameter.trainable,
  }))
}

/** The parameters of a layer with what the code last said of their training. */
export function parametersOf({ parameters = [], frozen }: LayerState): readonly Parameter[] {
  return frozen ? parameters.map(parameter => ({ ...parameter, trainable: false })) : parameters
}

/** The parameters that an optimizer would change now: `compile` keeps this list (tfjs-layers/src/engine/training.ts). */
export function trainedNodes(model: HostObject<ModelState>): ReadonlySet<Node> {
  return new Set(weightsOf(model).flatMap(({ parameter, trains }) => (trains ? [parameter.node] : [])))
}

/** Setting `trainable` of a layer or model also marks the weights that it holds directly at that time. */
function setTrainable(object: LayerObject, { value }: { value: Value }, trace: Tracer): void {
  if (typeof value !== 'boolean') return
  if (isModel(object)) {
    trace.heap.setState(object, { ...object.state, trainable: value })
    for (const layer of layersOf(object.state)) if (isLayer(layer)) mark(layer, !value, trace)
    return
  }
  const layer = object as HostObject<LayerState>
  trace.heap.setState(layer, { ...layer.state, trainable: value })
  mark(layer, !value, trace)
}

function mark(layer: HostObject<LayerState>, frozen: boolean, trace: Tracer): void {
  if (layer.state.parameters) trace.heap.setState(layer, { ...layer.state, frozen })
}

/** Copies: the weights then start as these values, and train by themselves. */
function setWeights(object: LayerObject, trace: Tracer): void {
  for (const layer of new Set(weightsOf(object).map(weight => weight.layer)))
    trace.heap.setState(layer, {
      ...layer.state,
      parameters: (layer.state.parameters ?? []).map(parameter => ({
        ...parameter,
        initializer: { kind: 'value', settings: {} },
      })),
    })
}

function countOf(object: LayerObject): Value {
  return weightsOf(object)
    .map(({ parameter }) => parameter.shape.reduce(multiply, 1))
    .reduce((sum, size) => (typeof sum === 'number' && typeof size === 'number' ? sum + size : Number.NaN), 0)
}

/** Why a list of layers or weights is not known: there are as many of them as a loop has rounds. */
export function openCount(
  trace: Tracer,
  state: LayerState | ModelState,
  span: Span,
): UnknownValue | undefined {
  const layers = 'chain' in state ? layersOf(state).map(layer => layer.state) : [state]
  const family = layers.find(layer => 'count' in layer && layer.count !== undefined)
  if (!family) return undefined
  const reason = `it is not known how many layers like \`${family.name}\` there are`
  return trace.opaque('unmodelled-call', { call: `${state.name}`, reason }, span)
}

const variables = (object: LayerObject, trace: Tracer, keep: (weight: Weight) => boolean): Value =>
  openCount(trace, object.state, object.state.origin.span) ??
  trace.array(
    weightsOf(object)
      .filter(keep)
      .map(({ layer, parameter }) => makeLayerVariable(trace, layer, parameter)),
  )

const property = (get: (object: LayerObject, trace: Tracer) => Value) => ({ kind: 'property', get }) as const
const method = (call: (object: LayerObject, call: HostCall) => Value) => ({ kind: 'method', call }) as const

const members = {
  weights: property((object, trace) => variables(object, trace, () => true)),
  trainableWeights: property((object, trace) => variables(object, trace, ({ trains }) => trains)),
  nonTrainableWeights: property((object, trace) => variables(object, trace, ({ trains }) => !trains)),
  getWeights: method(
    (object, { trace, span }) =>
      openCount(trace, object.state, span) ??
      trace.array(
        weightsOf(object).map(({ parameter: { node } }) =>
          trace.host<TensorState>(tensorType, { node, symbolic: false, origin: trace.origin(span) }),
        ),
      ),
  ),
  setWeights: method((object, { trace }) => {
    setWeights(object, trace)
    return undefined
  }),
  countParams: method((object, { trace }) => {
    const count = countOf(object)
    return Number.isNaN(count) ? trace.fresh(`${object.state.name}.countParams()`) : count
  }),
  trainable: {
    kind: 'property',
    get: (object: LayerObject) => object.state.trainable,
    set: setTrainable,
  },
} as const

Object.assign(layerType.members, members)
Object.assign(modelType.members, members)
