import { add, equals } from '../graph/dimension.js'
import { shapeText } from '../graph/type.js'
import { around } from './along.js'
import { besideNewAxis, sameAxesOfAll } from './axes.js'
import type { Op } from './op.js'
import { positionsBesideAxis, stackedPositions } from './positions.js'
import { sameRole } from './roles.js'
import { resolveAxis, sizeOf, widest } from './shape.js'

const word = (name: string, ...shown: readonly string[]) =>
  ({
    form: 'function',
    latex: `\\mathrm{${name}}`,
    text: name,
    shown: shown.map(attribute => ({ attribute, label: attribute })),
  }) as const
const axis = { kind: 'axis', summary: 'the axis' } as const

/** Ops that make one tensor of several. */
export const joining = {
  concat: {
    kind: 'primitive',
    title: 'concatenation',
    summary: 'Tensors one behind the other along an axis.',
    inputs: ['x'],
    variadic: true,
    attributes: { axis: { ...axis, default: -1 } },
    type: (inputs, { axis: at }) => {
      const first = inputs[0]?.shape
      if (!first) return { problem: 'a concatenation needs at least one tensor' }
      const along = resolveAxis(at, first.length)
      if (typeof along !== 'number') return along
      for (const { shape } of inputs) {
        if (
          shape!.length !== first.length ||
          shape!.some((size, i) => i !== along && !equals(size, first[i]!))
        ) {
          return {
            problem: `${shapeText(first)} and ${shapeText(shape)} cannot be concatenated along axis ${along}`,
          }
        }
      }
      const total = inputs.map(({ shape }) => shape![along]!).reduce(add, 0)
      return {
        dtype: widest(inputs.map(input => input.dtype)),
        shape: first.map((size, i) => (i === along ? total : size)),
      }
    },
    axes: sameAxesOfAll,
    positions: positionsBesideAxis,
    affine: [['x']],
    role: sameRole,
    notation: {
      form: 'fence',
      latex: ['[', ']'],
      text: ['[', ']'],
      separator: ';',
      shown: [{ attribute: 'axis', label: 'axis' }],
    },
    rearranges: true,
    evaluate: (inputs, { axis: at }, type) => {
      const shape = type.shape as readonly number[]
      const along = resolveAxis(at, shape.length) as number
      const { outer, inner } = around(shape, along)
      const data = new Float64Array(sizeOf(shape))
      let offset = 0
      for (const { shape: from, data: values } of inputs) {
        const block = from[along]! * inner
        for (let o = 0; o < outer; o++)
          data.set(values.subarray(o * block, (o + 1) * block), o * shape[along]! * inner + offset)
        offset += block
      }
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      x: ({ axis: at }, _, index) => {
        const before = Array.from({ length: index }, (_, i) => `extent[${at}](x_${i + 1})`).join(' + ')
        return `slice[${at}, ${before || 0}, extent[${at}](x_${index + 1})](g)`
      },
    },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 4],
        ],
      },
      {
        shapes: [
          [2, 3],
          [1, 3],
        ],
        attributes: { axis: 0 },
      },
    ],
  },
  stack: {
    kind: 'primitive',
    title: 'stacking',
    summary: 'Tensors of one shape along a new axis.',
    inputs: ['x'],
    variadic: true,
    attributes: { axis: { ...axis, default: 0 } },
    type: (inputs, { axis: at }) => {
      const first = inputs[0]?.shape
      if (!first) return { problem: 'stacking needs at least one tensor' }
      const along = resolveAxis(at, first.length + 1)
      if (typeof along !== 'number') return along
      const other = inputs.find(
        ({ shape }) => shape!.length !== first.length || shape!.some((size, i) => !equals(size, first[i]!)),
      )
      if (other) return { problem: `${shapeText(first)} and ${shapeText(other.shape)} cannot be stacked` }
      return {
        dtype: widest(inputs.map(input => input.dtype)),
        shape: [...first.slice(0, along), inputs.length, ...first.slice(along)],
      }
    },
    axes: besideNewAxis('axis'),
    positions: stackedPositions,
    affine: [['x']],
    role: sameRole,
    notation: word('stack', 'axis'),
    rearranges: true,
    evaluate: (inputs, { axis: at }, type) => {
      const shape = type.shape as readonly number[]
      const { outer, inner } = around(shape, resolveAxis(at, shape.length) as number)
      const data = new Float64Array(sizeOf(shape))
      inputs.forEach(({ data: values }, k) => {
        for (let o = 0; o < outer; o++)
          data.set(values.subarray(o * inner, (o + 1) * inner), (o * inputs.length + k) * inner)
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: { x: ({ axis: at }, _, index) => `squeeze[[${at}]](slice[${at}, ${index}, 1](g))` },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        attributes: { axis: 1 },
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
