import type { LayerDefinition } from '../layer.js'
import { activationLayers } from './activations.js'
import { convolutionLayers } from './convolution.js'
import { coreLayers } from './core.js'
import { mergeLayers } from './merge.js'
import { noiseLayers } from './noise.js'
import { normalisationLayers } from './normalisation.js'
import { poolingLayers } from './pooling.js'
import { preprocessingLayers } from './preprocessing.js'
import { recurrentLayers } from './recurrent.js'
import { shapeLayers } from './shape.js'
import { wrapperLayers } from './wrappers.js'

/** The layers by heading, as the documentation lists them. */
export const layerFamilies: Readonly<Record<string, readonly LayerDefinition[]>> = {
  Core: coreLayers,
  Shape: shapeLayers,
  Convolution: convolutionLayers,
  Pooling: poolingLayers,
  Merging: mergeLayers,
  Normalisation: normalisationLayers,
  Activation: activationLayers,
  Noise: noiseLayers,
  Recurrence: recurrentLayers,
  'Layers around layers': wrapperLayers,
  Preprocessing: preprocessingLayers,
}

const all = Object.values(layerFamilies).flat()

/** Every kind of layer, in one table. */
export const layers: Readonly<Record<string, LayerDefinition>> = Object.fromEntries(
  all.map(layer => [layer.kind, layer]),
)

/** The kind that a factory name stands for: aliases have the same meaning. */
export function layerNamed(name: string): LayerDefinition | undefined {
  return Object.hasOwn(layers, name) ? layers[name] : all.find(({ aliases }) => aliases?.includes(name))
}
