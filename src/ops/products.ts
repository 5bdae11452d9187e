import { type Dimension, equals } from '../graph/dimension.js'
import type { Problem } from '../graph/op.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { contractedAxes, letteredAxes, outerAxes, vectorProductAxes } from './axes.js'
import type { Op } from './op.js'
import { noRole } from './roles.js'
import { widest } from './shape.js'

/** The letters of an einsum: one list per operand, and the result's. */
interface Subscripts {
  readonly operands: readonly (readonly string[])[]
  readonly result: readonly string[]
}

function subscriptsOf(equation: unknown): Subscripts | Problem {
  const text = String(equation).replaceAll(' ', '')
  const [left, right, ...rest] = text.split('->')
  if (left === undefined || right === undefined || rest.length > 0 || !/^[a-zA-Z,]*$/.test(left + right))
    return { problem: `\`${text}\` is no equation of the form \`ab,bc->ac\`` }
  const operands = left.split(',').map(letters => [...letters])
  const result = [...right]
  if (
    operands.some(letters => new Set(letters).size < letters.length) ||
    new Set(result).size < result.length
  )
    return {
      problem: `\`${text}\` names an axis twice in one tensor, which TensorFlow.js does not implement`,
    }
  const unknown = result.find(letter => !operands.some(letters => letters.includes(letter)))
  return unknown === undefined
    ? { operands, result }
    : { problem: `the axis \`${unknown}\` of the result is in no operand of \`${text}\`` }
}

function einsumType(inputs: readonly TensorType[], equation: unknown): TensorType | Problem {
  const subscripts = subscriptsOf(equation)
  if ('problem' in subscripts) return subscripts
  const { operands, result } = subscripts
  if (operands.length !== inputs.length)
    return { problem: `\`${String(equation)}\` is about ${operands.length} tensors, not ${inputs.length}` }
  const sizes = new Map<string, Dimension>()
  for (const [i, letters] of operands.entries()) {
    const shape = inputs[i]!.shape!
    if (shape.length !== letters.length)
      return { problem: `${shapeText(shape)} does not have the axes \`${letters.join('')}\`` }
    for (const [axis, letter] of letters.entries()) {
      const known = sizes.get(letter) ?? shape[axis]!
      if (!equals(known, shape[axis]!)) return { problem: `the axis \`${letter}\` has two sizes` }
      sizes.set(letter, known)
    }
  }
  return { dtype: widest(inputs.map(({ dtype }) => dtype)), shape: result.map(letter => sizes.get(letter)!) }
}

/** The order in which the axes of one tensor have to be read, as text around its name. */
function reordered(name: string, from: readonly string[], to: readonly string[]): string {
  return from.join() === to.join()
    ? name
    : `transpose[[${to.map(letter => from.indexOf(letter)).join(', ')}]](${name})`
}

/** A matrix product, where two tensors share one summed letter and have one letter each that the other lacks. */
function matrixProduct({ operands, result }: Subscripts): string | undefined {
  const [a, b, ...rest] = operands
  if (!a || !b || rest.length > 0) return undefined
  const inner = a.filter(letter => b.includes(letter) && !result.includes(letter))
  const own = (letters: readonly string[], other: readonly string[]) =>
    letters.filter(letter => !other.includes(letter))
  const [left, right] = [own(a, b), own(b, a)]
  if (inner.length !== 1 || left.length !== 1 || right.length !== 1) return undefined
  if (![...left, ...right].every(letter => result.includes(letter))) return undefined
  const batch = result.filter(letter => a.includes(letter) && b.includes(letter))
  const before = result.indexOf(left[0]!) < result.indexOf(right[0]!)
  const x_1 = { name: 'x_1', letters: a, free: left }
  const x_2 = { name: 'x_2', letters: b, free: right }
  const [first, second] = before ? [x_1, x_2] : [x_2, x_1]
  const x = reordered(first.name, first.letters, [...batch, ...first.free, ...inner])
  const y = reordered(second.name, second.letters, [...batch, ...inner, ...second.free])
  return reordered(`matMul(${x}, ${y})`, [...batch, ...first.free, ...second.free], result)
}

