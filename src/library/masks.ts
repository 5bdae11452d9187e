import type { LayerConfig, LayerDefinition } from './layer.js'
import { layerNamed } from './layers/table.js'

/** Whether what a layer computes depends on the mask of its input, or what a layer inside of it computes. */
export function readsMask({ readsMask: reads, wraps }: LayerDefinition, config: LayerConfig): boolean {
  if (reads) return true
  const inner = wraps && config[wraps.key]
  return typeof inner === 'string' && (layerNamed(inner)?.readsMask ?? inner === 'model')
}
