import type { HostCall, Library, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { initializers } from '../initializers.js'
import { batchName, sizeNames } from '../open-sizes.js'
import { optimizers } from '../optimizers.js'
import { classes } from './classes.js'
import { contextOf } from './context.js'
import { discard } from './discarded.js'
import { drawing } from './drawing.js'
import { effects } from './effects.js'
import { formerMember } from './former-names.js'
import { inputOf, nextOf, readFunction, shapeOf } from './function-model.js'
import { reductions } from './functions/losses.js'
import { functionNamed } from './functions/table.js'
import { makeLayer } from './layers.js'
import { leftovers } from './leftovers.js'
import { type Artifacts, describedModel, loadLayersModel, nameLoaded } from './loading.js'
import { isSettingName } from './setting-names.js'
import './build.js'
import './model-members.js'
import { makeFunctional, makeInput, makeInputLayer, makeSequential } from './models.js'
import { namespace } from './namespaces.js'
import { supposeReceiver, takenByMember } from './open-shapes.js'
import { readModel } from './read-model.js'
import { isAlike, repeat, standIn } from './repetition.js'
import { runTimeMember, runTimeNamespaces } from './run-time.js'
import { lossValue, makeNamed, makeNamedOptimizer } from './settings.js'
import type { TensorState } from './state.js'
import { statedTensors } from './stated-tensors.js'
import { callTensorFunction } from './tensor-functions.js'
import { checkVariables } from './training.js'
import './tensors.js'
import { freshOptimizers } from './fresh-optimizers.js'
import { clearRecord } from './training-record.js'
import { optimizerThatMinimizes, typedValues } from './typed-values.js'
import { isLayer, isModel, isTensor } from './types.js'
import { unmodelledMember, unmodelledNamespaces } from './unmodelled.js'
import { untrained } from './untrained.js'
import { noteUnfollowed, trainingOf } from './updates.js'
import { freeVariables } from './variables.js'

/** Package names and addresses under which TensorFlow.js is imported. */
const specifier = /(^|\/)@tensorflow\/tfjs(-node|-node-gpu|-core|-layers|-vis)?(@[^/]*)?(\/|$)/

/** Whether a module may hold the types of TensorFlow.js: its own, or one of the project, which may hand them on. */
const isOwnSpecifier = (name: string): boolean => specifier.test(name) || /^[./@~]/.test(name)

/** What `tf.*` means. `artifacts` describe models that the program loads. */
export function tensorflow(artifacts: Artifacts = new Map()): Library {
  // What a program writes into it, and the names that it makes up, are those of one walk.
  const roots = new WeakMap<Tracer, HostObject>()
  const rootOf = (trace: Tracer): Value => {
    const known = roots.get(trace)
    if (known) return known
    const made = rootNamespace(trace, artifacts)
    roots.set(trace, made)
    return made
  }
  const modelOf = (value: Value) => (isModel(value) ? { object: value as HostObject } : undefined)
  return {
    module: (name, trace) => {
      if (!specifier.test(name)) return undefined
      return name.includes('tfjs-vis') ? drawing(trace) : rootOf(trace)
    },
    global: (name, trace) => (name === 'tf' ? rootOf(trace) : name === 'tfvis' ? drawing(trace) : undefined),
    // Programs hand TensorFlow.js around under its name, and a description may be of a model that a function is given.
    models: [...artifacts.keys()],
    unbound: (name, trace) => (name === 'tf' ? rootOf(trace) : describedModel(name, trace, artifacts)),
    sizes: sizeNames,
    batch: batchName,
    modelCalls: new Set([
      'sequential',
      'model',
      'minimize',
      'computeGradients',
      'variableGrads',
      'setWeights',
    ]),
    modelOf,
    announce: (object, trace) => {
      if (isModel(object)) trace.foundModel(object, () => readModel(object, trace))
    },
    named: (object, name, trace) => {
      if (isLayer(object) && object.state.variable === undefined)
        trace.heap.setState(object, { ...object.state, variable: name })
      else if (isModel(object) && object.state.variable === undefined) {
        trace.heap.setState(object, { ...object.state, variable: name })
        nameLoaded(object, name, trace, artifacts)
      } else if (isTensor(object)) nameTensor(object, name, trace)
    },
    typed: (trace, name, remarks) => typedValues(trace, name, remarks, isOwnSpecifier),
    stated: remarks => statedTensors(remarks, isOwnSpecifier),
    receiver: optimizerThatMinimizes,
    calledUnknown: (trace, name, call) => {
      noteUnfollowed(trace, name, call)
      if (name === 'minimize') checkVariables(trace, call)
      supposeReceiver(trace, name, call.thisValue, call.arguments, call.span)
      return takenByMember(name, call.thisValue, call.arguments)
    },
    input: inputOf,
    next: nextOf,
    begin: trace => {
      clearRecord(trace, contextOf(trace).record)
      contextOf(trace).firstOfCall = undefined
      contextOf(trace).customGradients.clear()
      contextOf(trace).given.clear()
      contextOf(trace).handedOptimizers.clear()
    },
    customGradientsOf: trace =>
      [...contextOf(trace).customGradients.values()].filter(found => found !== undefined),
    trainingOf,
    enter: trace => {
      clearRecord(trace, contextOf(trace).record)
      contextOf(trace).steps.clear()
      contextOf(trace).firstOfCall = trace.builder.size
      freeVariables(trace)
    },
    isSetting: isSettingName,
    discard,
    leave: leftovers,
    untrained: (trace, remains) => [...untrained(trace, remains), ...freshOptimizers(trace, remains)],
    shapeOf,
    readFunction,
    standIn,
    isAlike,
    repeat,
  }
}

/** The user's name goes to the value, and for a variable to its parameter. */
function nameTensor({ state }: HostObject<TensorState>, name: string, trace: Tracer): void {
  const node = state.variable?.node ?? state.node
  if (node && !state.isLent) trace.provenance.setName(node, name)
}

/** Namespaces of which the members are entries of a table, made by name. */
function rootNamespace(trace: Tracer, artifacts: Artifacts): HostObject {
  const { counters } = contextOf(trace)
  const table = (name: string, keys: ReadonlySet<string>, make: (key: string, tracer: Tracer) => Value) =>
    namespace(trace, name, (key, tracer) => (keys.has(key) ? make(key, tracer) : undefined))
  const starts = table('tf.initializers', new Set(Object.keys(initializers)), (key, tracer) =>
    tracer.function(`tf.initializers.${key}`, call => makeNamed(call, 'initializer', key)),
  )
  const losses = (space: 'losses' | 'metrics') =>
    namespace(
      trace,
      `tf.${space}`,
      (key, tracer) => lossValue(tracer, space, key) ?? members(`${space}.${key}`, tracer),
    )
  const namespaces: Readonly<Record<string, Value>> = {
    layers: namespace(trace, 'tf.layers', (key, tracer) => {
      if (key === 'input') return tracer.function('tf.layers.input', call => makeInput(call, counters))
      if (key === 'inputLayer')
        return tracer.function('tf.layers.inputLayer', call => makeInputLayer(call, counters))
      if (Object.hasOwn(classes, `layers.${key}`)) return classes[`layers.${key}`]!(tracer)
      return tracer.function(`tf.layers.${key}`, call => makeLayer(call, key, counters))
    }),
    train: table('tf.train', new Set(Object.keys(optimizers)), (key, tracer) =>
      tracer.function(`tf.train.${key}`, call => makeNamedOptimizer(call, key)),
    ),
    initializers: starts,
    regularizers: table('tf.regularizers', new Set(['l1', 'l2', 'l1l2']), (key, tracer) =>
      tracer.function(`tf.regularizers.${key}`, call => makeNamed(call, 'regularizer', key)),
    ),
    constraints: table(
      'tf.constraints',
      new Set(['maxNorm', 'unitNorm', 'nonNeg', 'minMaxNorm']),
      (key, tracer) => tracer.function(`tf.constraints.${key}`, call => makeNamed(call, 'constraint', key)),
    ),
    losses: losses('losses'),
    metrics: losses('metrics'),
  }
  const calls: Readonly<Record<string, (call: HostCall) => Value>> = {
    ...effects,
    sequential: call => makeSequential(call, counters),
    model: call => makeFunctional(call, counters),
    input: call => makeInput(call, counters),
    loadLayersModel: call => loadLayersModel(call, artifacts),
    loadLayersModelSync: call => loadLayersModel(call, artifacts),
  }
  const members = (path: string, tracer: Tracer): Value | undefined => {
    const call = Object.hasOwn(calls, path) ? calls[path] : undefined
    if (call) return tracer.function(`tf.${path}`, call)
    if (Object.hasOwn(classes, path)) return classes[path]!(tracer)
    const named = functionNamed(path)
    if (named)
      return tracer.function(`tf.${path}`, inner => callTensorFunction(named.name, named.definition, inner))
    if (nested.has(path))
      return namespace(tracer, `tf.${path}`, (key, inner) => members(`${path}.${key}`, inner))
    return (
      runTimeMember(path, tracer) ?? unmodelledMember(path, tracer) ?? formerMember(path, tracer, members)
    )
  }
  const self = namespace(trace, 'tf', (key, tracer) => {
    if (key === 'default') return self
    if (key === 'Reduction') return tracer.record(reductions)
    return Object.hasOwn(namespaces, key) ? namespaces[key] : members(key, tracer)
  })
  return self
}

/** Namespaces whose functions are in the tables under their whole path. */
const nested = new Set([
  'linalg',
  'image',
  'math',
  'signal',
  'fused',
  ...runTimeNamespaces,
  ...unmodelledNamespaces,
])
