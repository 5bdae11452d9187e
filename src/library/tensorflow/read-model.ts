import { diagnostic } from '../../diagnostics/diagnostic.js'
import type { Compilation, Layer, LayerApplication, Model, Port } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { operandsOf } from '../../graph/walk.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject, UnknownValue } from '../../trace/value.js'
import { readCompilation } from './compile.js'
import { contextOf } from './context.js'
import { configOfCustom } from './custom-layers.js'
import { carriedOn, freedTooEarly, type Summary, summarize } from './executor.js'
import { applicationsBelow, layersOf, layersWithin } from './layer-order.js'
import type { Application, LayerObject, LayerState, ModelState, TensorState } from './state.js'
import { isInputLayer, isModel } from './types.js'
import { listedOf, parametersOf } from './weights.js'

/** A model object as a record, as it is now; or why it cannot be stated. */
export function readModel(model: HostObject<ModelState>, trace: Tracer): Model | UnknownValue {
  return new ModelReader(trace).model(model)
}

/** Reads objects of one trace; each layer and each model becomes one record. */
export class ModelReader {
  readonly #trace: Tracer
  readonly #layers = new Map<LayerObject, Layer>()
  readonly #models = new Map<HostObject<ModelState>, Model | UnknownValue>()
  readonly #summaries = new Map<HostObject<ModelState>, Summary>()

  constructor(trace: Tracer) {
    this.#trace = trace
  }

  model(object: HostObject<ModelState>): Model | UnknownValue {
    const known = this.#models.get(object)
    if (known) return known
    const read = this.#read(object)
    this.#models.set(object, read)
    return read
  }

