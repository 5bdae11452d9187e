import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import type { Json } from '../../syntax/json.js'
import type { Span } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, Property, Value } from '../../trace/value.js'
import { keysOf } from '../config.js'
import { initializers } from '../initializers.js'
import type { ConfigKey, LayerDefinition } from '../layer.js'
import { layers } from '../layers/table.js'
import type { Shorthands } from '../shorthand.js'
import { contextOf } from './context.js'
import { applyToTensors, makeLayer } from './layers.js'
import { addLayer, applyModel, initializeFunctional, makeInputLayer, newModel } from './models.js'
import { makeInitializer, makeSetting } from './settings.js'
import type { LayerObject, LayerState, ModelState, TensorState } from './state.js'
import { isInputLayer, isLayer, isModel, layerType } from './types.js'

type Fields = ReadonlyMap<string, Json>
type Tensor = HostObject<TensorState>

/** Why a file is no model that is known. */
class Unreadable extends Error {
  readonly span: Span
  constructor(message: string, { span }: { readonly span: Span }) {
    super(message)
    this.span = span
  }
}

/**
 * The model that a `model.json` describes, built as code would build it: that of TensorFlow.js, which holds the JSON of
 * Keras under `modelTopology`, or the JSON of Keras by itself (`modelFromJSON` in tfjs-layers/src/models.ts). It becomes
 * what `into` is; or the reason why it is no model.
 */
export function readSavedModel(
  trace: Tracer,
  json: Json,
  into: HostObject<ModelState>,
): Diagnostic | undefined {
  try {
    const file = record(json)
    const topology = file.get('modelTopology') ?? json
    const model = record(topology).get('model_config') ?? topology
    if (text(file.get('format')) === 'graph-model' || record(topology).has('node'))
      throw new Unreadable('it holds a graph of operations, not layers', json)
    const built = new SavedModelReader(trace, into).layer(model)
    if (built !== into) throw new Unreadable('it holds no model of layers', model)
    return undefined
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const { path } = error.span.file
    return diagnostic('unreadable-model', { path, reason: error.message }, { span: error.span })
  }
}

const record = (json: Json | undefined): Fields => (json?.kind === 'record' ? json.fields : new Map())
const list = (json: Json | undefined): readonly Json[] => (json?.kind === 'list' ? json.items : [])
const text = (json: Json | undefined): string | undefined =>
  json?.kind === 'scalar' && typeof json.value === 'string' ? json.value : undefined

/** `use_bias` → `useBias`, in keys and in texts (`toCamelCase` in tfjs-layers/src/utils/generic_utils.ts). */
const camelCase = (name: string): string =>
  name.length <= 1 ? name : name.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase())

class SavedModelReader {
  readonly #trace: Tracer
  /** The object that becomes the outermost model, until it did. */
  #into: HostObject<ModelState> | undefined

  constructor(trace: Tracer, into: HostObject<ModelState>) {
    this.#trace = trace
    this.#into = into
  }

  /** A layer or a model from `{ class_name, config }`. */
  layer(json: Json): LayerObject {
    const className = text(record(json).get('class_name'))
    if (className === undefined) throw new Unreadable('an entry has no `class_name`', json)
    const config = record(json).get('config') ?? json
    if (className === 'Sequential') return this.#sequential(config)
    if (className === 'Functional' || className === 'Model' || className === 'LayersModel')
      return this.#functional(config)
    const { counters } = contextOf(this.#trace)
    if (className === 'InputLayer') {
      const made = makeInputLayer(this.#call(this.#values(config), config.span), counters)
      if (isLayer(made)) return made
    }
    const definition = Object.values(layers).find(entry => entry.className === className)
    if (!definition) return this.#unmodelled(className, record(config), config.span)
    const call = this.#call(this.#configuration(definition, record(config)), config.span)
    const made = makeLayer(call, definition.kind, counters)
    if (!isLayer(made)) throw new Unreadable(`\`${className}\` is no layer that is known`, json)
    return made
  }

  #unmodelled(className: string, config: Fields, span: Span): HostObject<LayerState> {
    const trace = this.#trace
    const { counters } = contextOf(trace)
    const { reason } = trace.opaque('unmodelled-layer', { layer: className }, span, className)
    return trace.host<LayerState>(layerType, {
      id: counters.next('layer id'),
      counters,
      config: {},
      name: text(config.get('name')) ?? className,
      trainable: true,
      origin: trace.origin(span),
      ...(reason && { reason }),
    })
  }

  /** The settings that the layer has in TensorFlow.js; what only Keras has is left out, as `fromConfig` does. */
  #configuration(definition: LayerDefinition, config: Fields): Value {
    const entries: Record<string, Value> = {}
    const keys = keysOf(definition)
    for (const [name, json] of config) {
      const key = keys[camelCase(name)]
      if (key) entries[camelCase(name)] = this.#setting(name, json, key)
    }
    return this.#trace.record(entries)
  }

