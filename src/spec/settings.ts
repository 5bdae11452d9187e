import { Scalar } from 'yaml'
import { type Given, keysOf, textOf } from '../library/config.js'
import { describeKind } from '../library/config-values.js'
import type { ConfigKey, LayerDefinition } from '../library/layer.js'
import { layerNamed } from '../library/layers/table.js'
import type { SpecContext } from './context.js'
import { entriesOf, itemsOf, scalarOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Keys that every step with a layer can have beside the layer and its configuration. */
export const stepKeys = ['name', 'from', 'cite', 'notes'] as const

export const isStepKey = (key: string): boolean => (stepKeys as readonly string[]).includes(key)

/** Kinds of config values that may be symbols. */
const quantities = new Set<ConfigKey['kind']>([
  'positiveInteger',
  'nonNegativeInteger',
  'integer',
  'number',
  'fraction',
  'shape',
  'sizes',
  'axis',
  'axes',
  'perAxis',
])

/** The settings that a step gives its layer: in the layer's value, or beside it. Unknown keys are reported. */
export function readSettings(
  context: SpecContext,
  definition: LayerDefinition,
  head: YamlEntry | undefined,
  fields: ReadonlyMap<string, YamlEntry>,
): ReadonlyMap<string, Given> {
  const beside = [...fields.values()].filter(({ key }) => key !== head?.key && !isStepKey(key))
  const entries = [...settingsIn(context, definition, head), ...beside].flatMap(entry =>
    innerLayer(context, definition, entry),
  )
  const inside = scalarOf(entries.find(({ key }) => key === 'layer')?.value)
  const keys = keysOf(definition, key => (key === 'layer' ? inside : undefined))
  const given = new Map<string, Given>()
  for (const { key, keySpan, value, span } of entries) {
    const kind = Object.hasOwn(keys, key) ? keys[key]!.kind : undefined
    if (kind === undefined) context.unknownKey(definition.kind, key, Object.keys(keys), keySpan)
    else if (holdsMap(value, context)) {
      const values = { layer: definition.kind, key, value: 'a map', expected: describeKind(kind) }
      context.report('spec-invalid-value', values, span)
    } else
      given.set(key, { value: quantities.has(kind) ? context.quantity(value) : context.data(value), span })
  }
  return given
}

/** Whether a value is a map, or a list with one somewhere in it. No setting is. */
function holdsMap(value: YamlNode | null, context: SpecContext): boolean {
  return (
    entriesOf(value, context.file) !== undefined ||
    (itemsOf(value) ?? []).some(item => holdsMap(item, context))
  )
}

/** What stands after the layer's name: entries, or a bare value for the main key. */
function settingsIn(
  { file }: SpecContext,
  definition: LayerDefinition,
  head: YamlEntry | undefined,
): readonly YamlEntry[] {
  if (!head?.value || scalarOf(head.value) === null) return []
  return entriesOf(head.value, file) ?? [{ ...head, key: mainKey(definition) }]
}

/** `layer: { lstm: 32, activation: tanh }` of a layer around another one, as `layer`, `layer.units`, … */
function innerLayer(
  context: SpecContext,
  definition: LayerDefinition,
  entry: YamlEntry,
): readonly YamlEntry[] {
  const entries = entriesOf(entry.value, context.file)
  const head = entries?.find(({ key }) => layerNamed(key)) ?? entries?.[0]
  if (!definition.wraps || entry.key !== 'layer' || !entries || !head) return [entry]
  const kind = layerNamed(head.key)
  const settings = kind ? settingsIn(context, kind, head) : []
  const name = new Scalar(head.key) as YamlNode
  name.range = [head.keySpan.start, head.keySpan.end, head.keySpan.end]
  return [
    { ...entry, value: name, span: head.keySpan },
    ...[...settings, ...entries.filter(other => other !== head)].map(setting => ({
      ...setting,
      key: `layer.${setting.key}`,
    })),
  ]
}

/** What a bare value after the layer's name stands for: the first key that is required, else the first. */
export function mainKey({ config }: LayerDefinition): string {
  const keys = Object.entries(config)
  return (keys.find(([, key]) => key.tfjs === undefined) ?? keys[0] ?? ['value'])[0]
}

/** The step in the words of the spec: `dense 120, activation tanh`. */
export function statementOf(definition: LayerDefinition, given: ReadonlyMap<string, Given>): string {
  const main = mainKey(definition)
  const parts = [...given]
    .filter(([key]) => key !== 'name')
    .map(([key, { value }]) => (key === main ? textOf(value) : `${key} ${textOf(value)}`))
  return [definition.kind, parts.join(', ')].filter(Boolean).join(' ')
}
