import type { Layer } from '../../src/graph/model.js'
import type { Attribute } from '../../src/graph/node.js'
import { initializers } from '../../src/library/initializers.js'
import { innerPrefixes } from '../../src/library/inner.js'
import { layers } from '../../src/library/layers/table.js'
import { constraints, regularizers } from '../../src/library/regularizers.js'
import { complete, namedText, type Shorthands } from '../../src/library/shorthand.js'
import type { tf } from './model-code.js'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `{ className: 'VarianceScaling', config: { … } }` as our configurations hold it. */
function asText(value: unknown, table: Shorthands): unknown {
  if (!isRecord(value)) return value ?? null
  const name = String(value.className)
  const key = Object.keys(table).find(entry => entry.toLowerCase() === name.toLowerCase())
  const shorthand = key === undefined ? undefined : table[key]
  const settings = Object.entries(value.config as object)
    .filter(([key, setting]) => key !== 'seed' && setting !== undefined)
    .map(([key, setting]) => [key, typeof setting === 'number' ? setting : (setting as Attribute)])
  const named =
    shorthand &&
    complete({ ...shorthand, open: Object.keys(shorthand.settings) }, Object.fromEntries(settings))
  return named ? namedText(named) : value
}

/** Keys that TF.js adds to a configuration without a meaning for the layer. */
const incidental = new Set(['name', 'batchInputShape', 'dtype', 'cells'])

/** A saved model writes `null` where nothing was given. */
const isOmitted = (value: unknown, kind: unknown): boolean =>
  value === undefined || (value === null && kind === 'boolean')

/** Where what `getConfig` of the real layer says is not the resolved configuration, inner layers included. */
export function configDifferences({ kind, config }: Layer, real: tf.layers.Layer): readonly string[] {
  return differences(kind, real.getConfig() as Readonly<Record<string, unknown>>, key => config[key]?.value)
}

function differences(
  kind: string,
  real: Readonly<Record<string, unknown>>,
  read: (key: string) => Attribute | undefined,
): readonly string[] {
  const definition = layers[kind]!
  const found: string[] = []
  for (const [key, value] of Object.entries(real)) {
    if (incidental.has(key)) continue
    const declared = definition.config[key]
    if (definition.wraps?.key === key && isRecord(value)) {
      const isStack = value.className === 'StackedRNNCells'
      const cells = isStack ? (value.config as { cells: readonly unknown[] }).cells : [value]
      const prefixes = innerPrefixes(key, read(key))
      if (prefixes.length !== cells.length)
        found.push(`${kind} has ${prefixes.length} cells, not ${cells.length}`)
      cells.forEach((cell, i) => {
        const { className, config } = cell as { className: string; config: Readonly<Record<string, unknown>> }
        const inner = Object.values(layers).find(entry => entry.className === className)
        if (inner) found.push(...differences(inner.kind, config, name => read(`${prefixes[i]}${name}`)))
      })
      continue
    }
    if (key === 'trainable') continue
    // What a missing number amounts to is compared by what the layer computes.
    if (declared?.unset && (value === undefined || Number.isNaN(value))) continue
    // `RNN.getConfig` repeats the keys of its cell.
    if (!declared && definition.wraps) continue
    const tables: Readonly<Record<string, Shorthands>> = {
      initializer: initializers,
      regularizer: regularizers,
      constraint: constraints,
    }
    const table = typeof declared?.kind === 'string' ? tables[declared.kind] : undefined
    const expected = table
      ? asText(value, table)
      : isOmitted(value, declared?.kind)
        ? (declared?.tfjs ?? null)
        : value
    const single = Array.isArray(expected) && expected.length === 1 ? expected[0] : expected
    const own = read(key) ?? null
    const only = Array.isArray(own) && own.length === 1 ? own[0] : own
    const actual =
      typeof only === 'number' && typeof single === 'number' && only < 0 ? only + (single - only) : only
    const [ours, theirs] = [actual, single].map(value => JSON.stringify(value))
    if (ours !== theirs) found.push(`${key} of ${kind} is ${ours}, not ${theirs}`)
  }
  return found
}
