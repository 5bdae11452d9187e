import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import { isPolynomial, symbol } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { isObject, isUnknown, type Property, type UnknownValue, type Value } from '../../trace/value.js'
import type { Given } from '../config.js'
import { initializerText } from '../initializers.js'
import { innerPrefixes } from '../inner.js'
import type { ConfigKey } from '../layer.js'
import type { LayerObject } from './state.js'
import { isLayer, isModel, isSetting } from './types.js'
import { unboundNumber } from './unbound-numbers.js'

/** The kinds of config keys that an unknown number can stand in for. */
const numeric = new Set([
  'positiveInteger',
  'nonNegativeInteger',
  'integer',
  'number',
  'fraction',
  'shape',
  'sizes',
  'axes',
  'perAxis',
  'axis',
])

export interface ReadConfig {
  readonly given: ReadonlyMap<string, Given>
  /** The layers and models that it holds. */
  readonly inner?: readonly LayerObject[]
  /** The name that it is given, where that is not known. */
  readonly unknownName?: UnknownValue
  /** Why a value that decides what the layer is could not be read. */
  readonly reason?: Diagnostic
}

/**
 * The configuration object of a layer as data. An unbound parameter in place of a number is its symbol, and in place of
 * a shape as many of them as `sizes` says for the key.
 */
export function readConfig(
  trace: Tracer,
  value: Value,
  keys: Readonly<Record<string, ConfigKey>>,
  span: Span,
  sizes: ReadonlyMap<string, number> = new Map(),
): ReadConfig {
  const given = new Map<string, Given>()
  // A number or a text has no fields: TF.js takes it for a configuration in which nothing is given.
  if (value === undefined || value === null || typeof value !== 'object') return { given }
  const fields = trace.fields(value)
  if (!fields) {
    const reason =
      isUnknown(value) && value.reason
        ? value.reason
        : trace.opaque(
            'unmodelled-call',
            { call: 'the configuration', reason: 'it is not an object that is known' },
            span,
          ).reason
    return { given, ...(reason && { reason }) }
  }
  const inner: LayerObject[] = []
  let unknownName: UnknownValue | undefined
  let reason: Diagnostic | undefined
  for (const [name, property] of fields) {
    if (property.value === undefined) continue
    const kind = keys[name]?.kind
    if (kind === 'name' && isUnknown(property.value)) {
      unknownName = property.value
      continue
    }
    if (kind === 'layer' || kind === 'layers') {
      const layers = readLayers(trace, property, span)
      if ('code' in layers) return { given, reason: layers }
      inner.push(...layers)
      putLayers(given, name, kind, layers, property.span)
      continue
    }
    const read = readValue(trace, withSizes(trace, property, sizes.get(name), span), keys[name]?.kind)
    if ('reason' in read) {
      const key = keys[name]
      if (key && (key.effect !== 'none' || key.kind === 'shape')) reason ??= read.reason
      else if (key) trace.report(read.reason)
      // TF.js does not read a key that it does not know.
      else given.set(name, { value: null, ...(property.span && { span: property.span }) })
      continue
    }
    given.set(name, { value: read.value, ...(property.span && { span: property.span }) })
  }
  return { given, inner, ...(unknownName && { unknownName }), ...(reason && { reason }) }
}

/** A shape that is not known as a list of as many sizes, each the one that reading the shape there gives. */
function withSizes(trace: Tracer, property: Property, count: number | undefined, fallback: Span): Property {
  const { value, span } = property
  if (!isUnknown(value) || count === undefined) return property
  const sizes = Array.from({ length: count }, (_, i) => trace.get(value, String(i), span ?? fallback))
  return { ...property, value: trace.array(sizes) }
}

