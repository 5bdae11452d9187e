import { isDraw } from '../evaluate/concrete.js'
import { domainOf, drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource } from '../evaluate/random.js'
import { substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { nodesBelow } from '../graph/walk.js'
import { opaqueBelow, openNumber } from './counterexample.js'
import type { Sides } from './evidence.js'
import { batch, fixedSizes, smallSizes } from './sizes.js'
import type { Evidence } from './verdict.js'

/** Learned numbers of a spec of which it is asked how they change the result. */
const mostLearned = 400

/** Nodes that may be computed for it. */
const mostComputed = 400_000

/** Multiplications and additions of one evaluation. */
const budget = 2_000_000

/** How many examples a point has. */
const batchSize = 6

/** How far a learned number is moved to either side. */
const step = 1e-3

/** Where slopes over steps of two lengths differ by a larger part of the largest one, as at a kink, they are not relied on. */
const mostInexact = 1e-5

/** A direction that is left with a smaller part of the largest derivative is none. */
const leastPivot = 1e-2

/** What learned numbers are drawn from, each of which has to show it. */
const seeds = [101, 1009] as const

/** The deviation of learned numbers. */
const deviation = 0.7

/**
 * Evidence that the equations describe more functions than the code has, whatever its parameters: their learned numbers
 * change the outputs in more independent directions than there are learned numbers in the code. The functions that code with
 * n numbers computes have at most n directions at each of them, and the rank of the derivative by the learned numbers
 * counts those of the equations, so that this rests on no pairing. So one matrix in the place of two is told, and two biases
 * that are only ever added are not.
 */
export function missingFreedom({ specified, implemented, assumed }: Sides): Evidence | undefined {
  const both = [...specified, ...implemented]
  if (opaqueBelow(both) !== undefined) return undefined
  if (openNumber({ specified, implemented, symbols: assumed }) !== undefined) return undefined
  const symbol = smallSizes(new Map([[batch, batchSize], ...assumed]), fixedSizes(both), 'least')
  const [stated, actual] = [specified, implemented].map(outputs => leavesBelow(outputs, symbol))
  if (!stated || !actual?.given.every(node => stated.given.includes(node))) return undefined
  if (stated.count <= actual.count || stated.count > mostLearned) return undefined
  const wanted = actual.count + 1
  const isFreer = seeds.every(
    seed => independentDirections(specified, stated, { wanted, symbol, seed }) === wanted,
  )
  if (!isFreer) return undefined
  return {
    by: 'value',
    expected: `${wanted} learned numbers or more that change the result independently of each other`,
    actual: `${actual.count} learned numbers`,
  }
}

interface Leaves {
  readonly learned: readonly { readonly node: Node; readonly shape: readonly number[] }[]
  /** How many numbers are learned. */
  readonly count: number
  readonly given: readonly Node[]
}

/** What is learned and what is given below some values; undefined where there is anything else. */
function leavesBelow(outputs: readonly Node[], symbol: (name: string) => number): Leaves | undefined {
  const leaves = nodesBelow(outputs).filter(({ inputs, op }) => inputs.length === 0 && op !== 'constant')
  const learned = leaves.filter(({ op }) => op === 'parameter')
  const given = leaves.filter(({ op }) => op === 'input')
  if (learned.length + given.length < leaves.length || leaves.some(isDraw)) return undefined
  const shaped = learned.flatMap(node => {
    const shape = node.type.shape?.map(size => substitute(size, symbol))
    return shape?.every(size => typeof size === 'number') ? [{ node, shape }] : []
  })
  if (shaped.length < learned.length) return undefined
  const count = shaped.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return { learned: shaped, count, given }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** In how many independent directions learned numbers move outputs, as far as they can be relied on; up to `wanted`. */
function independentDirections(
  outputs: readonly Node[],
  { learned, count, given }: Leaves,
  {
    wanted,
    symbol,
    seed,
  }: { readonly wanted: number; readonly symbol: (name: string) => number; readonly seed: number },
): number {
  const values = new Map(
    learned.map(({ node, shape }, i) => [
      node,
      drawTensor(shape, node.type.dtype, { kind: 'real' }, randomSource(seed + i), deviation),
    ]),
  )
  const at = (point: number): readonly number[] | undefined => {
    const inputs = new Map<Node, Tensor>()
    for (const [i, node] of given.entries()) {
      const shape = (node.type.shape ?? []).map(size => Number(substitute(size, symbol)))
      const { dtype } = node.type
      inputs.set(node, drawTensor(shape, dtype, domainOf(dtype), randomSource(seed * (point + 2) + i)))
    }
    const leaf = (node: Node) => values.get(node) ?? inputs.get(node)
    const results = evaluate(outputs, { leaf, symbol, budget })
    return isProblem(results) ? undefined : results.flatMap(({ data }) => [...data])
  }
  const rows = at(0)?.length ?? 0
  const points = Math.ceil((wanted + 2) / Math.max(1, rows))
  if (rows === 0 || 4 * count * points * nodesBelow(outputs).length > mostComputed) return 0
  const result = (): readonly number[] | undefined => {
    const all = Array.from({ length: points }, (_, point) => at(point))
    return all.every(each => each !== undefined) ? all.flat() : undefined
  }
  const derivatives: (readonly number[])[] = []
  for (const { data } of values.values())
    for (let i = 0; i < data.length; i++) {
      const before = data[i]!
      const slope = (length: number): readonly number[] | undefined => {
        data[i] = before + length
        const after = result()
        data[i] = before - length
        const other = result()
        data[i] = before
        return other && after?.map((value, row) => (value - other[row]!) / (2 * length))
      }
      const [long, short] = [slope(step), slope(step / 2)]
      if (!long || !short || !isClose(long, short)) continue
      // Richardson 1911: without the error in the square of the step.
      derivatives.push(short.map((value, row) => (4 * value - long[row]!) / 3))
    }
  return rank(derivatives, wanted)
}

function isClose(a: readonly number[], b: readonly number[]): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return (
    largest < Number.POSITIVE_INFINITY &&
    a.every((value, i) => Math.abs(value - b[i]!) <= mostInexact * largest)
  )
}

/** How many vectors are independent, up to `wanted`, by orthogonalisation with the longest one first. */
function rank(vectors: readonly (readonly number[])[], wanted: number): number {
  const left = vectors.flatMap(vector => {
    const length = Math.hypot(...vector)
    return length > leastPivot ? [Float64Array.from(vector, value => value / length)] : []
  })
  for (let found = 0; ; found++) {
    const lengths = left.map(vector => Math.hypot(...vector))
    const longest = lengths.reduce((best, length, i) => (length > lengths[best]! ? i : best), 0)
    const length = lengths[longest] ?? 0
    if (found === wanted || length < leastPivot) return found
    const [direction] = left.splice(longest, 1)
    for (const vector of left) {
      const share = vector.reduce((sum, value, i) => sum + value * direction![i]!, 0) / length ** 2
      for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - share * direction![i]!
    }
  }
}
