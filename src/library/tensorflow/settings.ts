import { diagnostic } from '../../diagnostics/diagnostic.js'
import { sameAttribute } from '../../graph/attribute.js'
import { isPolynomial, symbol } from '../../graph/dimension.js'
import type { ConfigEntry } from '../../graph/model.js'
import { type Span, spanText } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import { type HostObject, isObject, isUnknown, type Property, type Value } from '../../trace/value.js'
import { initializers } from '../initializers.js'
import { lossNamed } from '../losses.js'
import { optimizers } from '../optimizers.js'
import { constraints, regularizers } from '../regularizers.js'
import { reportSurplus, reportUnknownKeys } from './call-options.js'
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
    else if (given && isObject(given.value))
      settings[name] = noNumber(call.trace, kind, name, given, call.span)
    else if (usual !== undefined) settings[name] = { value: usual, from: 'default', span: call.span }
  })
  return call.trace.host<SettingState>(settingType, { role: 'optimizer', kind, settings })
}

/** A setting that is given an object: what TensorFlow.js computes with it is no number. */
function noNumber(
  trace: Tracer,
  kind: string,
  name: string,
  { span: own }: Property,
  call: Span,
): ConfigEntry {
  const span = own ?? call
  const values = { layer: kind, key: name, value: shorten(spanText(span)), expected: 'a number' }
  const reason = diagnostic('invalid-config-value', values, { span })
  return { value: symbol(trace.fresh(`optimizer.${name}`, reason).path), from: 'given', span, reason }
}

