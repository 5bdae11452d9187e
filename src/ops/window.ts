import {
  add,
  apply,
  ceilDivide,
  type Dimension,
  divide,
  floorDivide,
  multiply,
  subtract,
} from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { type Shape, shapeText } from '../graph/type.js'

/** Sliding windows over the axes between batch and channels: sizes, steps and padding, each per axis. */
export interface Windows {
  readonly size: readonly Dimension[]
  readonly strides: readonly Dimension[]
  readonly dilations: readonly Dimension[]
  /** `valid`, `same`, or the zeros before and after along each axis: `[top, bottom, left, right]`. */
  readonly padding: string | readonly Dimension[]
  /** How a count that is not whole is made whole, with padding in numbers. */
  readonly rounding: 'floor' | 'ceil' | 'round'
}

/** The attributes of ops with windows over a number of axes. */
export function windowAttributes(axes: number) {
  const ones = new Array<number>(axes).fill(1)
  return {
    strides: { kind: 'perAxis', default: ones, summary: 'the step from one window to the next' },
    padding: {
      kind: 'padding',
      default: 'valid',
      summary:
        '`valid`: windows stay inside; `same`: zeros around, more at the end if uneven; or the zeros before and after along each axis',
    },
    dilations: { kind: 'perAxis', default: ones, summary: 'the step inside a window' },
    rounding: {
      kind: 'text',
      default: 'floor',
      summary: 'how the number of windows is made whole with padding in numbers: `floor`, `ceil` or `round`',
    },
  } as const
}

export function windowsOf(attributes: Attributes, size: readonly Dimension[]): Windows {
  const perAxis = (name: string) =>
    (attributes[name] as readonly Dimension[] | undefined) ?? size.map(() => 1)
  return {
    size,
    strides: perAxis('strides'),
    dilations: perAxis('dilations'),
    padding: (attributes.padding as Windows['padding'] | undefined) ?? 'valid',
    rounding: (attributes.rounding as Windows['rounding'] | undefined) ?? 'floor',
  }
}

/** From the first to the last element of a window. */
function extentOf({ size, dilations }: Windows, axis: number): Dimension {
  return add(multiply(subtract(size[axis]!, 1), dilations[axis]!), 1)
}

/**
 * How many windows fit along each axis of an input [batch, …, channels].
 * `tfjs-core/src/ops/conv_util.ts`, getPadAndOutInfo.
 */
export function windowCounts(shape: Shape, windows: Windows): readonly Dimension[] | Problem {
  const axes = windows.size.length
  if (shape.length !== axes + 2) {
    const names = { 1: 'time', 2: 'height, width', 3: 'depth, height, width' }[axes] ?? '…'
    return { problem: `expected a tensor [batch, ${names}, channels], found ${shapeText(shape)}` }
  }
  const { padding, strides, rounding } = windows
  if (typeof padding !== 'string' && padding.length !== 2 * axes)
    return { problem: `padding in numbers names both ends of ${axes} axes` }
  const counts = strides.map((stride, i) => {
    const room = shape[i + 1]!
    if (padding === 'same') return ceilDivide(room, stride)
    const extent = extentOf(windows, i)
    if (typeof padding === 'string') return ceilDivide(add(subtract(room, extent), 1), stride)
    const rest = subtract(add(room, add(padding[2 * i]!, padding[2 * i + 1]!)), extent)
    return rounding === 'floor'
      ? add(floorDivide(rest, stride), 1)
      : apply(rounding, [add(divide(rest, stride), 1)])
  })
  const empty = counts.find(count => typeof count === 'number' && count <= 0)
  return empty === undefined ? counts : { problem: `the window does not fit into ${shapeText(shape)}` }
}

/** The zeros in front along each axis, for sizes in numbers. */
export function padsBefore(
  shape: readonly number[],
  windows: Windows,
  counts: readonly number[],
): readonly number[] {
  const { padding, strides } = windows
  return counts.map((count, i) => {
    if (typeof padding !== 'string') return padding[2 * i] as number
    if (padding !== 'same') return 0
    const needed = (count - 1) * (strides[i] as number) + (extentOf(windows, i) as number) - shape[i + 1]!
    return Math.floor(Math.max(0, needed) / 2)
  })
}

/** Padding as numbers for both ends of each axis; undefined where a size is not a number. */
export function numericPadding(shape: Shape, windows: Windows): readonly number[] | undefined {
  if (windows.padding === 'valid') return windows.size.flatMap(() => [0, 0])
  const counts = windowCounts(shape, windows)
  const numbers = [...shape.slice(1, -1), ...windows.size, ...windows.strides, ...windows.dilations]
  if (isProblem(counts) || numbers.some(size => typeof size !== 'number')) return undefined
  if (typeof windows.padding !== 'string') return windows.padding as readonly number[]
  const before = padsBefore(shape as readonly number[], windows, counts as readonly number[])
  return before.flatMap((front, i) => {
    const needed =
      ((counts[i] as number) - 1) * (windows.strides[i] as number) +
      (extentOf(windows, i) as number) -
      (shape[i + 1] as number)
    return [front, Math.max(0, needed) - front]
  })
}

/**
 * Calls back for each window and each of its places that lies inside an input [batch, …, channels]: the positions of
 * the window among all windows, of the element among all elements (both without channels), and of the place.
 */
export function forWindows(
  shape: readonly number[],
  windows: Windows,
  visit: (window: number, element: number, place: number) => void,
): void {
  const found = windowCounts(shape, windows)
  if (isProblem(found)) return
  const counts = found as readonly number[]
  const before = padsBefore(shape, windows, counts)
  const size = windows.size as readonly number[]
  const strides = windows.strides as readonly number[]
  const dilations = windows.dilations as readonly number[]
  const along = (axis: number, window: number, element: number, place: number, at: readonly number[]) => {
    if (axis === size.length) return visit(window, element, place)
    const start = at[axis]! * strides[axis]! - before[axis]!
    for (let k = 0; k < size[axis]!; k++) {
      const position = start + k * dilations[axis]!
      if (position < 0 || position >= shape[axis + 1]!) continue
      along(axis + 1, window, element * shape[axis + 1]! + position, place * size[axis]! + k, at)
    }
  }
  const total = counts.reduce((a, b) => a * b, 1)
  const at = counts.map(() => 0)
  for (let n = 0; n < shape[0]!; n++) {
    at.fill(0)
    for (let w = 0; w < total; w++) {
      along(0, n * total + w, n, 0, at)
      for (let axis = counts.length - 1; axis >= 0; axis--) {
        if (++at[axis]! < counts[axis]!) break
        at[axis] = 0
      }
    }
  }
}
