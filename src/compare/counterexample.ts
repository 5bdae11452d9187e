import { evaluate } from '../evaluate/evaluate.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { Mode } from '../ops/elaborate.js'
import { layoutsOf, Point, type PointKind } from './point.js'
import type { Counterexample } from './verdict.js'

/** Multiplications and additions that one evaluation of both models may take. */
const budget = 120_000_000

/**
 * From which part of the largest number of a tensor on two numbers count as different: far above what rounding in
 * double precision does.
 */
const tolerance = 1e-8

/** How many points are tried. */
const attempts = 3

export interface Search {
  /** Values that should be equal, pairwise. */
  readonly specified: readonly Node[]
  readonly implemented: readonly Node[]
  readonly kind: PointKind
  readonly mode: Mode
  /** What the pairs are called. */
  readonly subjects: readonly string[]
  readonly nameOf: (node: Node) => string
  /** Values of symbols that are not free. */
  readonly symbols?: ReadonlyMap<string, number>
}

/** Numbers on which two values differ, or why none were found. `agree`: at all points that were tried they are equal. */
export type Found = Counterexample | (Problem & { readonly agree: boolean })

/** Searches numbers on which two models differ; the same leaves have the same numbers on both sides. */
export function findCounterexample(search: Search): Found {
  const { specified, implemented, mode, kind } = search
  const all = [...specified, ...implemented]
  const layouts = layoutsOf(all)
  const lost = opaqueBelow(all)
  if (lost) return { problem: `they depend on a value that could not be followed: ${lost}`, agree: false }
  let undefinedAt = false
  for (let seed = 1; seed <= attempts; seed++) {
    const symbol = symbolValues(mode, search.symbols)
    const point = new Point(kind, seed, layouts, symbol)
    const { leaf, support } = point
    const values = evaluate(all, { leaf, support, symbol, mode, budget, oneDraw: true })
    if (isProblem(values)) return { problem: values.problem, agree: false }
    for (const [i, subject] of search.subjects.entries()) {
      const [expected, actual] = [values[i]!, values[specified.length + i]!]
      const at = firstDifference(expected, actual)
      if (at === undefined) continue
      if (at < 0) undefinedAt = true
      else return counterexample(subject, expected, actual, at, point, search)
    }
  }
  return undefinedAt
    ? { problem: 'the computation does not yield numbers', agree: false }
    : { problem: 'the numbers agree at all points that were tried', agree: true }
}

function counterexample(
  subject: string,
  expected: Tensor,
  actual: Tensor,
  at: number,
  { asked }: Point,
  { mode, nameOf }: Search,
): Counterexample {
  const inputs = [...asked]
    .sort(([a], [b]) => Number('identity' in a.attributes) - Number('identity' in b.attributes))
    .slice(0, 3)
    .map(([node, { shape, data }]) => ({ name: nameOf(node), shape, values: [...data.slice(0, 12)] }))
  return {
    subject: mode === 'training' ? `${subject} in training` : subject,
    inputs,
    expected: expected.data[at]!,
    actual: actual.data[at]!,
    index: indexOf(at, expected.shape),
  }
}

/** Why a value below could not be followed, if there is one. */
function opaqueBelow(outputs: readonly Node[]): string | undefined {
  const seen = new Set(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (typeof node.attributes.reason === 'string') return node.attributes.reason
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
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

/** Small distinct sizes for symbols. In training a batch has three examples, so that its statistics say something. */
function symbolValues(mode: Mode, fixed: ReadonlyMap<string, number> = new Map()): (name: string) => number {
  const known = new Map<string, number>([['N', mode === 'training' ? 3 : 2], ...fixed])
  return name => {
    const value = known.get(name) ?? known.size + 3
    known.set(name, value)
    return value
  }
}
