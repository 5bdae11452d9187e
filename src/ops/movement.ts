import { add, type Dimension, multiply } from '../graph/dimension.js'
import { shapeText } from '../graph/type.js'
import { alongAxis } from './along.js'
import type { Op } from './op.js'
import { resolveAxis } from './shape.js'

const word = (name: string, ...shown: readonly string[]) =>
  ({ form: 'function', latex: `\\mathrm{${name}}`, text: name, shown }) as const
const axis = { kind: 'axis', summary: 'the axis' } as const

/** Ops that move elements along one axis and compute nothing. */
export const movement = {
  slice: {
    kind: 'primitive',
    title: 'slice',
    summary: 'A range of positions along one axis.',
    inputs: ['x'],
    attributes: {
      axis,
      start: { kind: 'integer', summary: 'the first position' },
      size: { kind: 'integer', summary: 'how many' },
    },
    type: ([x], { axis: at, start, size }) => {
      const shape = x!.shape!
      const along = resolveAxis(at, shape.length)
      if (typeof along !== 'number') return along
      const end = add(start as Dimension, size as Dimension)
      if (typeof end === 'number' && typeof shape[along] === 'number' && end > (shape[along] as number))
        return { problem: `the slice ends at ${end}, past the end of ${shapeText(shape)}` }
      return { dtype: x!.dtype, shape: shape.map((old, i) => (i === along ? (size as Dimension) : old)) }
    },
    notation: word('slice', 'axis', 'start', 'size'),
    rearranges: true,
    evaluate: ([x], { axis: at, start }, type) =>
      alongAxis(x!, type, resolveAxis(at, x!.shape.length) as number, k => k + (start as number)),
    derivative: {
      x: ({ axis: at, start, size }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        return `pad[${along}, ${start}, ${(x!.shape![along] as number) - (start as number) - (size as number)}](g)`
      },
    },
    examples: [{ shapes: [[2, 5, 3]], attributes: { axis: 1, start: 1, size: 3 } }],
  },
  pad: {
    kind: 'primitive',
    title: 'padding',
    summary: 'A constant before and after the elements along one axis.',
    inputs: ['x'],
    attributes: {
      axis,
      before: { kind: 'integer', summary: 'how many in front' },
      after: { kind: 'integer', summary: 'how many behind' },
      value: { kind: 'number', default: 0, summary: 'the constant' },
    },
    type: ([x], { axis: at, before, after }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      return {
        dtype: x!.dtype,
        shape: x!.shape!.map((size, i) =>
          i === along ? add(add(size, before as Dimension), after as Dimension) : size,
        ),
      }
    },
    notation: word('pad', 'axis', 'before', 'after', 'value'),
    evaluate: ([x], { axis: at, before, value }, type) =>
      alongAxis(
        x!,
        type,
        resolveAxis(at, x!.shape.length) as number,
        k => k - (before as number),
        value as number,
      ),
    derivative: {
      x: ({ axis: at, before }, [x]) =>
        `slice[${at}, ${before}, ${x!.shape![resolveAxis(at, x!.shape!.length) as number]}](g)`,
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, before: 1, after: 2 } }],
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
  repeat: {
    kind: 'primitive',
    title: 'repetition of elements',
    summary: 'Each position along one axis several times in a row.',
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
    notation: word('repeat', 'axis', 'times'),
    evaluate: ([x], { axis: at, times }, type) =>
      alongAxis(x!, type, resolveAxis(at, x!.shape.length) as number, k => Math.floor(k / (times as number))),
    derivative: {
      x: ({ axis: at, times }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        const split = [...x!.shape!.slice(0, along + 1), times as number, ...x!.shape!.slice(along + 1)]
        return `sum[${along + 1}, keepDims = false](reshape[[${split.join(', ')}]](g))`
      },
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, times: 2 } }],
  },
  tile: {
    kind: 'primitive',
    title: 'tiling',
    summary: 'The whole tensor several times along one axis.',
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
    notation: word('tile', 'axis', 'times'),
    evaluate: ([x], { axis: at }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      return alongAxis(x!, type, along, k => k % x!.shape[along]!)
    },
    derivative: {
      x: ({ axis: at, times }, [x]) => {
        const along = resolveAxis(at, x!.shape!.length) as number
        const split = [...x!.shape!.slice(0, along), times as number, ...x!.shape!.slice(along)]
        return `sum[${along}, keepDims = false](reshape[[${split.join(', ')}]](g))`
      },
    },
    examples: [{ shapes: [[2, 3]], attributes: { axis: 1, times: 2 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
