import type { AppliedClass, HostCall, HostType, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type ObjectValue, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { applyAlone, baseMembers, initializeLayer, newLayer } from './custom-layers.js'
import { initializeFunctional, initializeSequential, newModel } from './models.js'
import { initializeOptimizer } from './settings.js'
import type { SettingState } from './state.js'
import { isLayer, isModel, isSetting, isTensor, layerType, modelType, settingType } from './types.js'

/** A class of TensorFlow.js. */
interface ClassState {
  readonly name: string
  readonly prototype: ObjectValue
  readonly create: (trace: Tracer) => ObjectValue
  readonly initialize: (object: ObjectValue, call: HostCall) => void
  readonly includes: (value: Value) => boolean
  readonly applied?: AppliedClass
}

const classType: HostType<ClassState> = {
  name: 'class',
  members: {
    prototype: { kind: 'property', get: ({ state }) => state.prototype },
    name: { kind: 'property', get: ({ state }) => state.name },
  },
  class: {
    nameOf: ({ state }) => `tf.${state.name}`,
    prototype: ({ state }) => state.prototype,
    create: ({ state }, trace) => state.create(trace),
    initialize: ({ state }, object, call) => state.initialize(object, call),
    includes: ({ state }, value) => (isUnknown(value) ? undefined : state.includes(value)),
    applied: ({ state }) => state.applied,
  },
}

/** A type that has the members of another and is not it: where classes of the program inherit from. */
function prototype(
  trace: Tracer,
  type: HostType<never>,
  members: HostType<never>['members'] = {},
): ObjectValue {
  const host = trace.host(type as HostType<unknown>, undefined) as HostObject
  for (const [key, member] of Object.entries(members)) {
    if (member.kind === 'method')
      host.properties.set(key, {
        value: trace.function(`${type.name}.${key}`, call =>
          member.call((isObject(call.thisValue) ? call.thisValue : host) as never, call),
        ),
      })
  }
  return host
}

const nothing = () => undefined

/** The classes of optimizers with their keys in the table of optimizers (tfjs-core/src/optimizers). */
const optimizerClasses = {
  Optimizer: 'custom',
  SGDOptimizer: 'sgd',
  MomentumOptimizer: 'momentum',
  AdagradOptimizer: 'adagrad',
  AdadeltaOptimizer: 'adadelta',
  AdamOptimizer: 'adam',
  AdamaxOptimizer: 'adamax',
  RMSPropOptimizer: 'rmsprop',
} as const

/** The classes of TensorFlow.js that programs extend, make or ask for, by their path below `tf`. */
export const classes: Readonly<Record<string, (trace: Tracer) => Value>> = {
  'layers.Layer': trace =>
    trace.host<ClassState>(classType, {
      name: 'Layer',
      prototype: prototype(trace, layerType as HostType<never>, baseMembers as HostType<never>['members']),
      create: newLayer,
      initialize: (object, call) => initializeLayer(object, call),
      includes: value => isLayer(value) || isModel(value),
      applied: { method: 'call', apply: applyAlone },
    }),
  LayersModel: trace =>
    trace.host<ClassState>(classType, {
      name: 'LayersModel',
      prototype: prototype(trace, modelType as HostType<never>),
      create: tracer => newModel(tracer, contextOf(tracer).counters, 'functional'),
      initialize: (object, call) => {
        if (isModel(object)) initializeFunctional(object, call)
      },
      includes: isModel,
    }),
  Sequential: trace =>
    trace.host<ClassState>(classType, {
      name: 'Sequential',
      prototype: prototype(trace, modelType as HostType<never>),
      create: tracer => newModel(tracer, contextOf(tracer).counters, 'sequential'),
      initialize: (object, call) => {
        if (isModel(object)) initializeSequential(object, call)
      },
      includes: value => isModel(value) && value.state.kind === 'sequential',
    }),
  ...Object.fromEntries(
    Object.entries(optimizerClasses).map(([name, kind]) => [
      name,
      (trace: Tracer) =>
        trace.host<ClassState>(classType, {
          name,
          prototype: prototype(trace, settingType as HostType<never>),
          create: tracer =>
            tracer.host<SettingState>(settingType, { role: 'optimizer', kind: 'custom', settings: {} }),
          initialize: (object, call) => initializeOptimizer(object, kind, call),
          includes: value =>
            isSetting(value) &&
            value.state.role === 'optimizer' &&
            (kind === 'custom' || value.state.kind === kind || value.state.kind === 'custom'),
        }),
    ]),
  ),
  Tensor: trace => valueClass(trace, 'Tensor', value => isTensor(value) && !value.state.symbolic),
  Variable: trace =>
    valueClass(trace, 'Variable', value => isTensor(value) && value.state.variable !== undefined),
  SymbolicTensor: trace =>
    valueClass(trace, 'SymbolicTensor', value => isTensor(value) && value.state.symbolic),
  // What `fit` tells a callback first (tfjs-layers/src/base_callbacks.ts, callbacks.ts).
  Callback: trace =>
    trace.host<ClassState>(classType, {
      name: 'Callback',
      prototype: trace.record({ setModel: told(trace, 'model'), setParams: told(trace, 'params') }),
      create: tracer => tracer.record({ model: null, params: null }),
      initialize: nothing,
      includes: () => false,
    }),
  CustomCallback: trace =>
    trace.host<ClassState>(classType, {
      name: 'CustomCallback',
      prototype: trace.record({}),
      create: tracer => tracer.record({}),
      initialize: (object, { trace: tracer, arguments: [methods], span }) =>
        tracer.copyFields(methods?.value, object, span),
      includes: () => false,
    }),
  'serialization.Serializable': trace =>
    trace.host<ClassState>(classType, {
      name: 'Serializable',
      prototype: trace.record({}),
      create: tracer => tracer.record({}),
      initialize: nothing,
      includes: () => false,
    }),
}

/** A method that keeps what it is given in a field. */
function told(trace: Tracer, field: string): Value {
  return trace.function(field, ({ thisValue, arguments: [given] }) => {
    if (isObject(thisValue) && given) trace.heap.setProperty(thisValue, field, given)
    return undefined
  })
}

/** A class of which only `instanceof` is of use. */
function valueClass(trace: Tracer, name: string, includes: (value: Value) => boolean): Value {
  return trace.host<ClassState>(classType, {
    name,
    prototype: trace.record({}),
    create: tracer => tracer.record({}),
    initialize: nothing,
    includes,
  })
}
