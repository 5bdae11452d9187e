import { isPolynomial, multiply, type Polynomial } from '../../graph/dimension.js'
import type { Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import {
  type HostObject,
  isObject,
  isSameUnknown,
  isUnknown,
  type ObjectValue,
  type Property,
  type UnknownValue,
  unknownKey,
  type Value,
} from '../../trace/value.js'
import { contextOf } from './context.js'
import { firstValue, noteComputed, written } from './first-weights.js'
import { layersOf, layersWithin } from './layer-order.js'
import { isLayerVariable, makeLayerVariable } from './layer-variables.js'
import type { LayerObject, LayerState, ModelState, TensorState } from './state.js'
import { isLayer, isModel, layerType, modelType, tensorType } from './types.js'
import { writeWeights } from './updates.js'

/** A weight of a layer, and whether an optimizer would change it now. */
export interface Weight {
  readonly layer: HostObject<LayerState>
  readonly parameter: Parameter
  readonly trains: boolean
}

/**
 * The weights of a layer or model: those that train, then the others (`Layer.weights` in
 * tfjs-layers/src/engine/topology.ts, `Container.weights` in tfjs-layers/src/engine/container.ts).
 */
export function weightsOf(object: LayerObject): readonly Weight[] {
  const all = collect(object, true)
  return [...all.filter(({ trains }) => trains), ...all.filter(({ trains }) => !trains)]
}

function collect(object: LayerObject, trains: boolean): readonly Weight[] {
  const own = trains && object.state.trainable
  if (isModel(object)) return layersOf(object.state).flatMap(layer => collect(layer, own))
  const layer = object as HostObject<LayerState>
  const weights = parametersOf(layer.state).map(parameter => ({ layer, parameter }))
  const listed = listedOf(layer.state)
  const all =
    listed && listed !== 'unknown'
      ? [...listed, ...weights.filter(({ parameter }) => !parameter.trainable)]
      : weights
  return all.map(weight => ({ ...weight, trains: own && weight.parameter.trainable }))
}

/** The weights that a layer of the program lists as those that train, where it does so itself. */
export function listedOf({ listed }: LayerState): readonly Omit<Weight, 'trains'>[] | 'unknown' | undefined {
  if (listed === undefined) return undefined
  if (!isObject(listed) || listed.kind !== 'array' || listed.properties.has(unknownKey)) return 'unknown'
  const weights = listed.elements.flatMap(({ value }) => {
    if (!isLayerVariable(value)) return []
    const { layer, parameter } = value.state
    const now = parametersOf(layer.state).find(({ node }) => node === parameter.node)
    return now ? [{ layer, parameter: now }] : []
  })
  return weights.length === listed.elements.length ? weights : 'unknown'
}

/** Whether a class of the program has a getter of its own for what trains. */
const listsItself = ({ prototype }: ObjectValue): boolean =>
  prototype !== null && (prototype.properties.has('trainableWeights') || listsItself(prototype))

/** Notes what a layer of the program says of its weights now. */
export function noteListed(trace: Tracer, layer: HostObject<LayerState>, span: Span): void {
  if (!listsItself(layer)) return
  const listed = trace.get(layer, 'trainableWeights', span)
  trace.heap.setState(layer, { ...layer.state, listed })
}

/** A weight more: the list holds it as well, if there is one. */
export function listWeight(trace: Tracer, layer: HostObject<LayerState>, weight: Value): void {
  const { listed } = layer.state
  const items = trace.elements(listed)
  if (listed === undefined || !items) return
  trace.heap.setState(layer, {
    ...layer.state,
    listed: trace.array([...items.map(({ value }) => value), weight]),
  })
}

/** The parameters of a layer with what the code last said of their training. */
export function parametersOf({ parameters = [], frozen }: LayerState): readonly Parameter[] {
  return frozen ? parameters.map(parameter => ({ ...parameter, trainable: false })) : parameters
}

/**
 * The parameters that an optimizer would change now: `compile` keeps this list (tfjs-layers/src/engine/training.ts). Of a
 * sequential model it is that of the model inside of it.
 */
export function trainedNodes(model: HostObject<ModelState>): ReadonlySet<Node> {
  const { state } = model
  const weights = layersWithin(state).flatMap(layer => collect(layer, state.trainable))
  return new Set(weights.flatMap(({ parameter, trains }) => (trains ? [parameter.node] : [])))
}

/**
 * What `build` of a sequential model does, unless it was done `since` then: the model that it makes inside of it says of
 * all weights of its layers whether they train, whatever was said before (`Sequential.build` in tfjs-layers/src/models.ts).
 */
export function buildSequential(
  model: HostObject<ModelState>,
  trace: Tracer,
  since?: 'layers were added' | 'ever',
): void {
  const { state } = model
  if (state.kind !== 'sequential' || state.reason || !state.chain) return
  if (state.built === 'now' && since) return
  if (state.built === 'before' && since === 'ever') return
  const reason = typeof state.built === 'object' ? state.built.reason : undefined
  for (const layer of layersWithin(state)) {
    if (!isLayer(layer)) continue
    // Where it may have been done already, layers that were told otherwise since then may keep that.
    if (!reason) mark(layer, !state.trainable, trace)
    else if (!isMarked(layer, !state.trainable)) trace.heap.setState(layer, { ...layer.state, reason })
  }
  trace.heap.setState(model, { ...model.state, built: 'now' })
}

/** Ways that leave a model alike but for whether it was built leave that open. */
modelType.unknownState = (state, { reason }, ways) => {
  if (state.reason || !reason) return state
  if (ways.some(way => !isAlikeButBuilt(way, state))) return { ...state, reason }
  return typeof state.built === 'object' || ways.every(({ built }) => built === state.built)
    ? state
    : { ...state, built: { reason } }
}

function isAlikeButBuilt(a: ModelState, b: ModelState): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof ModelState>
  keys.delete('built')
  return [...keys].every(key => a[key] === b[key])
}

