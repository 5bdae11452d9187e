import type { Dimension } from '../graph/dimension.js'
import { divide, multiply } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { around } from './along.js'
import { channelsLast, outermostAxes, sameAxes } from './axes.js'
import type { DerivedOp, Op } from './op.js'
import { positionsBesideAxis } from './positions.js'
import { sameRole } from './roles.js'
import { resolveAxis, sizeOf } from './shape.js'

const alignment = {
  alignCorners: { kind: 'boolean', default: false, summary: 'whether the outermost elements stay in place' },
  halfPixelCenters: {
    kind: 'boolean',
    default: false,
    summary: 'whether elements lie in the middle of pixels',
  },
} as const

/** Where each element of the resized axis comes from: weights of elements of x. */
function sources(
  before: number,
  after: number,
  { method, alignCorners, halfPixelCenters }: Attributes,
): readonly (readonly (readonly [index: number, weight: number])[])[] {
  const aligned = alignCorners === true && after > 1
  const ratio = (aligned ? before - 1 : before) / (aligned ? after - 1 : after)
  return Array.from({ length: after }, (_, k) => {
    if (method === 'nearest') {
      const place = ratio * (halfPixelCenters ? k + 0.5 : k)
      return [[Math.min(before - 1, alignCorners ? Math.round(place) : Math.floor(place)), 1]]
    }
    const place = halfPixelCenters ? ratio * (k + 0.5) - 0.5 : ratio * k
    const low = Math.max(0, Math.floor(place))
    const high = Math.min(before - 1, Math.ceil(place))
    return [
      [low, 1 - (place - low)],
      [high, place - low],
    ]
  })
}

function resize(title: string, name: string, method: 'linear' | 'nearest', summary: string): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary: `x [batch, height, width, channels] in another size: ${summary}`,
    source: `tfjs-core/src/ops/image/resize_${method === 'linear' ? 'bilinear' : 'nearest_neighbor'}.ts`,
    inputs: ['x'],
    attributes: {
      height: { kind: 'integer', summary: 'the new height' },
      width: { kind: 'integer', summary: 'the new width' },
      ...alignment,
    },
    type: ([x], { height, width }) => {
      const shape = x!.shape!
      if (shape.length !== 4)
        return { problem: `expected images [batch, height, width, channels], found ${shapeText(shape)}` }
      return {
        dtype: method === 'linear' ? 'float32' : x!.dtype,
        shape: [shape[0]!, height as Dimension, width as Dimension, shape[3]!],
      }
    },
    axes: outermostAxes,
    axisOrder: channelsLast(2),
    role: sameRole,
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name, shown: ['height', 'width'] },
    means: `interpolate[2, width, '${method}', alignCorners, halfPixelCenters](interpolate[1, height, '${method}', alignCorners, halfPixelCenters](x))`,
    examples: [
      { shapes: [[1, 3, 4, 2]], attributes: { height: 6, width: 5 } },
      { shapes: [[1, 3, 4, 2]], attributes: { height: 5, width: 3, alignCorners: true } },
      { shapes: [[1, 4, 3, 1]], attributes: { height: 2, width: 6, halfPixelCenters: true } },
    ],
  }
}

/** [batch, height, width, channels] whose height and width are multiples of a block. */
function blockType(
  x: TensorType,
  sizes: (batch: Dimension, height: Dimension, width: Dimension, channels: Dimension) => readonly Dimension[],
): TensorType | Problem {
  const shape = x.shape!
  if (shape.length !== 4)
    return { problem: `expected images [batch, height, width, channels], found ${shapeText(shape)}` }
  const [batch, height, width, channels] = shape as readonly [Dimension, Dimension, Dimension, Dimension]
  const result = sizes(batch, height, width, channels)
  return result.some(size => typeof size === 'number' && !Number.isInteger(size))
    ? { problem: `${shapeText(shape)} cannot be cut into blocks of this size` }
    : { dtype: x.dtype, shape: result }
}

