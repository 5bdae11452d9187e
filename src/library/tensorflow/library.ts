import type { HostType, Library, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { initializers } from '../initializers.js'
import { optimizers } from '../optimizers.js'
import { Counters } from './counters.js'
import { makeLayer } from './layers.js'
import { makeFunctional, makeInput, makeSequential } from './models.js'
import { readModel } from './read-model.js'
import { lossValue, makeInitializer, makeOptimizer, makeSetting } from './settings.js'
import { isLayer, isModel, isTensor } from './types.js'

/** Package names and addresses under which TensorFlow.js is imported. */
const specifier = /(^|\/)@tensorflow\/tfjs(-node|-node-gpu|-core|-layers|-vis)?(@[^/]*)?(\/|$)/

type Lookup = (key: string, trace: Tracer) => Value | undefined

/** An object whose members are made when they are asked for. */
function namespace(trace: Tracer, name: string, lookup: Lookup): Value {
  const known = new Map<string, Value>()
  const type: HostType = {
    name,
    members: {},
    lookup: (_, key, tracer) => {
      if (!known.has(key)) known.set(key, lookup(key, tracer))
      return known.get(key)
    },
  }
  return trace.host(type, {})
}

/** What `tf.*` means. Each trace takes its own, since names and identities count up. */
export function tensorflow(): Library {
  const counters = new Counters()
  let root: Value
  const modelOf = (value: Value) => (isModel(value) ? { object: value as HostObject } : undefined)
  return {
    module: (name, trace) => {
      if (!specifier.test(name) || name.includes('tfjs-vis')) return undefined
      root ??= rootNamespace(trace, counters)
      return root
    },
    global: (name, trace) => {
      if (name !== 'tf') return undefined
      root ??= rootNamespace(trace, counters)
      return root
    },
    modelCalls: new Set(['sequential', 'model']),
    modelOf,
    announce: (object, trace) => {
      if (isModel(object)) trace.foundModel(object, () => readModel(object, trace))
    },
    named: (object, name, trace) => {
      if (isLayer(object) && object.state.variable === undefined)
        trace.heap.setState(object, { ...object.state, variable: name })
      else if (isModel(object) && object.state.variable === undefined)
        trace.heap.setState(object, { ...object.state, variable: name })
      else if (isTensor(object) && object.state.node) trace.provenance.setName(object.state.node, name)
    },
  }
}

function rootNamespace(trace: Tracer, counters: Counters): Value {
  const layers = namespace(trace, 'tf.layers', (key, tracer) =>
    key === 'input'
      ? tracer.function('tf.layers.input', call => makeInput(call, counters))
      : tracer.function(`tf.layers.${key}`, call => makeLayer(call, key, counters)),
  )
  const table = (name: string, keys: ReadonlySet<string>, make: (key: string, tracer: Tracer) => Value) =>
    namespace(trace, name, (key, tracer) =>
      keys.has(key) ? make(key, tracer) : unmodelled(`${name}.${key}`, tracer),
    )
  const train = table('tf.train', new Set(Object.keys(optimizers)), (key, tracer) =>
    tracer.function(`tf.train.${key}`, call => makeOptimizer(call, key)),
  )
  const starts = table('tf.initializers', new Set(Object.keys(initializers)), (key, tracer) =>
    tracer.function(`tf.initializers.${key}`, call => makeInitializer(call, key)),
  )
  const regularizers = table('tf.regularizers', new Set(['l1', 'l2', 'l1l2']), (key, tracer) =>
    tracer.function(`tf.regularizers.${key}`, call => makeSetting(call, 'regularizer', key)),
  )
  const constraints = table(
    'tf.constraints',
    new Set(['maxNorm', 'unitNorm', 'nonNeg', 'minMaxNorm']),
    (key, tracer) => tracer.function(`tf.constraints.${key}`, call => makeSetting(call, 'constraint', key)),
  )
  const losses = namespace(
    trace,
    'tf.losses',
    (key, tracer) => lossValue({ trace: tracer }, key) ?? unmodelled(`tf.losses.${key}`, tracer),
  )
  const members: Readonly<Record<string, (tracer: Tracer) => Value>> = {
    layers: () => layers,
    train: () => train,
    initializers: () => starts,
    regularizers: () => regularizers,
    constraints: () => constraints,
    losses: () => losses,
    metrics: () => losses,
    sequential: tracer => tracer.function('tf.sequential', call => makeSequential(call, counters)),
    model: tracer => tracer.function('tf.model', call => makeFunctional(call, counters)),
    input: tracer => tracer.function('tf.input', call => makeInput(call, counters)),
    tidy: tracer =>
      tracer.function('tf.tidy', call => call.trace.call(call.arguments.at(-1)?.value, [], call.span)),
    keep: tracer => tracer.function('tf.keep', call => call.arguments[0]?.value),
    dispose: tracer => tracer.function('tf.dispose', () => undefined),
    ready: tracer => tracer.function('tf.ready', () => undefined),
    setBackend: tracer => tracer.function('tf.setBackend', () => undefined),
    default: () => namespaceSelf,
  }
  const namespaceSelf: Value = namespace(trace, 'tf', (key, tracer) =>
    Object.hasOwn(members, key) ? members[key]!(tracer) : unmodelled(`tf.${key}`, tracer),
  )
  return namespaceSelf
}

/** A member that is not modelled: what it is called with does not matter, what it gives is not known. */
function unmodelled(name: string, trace: Tracer): Value {
  return trace.function(name, call =>
    call.trace.opaque('unmodelled-call', { call: name, reason: 'this function is not modelled' }, call.span),
  )
}