/** Setting `trainable` of a layer or model also marks the weights that it holds directly at that time. */
export function setTrainable(object: LayerObject, { value, span }: Property, trace: Tracer): void {
  if (isUnknown(value) || isPolynomial(value)) {
    obscure(object, value, span, trace)
    return
  }
  const trainable = Boolean(value)
  if (isModel(object)) {
    trace.heap.setState(object, { ...object.state, trainable })
    for (const layer of layersOf(object.state)) if (isLayer(layer)) mark(layer, !trainable, trace)
    return
  }
  const layer = object as HostObject<LayerState>
  trace.heap.setState(layer, { ...layer.state, trainable })
  mark(layer, !trainable, trace)
}

/** What trains depends on a value that is not known. */
function obscure(
  object: LayerObject,
  value: UnknownValue | Polynomial,
  span = object.state.origin.span,
  trace: Tracer,
): void {
  const given = isUnknown(value) ? value.reason : undefined
  const reason = given ?? trace.opaque('unbound-setting', { path: trace.text(value) }, span).reason!
  if (isModel(object)) trace.heap.setState(object, { ...object.state, reason })
  const layers = isModel(object) ? layersOf(object.state) : [object]
  for (const layer of layers) if (isLayer(layer)) trace.heap.setState(layer, { ...layer.state, reason })
}

function mark(layer: HostObject<LayerState>, frozen: boolean, trace: Tracer): void {
  if (!isMarked(layer, frozen)) trace.heap.setState(layer, { ...layer.state, frozen })
}

const isMarked = ({ state }: HostObject<LayerState>, frozen: boolean): boolean =>
  !state.parameters || (state.frozen ?? false) === frozen

/**
 * Copies: the weights then start as these values, and train by themselves. What was computed with earlier values keeps
 * those, so that there is no first value for all of it.
 */