  #setting(name: string, json: Json, { kind }: ConfigKey): Value {
    if (kind === 'layer' || kind === 'layers')
      return json.kind === 'list'
        ? this.#trace.array(json.items.map(item => this.layer(item)))
        : this.layer(json)
    const className = text(record(json).get('class_name'))
    if (className !== undefined && typeof kind === 'string') return this.#named(kind, className, json)
    return name === 'name' ? (text(json) ?? null) : this.#values(json)
  }

  /** An initializer, a regularizer or a constraint from `{ class_name, config }`. */
  #named(kind: string, className: string, json: Json): Value {
    const config = record(json).get('config') ?? json
    const call = this.#call(this.#values(config), json.span)
    const name = className.charAt(0).toLowerCase() + className.slice(1)
    if (kind === 'initializer') {
      const known = nameIn(initializers, name)
      if (known !== undefined) return makeInitializer(call, known)
    }
    if (kind === 'regularizer' || kind === 'constraint')
      return makeSetting(call, kind, name === 'l1L2' || name === 'l1l2' ? 'l1l2' : name)
    throw new Unreadable(`\`${className}\` is no ${kind} that is known`, json)
  }

  /** Plain data as the framework reads it: keys and texts in camel case, except names. */
  #values(json: Json): Value {
    if (json.kind === 'list') return this.#trace.array(json.items.map(item => this.#values(item)))
    if (json.kind === 'record')
      return this.#trace.record(
        Object.fromEntries(
          [...json.fields].map(([name, value]) => [
            camelCase(name),
            name === 'name' && value.kind === 'scalar' ? value.value : this.#values(value),
          ]),
        ),
      )
    return typeof json.value === 'string' ? camelCase(json.value) : json.value
  }

  #sequential(config: Json): HostObject<ModelState> {
    const trace = this.#trace
    const model = this.#model('sequential', config)
    const entries = config.kind === 'list' ? config.items : list(record(config).get('layers'))
    for (const entry of entries) addLayer(trace, model, this.layer(entry), entry.span)
    return model
  }

  #model(kind: ModelState['kind'], config: Json): HostObject<ModelState> {
    const trace = this.#trace
    const { counters } = contextOf(trace)
    const model = this.#into ?? newModel(trace, counters, kind)
    this.#into = undefined
    const name = text(record(config).get('name')) ?? counters.name(`${kind}_`, trace).name
    trace.heap.setState(model, { ...model.state, kind, name, origin: trace.origin(config.span) })
    return model
  }

  /** Applies layers as soon as what they read is there (`Container.fromConfig` in engine/container.ts). */
  #functional(config: Json): HostObject<ModelState> {
    const trace = this.#trace
    const model = this.#model('functional', config)
    const made = new Map<string, Tensor>()
    const waiting: { readonly layer: LayerObject; readonly name: string; readonly nodes: readonly Json[] }[] =
      []
    for (const entry of list(record(config).get('layers'))) {
      const layer = this.layer(entry)
      const name = text(record(entry).get('name')) ?? layer.state.name
      const nodes = list(record(entry).get('inbound_nodes'))
      const given = isInputLayer(layer) ? layer.state.ports?.[0]?.outputs[0] : undefined
      if (given) made.set(`${name} 0 0`, given)
      else waiting.push({ layer, name, nodes })
    }
    const next = waiting.map(() => 0)
    for (let progress = true; progress; ) {
      progress = false
      for (const [i, { layer, name, nodes }] of waiting.entries()) {
        for (let node = nodes[next[i]!]; node; node = nodes[next[i]!]) {
          const inputs = references(node).map(reference => made.get(reference))
          if (inputs.some(input => !input)) break
          const tensors = this.#apply(layer, inputs as readonly Tensor[], node.span)
          for (const [k, tensor] of tensors.entries()) made.set(`${name} ${next[i]!} ${k}`, tensor)
          next[i]!++
          progress = true
        }
      }
    }
    const border = (key: string): Value => {
      const references_ = borders(record(config).get(key))
      const tensors = references_.map(reference => made.get(reference))
      if (tensors.length === 0 || tensors.some(tensor => !tensor))
        throw new Unreadable(`\`${key}\` names tensors that no layer makes`, config)
      return trace.array(tensors as readonly Tensor[])
    }
    const given = { inputs: border('input_layers'), outputs: border('output_layers'), name: model.state.name }
    initializeFunctional(model, this.#call(trace.record(given), config.span))
    return model
  }

  #apply(layer: LayerObject, inputs: readonly Tensor[], span: Span): readonly Tensor[] {
    return isModel(layer)
      ? applyModel(this.#trace, layer, inputs, span)
      : applyToTensors(this.#trace, layer as HostObject<LayerState>, inputs, span)
  }

  #call(value: Value, span: Span): HostCall {
    const argument: Property = { value, span }
    return { thisValue: undefined, arguments: [argument], construct: false, span, trace: this.#trace }
  }
}

/** `[[name, node, tensor, kwargs], …]` of one node as keys of the tensors. */
function references(node: Json): readonly string[] {
  if (node.kind !== 'list')
    throw new Unreadable('the connections of a layer are written in a form that is not known', node)
  return node.items.map(reference)
}

function reference(json: Json): string {
  const [name, node, tensor] = list(json)
  const index = (part: Json | undefined) => (part?.kind === 'scalar' ? Number(part.value) : 0)
  return `${text(name)} ${index(node)} ${index(tensor)}`
}

/** One reference or a list of them. */
function borders(json: Json | undefined): readonly string[] {
  const items = list(json)
  return items[0]?.kind === 'list' ? items.map(reference) : json ? [reference(json)] : []
}

function nameIn(table: Shorthands, name: string): string | undefined {
  return Object.keys(table).find(key => key.toLowerCase() === name.toLowerCase())
}