  #read({ state }: HostObject<ModelState>): Model | UnknownValue {
    const unknown = (reason: ModelState['reason']): UnknownValue => ({
      kind: 'unknown',
      path: state.name,
      ...(reason && { reason }),
    })
    if (state.reason) return unknown(state.reason)
    if (state.inputs.length === 0 || state.outputs.length === 0) {
      return unknown(
        this.#trace.opaque('unbuilt-model', { model: state.variable ?? state.name }, state.origin.span)
          .reason,
      )
    }
    const name = nameGivenTwice(state)
    if (name !== undefined) {
      const model = state.variable ?? state.name
      return unknown(this.#trace.opaque('repeated-layer-name', { model, name }, state.origin.span).reason)
    }
    const inputs = new Set(state.inputs)
    const order = applicationsBelow(state.outputs, inputs)
    const failed = order.find(({ reason }) => reason)
    if (failed) return unknown(failed.reason)
    const loose = state.outputs.find(output => !output.state.node)
    if (loose) return unknown(loose.state.reason)
    const carried = carriedOn(order, state.outputs, model => this.#summary(model))
    if (carried.always)
      return unknown(
        this.#trace.opaque(
          'unmodelled-call',
          { call: `${state.variable ?? state.name}.predict`, reason: carried.always.problem },
          state.origin.span,
        ).reason,
      )
    if (carried.training)
      this.#trace.report(diagnostic('training-throws', carried.training, { span: state.origin.span }))
    const freed = freedTooEarly(state.outputs, inputs, this.#trace.builder)
    if (freed) this.#trace.report(diagnostic('prediction-throws', freed, { span: state.origin.span }))
    const applications: LayerApplication[] = []
    for (const application of order) {
      const read = this.application(application)
      if ('path' in read) return read
      applications.push(read)
    }
    const layers =
      state.kind === 'sequential'
        ? applications.map(({ layer }) => layer)
        : layersOf(state)
            .filter(layer => !isInputLayer(layer))
            .map(layer => this.#layer(layer) as Layer)
    const compilation: Compilation | undefined =
      state.compilation && readCompilation(this.#trace, state.compilation, state.outputs)
    return {
      name: state.variable ?? state.name,
      inputs: state.inputs.map(port),
      outputs: state.outputs.map(port),
      applications,
      layers: [...new Set(layers)],
      ...(compilation && { compilation }),
      ...(state.compilation && { trained: state.compilation.trained }),
      ...(!state.trainable && { frozen: true }),
      ...(state.isAny && { isAny: true }),
      origin: state.origin,
    }
  }

  #summary(model: HostObject<ModelState>): Summary {
    const known = this.#summaries.get(model)
    if (known) return known
    const { inputs, outputs } = model.state
    const summary = summarize(applicationsBelow(outputs, new Set(inputs)), outputs, inner =>
      this.#summary(inner),
    )
    this.#summaries.set(model, summary)
    return summary
  }

  application(application: Application): LayerApplication | UnknownValue {
    const { layer, inputs, outputs, beforeActivation, site, origin } = application
    const record = this.#layer(layer)
    if (!('kind' in record) || record.kind === 'unknown') return record as UnknownValue
    return {
      layer: record as Layer,
      inputs: inputs.map(input => input.state.node!),
      outputs,
      ...(beforeActivation && { beforeActivation }),
      ...(site !== undefined && { site }),
      ...this.#inner(application, record as Layer),
      origin,
    }
  }

  /** The layers that a layer of the program applies inside. */
  #inner(application: Application, { kind }: Layer): Pick<LayerApplication, 'inner'> {
    if (kind !== 'custom') return {}
    const stop = new Set(application.inputs.map(({ state }) => state.node!))
    const made = contextOf(this.#trace).madeInside.get(application)
    const inside = applicationsBetween(this.#trace, application.outputs, stop).filter(other =>
      made?.has(other),
    )
    const inner = inside.map(other => this.application(other)).filter(read => 'layer' in read)
    return inner.length > 0 ? { inner } : {}
  }

  #layer(object: LayerObject): Layer | UnknownValue {
    const known = this.#layers.get(object)
    if (known) return known
    const { id, name, variable, trainable, origin } = object.state
    const common = { id, name, ...(variable !== undefined && { variable }), trainable, origin }
    if (isModel(object)) {
      const model = this.model(object)
      if (!('applications' in model)) return model
      const layer: Layer = { ...common, kind: 'model', config: {}, parameters: [], model }
      this.#layers.set(object, layer)
      return layer
    }
    const { state } = object as HostObject<LayerState>
    const { definition, config, custom, className, count, reason } = state
    if (reason) return { kind: 'unknown', path: variable ?? name, reason }
    const layer: Layer = {
      ...common,
      kind: definition?.kind ?? (custom ? 'custom' : 'unknown'),
      ...(className !== undefined && { className }),
      ...(count !== undefined && { count }),
      config: custom ? configOfCustom(this.#trace, object as HostObject<LayerState>) : config,
      parameters: parametersOf(state),
      ...listedIn(state),
    }
    this.#layers.set(object, layer)
    return layer
  }
}

function listedIn(state: LayerState): Pick<Layer, 'listed'> {
  const listed = listedOf(state)
  if (!listed) return {}
  return { listed: listed === 'unknown' ? listed : listed.map(({ parameter }) => parameter.node) }
}

/** A name that two layers of a model have, of which TF.js then builds none (`Container` in engine/container.ts). */
function nameGivenTwice(state: ModelState): string | undefined {
  const names = new Set<string>()
  for (const { state: layer } of new Set(layersWithin(state))) {
    if (layer.unknownName) continue
    if (names.has(layer.name)) return layer.name
    names.add(layer.name)
  }
  return undefined
}

function port({ state }: HostObject<TensorState>): Port {
  return {
    name: state.inputName ?? state.producer?.layer.state.name ?? 'output',
    node: state.node!,
    origin: state.origin,
  }
}

/** The applications of layers that computed something between inputs and outputs, in order. */
export function applicationsBetween(
  trace: Tracer,
  outputs: readonly Node[],
  inputs: ReadonlySet<Node> = new Set(),
): readonly Application[] {
  const { applications } = contextOf(trace)
  const nodes = new Set<Node>(inputs)
  const pending = [...outputs]
  const found = new Set<Application>()
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (nodes.has(node)) continue
    nodes.add(node)
    for (const application of applications.get(node) ?? []) found.add(application)
    pending.push(...operandsOf(node))
  }
  return [...new Set([...applications.values()].flat())].filter(application => found.has(application))
}
