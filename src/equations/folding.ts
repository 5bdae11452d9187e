import type { Formula, Index, NamedSymbol } from './formula.js'

/** An equation as it is printed, or several that differ only in their indices. */
export interface Equation {
  readonly left: Formula
  readonly right: Formula
  /** What the value looks like, such as its shape; equations fold only if it is equal. */
  readonly remark: string
  /** After folding: the running index with its first and last value. */
  readonly range?: { readonly variable: string; readonly from: number; readonly to: number }
}

/** Shorter repetitions are easier to read written out. */
const fewestRounds = 3

/** Longest block of equations that is tried as the body of a repetition. */
const longestPeriod = 24

/**
 * Folds repeated blocks: equations that follow one another with a period and whose indices all advance by the same
 * step become one block over a running index.
 */
export function fold(equations: readonly Equation[], variable = 'l'): readonly Equation[] {
  const skeletons = equations.map(skeletonOf)
  const folded: Equation[] = []
  for (let at = 0; at < equations.length; ) {
    const best = longestRepetition(equations.length, skeletons, at)
    if (!best) {
      folded.push(equations[at]!)
      at++
      continue
    }
    const { period, rounds, step } = best
    const moving = skeletons[at]!.indices.find((index, i) => skeletons[at + period]!.indices[i] !== index)
    const from = step === 1 ? (moving ?? 1) : 1
    for (let i = 0; i < period; i++) {
      const next = skeletons[at + i + period]!
      folded.push(generalise(equations[at + i]!, next, { variable, step, from, to: from + rounds - 1 }))
    }
    at += period * rounds
  }
  return folded
}

interface Skeleton {
  /** The equation with its indices left out. */
  readonly text: string
  readonly indices: readonly number[]
}

function skeletonOf({ left, right, remark }: Equation): Skeleton {
  const indices: number[] = []
  const text = JSON.stringify([left, right, remark], (key, value: unknown) => {
    if (key !== 'index' || typeof value !== 'number') return value
    indices.push(value)
    return '#'
  })
  return { text, indices }
}

function longestRepetition(
  length: number,
  skeletons: readonly Skeleton[],
  at: number,
): { period: number; rounds: number; step: number } | undefined {
  for (let period = 1; period <= longestPeriod && at + fewestRounds * period <= length; period++) {
    const steps = new Set<number>()
    let rounds = 1
    for (; at + (rounds + 1) * period <= length; rounds++) {
      const first = at + (rounds - 1) * period
      const advance = blockAdvance(skeletons, first, period)
      if (advance === undefined) break
      if (steps.size > 0 && !steps.has(advance)) break
      steps.add(advance)
    }
    const [step] = steps
    if (rounds >= fewestRounds && step !== undefined && step > 0) return { period, rounds, step }
  }
  return undefined
}

/** By how much all moving indices advance from one block to the next; undefined if they do not agree. */
function blockAdvance(skeletons: readonly Skeleton[], first: number, period: number): number | undefined {
  let advance: number | undefined
  for (let i = first; i < first + period; i++) {
    const here = skeletons[i]!
    const there = skeletons[i + period]!
    if (here.text !== there.text) return undefined
    for (const [k, index] of here.indices.entries()) {
      const difference = there.indices[k]! - index
      if (difference === 0) continue
      if (advance !== undefined && advance !== difference) return undefined
      advance = difference
    }
  }
  return advance
}

/** Replaces the indices that differ from those one round later by affine expressions in the running index. */
function generalise(
  equation: Equation,
  next: Skeleton,
  { variable, step, from, to }: { variable: string; step: number; from: number; to: number },
): Equation {
  let k = 0
  const replace = (formula: Formula): Formula => {
    switch (formula.kind) {
      case 'symbol': {
        if (typeof formula.index !== 'number') return formula
        const at = k++
        const moves = next.indices[at] !== formula.index
        const index: Index = moves ? { step, offset: formula.index - step * from, variable } : formula.index
        return { ...formula, index } satisfies NamedSymbol
      }
      case 'glyph':
        return formula
      case 'row':
        return { ...formula, items: formula.items.map(replace) }
      case 'fraction': {
        const top = replace(formula.top)
        return { ...formula, top, bottom: replace(formula.bottom) }
      }
      case 'root':
      case 'mark':
      case 'fence':
        return { ...formula, body: replace(formula.body) }
      case 'script': {
        const base = replace(formula.base)
        const lower = formula.lower && replace(formula.lower)
        const upper = formula.upper && replace(formula.upper)
        return { kind: 'script', base, ...(lower && { lower }), ...(upper && { upper }) }
      }
    }
  }
  const left = replace(equation.left)
  const right = replace(equation.right)
  return { left, right, remark: equation.remark, range: { variable, from, to } }
}
