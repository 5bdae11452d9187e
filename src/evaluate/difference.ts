import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type EvaluationOptions, evaluate, type Interpretation } from './evaluate.js'
import { randomSource } from './random.js'

/** Two computations of the same tensors. */
export interface Sides {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

/** Numbers on which two computations differ by more than rounding explains. */
export interface Difference {
  readonly leaves: ReadonlyMap<string, Tensor>
  /** Which output, and where in it. */
  readonly output: number
  readonly index: readonly number[]
  readonly first: number
  readonly second: number
}

export interface SearchOptions extends Pick<EvaluationOptions, 'symbol' | 'mode' | 'budget'> {
  /**
   * The value of a leaf at an attempt, drawn from its domain, with numbers that are about as large as `reach` where it is
   * unbounded; the same name is the same tensor on both sides.
   */
  readonly draw: (
    node: Node,
    random: () => number,
    reach: number,
  ) => { readonly name: string; readonly value: Tensor } | Problem | undefined
}

/** How large numbers are at each attempt; the last ones are beyond where bounded functions are cut off. */
const reaches = [1, 1, 1, 20] as const

/** A difference counts from here on, relative to the largest number of the output. */
const relevant = 1e-7

/** How much larger than the effect of rounding a difference has to be. */
const margin = 1000

/** Operations are tried with results that are off by this much, as if numbers had 40 binary digits. */
const disturbance = 2 ** -40

/**
 * Draws inputs until the two sides differ. Evaluated a second time with every intermediate result slightly off, each
 * side has to stay much nearer to itself than to the other one: else a small difference may be due to rounding.
 * `undefined` where all draws agree.
 */
export function findDifference(sides: Sides, options: SearchOptions): Difference | undefined | Problem {
  let unclear: Problem | undefined
  for (const [i, reach] of reaches.entries()) {
    const attempt = i + 1
    const random = randomSource(attempt)
    const leaves = new Map<string, Tensor>()
    const leaf = (node: Node): Tensor | Problem | undefined => {
      const drawn = options.draw(node, random, reach)
      if (!drawn || isProblem(drawn)) return drawn
      const known = leaves.get(drawn.name)
      if (known) return known
      leaves.set(drawn.name, drawn.value)
      return drawn.value
    }
    const { symbol, mode, budget } = options
    const settings = { leaf, ...(symbol && { symbol }), ...(mode && { mode }), ...(budget && { budget }) }
    const exact = bothSides(sides, settings)
    if (isProblem(exact)) return exact
    const shape = exact[0].findIndex(({ shape }, i) => shape.join() !== exact[1][i]?.shape.join())
    if (shape >= 0) return { problem: 'the results have different shapes' }
    const rough = bothSides(sides, { ...settings, interpret: disturbed(randomSource(1000 + attempt)) })
    if (isProblem(rough)) return rough
    const found = largestDifference(exact, rough)
    // Far out, exponentials of what is equal overflow in one form and not in the other.
    if (found && isProblem(found)) unclear ??= reach === 1 ? found : undefined
    else if (found) return { leaves, ...found }
  }
  return unclear
}

type Values = readonly [first: readonly Tensor[], second: readonly Tensor[]]

function bothSides({ first, second }: Sides, options: EvaluationOptions): Values | Problem {
  // One after the other: nodes of different builders must not be mixed.
  const left = evaluate(first, options)
  if (isProblem(left)) return left
  const right = evaluate(second, options)
  return isProblem(right) ? right : [left, right]
}

function disturbed(random: () => number): Interpretation {
  return ({ op, attributes, type }, inputs, context) => {
    const value = op.evaluate(inputs, attributes, type, context)
    if (op.inputs.length === 0 || op.rearranges || value.dtype !== 'float32') return value
    return { ...value, data: value.data.map(x => x * (1 + disturbance * (2 * random() - 1))) }
  }
}

function largestDifference(
  [first, second]: Values,
  [rough, other]: Values,
): Omit<Difference, 'leaves'> | undefined | Problem {
  let best: Omit<Difference, 'leaves'> | undefined
  let largest = 0
  for (const [output, a] of first.entries()) {
    const b = second[output]!
    const scale = Math.max(...[...a.data, ...b.data].map(Math.abs), Number.MIN_VALUE)
    for (let at = 0; at < a.data.length; at++) {
      const [x, y] = [a.data[at]!, b.data[at]!]
      if (Object.is(x, y)) continue
      if (!Number.isFinite(x) || !Number.isFinite(y))
        return { problem: 'the computation does not yield numbers' }
      const difference = Math.abs(x - y)
      const rounding = Math.max(
        Math.abs(x - rough[output]!.data[at]!),
        Math.abs(y - other[output]!.data[at]!),
      )
      if (!(difference > relevant * scale && difference > margin * rounding)) continue
      if (difference / scale <= largest) continue
      largest = difference / scale
      best = { output, index: indexOf(at, a.shape), first: x, second: y }
    }
  }
  return best
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
