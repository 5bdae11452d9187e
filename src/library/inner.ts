import type { Attribute } from '../graph/node.js'
import type { ConfigKey, LayerConfig } from './layer.js'

/**
 * What the settings of the inner layers under a key start with: `layer.` for one, `cell.1.`, `cell.2.`, … for several.
 */
export function innerPrefixes(key: string, kinds: Attribute | undefined): readonly string[] {
  const list = [kinds ?? []].flat() as readonly Attribute[]
  return list.map((_, i) => (list.length > 1 ? `${key}.${i + 1}.` : `${key}.`))
}

/** The configurations of the inner layers, out of that of the layer around them. */
export function innerConfigs(config: LayerConfig, key: string): readonly LayerConfig[] {
  return innerPrefixes(key, config[key]).map(prefix => {
    const entries = Object.entries(config).filter(([name]) => name.startsWith(prefix))
    return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]))
  })
}

/** The key of an inner layer as a key of the outer one. */
export function prefixed(key: ConfigKey, prefix: string): ConfigKey {
  return {
    ...key,
    ...(key.like !== undefined && { like: `${prefix}${key.like}` }),
    ...(key.ignored?.use !== undefined && {
      ignored: { ...key.ignored, use: `${prefix}${key.ignored.use}` },
    }),
  }
}
