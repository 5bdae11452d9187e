import { evaluate } from '../evaluate/evaluate.js'
import { randomSource, randomTensor } from '../evaluate/random.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { opTable } from '../ops/table.js'
import type { Counterexample } from './verdict.js'

/** Multiplications and additions that one search may spend. */
const budget = 150_000_000

/** Relative difference from which two numbers count as different: far above what rounding in double precision does. */
const tolerance = 1e-6

/** How many random points are tried. */
const attempts = 3

/** What parameters are filled with at each attempt when all are equal. */
const equalParameters = [0.41, 0.83, 0.17] as const

/**
 * Searches numbers on which two values differ; the same leaves have the same numbers on both sides. With `equal`
 * parameters, every element of every parameter is one number: such a counterexample holds whichever parameter of one
 * side is which of the other, and in whatever order their elements are.
 */
export function findCounterexample(
  specified: Node,
  implemented: Node,
  subject: string,
  nameOf: (node: Node) => string,
  parameters: 'random' | 'equal' = 'random',
): Counterexample | Problem {
  let reason = 'the numbers agree at all points that were tried'
  for (let seed = 1; seed <= attempts; seed++) {
    const random = randomSource(seed)
    const leaves = new Map<Node, Tensor>()
    const symbol = symbolValues()
    const leaf = (node: Node): Tensor | undefined => {
      if (opTable[node.op]?.inputs.length !== 0 || 'value' in node.attributes || 'values' in node.attributes)
        return undefined
      if (!('name' in node.attributes)) return undefined
      const known = leaves.get(node)
      if (known) return known
      const shape = (node.type.shape ?? []).map(size => numeric(size, symbol))
      if (shape.some(size => size === undefined)) return undefined
      const integers = node.type.dtype === 'int32'
      const fixed = equalParameters[seed - 1]!
      const range =
        parameters === 'equal' && 'identity' in node.attributes
          ? ([fixed, fixed] as const)
          : rangeOf(node, shape as number[], integers)
      const tensor = randomTensor(shape as number[], random, { range, integers, dtype: node.type.dtype })
      leaves.set(node, tensor)
      return tensor
    }
    const values = evaluate([specified, implemented], { leaf, symbol, budget })
    if (isProblem(values)) return values
    const [expected, actual] = values as readonly [Tensor, Tensor]
    if (expected.shape.join() !== actual.shape.join()) {
      return { subject, inputs: [], expected: expected.data.length, actual: actual.data.length, index: [] }
    }
    const at = firstDifference(expected.data, actual.data)
    if (at === undefined) continue
    if (at < 0) {
      reason = 'the computation does not yield numbers'
      continue
    }
    const inputs = [...leaves]
      .sort(([a], [b]) => Number('identity' in a.attributes) - Number('identity' in b.attributes))
      .slice(0, 3)
      .map(([node, { shape, data }]) => ({ name: nameOf(node), shape, values: [...data.slice(0, 12)] }))
    return {
      subject,
      inputs,
      expected: expected.data[at]!,
      actual: actual.data[at]!,
      index: indexOf(at, expected.shape),
    }
  }
  return { problem: reason }
}

/**
 * The interval of a leaf's numbers. Variances are positive; kernels shrink with the number of terms that they sum, so
 * that deep models do not saturate and hide differences.
 */
function rangeOf(
  { attributes }: Node,
  shape: readonly number[],
  integers: boolean,
): readonly [number, number] {
  if (integers) return [0, 2]
  if (attributes.name === 'moving_variance') return [0.5, 1.5]
  const terms =
    shape.length > 1 && 'identity' in attributes ? shape.slice(0, -1).reduce((a, b) => a * b, 1) : 1
  const scale = Math.sqrt(3 / terms)
  return terms > 3 ? [-scale, scale] : [-1, 1]
}

/** Sizes of an axis when one place of a large model is tried by itself: distinct, so that axes cannot be confused. */
const smallSizes = [2, 3, 4, 5, 6]

/** Tries two activations alone, on a small tensor; an absent one is the identity. */
export function findLocalCounterexample(
  { specified, implemented }: { readonly specified?: Node; readonly implemented?: Node },
  builder: GraphBuilder,
): Counterexample | Problem {
  const rank = (specified ?? implemented)?.type.shape?.length ?? 2
  const shape = Array.from({ length: rank }, (_, axis) => smallSizes[axis] ?? 7)
  const input = builder.node('input', [], { name: 'x', index: -1000, shape, dtype: 'float32' })
  if (isProblem(input)) return input
  const apply = (node: Node | undefined) => (node ? builder.node(node.op, [input], node.attributes) : input)
  const [left, right] = [apply(specified), apply(implemented)]
  if (isProblem(left)) return left
  if (isProblem(right)) return right
  return findCounterexample(left, right, 'the activation alone', () => 'x')
}

/** The position of the largest clear difference, −1 where there are no numbers, undefined where all agree. */
function firstDifference(a: Float64Array, b: Float64Array): number | undefined {
  let best: number | undefined
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]!) || Number.isNaN(b[i]!)) return -1
    const difference = Math.abs(a[i]! - b[i]!)
    if (difference > tolerance * (1 + Math.abs(a[i]!)) && difference > largest) {
      largest = difference
      best = i
    }
  }
  return best
}

function indexOf(at: number, shape: readonly number[]): readonly number[] {
  const index: number[] = []
  let rest = at
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!)
    rest = Math.floor(rest / shape[axis]!)
  }
  return index
}

/** Small distinct sizes for symbols: the batch is 2, others follow. */
function symbolValues(): (name: string) => number {
  const known = new Map<string, number>([['N', 2]])
  return name => {
    const value = known.get(name) ?? known.size + 2
    known.set(name, value)
    return value
  }
}

function numeric(size: Dimension, symbol: (name: string) => number): number | undefined {
  const value = substitute(size, symbol)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}
