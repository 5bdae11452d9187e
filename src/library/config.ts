import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isPolynomial } from '../graph/dimension.js'
import type { ConfigEntry } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import { activations } from './activations.js'
import { initializerNamed, initializerText } from './initializers.js'
import type { ConfigKey, ConfigKind, LayerDefinition } from './layer.js'
import { commonKeys } from './layers/keys.js'

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

/** All keys of a layer, those of every layer included. */
export function keysOf({ config }: LayerDefinition): Readonly<Record<string, ConfigKey>> {
  return { ...commonKeys, ...config }
}

/**
 * A configuration with every key present. Values are brought into one form (a size per axis, initializers by what
 * they stand for); unknown keys and values that the framework rejects are reported.
 */
export function resolveConfig(
  definition: LayerDefinition,
  given: ReadonlyMap<string, Given>,
  side: Side,
  span: Span,
): ResolvedConfig {
  const keys = keysOf(definition)
  const diagnostics: Diagnostic[] = []
  const config: Record<string, ConfigEntry> = {}
  for (const [name, value] of given) {
    if (Object.hasOwn(keys, name)) continue
    const suggestion = nearest(name, Object.keys(keys))
    const help = suggestion ? `did you mean \`${suggestion}\`?` : undefined
    diagnostics.push(
      diagnostic(
        side === 'tfjs' ? 'unknown-config-key' : 'spec-unknown-key',
        { layer: definition.kind, key: name },
        { span: value.span ?? span, help },
      ),
    )
  }
  for (const [name, key] of Object.entries(keys)) {
    const value = given.get(name)
    const fallback = defaultOf(key, side)
    if (value !== undefined && !(value.value === null && side === 'tfjs')) {
      const normalized = normalizeValue(key.kind, value.value, axesOf(key, definition))
      if (normalized === undefined) {
        diagnostics.push(
          diagnostic(
            side === 'tfjs' ? 'invalid-config-value' : 'spec-invalid-value',
            { layer: definition.kind, key: name, value: textOf(value.value), expected: describe(key.kind) },
            { span: value.span ?? span },
          ),
        )
        config[name] = { value: value.value, from: 'given', span: value.span ?? span }
      } else config[name] = { value: normalized, from: 'given', span: value.span ?? span }
    } else if (fallback === undefined) {
      diagnostics.push(
        diagnostic(
          side === 'tfjs' ? 'missing-config-key' : 'spec-missing-key',
          { layer: definition.kind, key: name },
          { span },
        ),
      )
    } else {
      const normalized = normalizeValue(key.kind, fallback.value, axesOf(key, definition))
      config[name] = {
        value: normalized ?? fallback.value,
        from: fallback.silent ? 'silent' : 'default',
        span,
      }
    }
  }
  return { config, diagnostics }
}

function defaultOf(
  { tfjs, paper }: ConfigKey,
  side: Side,
): { readonly value: Attribute; readonly silent: boolean } | undefined {
  if (side === 'tfjs' || paper === undefined || paper === 'silent') {
    return tfjs === undefined ? undefined : { value: tfjs, silent: side === 'paper' }
  }
  return { value: paper, silent: false }
}

/** How many spatial axes a key has one size for: as many as its default, else as the input has beside batch and channels. */
function axesOf({ tfjs }: ConfigKey, { rank }: LayerDefinition): number | undefined {
  return Array.isArray(tfjs) ? tfjs.length : rank === undefined ? undefined : rank - 2
}

/** The value in its one form, or undefined where it is not of the kind. */
function normalizeValue(kind: ConfigKind, value: Attribute, axes: number | undefined): Attribute | undefined {
  if (value === null) return value
  if (isPolynomial(value)) return kind === 'perAxis' ? new Array<Attribute>(axes ?? 2).fill(value) : value
  if (typeof kind === 'object')
    return typeof value === 'string' && kind.oneOf.includes(value) ? value : undefined
  switch (kind) {
    case 'positiveInteger':
      return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
    case 'nonNegativeInteger':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
    case 'integer':
    case 'axis':
      return typeof value === 'number' && Number.isInteger(value) ? value : undefined
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'fraction':
      return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'text':
      return typeof value === 'string' ? value : undefined
    case 'padding':
      return value === 'same' || value === 'valid' || value === 'causal' ? value : undefined
    case 'activation':
      return typeof value === 'string' && Object.hasOwn(activations, value) ? value : undefined
    case 'initializer': {
      if (typeof value !== 'string') return undefined
      const named = initializerNamed(value)
      return named ? initializerText(named) : /\(/.test(value) ? value : undefined
    }
    case 'perAxis':
      if (typeof value === 'number') return new Array<Attribute>(axes ?? 2).fill(value)
      if (!Array.isArray(value)) return undefined
      return value.length === 1 && axes !== undefined && axes > 1
        ? new Array<Attribute>(axes).fill(value[0]!)
        : value
    case 'shape':
    case 'axes':
    case 'regularizer':
    case 'constraint':
    case 'layer':
      return value
  }
}

const descriptions: Readonly<Record<Extract<ConfigKind, string>, string>> = {
  positiveInteger: 'a whole number above 0',
  nonNegativeInteger: 'a whole number from 0 on',
  integer: 'a whole number',
  number: 'a number',
  fraction: 'a number from 0 to 1',
  boolean: 'true or false',
  text: 'a text',
  activation: `one of ${Object.keys(activations).join(', ')}`,
  initializer: 'an initializer',
  regularizer: 'a regularizer',
  constraint: 'a constraint',
  shape: 'a list of sizes',
  axis: 'an axis',
  axes: 'one or several axes',
  perAxis: 'a number, or one per axis',
  padding: 'valid or same',
  layer: 'a layer',
}

function describe(kind: ConfigKind): string {
  return typeof kind === 'object' ? `one of ${kind.oneOf.join(', ')}` : descriptions[kind]
}

/** A value as a message shows it. */
export function textOf(value: Attribute): string {
  if (isPolynomial(value)) return value.key
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  if (typeof value === 'object' && value !== null) return '…'
  return String(value)
}
