import { evaluate } from '../evaluate/evaluate.js'
import { firstElements, wholeShape } from '../evaluate/quotient.js'
import { symbolsIn } from '../graph/attribute.js'
import { symbolsOf } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { Mode } from '../ops/elaborate.js'
import { below, layoutsOf } from './layouts.js'
import { type Outer, outerParameters } from './outer.js'
import { Point, type PointKind } from './point.js'
import type { Counterexample } from './verdict.js'

/** Multiplications and additions that one evaluation of both models may take. */
const budget = 120_000_000

/** From which part of the largest number of a tensor on two numbers count as different. */
const tolerance = 1e-8

/** The size of the batch, which every model leaves open. */
const batch = 'N'

/** By how much every number is made wrong to see what rounding may do: some thousand times what it is in double precision. */
const noise = 2 ** -40

export interface Search {
  /** Values that should be equal, pairwise. */
  readonly specified: readonly Node[]
  readonly implemented: readonly Node[]
  readonly kind: PointKind
  readonly mode: Mode
  /** Which point is tried, from 1; the first one has the smallest batch. */
  readonly seed: number
  /** What the pairs are called. */
  readonly subjects: readonly string[]
  readonly nameOf: (node: Node) => string
  /** Values of symbols that are not free. */
  readonly symbols?: ReadonlyMap<string, number>
}

/** Numbers on which two values differ, or why there are none. `agree`: the numbers are equal. */
export type Found = Counterexample | (Problem & { readonly agree: boolean })

/** Computes two models at one point; the same leaves have the same numbers on both sides. */
export function findCounterexample(search: Search): Found {
  const { specified, implemented, mode, kind, seed } = search
  const all = [...specified, ...implemented]
  const layouts = layoutsOf(all)
  const lost = opaqueBelow(all)
  if (lost) return { problem: `they depend on a value that could not be followed: ${lost}`, agree: false }
  const open = openNumber(search)
  if (open !== undefined)
    return { problem: `\`${open}\` is not known; \`--arg ${open}=…\` gives it a value`, agree: false }
  const symbol = symbolValues(mode, seed, search.symbols)
  const outer: ReadonlyMap<Node, Outer> =
    kind === 'equal' ? outerParameters(specified, implemented) : new Map()
  const point = new Point(kind, seed, layouts, outer, symbol)
  const options = { leaf: point.leaf, symbol, mode, budget }
  const values = evaluate(all, options)
  if (isProblem(values)) return { problem: values.problem, agree: false }
  let isReliable = true
  let inexact: readonly Tensor[] | Problem | undefined
  for (const [i, subject] of search.subjects.entries()) {
    const [expected, actual] = [values[i]!, values[specified.length + i]!]
    const at = firstDifference(expected, actual)
    if (at === undefined) continue
    if (at >= 0) inexact ??= evaluate(all, { ...options, noise })
    if (inexact && isBeyondRounding(i, at, values, inexact, specified.length))
      return counterexample(subject, expected, actual, at, point, search)
    isReliable = false
  }
  return isReliable
    ? { problem: 'the numbers agree at all points that were tried', agree: true }
    : { problem: 'the computation does not yield numbers that can be relied on', agree: false }
}

function counterexample(
  subject: string,
  expected: Tensor,
  actual: Tensor,
  at: number,
  point: Point,
  { mode, nameOf }: Search,
): Counterexample {
  const inputs = [...point.asked]
    .sort(([a], [b]) => Number('identity' in a.attributes) - Number('identity' in b.attributes))
    .slice(0, 3)
    .map(([node, value]) => ({
      name: nameOf(node),
      shape: wholeShape(value),
      values: firstElements(value, 12),
    }))
  return {
    subject: mode === 'training' ? `${subject} in training` : subject,
    inputs,
    expected: expected.data[at]!,
    actual: actual.data[at]!,
    index: indexOf(at, expected.shape),
  }
}

/** Whether two numbers still differ, and by more, when all that was computed before them is not exact. */
function isBeyondRounding(
  i: number,
  at: number,
  values: readonly Tensor[],
  inexact: readonly Tensor[] | Problem,
  sides: number,
): boolean {
  if (at < 0 || isProblem(inexact)) return false
  const [expected, actual] = [values[i]!.data[at]!, values[sides + i]!.data[at]!]
  const error = Math.abs(inexact[i]!.data[at]! - expected) + Math.abs(inexact[sides + i]!.data[at]! - actual)
  return error * 10 < Math.abs(expected - actual)
}

/**
 * A number that one side computes with, or has learned tensors of, and the other does not know, and that is no size of what
 * is given: another value of it could make both equal.
 */
function openNumber({ specified, implemented, symbols }: Search): string | undefined {
  const sides = [specified, implemented].map(outputs => {
    const [sizes, all] = [new Set<string>(), new Set<string>()]
    for (const { attributes, type } of below(outputs)) {
      if ('name' in attributes && !('identity' in attributes))
        for (const size of type.shape ?? []) symbolsOf(size, sizes)
      for (const value of Object.values(attributes).filter(mayHaveSymbols))
        for (const name of symbolsIn(value)) all.add(name)
    }
    return { sizes, all }
  })
  const given = new Set([batch, ...sides.flatMap(({ sizes }) => [...sizes])])
  const isShared = (name: string) => sides.every(({ all }) => all.has(name))
  return sides
    .flatMap(({ all }) => [...all])
    .find(name => !given.has(name) && !isShared(name) && !symbols?.has(name))
}

/** Constants are long lists of numbers. */
const mayHaveSymbols = (value: Attribute): boolean =>
  typeof value === 'object' && !(Array.isArray(value) && value.every(item => typeof item === 'number'))

/** Why a value below could not be followed, if there is one. */
function opaqueBelow(outputs: readonly Node[]): string | undefined {
  for (const { attributes } of below(outputs))
    if (typeof attributes.reason === 'string') return attributes.reason
  return undefined
}

/** The position of the largest clear difference, −1 where there are no numbers, undefined where all agree. */
function firstDifference({ shape, data: a }: Tensor, { shape: other, data: b }: Tensor): number | undefined {
  if (shape.join() !== other.join()) return -1
  let best: number | undefined
  let largest = 0
  let scale = 0
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i]!) || !Number.isFinite(b[i]!)) return -1
    scale = Math.max(scale, Math.abs(a[i]!), Math.abs(b[i]!))
    const difference = Math.abs(a[i]! - b[i]!)
    if (difference > largest) {
      largest = difference
      best = i
    }
  }
  return largest > tolerance * scale ? best : undefined
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

/** Small distinct sizes for symbols. In training a batch has several examples, so that its statistics say something. */
function symbolValues(
  mode: Mode,
  seed: number,
  fixed: ReadonlyMap<string, number> = new Map(),
): (name: string) => number {
  const known = new Map<string, number>([['N', Math.min(seed, 2) + (mode === 'training' ? 1 : 0)], ...fixed])
  return name => {
    const value = known.get(name) ?? known.size + 3
    known.set(name, value)
    return value
  }
}