/** Products of tensors over chosen axes, written with `matMul` or with sums. */
export const products = {
  dot: {
    kind: 'derived',
    title: 'contraction of two tensors',
    summary: 'For each example, the sum over one axis of x and one of y; axes count from the batch axis.',
    source: 'tfjs-layers/src/layers/merge.ts (batchDot)',
    inputs: ['x', 'y'],
    attributes: { axes: { kind: 'axes', summary: 'the axis of x and the axis of y' } },
    type: ([x, y], { axes }) => {
      const [i, j] = axes as readonly number[]
      const a = x!.shape!
      const b = y!.shape!
      if (a.length < 2 || a.length > 3 || b.length < 2 || b.length > 3)
        return {
          problem: `the contraction takes tensors of rank 2 or 3, not ${shapeText(a)} and ${shapeText(b)}`,
        }
      if (i === undefined || j === undefined || !a[i] || !b[j] || !equals(a[i], b[j]))
        return { problem: `the axes ${i} of ${shapeText(a)} and ${j} of ${shapeText(b)} do not fit together` }
      const rest = [...a.filter((_, k) => k !== i), ...b.filter((_, k) => k !== j && k !== 0)]
      return { dtype: 'float32', shape: rest.length === 1 ? [...rest, 1] : rest }
    },
    axes: contractedAxes,
    role: noRole,
    notation: (_, [x, y]) =>
      x?.shape?.length === 2 && y?.shape?.length === 2
        ? { form: 'fence', latex: ['\\langle ', '\\rangle '], text: ['⟨', '⟩'], separator: ',' }
        : {
            form: 'function',
            latex: '\\mathrm{dot}',
            text: 'dot',
            shown: [{ attribute: 'axes', label: 'axes' }],
          },
    means: ({ axes }, [x, y]) => {
      const [i, j] = axes as readonly number[]
      const left = x!.shape!.length === 2 ? 'expandDims[[1]](x)' : i === 2 ? 'x' : 'transpose[[0, 2, 1]](x)'
      const right = y!.shape!.length === 2 ? 'expandDims[[2]](y)' : j === 1 ? 'y' : 'transpose[[0, 2, 1]](y)'
      const whole = `matMul(${left}, ${right})`
      if (x!.shape!.length === 2) return `squeeze[[1]](${whole})`
      return y!.shape!.length === 2 ? `squeeze[[2]](${whole})` : whole
    },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        attributes: { axes: [1, 1] },
      },
      {
        shapes: [
          [2, 4, 3],
          [2, 5, 3],
        ],
        attributes: { axes: [2, 2] },
      },
      {
        shapes: [
          [2, 4, 3],
          [2, 4],
        ],
        attributes: { axes: [1, 1] },
      },
    ],
  },
  dotProduct: {
    kind: 'derived',
    title: 'product of vectors and matrices',
    summary: 'The matrix product, where a vector is a row on the left and a column on the right.',
    source: 'tfjs-core/src/ops/dot.ts',
    inputs: ['x', 'y'],
    attributes: {},
    type: ([x, y]) => {
      const [a, b] = [x!.shape!, y!.shape!]
      if (![a.length, b.length].every(rank => rank === 1 || rank === 2))
        return { problem: `the product takes vectors and matrices, not ${shapeText(a)} and ${shapeText(b)}` }
      if (!equals(a.at(-1)!, b[0]!))
        return { problem: `the product of ${shapeText(a)} and ${shapeText(b)} does not exist` }
      return { dtype: widest([x!.dtype, y!.dtype]), shape: [...a.slice(0, -1), ...b.slice(1)] }
    },
    axes: vectorProductAxes,
    role: noRole,
    notation: { form: 'infix', latex: '\\cdot', text: '·', precedence: 30, associative: 'none' },
    means: (_, [x, y]) => {
      const left = x!.shape!.length === 1 ? 'expandDims[[0]](x)' : 'x'
      const right = y!.shape!.length === 1 ? 'expandDims[[1]](y)' : 'y'
      const gone = [...(x!.shape!.length === 1 ? [0] : []), ...(y!.shape!.length === 1 ? [1] : [])]
      const whole = `matMul(${left}, ${right})`
      return gone.length > 0 ? `squeeze[[${gone.join(', ')}]](${whole})` : whole
    },
    examples: [
      { shapes: [[3], [3]] },
      { shapes: [[3], [3, 2]] },
      { shapes: [[2, 3], [3]] },
      {
        shapes: [
          [2, 3],
          [3, 4],
        ],
      },
    ],
  },
  outerProduct: {
    kind: 'derived',
    title: 'outer product',
    summary: 'Every element of a vector times every element of another.',
    source: 'tfjs-core/src/ops/outer_product.ts',
    inputs: ['x', 'y'],
    attributes: {},
    type: ([x, y]) =>
      x!.shape!.length === 1 && y!.shape!.length === 1
        ? { dtype: widest([x!.dtype, y!.dtype]), shape: [x!.shape![0]!, y!.shape![0]!] }
        : {
            problem: `the outer product takes vectors, not ${shapeText(x!.shape)} and ${shapeText(y!.shape)}`,
          },
    axes: outerAxes,
    role: noRole,
    notation: { form: 'infix', latex: '\\otimes', text: '⊗', precedence: 20, associative: 'none' },
    means: 'expandDims[[1]](x) * expandDims[[0]](y)',
    examples: [{ shapes: [[3], [4]] }],
  },
  einsum: {
    kind: 'derived',
    title: 'Einstein summation',
    summary:
      'The product of tensors whose axes are named by letters, summed over the letters that the result lacks.',
    source: 'tfjs-core/src/ops/einsum.ts',
    inputs: ['x'],
    variadic: true,
    attributes: { equation: { kind: 'text', summary: 'the letters, as in `bij,bjk->bik`' } },
    type: (inputs, { equation }) => einsumType(inputs, equation),
    axes: letteredAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{einsum}', text: 'einsum', shown: ['equation'] },
    means: ({ equation }) => {
      const subscripts = subscriptsOf(equation) as Subscripts
      const product = matrixProduct(subscripts)
      if (product !== undefined) return product
      const { operands, result } = subscripts
      const all = [...result, ...new Set(operands.flat().filter(letter => !result.includes(letter)))]
      const factors = operands.map((letters, i) => {
        const order = [...letters.keys()].sort((a, b) => all.indexOf(letters[a]!) - all.indexOf(letters[b]!))
        const sorted = order.every((axis, k) => axis === k)
        const operand = sorted ? `x_${i + 1}` : `transpose[[${order.join(', ')}]](x_${i + 1})`
        const absent = all.flatMap((letter, k) => (letters.includes(letter) ? [] : [k]))
        return absent.length > 0 ? `expandDims[[${absent.join(', ')}]](${operand})` : operand
      })
      const summed = all.slice(result.length).map((_, i) => result.length + i)
      const whole = factors.join(' * ')
      return summed.length > 0 ? `sum[[${summed.join(', ')}], keepDims = false](${whole})` : whole
    },
    examples: [
      {
        shapes: [
          [2, 3],
          [3, 4],
        ],
        attributes: { equation: 'ij,jk->ik' },
      },
      {
        shapes: [
          [2, 3, 4],
          [2, 5, 4],
        ],
        attributes: { equation: 'bij,bkj->bik' },
      },
      {
        shapes: [
          [2, 3, 5, 4],
          [2, 6, 5, 4],
        ],
        attributes: { equation: 'bqhd,bkhd->bhqk' },
      },
      {
        shapes: [
          [2, 5, 3, 6],
          [2, 6, 5, 4],
        ],
        attributes: { equation: 'bhqk,bkhd->bqhd' },
      },
      {
        shapes: [
          [2, 3],
          [4, 3],
        ],
        attributes: { equation: 'ij,kj->ki' },
      },
      {
        shapes: [
          [2, 3, 4],
          [3, 4],
        ],
        attributes: { equation: 'bij,ij->b' },
      },
      { shapes: [[2, 3, 4]], attributes: { equation: 'abc->ca' } },
      { shapes: [[3], [4]], attributes: { equation: 'i,j->ji' } },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
