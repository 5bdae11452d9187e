import type { Attributes, Node } from '../graph/node.js'
import { resolveAxes, resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { padsBefore, windowsOf } from '../ops/window.js'
import {
  classAt,
  classCount,
  joined,
  merged,
  type Partition,
  partition,
  refine,
  selected,
} from './partition.js'
import { everyPosition, type Reading } from './quotient.js'

/**
 * How an op is applied to operands of which only one element is held for each combination of classes, so that it gives
 * one element for each combination of classes of its result.
 */
export interface Application {
  readonly operands: readonly Reading[]
  /** The classes of the result along each of its axes. */
  readonly partitions: readonly Partition[]
  /** The op and the attributes that give this, where they are not those of the node. */
  readonly op?: string
  readonly attributes?: Attributes
}

type Partitions = readonly Partition[]
type Rule = (node: Node, operands: readonly Partitions[]) => Application

const sizes = (node: Node): readonly number[] => node.type.shape as readonly number[]

/** One position for each class of a finer partition. */
const finer = (own: Partition, wanted: Partition): Reading['positions'][number] =>
  own === wanted ? null : wanted ? wanted.first : everyPosition(own)

const none = (axes: number): readonly null[] => new Array<null>(axes).fill(null)

/** The op as a whole. */
const entire: Rule = (node, operands) => ({
  operands: operands.map(own => ({ positions: own.map(everyPosition) })),
  partitions: none(sizes(node).length),
})

/** The classes along the last axes of a result to which operands are broadcast. */
function broadcastClasses(
  shapes: readonly (readonly number[])[],
  operands: readonly Partitions[],
  rank: number,
) {
  return Array.from({ length: rank }, (_, axis): Partition => {
    let common: Partition | undefined
    for (const [i, shape] of shapes.entries()) {
      const own = axis - rank + shape.length
      if (own < 0 || shape[own] === 1) continue
      common = common === undefined ? operands[i]![own]! : refine(common, operands[i]![own]!)
    }
    return common ?? null
  })
}

/** Where an operand is read that is broadcast to a result with these classes; one class is broadcast as size 1 is. */
function broadcastReading(
  shape: readonly number[],
  own: Partitions,
  wanted: Partitions,
): Reading['positions'] {
  const lead = wanted.length - shape.length
  return shape.map((size, axis) =>
    size === 1 || classCount(own[axis]!, size) === 1 ? null : finer(own[axis]!, wanted[axis + lead]!),
  )
}

const elementwise: Rule = (node, operands) => {
  const shapes = node.inputs.map(sizes)
  const partitions = broadcastClasses(shapes, operands, sizes(node).length)
  return {
    operands: operands.map((own, i) => ({ positions: broadcastReading(shapes[i]!, own, partitions) })),
    partitions,
  }
}

const reduction =
  (counts: boolean): Rule =>
  (node, [own = []]) => {
    const gone = resolveAxes(node.attributes.axes, own.length) as readonly number[]
    const partitions = node.attributes.keepDims
      ? own.map((classes, axis) => (gone.includes(axis) ? null : classes))
      : own.filter((_, axis) => !gone.includes(axis))
    const weights = own.map((classes, axis) => (counts && gone.includes(axis) && classes) || undefined)
    return { operands: [{ positions: none(own.length), weights }], partitions }
  }

const matMul: Rule = (node, [left = [], right = []]) => {
  const [x, y] = node.inputs.map(sizes) as [readonly number[], readonly number[]]
  const inner = refine(left.at(-1)!, right.at(-2)!)
  const outer = broadcastClasses(
    [x.slice(0, -2), y.slice(0, -2)],
    [left.slice(0, -2), right.slice(0, -2)],
    Math.max(x.length, y.length, 2) - 2,
  )
  const own = (shape: readonly number[], classes: Partitions) =>
    broadcastReading(shape.slice(0, -2), classes.slice(0, -2), outer)
  const rows = left.length > 1 ? [left.at(-2)!] : []
  return {
    operands: [
      { positions: [...own(x, left), ...rows.map(() => null), finer(left.at(-1)!, inner)] },
      {
        positions: [...own(y, right), finer(right.at(-2)!, inner), null],
        weights: [...outer.slice(0, y.length - 2).map(() => undefined), inner ?? undefined, undefined],
      },
    ],
    partitions: [...outer, ...rows, right.at(-1)!],
  }
}

/** How windows read the axes between batch and channels. */
interface WindowReading {
  readonly positions: Reading['positions']
  readonly partitions: Partitions
  /** Set where windows are laid out one behind the other. */
  readonly attributes?: Attributes
  /** Whether a window reaches outside. */
  readonly padded: boolean
}

/** Windows of the given sizes, each of which reads one position per place, or none. */
function windowReading(
  own: Partitions,
  counts: readonly number[],
  size: readonly number[],
  position: (axis: number, window: number, place: number) => number,
): WindowReading {
  let padded = false
  const found = counts.map((count, axis) => {
    const classes = own[axis] ?? null
    const read = (window: number) =>
      Array.from({ length: size[axis]! }, (_, place) => position(axis, window, place))
    const classOf = (at: number) => (at < 0 ? -1 : classAt(classes, at))
    const windows = partition(count, window => read(window).map(classOf).join())
    const positions = (windows?.first ?? Array.from({ length: count }, (_, i) => i)).flatMap(read)
    padded ||= positions.some(at => at < 0)
    return { windows, positions }
  })
  return {
    positions: found.map(({ positions }) => positions),
    partitions: found.map(({ windows }) => windows),
    attributes: { strides: size, dilations: size.map(() => 1), padding: 'valid', rounding: 'floor' },
    padded,
  }
}

/** Windows that slide over the input of a node. */
function slidingWindows(
  { attributes, inputs, type }: Node,
  own: Partitions,
  size: readonly number[],
): WindowReading {
  const shape = sizes(inputs[0]!)
  const counts = (type.shape as readonly number[]).slice(1, -1)
  const inner = own.slice(1, -1)
  if (inner.every(classes => classes === null))
    return { positions: none(inner.length), partitions: none(inner.length), padded: true }
  const windows = windowsOf(attributes, size)
  const before = padsBefore(shape, windows, counts)
  const strides = windows.strides as readonly number[]
  const dilations = windows.dilations as readonly number[]
  return windowReading(inner, counts, size, (axis, window, place) => {
    const at = window * strides[axis]! - before[axis]! + place * dilations[axis]!
    return at >= 0 && at < shape[axis + 1]! ? at : -1
  })
}

/** The windows of the transpose: one for each position of the result, with the elements that contribute to it. */
function transposedWindows(
  { attributes, inputs, type }: Node,
  own: Partitions,
  size: readonly number[],
): WindowReading {
  const counts = sizes(inputs[0]!).slice(1, -1)
  const shape = type.shape as readonly number[]
  const windows = windowsOf(attributes, size)
  const before = padsBefore(shape, windows, counts)
  const strides = windows.strides as readonly number[]
  const dilations = windows.dilations as readonly number[]
  return windowReading(own.slice(1, -1), shape.slice(1, -1), size, (axis, target, place) => {
    const at = (target + before[axis]! - place * dilations[axis]!) / strides[axis]!
    return Number.isInteger(at) && at >= 0 && at < counts[axis]! ? at : -1
  })
}

const convolution: Rule = (node, [x = [], kernel = []]) => {
  const size = sizes(node.inputs[1]!).slice(0, -2)
  const windows = slidingWindows(node, x, size)
  const channels = refine(x.at(-1)!, kernel.at(-2)!)
  return {
    operands: [
      { positions: [null, ...windows.positions, finer(x.at(-1)!, channels)] },
      {
        positions: [...kernel.slice(0, -2).map(everyPosition), finer(kernel.at(-2)!, channels), null],
        weights: [...size.map(() => undefined), channels ?? undefined, undefined],
      },
    ],
    partitions: [x[0]!, ...windows.partitions, kernel.at(-1)!],
    ...(windows.attributes && { attributes: windows.attributes }),
  }
}

/** As the convolution with the kernel's last two axes in the other order, of windows that are laid out. */
const transposedConvolution =
  (op: string): Rule =>
  (node, operands) => {
    const [x = [], kernel = []] = operands
    if (x.slice(1, -1).every(classes => classes === null)) return transposedAsIs(node, operands)
    const size = sizes(node.inputs[1]!).slice(0, -2)
    const windows = transposedWindows(node, x, size)
    const channels = refine(x.at(-1)!, kernel.at(-1)!)
    const places = size.map((_, axis) => axis)
    return {
      operands: [
        { positions: [null, ...windows.positions, finer(x.at(-1)!, channels)] },
        {
          positions: [...kernel.slice(0, -2).map(everyPosition), null, finer(kernel.at(-1)!, channels)],
          weights: [...size.map(() => undefined), channels ?? undefined, undefined],
          order: [...places, size.length + 1, size.length],
        },
      ],
      partitions: [x[0]!, ...windows.partitions, kernel.at(-2)!],
      op,
      ...(windows.attributes && { attributes: windows.attributes }),
    }
  }

const transposedAsIs: Rule = (_, [x = [], kernel = []]) => {
  const channels = refine(x.at(-1)!, kernel.at(-1)!)
  return {
    operands: [
      { positions: [...none(x.length - 1), finer(x.at(-1)!, channels)] },
      {
        positions: [...kernel.slice(0, -2).map(everyPosition), null, finer(kernel.at(-1)!, channels)],
        weights: [...kernel.slice(0, -1).map(() => undefined), channels ?? undefined],
      },
    ],
    partitions: [x[0]!, ...none(x.length - 2), kernel.at(-2)!],
  }
}

const depthwise: Rule = (node, [x = [], kernel = []]) => {
  const shape = sizes(node.inputs[1]!)
  const windows = slidingWindows(node, x, shape.slice(0, -2))
  const channels = refine(x.at(-1)!, kernel.at(-2)!)
  return {
    operands: [
      { positions: [null, ...windows.positions, finer(x.at(-1)!, channels)] },
      {
        positions: [
          ...kernel.slice(0, -2).map(everyPosition),
          finer(kernel.at(-2)!, channels),
          everyPosition(kernel.at(-1)!),
        ],
      },
    ],
    partitions: [x[0]!, ...windows.partitions, merged([channels, null], shape.slice(-2))],
    ...(windows.attributes && { attributes: windows.attributes }),
  }
}

/** Windows of which a part may be outside, where `outside` is read; without it only windows that lie inside. */
const pool =
  (outside?: number): Rule =>
  (node, [x = []]) => {
    const size = node.attributes.poolSize as readonly number[]
    const windows = slidingWindows(node, x, size)
    if (windows.padded && outside === undefined)
      return {
        operands: [{ positions: [null, ...x.slice(1, -1).map(everyPosition), null] }],
        partitions: [x[0]!, ...none(x.length - 2), x.at(-1)!],
      }
    return {
      operands: [
        { positions: [null, ...windows.positions, null], ...(outside !== undefined && { outside }) },
      ],
      partitions: [x[0]!, ...windows.partitions, x.at(-1)!],
      ...(windows.attributes && { attributes: { ...windows.attributes, poolSize: size } }),
    }
  }

const concat: Rule = (node, operands) => {
  const rank = sizes(node).length
  const along = resolveAxis(node.attributes.axis, rank) as number
  const partitions = sizes(node).map((_, axis) => {
    const parts = operands.map(own => own[axis]!)
    return axis === along
      ? joined(
          parts,
          node.inputs.map(input => sizes(input)[axis]!),
        )
      : refine(...parts)
  })
  return {
    operands: operands.map(own => ({
      positions: own.map((classes, axis) => (axis === along ? null : finer(classes, partitions[axis]!))),
    })),
    partitions,
  }
}

const stack: Rule = (node, operands) => {
  const along = resolveAxis(node.attributes.axis, sizes(node).length) as number
  const common = operands[0]!.map((_, axis) => refine(...operands.map(own => own[axis]!)))
  return {
    operands: operands.map(own => ({ positions: own.map((classes, axis) => finer(classes, common[axis]!)) })),
    partitions: [...common.slice(0, along), null, ...common.slice(along)],
  }
}

/** The same elements under another shape: axes that become one are classes of combinations. */
const reshape: Rule = (node, operands) => {
  const own = operands[0]!
  const [from, to] = [sizes(node.inputs[0]!), sizes(node)]
  if ([...from, ...to].includes(0)) return entire(node, operands)
  const positions: Reading['positions'][number][] = []
  const partitions: Partition[] = []
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    const [left, right] = [i, j]
    let [a, b] = [from[i++] ?? 1, to[j++] ?? 1]
    while (a !== b) {
      if (a < b) a *= from[i++]!
      else b *= to[j++]!
    }
    const before = own.slice(left, i)
    const targets = to.slice(right, j)
    const long = targets.findIndex(size => size > 1)
    const isOne = targets.filter(size => size > 1).length <= 1
    positions.push(...before.map(classes => (isOne ? null : everyPosition(classes))))
    const becomes = isOne ? merged(before, from.slice(left, i)) : null
    partitions.push(...targets.map((_, axis) => (axis === long ? becomes : null)))
  }
  return { operands: [{ positions }], partitions }
}

