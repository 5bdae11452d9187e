import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Compilation, LossTerm, Optimizer } from '../../graph/model.js'
import type { Origin } from '../../graph/provenance.js'
import { type Span, spanText } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type Property, type Value } from '../../trace/value.js'
import { lossNamed } from '../losses.js'
import { optimizers } from '../optimizers.js'
import { contextOf } from './context.js'
import { isFunction, lossFunction } from './loss-functions.js'
import type { SettingState, TensorState } from './state.js'
import { isSetting, settingType } from './types.js'

/** What a model was compiled with. The losses are those of the outputs that it had then. */
export interface Compiled {
  readonly fields: ReadonlyMap<string, Property>
  readonly losses: readonly LossTerm[]
  readonly origin: Origin
}

type Output = HostObject<TensorState>

/** What `compile` does with its argument. */
export function compiled(
  trace: Tracer,
  fields: ReadonlyMap<string, Property>,
  outputs: readonly Output[],
  origin: Origin,
): Compiled {
  const loss = fields.get('loss')
  return {
    fields: new Map(fields),
    losses: loss ? readLosses(trace, loss, outputs, origin.span) : [],
    origin,
  }
}

/** The argument of `compile` with the optimizer that a name stands for: the model makes one, which code can get at. */
export function withOptimizer(
  trace: Tracer,
  fields: ReadonlyMap<string, Property>,
  span: Span,
): ReadonlyMap<string, Property> {
  const named = fields.get('optimizer')
  if (typeof named?.value !== 'string') return fields
  const { kind, settings, span: place } = readOptimizer(trace, named, span)
  if (kind === 'opaque') return fields
  const value = trace.host<SettingState>(settingType, { role: 'optimizer', kind, settings })
  return new Map(fields).set('optimizer', { value, span: place })
}

/** What `compile` was told, with defaults resolved, of a model that has these outputs now. */
export function readCompilation(
  trace: Tracer,
  { fields, losses, origin }: Compiled,
  outputs: readonly Output[],
): Compilation {
  const optimizer = fields.get('optimizer')
  const metrics = fields.get('metrics')
  return {
    losses: losses.map(term => stillOn(outputs, term)),
    ...(optimizer && { optimizer: readOptimizer(trace, optimizer, origin.span) }),
    metrics: metrics
      ? (trace.elements(metrics.value) ?? [metrics]).flatMap(({ value, span }) =>
          typeof value === 'string' ? [{ name: value, span: span ?? origin.span }] : [],
        )
      : [],
    origin,
  }
}

/** A loss of the program was followed for an output that the model may not have any more. */
function stillOn(outputs: readonly Output[], term: LossTerm): LossTerm {
  const { function: own, ...rest } = term
  if (!own || outputs[term.output]?.state.node === own.prediction) return term
  return { ...rest, kind: 'opaque', reason: 'the model was changed after it was compiled' }
}

/** One loss for all outputs, a list with one each, or an object by output name (tfjs-layers/src/engine/training.ts). */
function readLosses(
  trace: Tracer,
  { value, span = undefined }: Property,
  outputs: readonly Output[],
  fallback: Span,
): readonly LossTerm[] {
  const place = span ?? fallback
  const term = ({ value: own, span: at }: Property, output: number) =>
    lossTerm(trace, own, output, outputs[output], at ?? place)
  const list = trace.elements(typeof value === 'string' ? undefined : value)
  if (list) return list.map(term)
  const fields = trace.fields(value)
  if (!fields) return outputs.map((_, output) => term({ value }, output))
  return outputs.flatMap(({ state }, output) => {
    const layer = state.producer?.layer.state
    if (layer?.unknownName) {
      const reason = `the name of its layer, \`${layer.unknownName.path}\`, is not known`
      return [{ output, weight: 1, span: place, kind: 'opaque', reason }]
    }
    const own = fields.get(layer?.name ?? '')
    return own ? [term(own, output)] : []
  })
}

function lossTerm(
  trace: Tracer,
  value: Value,
  output: number,
  tensor: Output | undefined,
  span: Span,
): LossTerm {
  const common = { output, weight: 1, span }
  const opaque = (reason: string, cause?: Diagnostic): LossTerm => ({
    ...common,
    kind: 'opaque',
    reason,
    ...(cause && { cause }),
  })
  if (typeof value === 'string') {
    const kind = lossNamed(value)
    return kind ? { ...common, kind } : opaque(`there is no loss \`${value}\``)
  }
  if (isSetting(value) && value.state.role === 'loss') return { ...common, kind: value.state.kind }
  if (isUnknown(value) && value.reason) return opaque(value.reason.message, value.reason)
  if (!isFunction(value) || !tensor)
    return opaque(`\`${spanText(span).slice(0, 60)}\` is not a loss that is known`)
  const own = lossFunction(trace, value, output, tensor, span)
  if ('reason' in own) return opaque(own.reason)
  const place = isObject(value) && value.kind === 'closure' ? value.code.span : span
  return { ...common, kind: 'function', function: own, span: place }
}

/** An optimizer with its settings, as it is now. */
export function readOptimizer(trace: Tracer, { value, span }: Property, fallback: Span): Optimizer {
  const place = span ?? fallback
  if (typeof value === 'string') {
    const kind = value.charAt(0).toLowerCase() + value.slice(1)
    const name = kind === 'rMSProp' ? 'rmsprop' : kind === 'sGD' ? 'sgd' : kind
    const definition = Object.hasOwn(optimizers, name) ? optimizers[name] : undefined
    if (!definition?.named)
      return { kind: 'opaque', settings: {}, span: place, reason: `there is no optimizer \`${value}\`` }
    const settings = definition.settings.flatMap(({ name: key, default: usual }) => {
      const own = definition.asText?.[key] ?? usual
      return own === undefined ? [] : [[key, { value: own, from: 'default', span: place }] as const]
    })
    return { kind: name, settings: Object.fromEntries(settings), span: place }
  }
  if (isSetting(value) && value.state.reason) return unknownOptimizer(value.state.reason, place)
  if (isSetting(value) && value.state.kind === 'custom')
    return {
      kind: 'opaque',
      settings: {},
      span: place,
      reason: 'an optimizer that is a class of the program is not modelled',
    }
  if (isSetting(value) && value.state.role === 'optimizer') {
    const { kind, settings } = value.state
    contextOf(trace).optimizers.set(value.id, value)
    const cause = Object.values(settings).find(({ reason }) => reason)?.reason
    return { kind, settings, object: value.id, span: place, ...(cause && { cause }) }
  }
  if (isUnknown(value) && value.reason) return unknownOptimizer(value.reason, place)
  const reason = `\`${spanText(place).slice(0, 60)}\` is not an optimizer that is known`
  return { kind: 'opaque', settings: {}, span: place, reason }
}

const unknownOptimizer = (cause: Diagnostic, span: Span): Optimizer => ({
  kind: 'opaque',
  settings: {},
  span,
  reason: cause.message,
  cause,
})
