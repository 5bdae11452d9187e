import {
  add,
  ceilDivide,
  type Dimension,
  dimensionText,
  floorDivide,
  multiply,
  subtract,
} from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { alongAxis } from './along.js'
import { sameAxes } from './axes.js'
import type { Op, PrimitiveOp } from './op.js'
import { positionsBesideAxis } from './positions.js'
import { noRole, sameRole } from './roles.js'
import { resolveAxis } from './shape.js'

const word = (name: string, ...shown: readonly string[]) =>
  ({
    form: 'function',
    latex: `\\mathrm{${name}}`,
    text: name,
    shown: shown.map(attribute => ({ attribute, label: attribute })),
  }) as const
const axis = { kind: 'axis', summary: 'the axis' } as const

const ends = {
  before: { kind: 'integer', summary: 'how many in front' },
  after: { kind: 'integer', summary: 'how many behind' },
} as const

/** How many positions a slice has. */
function sliceSize(length: Dimension, start: Dimension, size: Dimension | null, step: number): Dimension {
  if (size !== null) return size
  return step > 0 ? ceilDivide(subtract(length, start), step) : add(floorDivide(start, -step), 1)
}

function paddedType(
  [x]: readonly TensorType[],
  { axis: at, before, after }: Attributes,
): TensorType | Problem {
  const along = resolveAxis(at, x!.shape!.length)
  if (typeof along !== 'number') return along
  if ([before, after].some(n => typeof n === 'number' && n < 0)) return { problem: 'padding is not negative' }
  return {
    dtype: x!.dtype,
    shape: x!.shape!.map((size, i) =>
      i === along ? add(add(size, before as Dimension), after as Dimension) : size,
    ),
  }
}

/** An op after which an axis is several times as long. `copies` says where the copies of an element lie: 0 apart, 1 in a row. */
function multiplied(
  title: string,
  name: string,
  summary: string,
  from: (k: number, length: number, times: number) => number,
  copies: 0 | 1,
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: { axis, times: { kind: 'integer', summary: 'how often' } },
    type: ([x], { axis: at, times }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) => (i === along ? multiply(size, times as Dimension) : size)),
      }
    },
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: sameRole,
    notation: word(name, 'axis', 'times'),
    evaluate: ([x], { axis: at, times }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      return alongAxis(x!, type, along, k => from(k, x!.shape[along]!, times as number))
    },
    derivative: {
      x: ({ axis: at }, [x]) => {
        const along = (resolveAxis(at, x!.shape!.length) as number) + copies
        const sizes = x!.shape!.map((_, i) => `extent[${i}](x)`)
        sizes.splice(along, 0, 'times')
        return `sum[${along}, keepDims = false](reshape[[${sizes.join(', ')}]](g))`
      },
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, times: 2 } }],
  }
}