/** `tf.train.…`, with what is wrong with how it is called. Its settings are numbers, one after the other, and no object. */
export function makeNamedOptimizer(call: HostCall, kind: string): Value {
  reportSurplus(call, `tf.train.${kind}`, optimizers[kind]?.settings.length ?? 0)
  const made = makeOptimizer(call, kind)
  if (isSetting(made))
    for (const { reason } of Object.values(made.state.settings)) if (reason) call.trace.report(reason)
  return made
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
export function makeInitializer(call: HostCall, name: string, isKnown = (_: string) => true): Value {
  const shorthand = initializers[name]!
  const settings: Record<string, ConfigEntry> = {}
  for (const [key, value] of Object.entries(shorthand.settings))
    settings[key] = { value, from: 'default', span: call.span }
  for (const [key, property] of call.trace.fields(call.arguments[0]?.value) ?? []) {
    const value = plain(property)
    if (value !== undefined && isKnown(key))
      settings[key] = { value, from: 'given', span: property.span ?? call.span }
  }
  return call.trace.host<SettingState>(settingType, { role: 'initializer', kind: shorthand.kind, settings })
}

/** `tf.regularizers.l2(…)` and the constraints: kept by name and settings. */
export function makeSetting(
  call: HostCall,
  role: 'regularizer' | 'constraint',
  kind: string,
  isKnown = (_: string) => true,
): Value {
  const settings: Record<string, ConfigEntry> = {}
  for (const [key, property] of call.trace.fields(call.arguments[0]?.value) ?? []) {
    const value = plain(property)
    if (value !== undefined && isKnown(key))
      settings[key] = { value, from: 'given', span: property.span ?? call.span }
  }
  return call.trace.host<SettingState>(settingType, { role, kind, settings })
}

/** `tf.initializers.…`, `tf.regularizers.…` or `tf.constraints.…`, with what is wrong with how it is called. */
export function makeNamed(call: HostCall, role: keyof typeof named, name: string): Value {
  const { open, settings } = named[role][name]!
  const known = role === 'initializer' ? ['seed', ...Object.keys(settings), ...open] : open
  reportUnknownKeys(call.trace, name, known, call.arguments[0]?.value)
  const isKnown = (key: string) => known.includes(key)
  return role === 'initializer'
    ? makeInitializer(call, name, isKnown)
    : makeSetting(call, role, name, isKnown)
}

/** What calls name, by the role that it has. */
const named = { initializer: initializers, regularizer: regularizers, constraint: constraints } as const

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

type Definition = (typeof optimizers)[string]

/** The setting of an optimizer of TF.js by name; those of the program may read their fields as they like. */
const definitionOf = ({ kind }: SettingState, name: string): Definition['settings'][number] | undefined =>
  optimizers[kind]?.settings.find(setting => setting.name === name)

/** A value that a program gives a setting, as configurations hold it. */
function assigned({ value, span }: Property, name: string, state: SettingState, trace: Tracer): ConfigEntry {
  const place = span ?? state.settings[name]?.span
  return {
    value: plain({ value }) ?? symbol(trace.fresh(`optimizer.${name}`).path),
    from: 'given',
    ...(place && { span: place }),
  }
}

/** The program assigns a field that TF.js computes with. */
function assign(setting: HostObject<SettingState>, name: string, given: Property, trace: Tracer): void {
  const { state } = setting
  const { [name]: _, ...unread } = state.unread ?? {}
  const entry = assigned(given, name, state, trace)
  trace.heap.setState(setting, { ...state, settings: { ...state.settings, [name]: entry }, unread })
}

/** The program assigns a field, of which TF.js may have made a copy when the optimizer was made. */
function assignField(setting: HostObject<SettingState>, name: string, given: Property, trace: Tracer): void {
  const { state } = setting
  const copied = definitionOf(state, name)?.copied
  if (!copied) {
    assign(setting, name, given, trace)
    return
  }
  const entry = assigned(given, name, state, trace)
  trace.heap.setState(setting, { ...state, unread: { ...state.unread, [name]: entry } })
  if (sameAttribute(entry.value, state.settings[name]?.value)) return
  const remedy = copied.by ? `\`${copied.by}(…)\` changes it` : 'a new optimizer is needed'
  const values = { field: name, optimizer: optimizers[state.kind]!.title, remedy }
  trace.report(diagnostic('ignored-assignment', values, entry.span ? { span: entry.span } : {}))
}

/** A method that sets one setting of the optimizers that have a copy of it. */
function defineSetter(method: string, name: string, set: typeof assign): void {
  settingType.members[method] = {
    kind: 'method',
    call: (setting, { trace, arguments: args, span }) => {
      const { kind } = setting.state
      if (!definitionOf(setting.state, name)?.copied)
        return trace.opaque(
          'unmodelled-call',
          { call: `${kind}.${method}`, reason: 'this optimizer does not have it' },
          span,
        )
      set(setting, name, { value: args[0]?.value, span: args[0]?.span ?? span }, trace)
      return undefined
    },
  }
}

for (const { name, copied } of Object.values(optimizers).flatMap(({ settings }) => settings)) {
  settingType.members[name] = {
    kind: 'property',
    get: ({ state }, trace) =>
      ((state.unread?.[name] ?? state.settings[name])?.value ??
        trace.fresh(`${state.kind}.${name}`)) as Value,
    set: (setting, given, trace) => assignField(setting, name, given, trace),
  }
  if (copied)
    settingType.members[copied.field] = {
      kind: 'property',
      get: (setting, trace) => trace.fresh(`${setting.state.kind}.${copied.field}`),
      set: (setting, { span }, trace) => {
        const value = trace.fresh(`${setting.state.kind}.${copied.field}`)
        assign(setting, name, { value, ...(span && { span }) }, trace)
      },
    }
  if (copied?.by) defineSetter(copied.by, name, assign)
  if (copied?.assignedBy) defineSetter(copied.assignedBy, name, assignField)
}

settingType.unknownState = (state, { path, reason }, ways) => {
  const [first = state] = ways
  if (ways.every(way => isAlike(way, first))) return isAlike(state, first) ? state : first
  const isOther = ways.some(way => way.kind !== state.kind || way.reason !== state.reason)
  if (isOther) return state.reason || !reason ? state : { ...state, reason }
  const open = (own: Entries, others: readonly Entries[]): Entries => {
    const names = new Set([own, ...others].flatMap(entries => Object.keys(entries)))
    const entries = [...names].map((name): [string, ConfigEntry | undefined] => {
      const [one, ...rest] = others.map(entries => entries[name])
      if (rest.every(entry => sameAttribute(entry?.value, one?.value))) return [name, one]
      if (own[name]?.reason) return [name, own[name]]
      const span = own[name]?.span ?? one?.span
      const value = symbol(`${path}.${name}`)
      return [name, { value, from: 'given', ...(span && { span }), ...(reason && { reason }) }]
    })
    return Object.fromEntries(
      entries.filter((entry): entry is [string, ConfigEntry] => entry[1] !== undefined),
    )
  }
  const settings = open(
    state.settings,
    ways.map(way => way.settings),
  )
  const unread = open(
    state.unread ?? {},
    ways.map(way => way.unread ?? {}),
  )
  const next = { ...state, settings, unread }
  return isAlike(state, next) ? state : next
}

type Entries = Readonly<Record<string, ConfigEntry>>

function isAlike(a: SettingState, b: SettingState): boolean {
  return (
    a.kind === b.kind &&
    a.reason === b.reason &&
    sameEntries(a.settings, b.settings) &&
    sameEntries(a.unread ?? {}, b.unread ?? {})
  )
}

function sameEntries(a: Entries, b: Entries): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every(name => sameAttribute(a[name]?.value, b[name]?.value))
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
