import type { Compilation, LossTerm, Optimizer } from '../../graph/model.js'
import type { Origin } from '../../graph/provenance.js'
import { type Span, spanText } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type Property, type Value } from '../../trace/value.js'
import { lossNamed } from '../losses.js'
import { optimizers } from '../optimizers.js'
import { isSetting } from './types.js'

interface Compiled {
  readonly fields: ReadonlyMap<string, Property>
  readonly origin: Origin
}

/** What `compile` was told, with defaults resolved; `outputNames` are the layers that make the outputs. */
export function readCompilation(
  trace: Tracer,
  { fields, origin }: Compiled,
  outputNames: readonly string[],
): Compilation {
  const optimizer = fields.get('optimizer')
  const loss = fields.get('loss')
  const metrics = fields.get('metrics')
  return {
    losses: loss ? readLosses(trace, loss, outputNames, origin.span) : [],
    ...(optimizer && { optimizer: readOptimizer(trace, optimizer, origin.span) }),
    metrics: metrics
      ? (trace.elements(metrics.value) ?? [metrics]).flatMap(({ value, span }) =>
          typeof value === 'string' ? [{ name: value, span: span ?? origin.span }] : [],
        )
      : [],
    origin,
  }
}

/** One loss for all outputs, a list with one each, or an object by output name (tfjs-layers/src/engine/training.ts). */
function readLosses(
  trace: Tracer,
  { value, span = undefined }: Property,
  outputNames: readonly string[],
  fallback: Span,
): readonly LossTerm[] {
  const place = span ?? fallback
  const list = trace.elements(typeof value === 'string' ? undefined : value)
  if (list) return list.map((item, output) => lossTerm(item.value, output, item.span ?? place))
  const fields = trace.fields(value)
  if (fields)
    return outputNames.flatMap((name, output) =>
      fields.has(name) ? [lossTerm(fields.get(name)!.value, output, fields.get(name)!.span ?? place)] : [],
    )
  return outputNames.map((_, output) => lossTerm(value, output, place))
}

function lossTerm(value: Value, output: number, span: Span): LossTerm {
  const common = { output, weight: 1, span }
  if (typeof value === 'string') {
    const kind = lossNamed(value)
    return kind ? { ...common, kind } : { ...common, kind: 'opaque', reason: `there is no loss \`${value}\`` }
  }
  if (isSetting(value) && value.state.role === 'loss') return { ...common, kind: value.state.kind }
  const reason =
    isUnknown(value) && value.reason
      ? value.reason.message
      : 'a loss that is a function of the program is not modelled'
  return { ...common, kind: 'opaque', reason }
}

function readOptimizer(_: Tracer, { value, span }: Property, fallback: Span): Optimizer {
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
  if (isSetting(value) && value.state.kind === 'custom')
    return {
      kind: 'opaque',
      settings: {},
      span: place,
      reason: 'an optimizer that is a class of the program is not modelled',
    }
  if (isSetting(value) && value.state.role === 'optimizer')
    return { kind: value.state.kind, settings: value.state.settings, span: place }
  const reason =
    isUnknown(value) && value.reason
      ? value.reason.message
      : `\`${spanText(place).slice(0, 60)}\` is not an optimizer that is known`
  return { kind: 'opaque', settings: {}, span: place, reason }
}