/** Ops on images, channels last. */
export const imageOps = {
  interpolate: {
    kind: 'primitive',
    title: 'interpolation along an axis',
    summary:
      'x with another number of positions along one axis, each a weighted mean of at most two old ones.',
    source: 'tfjs-backend-cpu/src/kernels/ResizeBilinear.ts, ResizeNearestNeighbor.ts',
    inputs: ['x'],
    attributes: {
      axis: { kind: 'axis', summary: 'the axis' },
      size: { kind: 'integer', summary: 'the new number of positions' },
      method: { kind: 'text', default: 'linear', summary: '`linear` or `nearest`' },
      ...alignment,
    },
    type: ([x], { axis, size, method }) => {
      const along = resolveAxis(axis, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: method === 'linear' ? 'float32' : x!.dtype,
        shape: x!.shape!.map((old, i) => (i === along ? (size as Dimension) : old)),
      }
    },
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: sameRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{interp}',
      text: 'interp',
      shown: ['axis', 'size', 'method', 'alignCorners', 'halfPixelCenters'],
    },
    evaluate: ([x], attributes, type): Tensor => {
      const shape = type.shape as readonly number[]
      const along = resolveAxis(attributes.axis, shape.length) as number
      const { outer, inner } = around(shape, along)
      const [before, after] = [x!.shape[along]!, shape[along]!]
      const data = new Float64Array(sizeOf(shape))
      sources(before, after, attributes).forEach((terms, k) => {
        for (const [index, weight] of terms)
          for (let o = 0; o < outer; o++)
            for (let i = 0; i < inner; i++)
              data[(o * after + k) * inner + i]! += weight * x!.data[(o * before + index) * inner + i]!
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      // The op is linear along the axis; its matrix is the op applied to the identity.
      x: ({ axis }, [x]) => {
        const rank = x!.shape!.length
        const along = resolveAxis(axis, rank) as number
        const rest = Array.from({ length: rank }, (_, i) => i).filter(i => i !== along)
        const order = [...rest, along]
        const inverse = order.map((_, i) => order.indexOf(i))
        const matrix = `interpolate[0, size, method, alignCorners, halfPixelCenters](eye[extent[${along}](x)]())`
        return `transpose[[${inverse.join(', ')}]](matMul(transpose[[${order.join(', ')}]](g), ${matrix}))`
      },
    },
    examples: [
      { shapes: [[2, 3]], attributes: { axis: 1, size: 5 } },
      { shapes: [[4, 2]], attributes: { axis: 0, size: 3, method: 'nearest' } },
    ],
  },
  resizeBilinear: resize(
    'bilinear resizing',
    'resize',
    'linear',
    'each element is interpolated between its four neighbours.',
  ),
  resizeNearestNeighbor: resize(
    'nearest-neighbour resizing',
    'nearest',
    'nearest',
    'each element is its nearest neighbour.',
  ),
  depthToSpace: {
    kind: 'derived',
    title: 'channels to blocks',
    summary: 'Groups of channels of x [batch, height, width, channels] become blocks of height and width.',
    source: 'tfjs-core/src/ops/depth_to_space.ts',
    inputs: ['x'],
    attributes: { block: { kind: 'integer', summary: 'the height and width of a block' } },
    type: ([x], { block }) => {
      const side = block as Dimension
      return blockType(x!, (batch, height, width, channels) => [
        batch,
        multiply(height, side),
        multiply(width, side),
        divide(channels, multiply(side, side)),
      ])
    },
    axes: outermostAxes,
    axisOrder: channelsLast(2),
    role: sameRole,
    notation: { form: 'function', latex: '\\mathrm{unfold}', text: 'unfold', shown: ['block'] },
    means:
      'reshape[[extent[0](x), extent[1](x) * block, extent[2](x) * block, -1]](transpose[[0, 1, 3, 2, 4, 5]](reshape[[extent[0](x), extent[1](x), extent[2](x), block, block, -1]](x)))',
    examples: [{ shapes: [[2, 3, 2, 8]], attributes: { block: 2 } }],
  },
  spaceToDepth: {
    kind: 'derived',
    title: 'blocks to channels',
    summary: 'Blocks of height and width of x [batch, height, width, channels] become groups of channels.',
    inputs: ['x'],
    attributes: { block: { kind: 'integer', summary: 'the height and width of a block' } },
    type: ([x], { block }) => {
      const side = block as Dimension
      return blockType(x!, (batch, height, width, channels) => [
        batch,
        divide(height, side),
        divide(width, side),
        multiply(channels, multiply(side, side)),
      ])
    },
    axes: outermostAxes,
    axisOrder: channelsLast(2),
    role: sameRole,
    notation: { form: 'function', latex: '\\mathrm{fold}', text: 'fold', shown: ['block'] },
    means:
      'reshape[[extent[0](x), extent[1](x) / block, extent[2](x) / block, -1]](transpose[[0, 1, 3, 2, 4, 5]](reshape[[extent[0](x), extent[1](x) / block, block, extent[2](x) / block, block, extent[3](x)]](x)))',
    laws: [],
    examples: [{ shapes: [[2, 6, 4, 2]], attributes: { block: 2 } }],
  },
  spaceToBatch: {
    kind: 'derived',
    title: 'blocks to batch',
    summary: 'Blocks of height and width of x [batch, height, width, channels] become examples of the batch.',
    source: 'tfjs-core/src/ops/space_to_batch_nd.ts (with two block sizes; padding is an op of its own)',
    inputs: ['x'],
    attributes: { block: { kind: 'perAxis', summary: 'the height and width of a block' } },
    type: ([x], { block }) => {
      const [rows, columns] = block as readonly [Dimension, Dimension]
      return blockType(x!, (batch, height, width, channels) => [
        multiply(batch, multiply(rows, columns)),
        divide(height, rows),
        divide(width, columns),
        channels,
      ])
    },
    axes: outermostAxes,
    axisOrder: channelsLast(2),
    role: sameRole,
    notation: { form: 'function', latex: '\\mathrm{toBatch}', text: 'toBatch', shown: ['block'] },
    means: ({ block }) => {
      const [rows, columns] = block as readonly [number, number]
      const [height, width] = [`extent[1](x) / ${rows}`, `extent[2](x) / ${columns}`]
      return `reshape[[-1, ${height}, ${width}, extent[3](x)]](transpose[[2, 4, 0, 1, 3, 5]](reshape[[extent[0](x), ${height}, ${rows}, ${width}, ${columns}, extent[3](x)]](x)))`
    },
    examples: [{ shapes: [[2, 4, 6, 2]], attributes: { block: [2, 3] } }],
  },
  batchToSpace: {
    kind: 'derived',
    title: 'batch to blocks',
    summary: 'Examples of the batch of x [batch, height, width, channels] become blocks of height and width.',
    source: 'tfjs-core/src/ops/batch_to_space_nd.ts (with two block sizes; cropping is an op of its own)',
    inputs: ['x'],
    attributes: { block: { kind: 'perAxis', summary: 'the height and width of a block' } },
    type: ([x], { block }) => {
      const [rows, columns] = block as readonly [Dimension, Dimension]
      return blockType(x!, (batch, height, width, channels) => [
        divide(batch, multiply(rows, columns)),
        multiply(height, rows),
        multiply(width, columns),
        channels,
      ])
    },
    axes: outermostAxes,
    axisOrder: channelsLast(2),
    role: sameRole,
    notation: { form: 'function', latex: '\\mathrm{toSpace}', text: 'toSpace', shown: ['block'] },
    means: ({ block }) => {
      const [rows, columns] = block as readonly [number, number]
      return `reshape[[-1, extent[1](x) * ${rows}, extent[2](x) * ${columns}, extent[3](x)]](transpose[[2, 3, 0, 4, 1, 5]](reshape[[${rows}, ${columns}, extent[0](x) / ${rows * columns}, extent[1](x), extent[2](x), extent[3](x)]](x)))`
    },
    examples: [{ shapes: [[12, 2, 2, 3]], attributes: { block: [2, 3] } }],
  },
} as const satisfies Readonly<Record<string, Op>>
