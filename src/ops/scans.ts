import type { Tensor } from '../graph/tensor.js'
import type { TensorType } from '../graph/type.js'
import { around } from './along.js'
import { allButLastAxis, sameAxes, withoutAxes } from './axes.js'
import type { Op, PrimitiveOp } from './op.js'
import { positionsBeforeLast, positionsBesideAxis, searchedPositions } from './positions.js'
import { noRole } from './roles.js'
import { resolveAxis, sizeOf } from './shape.js'

const axis = { kind: 'axis', default: 0, summary: 'the axis' } as const

/** Calls back with the offset of the first element and the step between elements, for each line along an axis. */
function forLines(
  shape: readonly number[],
  at: number,
  visit: (line: number, offset: number, step: number) => void,
): void {
  const { outer, inner } = around(shape, at)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) visit(o * inner + i, o * shape[at]! * inner + i, inner)
}

function position(
  title: string,
  name: string,
  summary: string,
  better: (a: number, b: number) => boolean,
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes: { axis: { ...axis, summary: 'the axis to search' } },
    type: ([x], { axis: at }) => {
      const resolved = resolveAxis(at, x!.shape!.length)
      return typeof resolved === 'number'
        ? { dtype: 'int32', shape: x!.shape!.filter((_, i) => i !== resolved) }
        : resolved
    },
    axes: withoutAxes('axis'),
    selects: { axis: 'axis', alone: 0 },
    positions: searchedPositions,
    affine: [],
    role: { is: 'index' },
    notation: { form: 'reduction', latex: `\\mathrm{${name}}`, text: name, over: 'axis' },
    evaluate: ([x], { axis: at }, type) => {
      const along = resolveAxis(at, x!.shape.length) as number
      const shape = type.shape as readonly number[]
      const data = new Float64Array(sizeOf(shape))
      forLines(x!.shape, along, (line, offset, step) => {
        let best = 0
        for (let k = 1; k < x!.shape[along]!; k++)
          if (better(x!.data[offset + k * step]!, x!.data[offset + best * step]!)) best = k
        data[line] = best
      })
      return { shape, data, dtype: 'int32' }
    },
    derivative: { x: { none: 'a position is flat wherever it is unique', zero: true } },
    examples: [{ shapes: [[2, 3, 4]], attributes: { axis: 1 } }],
  }
}

function cumulative(
  title: string,
  name: string,
  summary: string,
  start: number,
  step: (sum: number, value: number) => number,
  derivative: string,
  affine: PrimitiveOp['affine'],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    source: `tfjs-core/src/ops/${name}.ts`,
    inputs: ['x'],
    attributes: {
      axis,
      exclusive: { kind: 'boolean', default: false, summary: 'without the element itself' },
      reverse: { kind: 'boolean', default: false, summary: 'from the end' },
    },
    type: ([x], { axis: at }) => {
      const along = resolveAxis(at, x!.shape!.length)
      if (typeof along !== 'number') return along
      if (along !== at)
        return { problem: `the axis is counted from the front: TensorFlow.js gets ${at} wrong here` }
      return { dtype: x!.dtype === 'bool' ? 'int32' : x!.dtype, shape: x!.shape }
    },
    axes: sameAxes,
    positions: positionsBesideAxis,
    affine,
    role: noRole,
    notation: {
      form: 'function',
      latex: `\\mathrm{${name}}`,
      text: name,
      shown: [{ attribute: 'axis', label: 'axis' }, 'exclusive', 'reverse'],
    },
    evaluate: ([x], { axis: at, exclusive, reverse }, type): Tensor => {
      const along = resolveAxis(at, x!.shape.length) as number
      const count = x!.shape[along]!
      const data = new Float64Array(x!.data.length)
      forLines(x!.shape, along, (_, offset, stride) => {
        let sum = start
        for (let k = 0; k < count; k++) {
          const index = offset + (reverse ? count - 1 - k : k) * stride
          const next = step(sum, x!.data[index]!)
          data[index] = exclusive ? sum : next
          sum = next
        }
      })
      return { shape: x!.shape, data, dtype: type.dtype }
    },
    derivative: {
      x: ({ reverse }) => derivative.replace('REVERSE', String(!reverse)),
    },
    examples: [
      { shapes: [[2, 4]], attributes: { axis: 1 } },
      { shapes: [[3, 2, 2]], attributes: { axis: 0, exclusive: true } },
      { shapes: [[2, 4]], attributes: { axis: 1, exclusive: true, reverse: true } },
      { shapes: [[2, 4]], attributes: { axis: 1, reverse: true } },
    ],
  }
}

