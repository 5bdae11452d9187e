import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import { sameAttribute } from '../../graph/attribute.js'
import { isPolynomial, symbol, symbolsOf } from '../../graph/dimension.js'
import type { ConfigEntry } from '../../graph/model.js'
import type { Attribute } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import { Thrown } from '../../trace/frame.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type Value } from '../../trace/value.js'
import { textOf } from '../config.js'
import { type Quantity, recursion } from '../schedule.js'
import { isDrawing } from './drawing.js'
import type { SettingState } from './state.js'

type Settings = Readonly<Record<string, ConfigEntry>>

/** When `fit` calls what (tfjs-layers/src/base_callbacks.ts), as far as it says which epoch it is. */
const beforeEpoch = 'onEpochBegin'
const afterEpoch = 'onEpochEnd'
const others = ['onTrainBegin', 'onBatchBegin', 'onBatchEnd', 'onYield']

/**
 * The settings of an optimizer while `fit` trains with it: callbacks may change them between epochs. Where one follows from
 * the number of the epoch, which counts from 0, it is a function of the symbol `epoch`; else it is not known. Afterwards
 * it is as the last epoch left it.
 */
export function settingsInFit(optimizer: HostObject<SettingState>, options: Value, call: HostCall): Settings {
  const { trace, span } = call
  const start = optimizer.state.settings
  const given = callbacksIn(options, call)
  const callbacks = given.filter(value => isObject(value) && value.kind === 'record')
  const isOpen = given.some(mayChangeSettings)
  if (callbacks.length === 0 && !isOpen) return start
  const names = Object.keys(start).filter(name => isQuantity(start[name]!.value))
  if (isOpen) {
    const open = names.map(name => {
      const reason = diagnostic('unknown-callbacks', { what: name }, { span })
      return [name, unknown(trace, name, span, reason)] as const
    })
    const settings = { ...start, ...Object.fromEntries(open) }
    trace.heap.setState(optimizer, { ...optimizer.state, settings })
    return settings
  }
  const found = new Map(names.map(name => [name, symbol(trace.fresh(`${name} so far`).path)]))
  const epoch = symbol(trace.fresh('epoch').path, true)
  const left = (keys: readonly string[]) => leftBy(keys, callbacks, { optimizer, found, epoch, call })
  const [before, after, other] = [left([beforeEpoch]), left([afterEpoch]), left(others)]
  const entryOf = (value: Quantity | undefined, name: string, at: Span): ConfigEntry =>
    value === undefined
      ? unknown(trace, name, at, diagnostic('changed-in-training', { what: name }, { span: at }))
      : { value, from: 'given', span: at }
  const changed = names.flatMap((name): readonly (readonly [string, ConfigEntry])[] => {
    const own = found.get(name)!
    const leaves = [before, after, other].map(settings => settings?.[name])
    if (leaves.every(entry => sameAttribute(entry?.value, own))) return []
    const [first, last, rest] = leaves.map(entry => entry?.value)
    const value =
      sameAttribute(rest, own) && startsAtZero(options, call)
        ? inEpoch(start[name]!.value as Quantity, { own, first, last, epoch })
        : undefined
    const at = leaves.find(entry => !sameAttribute(entry?.value, own))?.span ?? span
    return [[name, entryOf(value, name, at)]]
  })
  if (changed.length === 0) return start
  const afterwards = changed.map(([name, { span: at }]) => [name, entryOf(undefined, name, at ?? span)])
  const settings = { ...start, ...Object.fromEntries(afterwards) }
  trace.heap.setState(optimizer, { ...optimizer.state, settings })
  if (changed.some(([, { value }]) => isQuantity(value) && symbolsOf(value).has(textOf(epoch))))
    trace.counters.set(textOf(epoch), 'epoch')
  return { ...start, ...Object.fromEntries(changed) }
}

