import { add, ceilDivide, type Dimension, multiply, subtract } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { type Shape, shapeText } from '../graph/type.js'

/** Sliding windows over height and width, channels last: sizes, steps and padding as TensorFlow has them. */
export interface Windows {
  readonly size: readonly [Dimension, Dimension]
  readonly strides: readonly [Dimension, Dimension]
  readonly dilations: readonly [Dimension, Dimension]
  readonly padding: string
}

export const windowAttributes = {
  strides: { kind: 'perAxis', default: [1, 1], summary: 'the step from one window to the next' },
  padding: {
    kind: 'padding',
    default: 'valid',
    summary: '`valid`: windows stay inside; `same`: zeros around, more at the end if uneven',
  },
} as const

export const dilationAttribute = {
  dilations: { kind: 'perAxis', default: [1, 1], summary: 'the step inside a window' },
} as const

export function windowsOf(attributes: Attributes, size: readonly Dimension[]): Windows {
  const pair = (name: string) => (attributes[name] ?? [1, 1]) as readonly [Dimension, Dimension]
  return {
    size: size as readonly [Dimension, Dimension],
    strides: pair('strides'),
    dilations: pair('dilations'),
    padding: attributes.padding as string,
  }
}

/** How many windows fit along height and width of an input [batch, height, width, channels]. */
export function windowCounts(
  shape: Shape,
  { size, strides, dilations, padding }: Windows,
): readonly Dimension[] | Problem {
  if (shape.length !== 4)
    return { problem: `expected a tensor [batch, height, width, channels], found ${shapeText(shape)}` }
  const counts = [0, 1].map(i => {
    const room = shape[i + 1]!
    if (padding === 'same') return ceilDivide(room, strides[i]!)
    const extent = add(multiply(subtract(size[i]!, 1), dilations[i]!), 1)
    return ceilDivide(add(subtract(room, extent), 1), strides[i]!)
  })
  const empty = counts.find(count => typeof count === 'number' && count <= 0)
  return empty === undefined ? counts : { problem: `the window does not fit into ${shapeText(shape)}` }
}

/** The rows (or columns) of zeros in front: `tfjs-core/src/ops/conv_util.ts`, getPadAndOutInfo. */
export function padBefore(
  room: number,
  count: number,
  size: number,
  stride: number,
  dilation: number,
  padding: string,
): number {
  if (padding !== 'same') return 0
  const needed = Math.max(0, (count - 1) * stride + (size - 1) * dilation + 1 - room)
  return Math.floor(needed / 2)
}

/** Everything in numbers, for evaluation. */
export function numericWindows(
  shape: readonly number[],
  windows: Windows,
): {
  readonly counts: readonly [number, number]
  readonly before: readonly [number, number]
} {
  const counts = windowCounts(shape, windows)
  if (isProblem(counts)) return { counts: [0, 0], before: [0, 0] }
  const before = [0, 1].map(i =>
    padBefore(
      shape[i + 1]!,
      counts[i] as number,
      windows.size[i] as number,
      windows.strides[i] as number,
      windows.dilations[i] as number,
      windows.padding,
    ),
  )
  return { counts: counts as [number, number], before: before as [number, number] }
}
