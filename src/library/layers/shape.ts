import { type Dimension, subtract } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import { images, samples, toSequences } from '../axes.js'
import { type LayerDefinition, unmodelled } from '../layer.js'
import { isOpen } from '../open-sizes.js'
import { dataFormat, required } from './keys.js'

const source = 'tfjs-layers/src/layers/core.ts'

/** The axes of rows and columns of an image. */
const imageAxes = (format: Attribute | undefined): readonly [number, number] =>
  format === 'channelsFirst' ? [2, 3] : [1, 2]

/**
 * An image stretched along one axis by a whole factor: between a position and the next, the last of which is its own
 * next, values lie on a line (`resizeBilinear` without aligned corners, tfjs-backend-cpu/src/kernels/ResizeBilinear.ts).
 * `sizes` are those of `y` before, as expressions.
 */
function interpolated(y: string, axis: number, factor: number, sizes: readonly string[]): string {
  const size = sizes[axis]!
  const next = `concat[${axis}](slice[${axis}, 1, ${size} - 1](${y}), slice[${axis}, ${size} - 1, 1](${y}))`
  const parts = Array.from({ length: factor }, (_, k) => `${y} + (${next} - ${y}) * ${k} / ${factor}`)
  return `reshape[[${stretched(sizes, axis, factor).join(', ')}]](stack[${axis + 1}](${parts.join(', ')}))`
}

const stretched = (sizes: readonly string[], axis: number, factor: number) =>
  sizes.map((size, i) => (i === axis ? `${factor} * ${size}` : size))

/** Layers that move elements and compute nothing. */
export const shapeLayers: readonly LayerDefinition[] = [
  {
    kind: 'flatten',
    className: 'Flatten',
    summary: 'All axes but the batch become one.',
    source,
    inputs: 'one',
    ranks: [3, Number.POSITIVE_INFINITY],
    axes: samples,
    needsSizes: true,
    config: {
      dataFormat: { ...dataFormat, summary: 'with channels first, they are moved to the end before' },
    },
    parameters: () => [],
    means: (config, [x]) => {
      if (config.dataFormat !== 'channelsFirst') return 'flatten(x)'
      const inner = x!.shape!.slice(2).map((_, i) => i + 2)
      return `flatten(transpose[[${[0, ...inner, 1].join(', ')}]](x))`
    },
  },
  {
    kind: 'reshape',
    className: 'Reshape',
    summary: 'The elements of each example under another shape.',
    source,
    inputs: 'one',
    axes: samples,
    config: { targetShape: required('shape', 'the shape without the batch axis') },
    parameters: () => [],
    means: () => 'reshape[[batch, targetShape]](x)',
    // What is left open is filled in only where all sizes of the input are known, the batch among them.
    declares: ({ targetShape }, [x]) =>
      x!.shape!.some(isOpen) ? [x!.shape![0]!, ...(targetShape as readonly (Dimension | null)[])] : undefined,
  },
  {
    kind: 'permute',
    className: 'Permute',
    summary: 'The axes of each example in another order; they count from 1.',
    source,
    inputs: 'one',
    axes: samples,
    config: { dims: required('axes', 'the order') },
    parameters: () => [],
    means: ({ dims }, [x]) => {
      const order = Array.isArray(dims) ? (dims as readonly number[]) : [dims as number]
      const rank = x!.shape!.length
      if (order.length !== rank - 1 || order.some((_, i) => !order.includes(i + 1)))
        return { problem: `dims must hold each number from 1 to ${rank - 1} once, found ${order.join(', ')}` }
      return `transpose[[${[0, ...order].join(', ')}]](x)`
    },
  },
  {
    kind: 'repeatVector',
    className: 'RepeatVector',
    summary: 'Each example several times along a new axis of time.',
    source,
    inputs: 'one',
    rank: 2,
    axes: toSequences,
    config: { n: required('positiveInteger', 'how often') },
    parameters: () => [],
    means: () => 'tile[1, n](expandDims[[1]](x))',
  },
  {
    kind: 'upSampling2d',
    className: 'UpSampling2D',
    summary: 'Rows and columns repeated.',
    source: 'tfjs-layers/src/layers/convolutional.ts',
    inputs: 'one',
    rank: 4,
    axes: images,
    reads: 'size',
    config: {
      size: { kind: 'pair', effect: 'function', tfjs: [2, 2], summary: 'how often rows and columns repeat' },
      dataFormat,
      interpolation: {
        kind: { oneOf: ['nearest', 'bilinear'] },
        effect: 'function',
        tfjs: 'nearest',
        paper: 'nearest',
        summary: 'what stands in between',
      },
    },
    parameters: () => [],
    means: (config, [x]) => {
      const [height, width] = imageAxes(config.dataFormat)
      if (config.interpolation === 'nearest') return `repeat[${width}, size_2](repeat[${height}, size_1](x))`
      const [rows, columns] = config.size as readonly unknown[]
      if (typeof rows !== 'number' || typeof columns !== 'number')
        return unmodelled('bilinear interpolation by an unbound factor is not modelled')
      const sizes = x!.shape!.map((_, i) => `dim_${i}`)
      return interpolated(
        interpolated('x', height, rows, sizes),
        width,
        columns,
        stretched(sizes, height, rows),
      )
    },
  },
  {
    kind: 'cropping2D',
    className: 'Cropping2D',
    summary: 'Rows and columns cut off.',
    source: 'tfjs-layers/src/layers/convolutional.ts',
    inputs: 'one',
    rank: 4,
    axes: images,
    config: {
      cropping: required('border', 'rows above and below, columns left and right'),
      dataFormat,
    },
    parameters: () => [],
    means: ({ cropping, dataFormat: format }, [x]) => {
      const borders = cropping as readonly (readonly [Dimension, Dimension])[]
      let text = 'x'
      for (const [i, axis] of imageAxes(format).entries()) {
        const [before, after] = borders[i]!
        const rest = subtract(subtract(x!.shape![axis]!, before), after)
        if (typeof rest === 'number' && rest <= 0) return { problem: 'nothing is left' }
        text = `slice[${axis}, cropping_${i + 1}_1, dim_${axis} - cropping_${i + 1}_1 - cropping_${i + 1}_2](${text})`
      }
      return text
    },
  },
  {
    kind: 'zeroPadding2d',
    className: 'ZeroPadding2D',
    summary: 'Rows and columns of zeros around.',
    source: 'tfjs-layers/src/layers/padding.ts',
    inputs: 'one',
    rank: 4,
    axes: images,
    config: {
      padding: {
        kind: 'border',
        effect: 'function',
        tfjs: 1,
        summary: 'rows above and below, columns left and right',
      },
      dataFormat,
    },
    parameters: () => [],
    means: config => {
      const [height, width] = imageAxes(config.dataFormat)
      return `pad[${width}, padding_2_1, padding_2_2](pad[${height}, padding_1_1, padding_1_2](x))`
    },
  },
]