/** What a setting is in an epoch, by what callbacks leave before it begins and after it ends. */
function inEpoch(
  start: Quantity,
  {
    own,
    first,
    last,
    epoch,
  }: {
    readonly own: Quantity
    readonly first: Attribute | undefined
    readonly last: Attribute | undefined
    readonly epoch: Quantity
  },
): Quantity | undefined {
  if (!isQuantity(first) || !isQuantity(last)) return undefined
  if (sameAttribute(first, own)) return recursion(start, { found: textOf(own), left: last, count: epoch })
  return symbolsOf(first).has(textOf(own)) ? undefined : first
}

const isQuantity = (value: Attribute | undefined): value is Quantity =>
  typeof value === 'number' || isPolynomial(value)

/** A setting of which nothing is known. */
function unknown(trace: Tracer, name: string, span: Span, reason: Diagnostic): ConfigEntry {
  return { value: symbol(trace.fresh(name).path), from: 'given', span, reason }
}

/** The callbacks that `fit` is given: one object with them, or a list; where its options are not known, those. */
function callbacksIn(options: Value, { trace, span }: HostCall): readonly Value[] {
  if (isUnknown(options)) return [options]
  if (!isObject(options)) return []
  const given = trace.get(options, 'callbacks', span)
  return trace.elements(given)?.map(({ value }) => value) ?? [given]
}

/** Whether it is not known what a callback does; what the framework itself makes, such as `earlyStopping`, leaves settings alone. */
const mayChangeSettings = (value: Value): boolean =>
  isUnknown(value) ? value.reason?.code !== 'run-time-value' : isObject(value) && value.kind === 'array'

/** Whether callbacks that are no functions of the program, such as early stopping, may end `fit` before its last epoch. */
export const mayEndFit = (options: Value, call: HostCall): boolean =>
  callbacksIn(options, call).some(
    value => (isUnknown(value) && !isDrawing(value)) || (isObject(value) && value.kind === 'array'),
  )

/** Whether the first epoch has the number 0. */
function startsAtZero(options: Value, { trace, span }: HostCall): boolean {
  const first = isObject(options) ? trace.get(options, 'initialEpoch', span) : undefined
  return first === undefined || first === 0
}

/** The settings after calls of callbacks that find the symbols `found`; undefined where that is not known. */
function leftBy(
  keys: readonly string[],
  callbacks: readonly Value[],
  given: {
    readonly optimizer: HostObject<SettingState>
    readonly found: ReadonlyMap<string, Quantity>
    readonly epoch: Quantity
    readonly call: HostCall
  },
): Settings | undefined {
  const { optimizer, found, epoch, call } = given
  const { trace, span } = call
  const { heap } = trace
  const run = (): Settings | undefined => {
    const entries = Object.entries(optimizer.state.settings).map(([name, entry]): [string, ConfigEntry] => {
      const value = found.get(name)
      return [name, value === undefined ? entry : { ...entry, value }]
    })
    heap.setState(optimizer, { ...optimizer.state, settings: Object.fromEntries(entries) })
    const logs = trace.opaque('unmodelled-call', { call: 'model.fit', reason: 'nothing is run' }, span)
    // Instances of `tf.Callback` are told the model; plain objects are not.
    for (const owner of callbacks) {
      const setModel = trace.get(owner, 'setModel', span)
      if (isObject(setModel)) trace.call(setModel, [{ value: call.thisValue }], span, owner)
    }
    for (const key of keys)
      for (const owner of callbacks) {
        const callback = trace.get(owner, key, span)
        if (!isObject(callback)) continue
        const number = key === beforeEpoch || key === afterEpoch ? epoch : logs
        trace.call(callback, [{ value: number }, { value: logs }], span, owner)
      }
    return optimizer.state.reason ? undefined : optimizer.state.settings
  }
  return heap.attempt(() => {
    try {
      return run()
    } catch (error) {
      if (error instanceof Thrown) return undefined
      throw error
    }
  }).result
}
