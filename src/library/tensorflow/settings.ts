import { sameAttribute } from '../../graph/attribute.js'
import { isPolynomial, symbol } from '../../graph/dimension.js'
import type { ConfigEntry } from '../../graph/model.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isUnknown, type Property, type Value } from '../../trace/value.js'
import { initializers } from '../initializers.js'
import { lossNamed } from '../losses.js'
import { optimizers } from '../optimizers.js'
import { functionNamed } from './functions/table.js'
import type { SettingState } from './state.js'
import { callTensorFunction } from './tensor-functions.js'
import { optimizerMethods } from './training.js'
import { isSetting, settingType } from './types.js'

/** `tf.train.adam(…)`: positional arguments with the factory's defaults. */
export function makeOptimizer(call: HostCall, kind: string): Value {
  const definition = optimizers[kind] ?? { settings: [] }
  const settings: Record<string, ConfigEntry> = {}
  definition.settings.forEach(({ name, default: usual }, i) => {
    const given = call.arguments[i]
    const value = given && plain(given)
    if (value !== undefined && value !== null)
      settings[name] = { value, from: 'given', span: given?.span ?? call.span }
    else if (usual !== undefined) settings[name] = { value: usual, from: 'default', span: call.span }
  })
  return call.trace.host<SettingState>(settingType, { role: 'optimizer', kind, settings })
}

/** Settings that the constructors of optimizers, unlike the factories, leave as they are given. */
const required: ReadonlySet<string> = new Set(['learningRate', 'beta1', 'beta2', 'rho'])

/**
 * What `new tf.AdamOptimizer(…)` and `super(…)` of a class that extends it do. What an optimizer of the program makes
 * of gradients is its own.
 */
export function initializeOptimizer(object: Value, kind: string, call: HostCall): void {
  if (!isSetting(object)) return
  const made = makeOptimizer(call, kind)
  if (!isSetting(made)) return
  const isOwn = object.prototype !== null
  const settings = Object.fromEntries(
    Object.entries(made.state.settings).filter(([name, { from }]) => from === 'given' || !required.has(name)),
  )
  call.trace.heap.setState(object, { role: 'optimizer', kind: isOwn ? 'custom' : kind, settings })
}

/** `tf.initializers.randomNormal({mean, stddev})`. */
export function makeInitializer(call: HostCall, name: string): Value {
  const shorthand = initializers[name]!
  const settings: Record<string, ConfigEntry> = {}
  for (const [key, value] of Object.entries(shorthand.settings))
    settings[key] = { value, from: 'default', span: call.span }
  for (const [key, property] of call.trace.fields(call.arguments[0]?.value) ?? []) {
    const value = plain(property)
    if (value !== undefined) settings[key] = { value, from: 'given', span: property.span ?? call.span }
  }
  return call.trace.host<SettingState>(settingType, { role: 'initializer', kind: shorthand.kind, settings })
}

/** `tf.regularizers.l2(…)` and the constraints: kept by name and settings. */
export function makeSetting(call: HostCall, role: 'regularizer' | 'constraint', kind: string): Value {
  const settings: Record<string, ConfigEntry> = {}
  for (const [key, property] of call.trace.fields(call.arguments[0]?.value) ?? []) {
    const value = plain(property)
    if (value !== undefined) settings[key] = { value, from: 'given', span: property.span ?? call.span }
  }
  return call.trace.host<SettingState>(settingType, { role, kind, settings })
}

/** `tf.losses.meanSquaredError` and `tf.metrics.…` as values: what `compile` takes, and functions as well. */
export function lossValue(trace: Tracer, space: 'losses' | 'metrics', name: string): Value {
  const kind = lossNamed(name)
  return kind === undefined
    ? undefined
    : trace.host<SettingState>(settingType, {
        role: 'loss',
        kind,
        calledAs: `${space}.${name}`,
        settings: {},
      })
}

settingType.call = ({ state }, call) => {
  const path = state.calledAs ?? state.kind
  const named = functionNamed(path)
  if (named) return callTensorFunction(named.name, named.definition, call)
  return call.trace.opaque(
    'unmodelled-call',
    { call: `tf.${path}`, reason: 'this function is not modelled' },
    call.span,
  )
}

for (const [name, method] of Object.entries(optimizerMethods))
  settingType.members[name] = {
    kind: 'method',
    call: (setting, call) =>
      setting.state.role === 'optimizer'
        ? method(setting as HostObject, call)
        : call.trace.opaque(
            'unmodelled-call',
            { call: `${setting.state.kind}.${name}`, reason: 'only optimizers have it' },
            call.span,
          ),
  }

for (const name of new Set(
  Object.values(optimizers).flatMap(({ settings }) => settings.map(key => key.name)),
))
  settingType.members[name] = {
    kind: 'property',
    get: ({ state }, trace) => (state.settings[name]?.value ?? trace.fresh(`${state.kind}.${name}`)) as Value,
    set: (setting, { value, span }, trace) => {
      const read = plain({ value }) ?? symbol(trace.fresh(`optimizer.${name}`).path)
      const place = span ?? setting.state.settings[name]?.span
      trace.heap.setState(setting, {
        ...setting.state,
        settings: {
          ...setting.state.settings,
          [name]: { value: read, from: 'given', ...(place && { span: place }) },
        },
      })
    },
  }

settingType.unknownState = (state, { reason }, ways) => {
  if (ways.every(way => isAlike(way, ways[0]!))) return isAlike(state, ways[0]!) ? state : ways[0]!
  return state.reason || !reason ? state : { ...state, reason }
}

function isAlike(a: SettingState, b: SettingState): boolean {
  const names = new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])
  return (
    a.kind === b.kind &&
    a.reason === b.reason &&
    [...names].every(name => sameAttribute(a.settings[name]?.value, b.settings[name]?.value))
  )
}

function plain({ value }: Property): ConfigEntry['value'] | undefined {
  if (isUnknown(value)) return symbol(value.path)
  return typeof value === 'number' ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    isPolynomial(value)
    ? value
    : undefined
}
