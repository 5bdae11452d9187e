import type { Binding, Module } from '../../core/program.js'
import type { Json } from '../../syntax/json.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { newModel } from './models.js'
import { readSavedModel } from './saved-model.js'
import type { ModelState } from './state.js'
import { setTrainable } from './weights.js'

/** Descriptions of saved models by the name that the user gave them. */
export type Artifacts = ReadonlyMap<string, Json>

/**
 * `tf.loadLayersModel(place)`. The description counts whose name is the place, the end of the place, or the variable
 * that the model is assigned to. Without one the model is not known.
 */
export function loadLayersModel({ trace, span, arguments: [given] }: HostCall, artifacts: Artifacts): Value {
  const place = typeof given?.value === 'string' ? given.value : undefined
  const { counters } = contextOf(trace)
  const model = newModel(trace, counters, 'functional')
  // The folder that a description is in tells it apart; the name of the file is the same for all.
  const places = place === undefined ? [] : [place, place.replace(/\/+(model\.json)?$/, '')]
  for (const [name, json] of artifacts)
    if (places.some(own => own === name || own.endsWith(`/${name}`))) return become(model, json, trace)
  const shown =
    place
      ?.split('/')
      .filter(part => part !== '' && part !== 'model.json')
      .at(-1) ?? 'model'
  const { reason } = trace.opaque('saved-model', { name: shown }, span)
  trace.heap.setState(model, {
    ...model.state,
    name: shown,
    awaits: place === undefined ? 'name' : 'description',
    origin: trace.origin(span),
    ...(reason && { reason }),
  })
  return model
}

/** The model that a function is given under the name of a description. */
export function describedModel(name: string, trace: Tracer, artifacts: Artifacts): Value {
  const json = artifacts.get(name)
  return json && become(newModel(trace, contextOf(trace).counters, 'functional'), json, trace)
}

/** A loaded model got a name; if a description has that name, it is the model that the object stands for. */
export function nameLoaded(
  object: HostObject<ModelState>,
  name: string,
  trace: Tracer,
  artifacts: Artifacts,
): void {
  const { awaits, origin } = object.state
  const json = awaits && artifacts.get(name)
  if (json) become(object, json, trace)
  else if (awaits === 'name') {
    const { reason } = trace.opaque('saved-model', { name }, origin.span)
    trace.heap.setState(object, { ...object.state, awaits: 'description', ...(reason && { reason }) })
  }
}

function become(model: HostObject<ModelState>, json: Json, trace: Tracer): HostObject<ModelState> {
  const { awaits: _, reason: __, ...state } = model.state
  trace.heap.setState(model, state)
  const { made } = contextOf(trace)
  const before = made.length
  const reason = readSavedModel(trace, json, model)
  if (json.kind === 'record' && json.fields.has('isAny')) {
    trace.heap.setState(model, { ...model.state, isAny: true })
    // As the code does that made it: in a configuration, the key leaves variables trainable.
    if (json.fields.has('isFrozen')) setTrainable(model, { value: false, span: json.span }, trace)
  }
  for (const [i, entry] of made.slice(before).entries()) made[before + i] = { ...entry, isDescribed: true }
  if (reason) trace.heap.setState(model, { ...model.state, reason, origin: trace.origin(json.span) })
  return model
}

/** The program that loads one description, so that a `model.json` can be traced like code. */
export function loadingProgram(path: string, { span }: Json): Module {
  const model: Binding = { name: 'model', id: 0, span }
  const tf: Binding = { name: 'tf', id: 1, span }
  const literal = (value: string) => ({ kind: 'literal', value, span }) as const
  const object = { kind: 'variable', binding: tf, span } as const
  const callee = { kind: 'member', object, key: literal('loadLayersModel'), optional: false, span } as const
  const value = {
    kind: 'call',
    callee,
    arguments: [{ kind: 'item', value: literal(path) }],
    optional: false,
    construct: false,
    span,
  } as const
  return {
    path,
    scope: [model],
    body: [{ kind: 'declare', target: { kind: 'variable', binding: model, span }, value, span }],
    imports: [],
    exports: [],
    globals: [tf],
  }
}