/** The layers under one key; a stack of cells stands for its cells. Or why they are not known. */
function readLayers(
  trace: Tracer,
  { value, span: own }: Property,
  fallback: Span,
): readonly LayerObject[] | Diagnostic {
  const span = own ?? fallback
  const layers: LayerObject[] = []
  for (const item of listOf(trace, value)) {
    const layer = item.value
    if (isLayer(layer) && layer.state.definition?.wraps?.isList && !layer.state.reason) {
      layers.push(...(layer.state.inner ?? []))
      continue
    }
    const reason = isUnknown(layer) ? layer.reason : isLayer(layer) ? layer.state.reason : undefined
    if (reason) return reason
    if (isModel(layer) || (isLayer(layer) && layer.state.definition)) layers.push(layer)
    else return diagnostic('unmodelled-layer', { layer: trace.text(layer) }, { span })
  }
  return layers
}

/** The kinds of inner layers under their key, and what they were configured with under keys behind it. */
function putLayers(
  given: Map<string, Given>,
  name: string,
  kind: 'layer' | 'layers',
  layers: readonly LayerObject[],
  span: Span | undefined,
): void {
  const kinds = layers.map(layer => (isLayer(layer) ? layer.state.definition!.kind : 'model'))
  given.set(name, { value: kind === 'layers' ? kinds : (kinds[0] ?? null), ...(span && { span }) })
  for (const [i, prefix] of innerPrefixes(name, kinds).entries()) {
    const layer = layers[i]!
    if (!isLayer(layer)) continue
    for (const [key, entry] of Object.entries(layer.state.config))
      if (entry.from === 'given')
        given.set(`${prefix}${key}`, { value: entry.value, ...(entry.span && { span: entry.span }) })
    if (!layer.state.trainable) given.set(`${prefix}trainable`, { value: false })
  }
}

function readValue(
  trace: Tracer,
  { value, span }: Property,
  kind: ConfigKey['kind'] | undefined,
  isElement = false,
): { readonly value: Attribute } | { readonly reason: Diagnostic } {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { value }
  if (value === undefined) {
    const reason =
      span &&
      trace.opaque(
        'unmodelled-call',
        { call: 'the configuration', reason: 'it holds an undefined value' },
        span,
      ).reason
    return reason ? { reason } : { value: null }
  }
  if (isPolynomial(value)) return { value }
  if (isUnknown(value)) {
    // A parameter that stands for a whole shape may have any number of axes.
    if (typeof kind === 'string' && numeric.has(kind) && (isElement || kind !== 'shape')) {
      if (value.reason) trace.report(value.reason)
      return { value: unboundNumber(trace, value, kind !== 'number' && kind !== 'fraction') }
    }
    // Where training starts, and what it is kept within, is no part of what the layer computes.
    if (kind === 'initializer' || kind === 'constraint') {
      if (value.reason) trace.report(value.reason)
      return { value: symbol(value.path) }
    }
    const place = span ?? value.reason?.span
    const reason =
      value.reason ?? (place && trace.opaque('unbound-setting', { path: value.path }, place).reason)
    return reason ? { reason } : { value: null }
  }
  if (isSetting(value)) {
    const { kind: name, settings } = value.state
    return {
      value: initializerText({
        kind: name,
        settings: Object.fromEntries(Object.entries(settings).map(([key, entry]) => [key, entry.value])),
      }),
    }
  }
  const elements = trace.elements(value)
  if (elements) {
    const items: Attribute[] = []
    for (const element of elements) {
      const item = readValue(trace, element, kind, true)
      if ('reason' in item) return item
      items.push(item.value)
    }
    return { value: items }
  }
  const place = span
  const reason =
    place &&
    trace.opaque(
      'unmodelled-call',
      { call: 'the configuration', reason: 'a value of a kind that is not modelled' },
      place,
    ).reason
  return reason && isObject(value) ? { reason } : { value: null }
}

/** A list of values, or one value as a list. */
export function listOf(trace: Tracer, value: Value): readonly Property[] {
  return trace.elements(value) ?? (value === undefined || value === null ? [] : [{ value }])
}