const expandDims: Rule = (node, [own = []]) => {
  const rank = sizes(node).length
  const places = resolveAxes(node.attributes.axes, rank) as readonly number[]
  const rest = [...own]
  return {
    operands: [{ positions: none(own.length) }],
    partitions: Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? null : rest.shift()!)),
  }
}

const squeeze: Rule = (node, [own = []]) => {
  const shape = sizes(node.inputs[0]!)
  const { axes } = node.attributes
  const gone =
    axes === null
      ? shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : (resolveAxes(axes, shape.length) as readonly number[])
  return {
    operands: [{ positions: none(own.length) }],
    partitions: own.filter((_, axis) => !gone.includes(axis)),
    // Not every axis that is held in one class has one position.
    attributes: { axes: gone },
  }
}

const transpose: Rule = ({ attributes: { permutation } }, [own = []]) => {
  const rank = own.length
  const order = Array.isArray(permutation)
    ? (permutation as readonly number[])
    : [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]
  return { operands: [{ positions: none(rank) }], partitions: order.map(axis => own[axis]!) }
}

const slice: Rule = (node, [own = []]) => {
  const { axis, start, step } = node.attributes
  const along = resolveAxis(axis, own.length) as number
  const positions = Array.from(
    { length: sizes(node)[along]! },
    (_, i) => (start as number) + i * (step as number),
  )
  const classes = selected(own[along]!, positions)
  const read = classes ? classes.first.map(i => positions[i]!) : positions
  return {
    operands: [{ positions: own.map((_, i) => (i === along ? read : null)) }],
    partitions: own.map((other, i) => (i === along ? classes : other)),
    attributes: { axis: along, start: 0, size: null, step: 1 },
  }
}

