import type { Attribute } from '../../graph/node.js'
import type { ConfigKey, LayerDefinition } from '../layer.js'
import { spatialKeys } from './keys.js'

const source = 'tfjs-layers/src/layers/pooling.ts'

function windows(axes: number): Readonly<Record<string, ConfigKey>> {
  const { padding, dataFormat } = spatialKeys(axes)
  return {
    poolSize: {
      kind: 'perAxis',
      effect: 'function',
      tfjs: new Array<number>(axes).fill(2),
      summary: 'the size of a window',
    },
    strides: {
      kind: 'perAxis',
      effect: 'function',
      tfjs: null,
      paper: null,
      summary: 'the step of the window; the size of the window if it is left out',
    },
    padding: padding!,
    ...(axes > 1 && { dataFormat: dataFormat! }),
  }
}

function pool2d(kind: string, className: string, alias: string, op: string): LayerDefinition {
  return {
    kind,
    className,
    summary: 'A summary of each window, per channel.',
    source,
    aliases: [alias],
    inputs: 'one',
    rank: 4,
    config: windows(2),
    parameters: () => [],
    means: ({ strides }) => `${op}[poolSize, ${strides === null ? 'poolSize' : 'strides'}, padding](x)`,
  }
}

function pool1d(kind: string, className: string, alias: string, op: string): LayerDefinition {
  const first = (value: Attribute | undefined) => String((value as readonly Attribute[])[0])
  return {
    kind,
    className,
    summary: 'A summary of each window over time, per channel.',
    source,
    aliases: [alias],
    inputs: 'one',
    rank: 3,
    config: windows(1),
    parameters: () => [],
    means: ({ poolSize, strides }) => `${op}[${first(poolSize)}, ${first(strides ?? poolSize)}, padding](x)`,
  }
}

function global(
  kind: string,
  className: string,
  rank: number,
  axes: string,
  op: string,
  aliases: readonly string[] = [],
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'One summary of all positions, per channel.',
    source,
    aliases,
    inputs: 'one',
    rank,
    config: rank === 4 ? { dataFormat: spatialKeys(2).dataFormat! } : {},
    parameters: () => [],
    means: () => `${op}[${axes}, keepDims = false](x)`,
  }
}

/** Layers that summarise windows. */
export const poolingLayers: readonly LayerDefinition[] = [
  pool2d('maxPooling2d', 'MaxPooling2D', 'maxPool2d', 'maxPool2d'),
  pool2d('averagePooling2d', 'AveragePooling2D', 'avgPool2d', 'averagePool2d'),
  pool1d('maxPooling1d', 'MaxPooling1D', 'maxPool1d', 'maxPool1d'),
  pool1d('averagePooling1d', 'AveragePooling1D', 'avgPool1d', 'averagePool1d'),
  global('globalAveragePooling1d', 'GlobalAveragePooling1D', 3, '[1]', 'mean'),
  global('globalAveragePooling2d', 'GlobalAveragePooling2D', 4, '[1, 2]', 'mean'),
  global('globalMaxPooling1d', 'GlobalMaxPooling1D', 3, '[1]', 'max', ['globalMaxPool1d']),
  global('globalMaxPooling2d', 'GlobalMaxPooling2D', 4, '[1, 2]', 'max', ['globalMaxPool2d']),
]
