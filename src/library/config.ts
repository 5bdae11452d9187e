import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { sameAttribute } from '../graph/attribute.js'
import { isPolynomial } from '../graph/dimension.js'
import type { ConfigEntry } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import { describeKind, normalizeValue } from './config-values.js'
import { innerPrefixes, prefixed } from './inner.js'
import type { ConfigKey, LayerDefinition } from './layer.js'
import { commonKeys } from './layers/keys.js'
import { layerNamed } from './layers/table.js'

/** Which defaults count: those of TF.js, or what a paper means when it does not say. */
export type Side = 'tfjs' | 'paper'

export interface Given {
  readonly value: Attribute
  readonly span?: Span
}

export interface ResolvedConfig {
  readonly config: Readonly<Record<string, ConfigEntry>>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * All keys of a layer, those of every layer included. Around other layers, which `read` names under the key that holds
 * them, also the keys of those: `layer.units`, `cell.2.units`.
 */
export function keysOf(
  definition: LayerDefinition,
  read: (key: string) => Attribute | undefined = () => undefined,
): Readonly<Record<string, ConfigKey>> {
  if (!definition.wraps) return ownKeys(definition)
  const own: Record<string, ConfigKey> = { ...ownKeys(definition) }
  const { key: holder } = definition.wraps
  const kinds = read(holder)
  for (const [i, prefix] of innerPrefixes(holder, kinds).entries()) {
    const kind = [kinds].flat()[i]
    const inner = typeof kind === 'string' ? layerNamed(kind) : undefined
    if (!inner) continue
    for (const [name, key] of Object.entries(keysOf(inner, name => read(`${prefix}${name}`))))
      own[`${prefix}${name}`] = prefixed({ ...key, ...spatial(key, inner) }, prefix)
  }
  return own
}

/** The spatial axes of a layer, for its keys among those of the layer around it. */
function spatial(key: ConfigKey, definition: LayerDefinition): Pick<ConfigKey, 'axes'> {
  const axes = axesOf(key, definition)
  return axes === undefined ? {} : { axes }
}

const ownKeysOf = new WeakMap<LayerDefinition, Readonly<Record<string, ConfigKey>>>()

function ownKeys(definition: LayerDefinition): Readonly<Record<string, ConfigKey>> {
  const keys = ownKeysOf.get(definition) ?? { ...commonKeys, ...definition.config }
  ownKeysOf.set(definition, keys)
  return keys
}

/**
 * A configuration with every key present. Values are brought into one form (a size per axis, initializers by what
 * they stand for); unknown keys, values that the framework rejects and keys that it does not use are reported.
 */
export function resolveConfig(
  definition: LayerDefinition,
  given: ReadonlyMap<string, Given>,
  side: Side,
  span: Span,
): ResolvedConfig {
  const keys = keysOf(definition, name => given.get(name)?.value)
  const diagnostics: Diagnostic[] = []
  for (const [name, value] of given)
    if (!Object.hasOwn(keys, name))
      diagnostics.push(unknownKey(definition, name, Object.keys(keys), value, side, span))
  const config: Record<string, ConfigEntry> = {}
  for (const [name, key] of Object.entries(keys)) {
    const { entry, report } = resolveKey(definition, name, key, given.get(name), side, span)
    if (entry) config[name] = entry
    if (report) diagnostics.push(report)
  }
  // Values that follow another key come last, when all others stand.
  for (const [name, key] of Object.entries(keys)) {
    const source = key.like ?? (side === 'tfjs' ? key.ignored?.use : undefined)
    const entry = config[name]
    const followed = source === undefined ? undefined : config[source]
    if (entry && followed && entry.from !== 'given')
      config[name] = {
        ...entry,
        value: followed.value,
        from: followed.from === 'silent' ? 'silent' : 'default',
      }
  }
  return { config, diagnostics }
}

function unknownKey(
  { kind }: LayerDefinition,
  key: string,
  known: readonly string[],
  value: Given,
  side: Side,
  span: Span,
): Diagnostic {
  const suggestion = nearest(key, known)
  const help = suggestion ? `did you mean \`${suggestion}\`?` : undefined
  const code = side === 'tfjs' ? 'unknown-config-key' : 'spec-unknown-key'
  return diagnostic(code, { layer: kind, key }, { span: value.span ?? span, help })
}

function resolveKey(
  definition: LayerDefinition,
  name: string,
  key: ConfigKey,
  given: Given | undefined,
  side: Side,
  span: Span,
): { readonly entry?: ConfigEntry; readonly report?: Diagnostic } {
  const { kind: layer } = definition
  const axes = axesOf(key, definition)
  const fallback = defaultOf(key, side)
  const place = given?.span ?? span
  const usual = (): ConfigEntry | undefined =>
    fallback && {
      value: normalizeValue(key.kind, fallback.value, axes) ?? fallback.value,
      from: fallback.silent ? 'silent' : 'default',
      span: place,
    }
  const value = given?.value === null ? key.whenNull : given?.value
  if (given === undefined || value === undefined) {
    const entry = usual()
    if (entry) return { entry }
    if (key.unset && side === 'tfjs') {
      const report = diagnostic('unset-config-key', { layer, key: name, effect: key.unset.effect }, { span })
      return { entry: { value: key.unset.value, from: 'default', span: place }, report }
    }
    const code = side === 'tfjs' ? 'missing-config-key' : 'spec-missing-key'
    return { report: diagnostic(code, { layer, key: name }, { span }) }
  }
  const normalized = normalizeValue(key.kind, value, axes)
  if (normalized === undefined) {
    const code = side === 'tfjs' ? 'invalid-config-value' : 'spec-invalid-value'
    const values = { layer, key: name, value: textOf(value), expected: describeKind(key.kind) }
    return { entry: { value, from: 'given', span: place }, report: diagnostic(code, values, { span: place }) }
  }
  if (key.ignored && side === 'tfjs') {
    const { because } = key.ignored
    const report = diagnostic('ignored-config-key', { layer, key: name, reason: because }, { span: place })
    const entry = usual()
    // Saved models spell all defaults out.
    if (entry && sameAttribute(entry.value, normalized)) return { entry }
    return { ...(entry && { entry }), report }
  }
  return { entry: { value: normalized, from: 'given', span: place } }
}

function defaultOf(
  { tfjs, paper }: ConfigKey,
  side: Side,
): { readonly value: Attribute; readonly silent: boolean } | undefined {
  if (side === 'tfjs' || paper === undefined || paper === 'silent')
    return tfjs === undefined ? undefined : { value: tfjs, silent: side === 'paper' }
  return { value: paper, silent: false }
}

/** How many spatial axes a key has one size for: as many as its default, else as the input has beside batch and channels. */
function axesOf({ tfjs, axes }: ConfigKey, { rank, spatialAxes }: LayerDefinition): number | undefined {
  if (axes !== undefined) return axes
  if (Array.isArray(tfjs)) return tfjs.length
  return spatialAxes ?? (rank === undefined ? undefined : rank - 2)
}

/** A value as a message shows it. */
export function textOf(value: Attribute): string {
  if (isPolynomial(value)) return value.key
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  if (typeof value === 'object' && value !== null) return '…'
  return String(value)
}
