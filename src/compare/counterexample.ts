import { findDifference, type SamplePoint } from '../evaluate/difference.js'
import { firstElements, type Quotient, wholeShape } from '../evaluate/quotient.js'
import { symbolsIn } from '../graph/attribute.js'
import { symbolsOf } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Mode } from '../ops/elaborate.js'
import { optionOf } from '../trace/stated-inputs.js'
import { below, layoutsOf } from './layouts.js'
import { type Outer, outerParameters } from './outer.js'
import { inputRanges, Point, type PointKind } from './point.js'
import { batch, fixedSizes, type Sizes, smallSizes } from './sizes.js'
import type { Counterexample } from './verdict.js'

/** Multiplications and additions that one evaluation of both models may take. */
export const budget = 120_000_000

/** That no point tells two models apart. */
export const numbersAgree: Problem = {
  problem: 'the numbers agree wherever they do not depend on what corresponds to what',
}

/** Two models whose outputs should be equal, in pairs, and the points at which they are computed. */
export interface Search {
  readonly specified: readonly Node[]
  readonly implemented: readonly Node[]
  /** What the pairs are called. */
  readonly subjects: readonly string[]
  readonly kind: PointKind
  readonly nameOf: (node: Node) => string
  /** Values of symbols that are not free. */
  readonly symbols: ReadonlyMap<string, number>
}

/**
 * Numbers on which two models differ, in inference or in training, or why there are none; the same leaves have the same
 * numbers on both sides.
 */
export function findCounterexample(search: Search): Counterexample | Problem {
  const { specified, implemented, subjects } = search
  const lost = opaqueBelow([...specified, ...implemented])
  if (lost) return { problem: `they depend on a value that could not be followed: ${lost}` }
  const open = openNumber(search)
  if (open !== undefined)
    return { problem: `\`${open}\` is not known; \`${optionOf(open)}\` gives it a value` }
  const sides = { first: specified, second: implemented, inOneGraph: true }
  const found = findDifference(sides, modelPoints(search))
  if (found.kind === 'open') return { problem: found.problem }
  if (found.kind === 'equal') return numbersAgree
  // Where sizes are open, as few numbers as show the difference.
  const least = hasOpenSizes(search) ? findDifference(sides, modelPoints(search, 'least')) : found
  const { point, difference } = least.kind === 'different' ? least : found
  const { mode, asked } = point
  const { output, index, first, second } = difference
  const inputs = shownInputs(asked, search.nameOf)
  const subject = subjects[output]!
  return {
    subject: mode === 'training' ? `${subject} in training` : subject,
    inputs,
    expected: first,
    actual: second,
    index,
  }
}

/** Whether sizes besides that of the batch are symbols that nothing gives a value. */
function hasOpenSizes({ specified, implemented, symbols }: Search): boolean {
  return [...below([...specified, ...implemented])].some(({ type }) =>
    (type.shape ?? []).some(size => [...symbolsOf(size)].some(name => name !== batch && !symbols.has(name))),
  )
}

/** Of what a point gives, a few tensors as counterexamples show them: inputs before parameters. */
export function shownInputs(
  asked: ReadonlyMap<Node, Quotient>,
  nameOf: (node: Node) => string,
): Counterexample['inputs'] {
  return [...asked]
    .sort(([a], [b]) => Number('identity' in a.attributes) - Number('identity' in b.attributes))
    .slice(0, 3)
    .map(([node, value]) => ({
      name: nameOf(node),
      shape: wholeShape(value),
      values: firstElements(value, 12),
    }))
}

export interface ModelPoint extends SamplePoint {
  readonly mode: Mode
  /** What was asked for, for showing it. */
  readonly asked: ReadonlyMap<Node, Quotient>
}

/**
 * Points in both modes: as many as there are ranges of inputs; the first ones have the smallest batch. In training a batch
 * has several examples, so that its statistics say something.
 */
export function* modelPoints(
  { specified, implemented, kind, symbols }: Pick<Search, 'specified' | 'implemented' | 'kind' | 'symbols'>,
  sizes?: Sizes,
): Generator<ModelPoint> {
  const all = [...specified, ...implemented]
  const layouts = layoutsOf(all)
  const outer: ReadonlyMap<Node, Outer> =
    kind === 'equal' ? outerParameters(specified, implemented) : new Map()
  const fixed = fixedSizes(all)
  for (let seed = 1; seed <= inputRanges.length; seed++)
    for (const mode of ['inference', 'training'] as const) {
      const size = Math.min(seed, 2) + (mode === 'training' ? 1 : 0)
      const tried = sizes ?? (seed % 2 === 0 ? 'odd' : 'even')
      const symbol = smallSizes(new Map([[batch, size], ...symbols]), fixed, tried)
      const { leaf, asked } = new Point(kind, seed, layouts, outer, symbol)
      yield { leaf, asked, symbol, mode, budget }
    }
}

/**
 * A number that one side computes with, or has learned tensors of, and the other does not know, and that is no size of what
 * is given: another value of it could make both equal.
 */
export function openNumber({
  specified,
  implemented,
  symbols,
}: Pick<Search, 'specified' | 'implemented' | 'symbols'>): string | undefined {
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
    .find(name => !given.has(name) && !isShared(name) && !symbols.has(name))
}

/** Constants are long lists of numbers. */
const mayHaveSymbols = (value: Attribute): boolean =>
  typeof value === 'object' && !(Array.isArray(value) && value.every(item => typeof item === 'number'))

/** Why a value below could not be followed, if there is one. */
export function opaqueBelow(outputs: readonly Node[]): string | undefined {
  for (const { attributes } of below(outputs))
    if (typeof attributes.reason === 'string') return attributes.reason
  return undefined
}
