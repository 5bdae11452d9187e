import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Dimension } from '../graph/dimension.js'
import { formatPlace } from '../text/source.js'
import { type Formula, printable, withoutControls } from './formula.js'

/** One line: a value and the expression that computes it. */
export interface Equation {
  readonly kind: 'equation'
  /** The id of the node that it computes. */
  readonly node?: number
  readonly left: Formula
  /** `=`, or `←` for a step of training. */
  readonly sign: '=' | '←' | '~'
  readonly right: Formula
  /** The space that the value lives in. */
  readonly space?: Formula
  /** What the equation introduces. */
  readonly explanations: readonly Explanation[]
}

/** Equations that hold for every value of a running index, in order. */
export interface Repetition {
  readonly kind: 'repetition'
  /** The id of the node that it computes, where it is a recurrence. */
  readonly node?: number
  readonly variable: string
  readonly first: Formula
  readonly last: Formula
  readonly items: readonly Item[]
  readonly explanations: readonly Explanation[]
}

export type Item = Equation | Repetition

/** An entry of the list under the equations. */
export interface Explanation {
  readonly symbol: Formula
  /** `input`, `kernel`, `batch size`. */
  readonly meaning: string
  /** The layers that it belongs to, by name. */
  readonly owner?: string
  /** The space it lives in; absent for numbers. */
  readonly space?: Formula
  /** Its value, where that is known. */
  readonly values?: Formula
  /** What sets it apart: `not trained`. */
  readonly remark?: string
  /** How many numbers a parameter has. */
  readonly count?: Dimension
}

/** A model as equations: what a paper would print in its model section. */
export interface EquationSystem {
  readonly title: string
  readonly items: readonly Item[]
  /** What the functions in the equations stand for. */
  readonly definitions: readonly Equation[]
  /** The loss and the steps of the optimizer. */
  readonly training: readonly Item[]
  readonly explanations: readonly Explanation[]
  readonly parameters: { readonly trainable: Dimension; readonly total: Dimension }
  /** What is suspicious about the model as a whole. */
  readonly failures: readonly Diagnostic[]
  /** Models that this one uses as layers. */
  readonly parts: readonly EquationSystem[]
}

/** What an explanation says in words: `kernel of conv1`, `input image`, `moving mean of norm1, not trained`. */
export function meaningText({ meaning, owner, remark }: Explanation): string {
  const own =
    owner === undefined ? '' : `${/(?:^input|of|by)$/.test(meaning) ? ' ' : ' of '}${printable(owner)}`
  return `${meaning}${own}${remark === undefined ? '' : `, ${remark}`}`
}

/** A soft failure with its place: `! softmax-twice  model.ts:5:13`, and below it what it is. */
export function failureText({ code, message, span }: Diagnostic): string {
  const place = span ? `  ${withoutControls(formatPlace(span))}` : ''
  return `! ${code}${place}\n  ${withoutControls(message)}`
}

/** All explanations of equations, in order. */
export function explanationsOf(items: readonly Item[]): readonly Explanation[] {
  return items.flatMap(item =>
    item.kind === 'equation' ? item.explanations : [...explanationsOf(item.items), ...item.explanations],
  )
}
