import { isDraw } from '../evaluate/concrete.js'
import { type EvaluationOptions, evaluateInRounds } from '../evaluate/evaluate.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { optionOf } from '../trace/stated-inputs.js'
import { budget, modelPoints, opaqueBelow, openNumber, shownInputs } from './counterexample.js'
import type { Sides } from './evidence.js'
import type { Evidence } from './verdict.js'

/** So many times everything is drawn anew before a mean is looked at, so that what is rare is met, and at most. */
const rounds = { first: 320, most: 2560 } as const

/** How many standard errors a mean has to be away from zero, far more than chance explains in so many draws. */
const certain = 10

/** A difference of the means counts from here on, as a part of them. */
const relevant = 1e-6

/** As many points are tried. */
const mostPoints = 6

/**
 * Numbers at which two random values, of one element each, have different expectations. Both sides are computed with the
 * same draws where they share them, again and again with others: the expectation of a difference does not depend on what
 * is drawn together, and equal expectations for all numbers are the same objective.
 */
export function differingExpectation({
  specified,
  implemented,
  names,
  nameOf,
  assumed,
}: Sides): Extract<Evidence, { by: 'counterexample' }> | Problem {
  const all = [...specified, ...implemented]
  const lost = opaqueBelow(all)
  if (lost) return { problem: `they depend on a value that could not be followed: ${lost}` }
  const search = { specified, implemented, symbols: assumed, kind: 'distinct' } as const
  const open = openNumber(search)
  if (open !== undefined)
    return { problem: `\`${open}\` is not known; \`${optionOf(open)}\` gives it a value` }
  let tried = 0
  for (const point of modelPoints(search)) {
    if (tried++ >= mostPoints) break
    const leaf: EvaluationOptions['leaf'] = node => (isDraw(node) ? undefined : point.leaf(node))
    const found = meansAt(all, { ...point, leaf, budget: budget / 40 })
    if (!found) continue
    if (isProblem(found)) return found
    const inputs = shownInputs(point.asked, nameOf)
    const [expected, actual] = found.means
    const subject = `the mean of ${names[0] ?? 'the loss'} over ${found.count} draws`
    return { by: 'counterexample', counterexample: { subject, inputs, expected, actual, index: [] } }
  }
  return { problem: 'their means over many draws agree' }
}

interface Means {
  readonly means: readonly [number, number]
  readonly count: number
}

/** The means of two values over draws, where they are sure to differ. */
function meansAt(roots: readonly Node[], options: EvaluationOptions): Means | Problem | undefined {
  const drawn = evaluateInRounds(roots, options)
  if (isProblem(drawn)) return drawn
  let [count, first, second, mean, squares] = [0, 0, 0, 0, 0]
  while (count < rounds.most) {
    const values = drawn(count)
    if (isProblem(values)) return values
    const [a, b] = values.map(({ data }) => data[0]!)
    if (values.some(({ data }) => data.length !== 1)) return { problem: 'a loss is one number' }
    if (!Number.isFinite(a) || !Number.isFinite(b)) return undefined
    count++
    first += (a! - first) / count
    second += (b! - second) / count
    const difference = a! - b!
    const before = difference - mean
    mean += before / count
    squares += before * (difference - mean)
    if (count % rounds.first !== 0) continue
    const error = Math.sqrt(squares / (count - 1) / count)
    const scale = Math.max(Math.abs(first), Math.abs(second))
    if (Math.abs(mean) > certain * error && Math.abs(mean) > relevant * scale)
      return { means: [first, second], count }
    // With the same draws nothing differs, and more of them will not.
    if (Math.abs(mean) <= relevant * scale && error <= relevant * scale) return undefined
  }
  return undefined
}
