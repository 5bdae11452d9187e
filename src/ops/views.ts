import { type Dimension, divide, equals, product } from '../graph/dimension.js'
import type { Attribute, Attributes } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type Shape, shapeText, type TensorType } from '../graph/type.js'
import type { Op, PrimitiveOp } from './op.js'
import { resolveAxes } from './shape.js'

/** The target shape with its one unknown size filled in. */
function reshaped(x: TensorType, target: readonly Attribute[]): Shape | Problem {
  const total = product(x.shape!)
  const known = target.map(size => (size === null || size === -1 ? undefined : (size as Dimension)))
  const given = product(known.map(size => size ?? 1))
  const holes = known.filter(size => size === undefined).length
  if (holes > 1) return { problem: 'at most one size of a reshape can be left open' }
  const rest = divide(total, given)
  const fits = holes === 1 ? typeof rest !== 'number' || Number.isInteger(rest) : equals(total, given)
  if (!fits) {
    return {
      problem: `${shapeText(x.shape)} cannot be reshaped to [${target.map(size => (size === null ? '?' : String(size))).join(', ')}]`,
    }
  }
  return known.map(size => size ?? rest)
}

function moved(x: Tensor, type: TensorType): Tensor {
  return { shape: type.shape as readonly number[], data: x.data, dtype: x.dtype }
}

const back = (_: Attributes, [x]: readonly TensorType[]) => `reshape[[${x!.shape!.join(', ')}]](g)`

function view(
  title: string,
  summary: string,
  attributes: PrimitiveOp['attributes'],
  type: PrimitiveOp['type'],
  notation: PrimitiveOp['notation'],
  examples: PrimitiveOp['examples'],
  laws: readonly string[] = [],
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    attributes,
    type,
    notation,
    rearranges: true,
    evaluate: ([x], _, result) => moved(x!, result),
    derivative: { x: back },
    laws,
    examples,
  }
}

const axes = { kind: 'axes', summary: 'the axes' } as const

/** Ops that read the same elements under another shape. */
export const views = {
  reshape: view(
    'reshape',
    'The same elements in row-major order under another shape.',
    { shape: { kind: 'shape', summary: 'the new sizes; one may be null' } },
    ([x], { shape }) => {
      const result = reshaped(x!, shape as readonly Attribute[])
      return 'problem' in result ? result : { dtype: x!.dtype, shape: result }
    },
    { form: 'function', latex: '\\mathrm{reshape}', text: 'reshape', shown: ['shape'] },
    [
      { shapes: [[2, 6]], attributes: { shape: [3, 4] } },
      { shapes: [[2, 6]], attributes: { shape: [4, null] } },
    ],
  ),
  flatten: view(
    'flattening',
    'All axes but the first become one.',
    {},
    ([x]) => {
      const shape = x!.shape!
      return shape.length < 2
        ? { problem: `${shapeText(shape)} has no axes to flatten` }
        : { dtype: x!.dtype, shape: [shape[0]!, product(shape.slice(1))] }
    },
    { form: 'function', latex: '\\mathrm{vec}', text: 'vec' },
    [{ shapes: [[2, 3, 4]] }],
  ),
  expandDims: view(
    'new axes',
    'Axes of size 1 at the given places of the result.',
    { axes },
    ([x], { axes: at }) => {
      const shape = x!.shape!
      const places = resolveAxes(at, shape.length + (Array.isArray(at) ? at.length : 1))
      if (!Array.isArray(places)) return places as Problem
      const rest = [...shape]
      return {
        dtype: x!.dtype,
        shape: Array.from({ length: shape.length + places.length }, (_, i) =>
          places.includes(i) ? 1 : rest.shift()!,
        ),
      }
    },
    { form: 'transparent' },
    [{ shapes: [[2, 3]], attributes: { axes: [1] } }],
  ),
  squeeze: view(
    'axes removed',
    'The shape without the given axes of size 1; without all such axes if none are given.',
    { axes: { ...axes, default: null } },
    ([x], { axes: at }) => {
      const shape = x!.shape!
      const gone =
        at === null ? shape.flatMap((size, i) => (size === 1 ? [i] : [])) : resolveAxes(at, shape.length)
      if (!Array.isArray(gone)) return gone as Problem
      if (gone.some(i => shape[i] !== 1))
        return { problem: `an axis of ${shapeText(shape)} that is not of size 1 cannot be removed` }
      return { dtype: x!.dtype, shape: shape.filter((_, i) => !gone.includes(i)) }
    },
    { form: 'transparent' },
    [{ shapes: [[2, 1, 3]], attributes: { axes: [1] } }, { shapes: [[1, 2, 1, 3]] }],
  ),
} as const satisfies Readonly<Record<string, Op>>
