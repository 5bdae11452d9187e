import { fromImages, fromSequences, samples } from '../axes.js'
import type { ConfigKey, LayerDefinition } from '../layer.js'
import { asConfigured, channelsLast, dataFormat, spatialKeys } from './keys.js'

const source = 'tfjs-layers/src/layers/pooling.ts'

function windows(axes: number) {
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
      tfjs: new Array<number>(axes).fill(2),
      paper: new Array<number>(axes).fill(2),
      like: 'poolSize',
      summary: 'the step of the window; the size of the window if it is left out',
    },
    padding: spatialKeys(axes).padding,
  } satisfies Readonly<Record<string, ConfigKey>>
}

function pool(
  axes: 2 | 3,
  kind: string,
  className: string,
  aliases: readonly string[],
  op: string,
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'A summary of each window, per channel.',
    source,
    aliases,
    inputs: 'one',
    rank: axes + 2,
    axes: samples,
    reads: 'poolSize',
    config: { ...windows(axes), dataFormat },
    parameters: () => [],
    means: config =>
      asConfigured(config, `${op}[poolSize, strides, padding](${channelsLast(config, 'x', axes)})`, axes),
  }
}

function pool1d(kind: string, className: string, aliases: readonly string[], op: string): LayerDefinition {
  return {
    kind,
    className,
    summary: 'A summary of each window over time, per channel.',
    source,
    aliases,
    inputs: 'one',
    rank: 3,
    axes: samples,
    reads: 'poolSize',
    config: windows(1),
    parameters: () => [],
    means: () => `${op}[poolSize_1, strides_1, padding](x)`,
  }
}

function global(
  kind: string,
  className: string,
  rank: 3 | 4,
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
    axes: rank === 3 ? fromSequences : fromImages,
    ...(rank === 4 && { reads: 'dataFormat' }),
    config: rank === 4 ? { dataFormat } : {},
    parameters: () => [],
    means: ({ dataFormat: format }) => {
      const axes = rank === 3 ? [1] : format === 'channelsFirst' ? [2, 3] : [1, 2]
      return `${op}[[${axes.join(', ')}], keepDims = false](x)`
    },
  }
}

/** Layers that summarise windows. */
export const poolingLayers: readonly LayerDefinition[] = [
  pool(2, 'maxPooling2d', 'MaxPooling2D', ['maxPool2d'], 'maxPool2d'),
  pool(2, 'averagePooling2d', 'AveragePooling2D', ['avgPool2d', 'avgPooling2d'], 'averagePool2d'),
  pool(3, 'maxPooling3d', 'MaxPooling3D', [], 'maxPool3d'),
  pool(3, 'averagePooling3d', 'AveragePooling3D', ['avgPool3d', 'avgPooling3d'], 'averagePool3d'),
  pool1d('maxPooling1d', 'MaxPooling1D', ['maxPool1d'], 'maxPool1d'),
  pool1d('averagePooling1d', 'AveragePooling1D', ['avgPool1d', 'avgPooling1d'], 'averagePool1d'),
  global('globalAveragePooling1d', 'GlobalAveragePooling1D', 3, 'mean'),
  global('globalAveragePooling2d', 'GlobalAveragePooling2D', 4, 'mean'),
  global('globalMaxPooling1d', 'GlobalMaxPooling1D', 3, 'max', ['globalMaxPool1d']),
  global('globalMaxPooling2d', 'GlobalMaxPooling2D', 4, 'max', ['globalMaxPool2d']),
]