/** Ops that move elements along one axis and compute nothing. */
export const movement = {
  slice: {
    kind: 'primitive',
    title: 'slice',
    summary: 'Positions along one axis, from a first one in steps; a negative step goes backwards.',
    inputs: ['x'],
    attributes: {
      axis,
      start: { kind: 'integer', summary: 'the first position' },
      size: { kind: 'integer', default: null, summary: 'how many; null takes all that are left' },
      step: { kind: 'integer', default: 1, summary: 'from one position to the next' },
    },
    type: ([x], { axis: at, start, size, step }) => {
      const shape = x!.shape!
      const along = resolveAxis(at, shape.length)
      if (typeof along !== 'number') return along
      if (typeof step !== 'number' || step === 0) return { problem: 'the step of a slice is a known number' }
      const count = sliceSize(shape[along]!, start as Dimension, size as Dimension | null, step)
      if (typeof count === 'number' && count < 0)
        return { problem: `the slice starts past the end of ${shapeText(shape)}` }
      const last = add(start as Dimension, multiply(subtract(count, 1), step))
      const outside = (position: Dimension) =>
        typeof position === 'number' &&
        (position < 0 || (typeof shape[along] === 'number' && position >= (shape[along] as number)))
      if (count !== 0 && (outside(start as Dimension) || outside(last)))
        return {
          problem: `the slice from ${dimensionText(start as Dimension)} to ${dimensionText(last)} leaves ${shapeText(shape)}`,
        }
      return { dtype: x!.dtype, shape: shape.map((old, i) => (i === along ? count : old)) }
    },
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: sameRole,
    notation: { form: 'range' },
    rearranges: true,
    evaluate: ([x], { axis: at, start, step }, type) =>
      alongAxis(
        x!,
        type,
        resolveAxis(at, x!.shape.length) as number,
        k => (start as number) + k * (step as number),
      ),
    derivative: {
      x: ({ axis: at, start, size, step }, [x]) => {
        const steps = Math.abs(step as number)
        const count = sliceSize(
          x!.shape![resolveAxis(at, x!.shape!.length) as number]!,
          start as Dimension,
          size as Dimension | null,
          step as number,
        )
        const first = Number(step) > 0 ? 'start' : `start - (${steps} * (extent[${at}](g) - 1))`
        const forward = Number(step) > 0 ? 'g' : `reverse[${at}](g)`
        const spread =
          steps === 1 || count === 1
            ? forward
            : `slice[${at}, 0, (extent[${at}](g) - 1) * ${steps} + 1](spread[${at}, ${steps}](${forward}))`
        return `pad[${at}, ${first}, extent[${at}](x) - (${first}) - ((extent[${at}](g) - 1) * ${steps} + 1)](${spread})`
      },
    },
    laws: ['slice[0, 2, 3, -1](x) = reverse[0](x)'],
    examples: [
      { shapes: [[2, 5, 3]], attributes: { axis: 1, start: 1, size: 3 } },
      { shapes: [[2, 5]], attributes: { axis: -1, start: 2 } },
      { shapes: [[2, 8]], attributes: { axis: 1, start: 1, step: 3 } },
      { shapes: [[2, 8]], attributes: { axis: 1, start: 6, size: 3, step: -2 } },
    ],
  },
  pad: {
    kind: 'primitive',
    title: 'padding',
    summary: 'A constant before and after the elements along one axis.',
    inputs: ['x'],
    attributes: {
      axis,
      ...ends,
      value: { kind: 'number', default: 0, summary: 'the constant' },
    },
    type: paddedType,
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: noRole,
    notation: word('pad', 'axis', 'before', 'after', 'value'),
    evaluate: ([x], { axis: at, before, value }, type) =>
      alongAxis(
        x!,
        type,
        resolveAxis(at, x!.shape.length) as number,
        k => k - (before as number),
        value as number,
      ),
    derivative: { x: 'slice[axis, before, extent[axis](x)](g)' },
    laws: ['slice[1, 2, 3](pad[1, 2, 1](x)) = x'],
    examples: [
      { shapes: [[2, 3]], attributes: { axis: 1, before: 1, after: 2 } },
      { shapes: [[2, 3]], attributes: { axis: 0, before: 1, after: 0, value: 2 } },
    ],
  },
  mirrorPad: {
    kind: 'derived',
    title: 'mirrored padding',
    summary: 'Elements mirrored at both ends of one axis, with the outermost element once or twice.',
    source: 'tfjs-core/src/ops/mirror_pad.ts',
    inputs: ['x'],
    attributes: {
      axis,
      ...ends,
      mirror: {
        kind: 'text',
        default: 'reflect',
        summary: '`reflect`: the outermost once; `symmetric`: twice',
      },
    },
    type: (inputs, attributes) => {
      const { axis: at, before, after, mirror } = attributes
      const along = resolveAxis(at, inputs[0]!.shape!.length)
      if (typeof along !== 'number') return along
      const room = subtract(inputs[0]!.shape![along]!, mirror === 'symmetric' ? 0 : 1)
      return [before, after].some(n => typeof n === 'number' && typeof room === 'number' && n > room)
        ? { problem: `the mirrored padding is longer than the axis of ${shapeText(inputs[0]!.shape)}` }
        : paddedType(inputs, attributes)
    },
    axes: sameAxes,
    role: sameRole,
    notation: word('mirrorpad', 'axis', 'before', 'after', 'mirror'),
    means: ({ mirror }) => {
      const skip = mirror === 'symmetric' ? 0 : 1
      return `concat[axis](slice[axis, before - 1 + ${skip}, before, -1](x), x, slice[axis, extent[axis](x) - 1 - ${skip}, after, -1](x))`
    },
    // TensorFlow.js lets nothing flow back through the mirrored elements (tfjs-core/src/gradients/MirrorPad_grad.ts).
    derivative: { x: 'slice[axis, before, extent[axis](x)](g)' },
    examples: [
      { shapes: [[2, 4]], attributes: { axis: 1, before: 2, after: 3 } },
      { shapes: [[2, 4]], attributes: { axis: 1, before: 2, after: 1, mirror: 'symmetric' } },
    ],
  },
  reverse: {
    kind: 'primitive',
    title: 'reversal',
    summary: 'The positions along one axis in opposite order.',
    inputs: ['x'],
    attributes: { axis },
    type: ([x], { axis: at }) => {
      const along = resolveAxis(at, x!.shape!.length)
      return typeof along === 'number' ? x! : along
    },
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: sameRole,
    notation: word('reverse', 'axis'),
    rearranges: true,
    evaluate: ([x], { axis: at }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      return alongAxis(x!, type, along, k => x!.shape[along]! - 1 - k)
    },
    derivative: { x: ({ axis: at }) => `reverse[${at}](g)` },
    laws: ['reverse[0](reverse[0](x)) = x'],
    examples: [{ shapes: [[2, 5, 3]], attributes: { axis: 1 } }],
  },
  repeat: multiplied(
    'repetition of elements',
    'repeat',
    'Each position along one axis several times in a row.',
    (k, _, times) => Math.floor(k / times),
    1,
  ),
  tile: multiplied(
    'tiling',
    'tile',
    'The whole tensor several times along one axis.',
    (k, length) => k % length,
    0,
  ),
  spread: {
    kind: 'derived',
    title: 'elements with gaps',
    summary: 'Each position along one axis followed by zeros, so that elements are `step` apart.',
    inputs: ['x'],
    attributes: { axis, step: { kind: 'integer', summary: 'from one element to the next' } },
    type: ([x], { axis: at, step }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) => (i === along ? multiply(size, step as Dimension) : size)),
      }
    },
    axes: sameAxes,
    role: noRole,
    notation: word('spread', 'axis', 'step'),
    means: ({ axis: at }, [x]) => {
      const along = resolveAxis(at, x!.shape!.length) as number
      const sizes = x!.shape!.map((_, i) => (i === along ? `step * extent[${i}](x)` : `extent[${i}](x)`))
      return `reshape[[${sizes.join(', ')}]](pad[${along + 1}, 0, step - 1](expandDims[[${along + 1}]](x)))`
    },
    examples: [{ shapes: [[2, 3, 2]], attributes: { axis: 1, step: 3 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