function setWeights(object: LayerObject, { trace, arguments: [list] }: HostCall): void {
  const weights = weightsOf(object)
  const values = trace.elements(list?.value)?.map(({ value }) => firstValue(value)) ?? []
  const { computed } = contextOf(trace)
  const firsts = new Map(weights.map(({ parameter }, i) => [parameter.node, values[i]] as const))
  for (const layer of new Set(weights.map(weight => weight.layer)))
    trace.heap.setState(layer, {
      ...layer.state,
      parameters: (layer.state.parameters ?? []).map(({ first: _, ...parameter }) => {
        const first = computed.has(layer) ? undefined : firsts.get(parameter.node)
        return { ...parameter, initializer: written, ...(first && { first }) }
      }),
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

function variables(object: LayerObject, trace: Tracer, keep: (weight: Weight) => boolean): Value {
  noteComputed(trace, object)
  return (
    openCount(trace, object.state, object.state.origin.span) ??
    trace.array(
      weightsOf(object)
        .filter(keep)
        .map(({ layer, parameter }) => makeLayerVariable(trace, layer, parameter)),
    )
  )
}

const property = (get: (object: LayerObject, trace: Tracer) => Value) => ({ kind: 'property', get }) as const
const method = (call: (object: LayerObject, call: HostCall) => Value) => ({ kind: 'method', call }) as const

const members = {
  weights: property((object, trace) => variables(object, trace, () => true)),
  trainableWeights: property((object, trace) => variables(object, trace, ({ trains }) => trains)),
  nonTrainableWeights: property((object, trace) => variables(object, trace, ({ trains }) => !trains)),
  getWeights: method((object, { trace, span }) => {
    noteComputed(trace, object)
    return (
      openCount(trace, object.state, span) ??
      trace.array(
        weightsOf(object).map(({ layer, parameter }) =>
          trace.host<TensorState>(tensorType, {
            node: parameter.node,
            live: { layer, parameter },
            symbolic: false,
            origin: trace.origin(span),
          }),
        ),
      )
    )
  }),
  setWeights: method((object, call) => {
    const { trace } = call
    if (isModel(object)) buildSequential(object, trace, 'ever')
    writeWeights(object, call)
    setWeights(object, call)
    return undefined
  }),
  countParams: method((object, { trace }) => {
    if (isModel(object)) buildSequential(object, trace, 'layers were added')
    const count = countOf(object)
    return Number.isNaN(count) ? trace.fresh(`${object.state.name}.countParams()`) : count
  }),
  trainable: {
    kind: 'property',
    get: (object: LayerObject) => object.state.trainable,
    set: setTrainable,
  },
} as const

/** The list of a layer (`_trainableWeights` in tfjs-layers/src/engine/topology.ts): what is read of it can be added to. */
const list = {
  get: (object: HostObject<LayerState>, trace: Tracer): Value => {
    if (object.state.listed !== undefined) return object.state.listed
    const own = parametersOf(object.state).filter(({ trainable }) => trainable)
    const listed = trace.array(own.map(parameter => makeLayerVariable(trace, object, parameter)))
    trace.heap.setState(object, { ...object.state, listed })
    return listed
  },
  set: (object: HostObject<LayerState>, { value }: Property, trace: Tracer): void =>
    trace.heap.setState(object, { ...object.state, listed: value }),
}

Object.assign(layerType.members, members, {
  _trainableWeights: { kind: 'property', ...list },
  trainableWeights: { ...members.trainableWeights, set: list.set },
})
Object.assign(modelType.members, members)

/** What counts of a layer; its first application builds it, which no way that does not apply it can tell. */
layerType.unknownState = (state, { reason }, left) => {
  const ways = startingAlike(left)
  const [first] = ways
  if (!first || !ways.every(way => isAlike(way, first)))
    return state.reason || !reason ? state : { ...state, reason }
  if (isAlike(state, first)) return state
  // What it was applied to is another tensor in each way.
  const { ports: _, ...rest } = first
  return rest
}

/** Ways of which only some write into weights leave open what these start as, and nothing else. */
function startingAlike(ways: readonly LayerState[]): readonly LayerState[] {
  const [first, ...others] = ways
  const parameters = first?.parameters
  if (!parameters || others.some(way => way.parameters?.length !== parameters.length)) return ways
  const isOpen = parameters.map(({ initializer }, i) =>
    others.some(way => way.parameters![i]!.initializer !== initializer),
  )
  if (!isOpen.includes(true)) return ways
  const opened = (parameter: Parameter, i: number) =>
    isOpen[i] ? { ...parameter, initializer: written } : parameter
  return ways.map(way => ({ ...way, parameters: way.parameters!.map(opened) }))
}
const haveSameName = (a: UnknownValue | undefined, b: UnknownValue | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && isSameUnknown(a, b))

function isAlike(a: LayerState, b: LayerState): boolean {
  return (
    a.trainable === b.trainable &&
    a.reason === b.reason &&
    a.name === b.name &&
    haveSameName(a.unknownName, b.unknownName) &&
    haveSameWeights(a, b)
  )
}

function haveSameWeights(a: LayerState, b: LayerState): boolean {
  if (!a.custom && (!a.parameters || !b.parameters)) return true
  const [own, other] = [parametersOf(a), parametersOf(b)]
  return (
    own.length === other.length &&
    own.every((parameter, i) => {
      const { node, trainable, isOverwritten, initializer, first } = other[i]!
      return (
        parameter.node === node &&
        parameter.trainable === trainable &&
        parameter.isOverwritten === isOverwritten &&
        parameter.initializer === initializer &&
        parameter.first === first
      )
    })
  )
}
