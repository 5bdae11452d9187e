import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type EvaluationOptions, evaluate } from './evaluate.js'

/** Two computations of the same tensors. */
export interface Sides {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
  /** Whether both are of one builder, so that what they share is one and computed once. */
  readonly inOneGraph?: boolean
}

/** What everything is that two computations are given. */
export interface SamplePoint extends Pick<EvaluationOptions, 'leaf' | 'symbol' | 'mode' | 'budget'> {
  /** The numbers are so large that what is equal may overflow in one form and not in another. */
  readonly isFar?: boolean
}

/** Numbers that differ by more than rounding explains. */
export interface Difference {
  /** Which output, and where in it. */
  readonly output: number
  readonly index: readonly number[]
  readonly first: number
  readonly second: number
}

/** What a search found out. */
export type Found<Point extends SamplePoint> =
  | { readonly kind: 'different'; readonly point: Point; readonly difference: Difference }
  /** The numbers are equal at all points, as far as rounding lets one say. */
  | { readonly kind: 'equal' }
  /** There are no numbers, or none that can be relied on. */
  | { readonly kind: 'open'; readonly problem: string }

/** A difference counts from here on, relative to the largest number of the output. */
const relevant = 1e-8

/** How much larger than the effect of the noise a difference has to be. */
const margin = 10

/** Every result in between is off by up to this part: some thousand times what rounding does in double precision. */
const noise = 2 ** -40

const unreliable: Problem = { problem: 'the computation does not yield numbers that can be relied on' }

/**
 * Looks for a point at which two computations differ: the one search that there is. Computed a second time with every
 * result in between slightly off, each side has to stay much nearer to itself than to the other one: else a difference
 * may be due to rounding. What cannot be computed in a mode is not tried in it again.
 */
export function findDifference<Point extends SamplePoint>(
  sides: Sides,
  points: Iterable<Point>,
): Found<Point> {
  let open: Problem | undefined
  const refused = new Set<SamplePoint['mode']>()
  for (const point of points) {
    if (refused.has(point.mode)) continue
    const found = differenceAt(sides, point)
    if ('difference' in found) return { kind: 'different', point, difference: found.difference }
    if ('refused' in found) refused.add(point.mode)
    if (isProblem(found) && !point.isFar) open ??= found
  }
  return open ? { kind: 'open', problem: open.problem } : { kind: 'equal' }
}

type AtPoint =
  | { readonly difference: Difference }
  | { readonly isEqual: true }
  | (Problem & { readonly refused?: true })

function differenceAt(sides: Sides, point: SamplePoint): AtPoint {
  const exact = valuesOf(sides, point)
  if (isProblem(exact)) return { ...exact, refused: true }
  let rough: readonly Pair[] | Problem | undefined
  let isReliable = true
  for (const [output, pair] of exact.entries()) {
    const [a, b] = pair
    if (a.shape.join() !== b.shape.join())
      return { problem: 'the results have different shapes', refused: true }
    if (isEqual(pair)) continue
    rough ??= valuesOf(sides, { ...point, noise })
    const found = isProblem(rough) ? undefined : largestDifference(pair, rough[output]!)
    if (found) return { difference: { output, ...found } }
    isReliable = false
  }
  return isReliable ? { isEqual: true } : unreliable
}

type Pair = readonly [first: Tensor, second: Tensor]

function valuesOf(
  { first, second, inOneGraph }: Sides,
  options: EvaluationOptions,
): readonly Pair[] | Problem {
  if (inOneGraph) {
    const all = evaluate([...first, ...second], options)
    return isProblem(all) ? all : first.map((_, i): Pair => [all[i]!, all[first.length + i]!])
  }
  const left = evaluate(first, options)
  if (isProblem(left)) return left
  const right = evaluate(second, options)
  return isProblem(right) ? right : left.map((value, i): Pair => [value, right[i]!])
}

/**
 * From which difference on two numbers of an output are not the same; undefined where there are none: outside of the
 * domain of a function, or where one side only overflows.
 */
function threshold([{ data: a }, { data: b }]: Pair): number | undefined {
  let scale = 0
  for (let i = 0; i < a.length; i++) {
    const isNumber = Number.isFinite(a[i]!) && Number.isFinite(b[i]!)
    if (!isNumber && (a[i] !== b[i] || Number.isNaN(a[i]))) return undefined
    if (isNumber) scale = Math.max(scale, Math.abs(a[i]!), Math.abs(b[i]!))
  }
  return relevant * scale
}

function isEqual(pair: Pair): boolean {
  const least = threshold(pair)
  const [{ data: a }, { data: b }] = pair
  return least !== undefined && a.every((x, i) => x === b[i] || Math.abs(x - b[i]!) <= least)
}

/** The largest difference that is beyond rounding. */
function largestDifference(pair: Pair, [c, d]: Pair): Omit<Difference, 'output'> | undefined {
  const least = threshold(pair)
  if (least === undefined) return undefined
  const [a, b] = pair
  let largest = least
  let best: number | undefined
  for (let at = 0; at < a.data.length; at++) {
    const [x, y] = [a.data[at]!, b.data[at]!]
    const difference = Math.abs(x - y)
    const rounding = Math.abs(x - c.data[at]!) + Math.abs(y - d.data[at]!)
    if (!(difference > largest && difference > margin * rounding)) continue
    largest = difference
    best = at
  }
  return best === undefined
    ? undefined
    : { index: indexOf(best, a.shape), first: a.data[best]!, second: b.data[best]! }
}

function indexOf(at: number, shape: readonly number[]): readonly number[] {
  const index: number[] = []
  let rest = at
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}