/** The positions of the k largest elements of each line along the last axis; of equal ones the first. */
function largest(x: Tensor, k: number, write: (at: number, from: number, index: number) => void): void {
  const count = x.shape.at(-1)!
  for (let line = 0; line * count < x.data.length; line++) {
    const order = Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => x.data[line * count + b]! - x.data[line * count + a]! || a - b,
    )
    for (let i = 0; i < k; i++) write(line * k + i, line * count + order[i]!, order[i]!)
  }
}

function top(
  title: string,
  name: string,
  summary: string,
  dtype: TensorType['dtype'] | undefined,
  derivative: PrimitiveOp['derivative'],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    source: 'tfjs-core/src/ops/topk.ts',
    inputs: ['x'],
    attributes: { k: { kind: 'integer', default: 1, summary: 'how many' } },
    type: ([x], { k }) => {
      const last = x!.shape!.at(-1)
      if (last === undefined) return { problem: 'a scalar has no largest elements' }
      if (typeof k === 'number' && typeof last === 'number' && k > last)
        return { problem: `the last axis has ${last} elements, fewer than ${k}` }
      return { dtype: dtype ?? x!.dtype, shape: [...x!.shape!.slice(0, -1), k as number] }
    },
    axes: allButLastAxis,
    positions: positionsBeforeLast,
    affine: [],
    role: noRole,
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name, shown: ['k'] },
    evaluate: ([x], { k }, type) => {
      const shape = type.shape as readonly number[]
      const data = new Float64Array(sizeOf(shape))
      largest(x!, k as number, (at, from, index) => {
        data[at] = dtype === 'int32' ? index : x!.data[from]!
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative,
    examples: [
      { shapes: [[5]], attributes: { k: 2 } },
      { shapes: [[2, 3, 4]], attributes: { k: 3 } },
    ],
  }
}

/** Ops that search or accumulate along one axis. */
export const scans = {
  argMax: position(
    'position of the maximum',
    'argmax',
    'The index of the largest element along an axis, which goes; the first of equal ones.',
    (a, b) => a > b,
  ),
  argMin: position(
    'position of the minimum',
    'argmin',
    'The index of the smallest element along an axis, which goes; the first of equal ones.',
    (a, b) => a < b,
  ),
  cumsum: cumulative(
    'cumulative sum',
    'cumsum',
    'The sum of the elements along an axis up to each.',
    0,
    (a, b) => a + b,
    'cumsum[axis, exclusive, REVERSE](g)',
    [['x']],
  ),
  cumprod: cumulative(
    'cumulative product',
    'cumprod',
    'The product of the elements along an axis up to each.',
    1,
    (a, b) => a * b,
    'cumsum[axis, exclusive, REVERSE](g * y) / x',
    [],
  ),
  topValues: top(
    'largest elements',
    'top',
    'The k largest elements along the last axis, in descending order.',
    undefined,
    {
      x: 'sum[[-2], keepDims = false](oneHot[extent[-1](x)](topIndices[k](x)) * expandDims[[-1]](g))',
    },
  ),
  topIndices: top(
    'positions of the largest elements',
    'topindex',
    'The positions of the k largest elements along the last axis, the largest first; of equal ones the first.',
    'int32',
    { x: { none: 'a position is flat wherever it is unique', zero: true } },
  ),
} as const satisfies Readonly<Record<string, Op>>