/** What depends on all positions along one axis, and is done at each place of the others. */
const along: Rule = ({ attributes }, [own = []]) => {
  const axis = resolveAxis(attributes.axis, own.length) as number
  return {
    operands: [{ positions: own.map((classes, i) => (i === axis ? everyPosition(classes) : null)) }],
    partitions: own.map((classes, i) => (i === axis ? null : classes)),
  }
}

const gather: Rule = (node, operands) => {
  const [table = [], indices = []] = operands
  const { axis, batchDims } = node.attributes
  if (resolveAxis(axis, table.length) !== 0 || batchDims !== 0) return entire(node, operands)
  const [rows = null, ...rest] = table
  return {
    operands: [
      { positions: none(table.length) },
      { positions: none(indices.length), ...(rows && { renamed: rows }) },
    ],
    partitions: [...indices, ...rest],
  }
}

/** Ops that can be applied to quotients, beside those that say of themselves that they are elementwise. */
const rules: Readonly<Record<string, Rule>> = {
  sum: reduction(true),
  max: reduction(false),
  min: reduction(false),
  all: reduction(false),
  any: reduction(false),
  matMul,
  conv2d: convolution,
  conv3d: convolution,
  conv2dTranspose: transposedConvolution('conv2d'),
  conv3dTranspose: transposedConvolution('conv3d'),
  depthwiseConv2d: depthwise,
  maxPool2d: pool(Number.NEGATIVE_INFINITY),
  maxPool3d: pool(Number.NEGATIVE_INFINITY),
  averagePool2d: pool(),
  averagePool3d: pool(),
  concat,
  stack,
  reshape,
  flatten: reshape,
  expandDims,
  squeeze,
  transpose,
  slice,
  pad: along,
  reverse: along,
  repeat: along,
  tile: along,
  cumsum: along,
  cumprod: along,
  gather,
}

/** How the op of a node is applied to operands that are held in classes; without a rule, to whole tensors. */
export function applicationOf(node: Node, operands: readonly Partitions[]): Application {
  if (operands.every(own => own.every(classes => classes === null)))
    return {
      operands: operands.map(own => ({ positions: none(own.length) })),
      partitions: none(sizes(node).length),
    }
  const op = opTable[node.op]
  const rule = op?.elementwise ? elementwise : Object.hasOwn(rules, node.op) ? rules[node.op]! : entire
  return rule(node, operands)
}
