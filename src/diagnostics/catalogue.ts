import { differences } from './differences.js'
import { expressionDifferences } from './expression-differences.js'
import { inputErrors } from './input-errors.js'
import { opaqueReasons } from './opaque-reasons.js'
import { softFailures } from './soft-failures.js'

/**
 * What a diagnostic means for the outcome.
 * - `difference`: code and spec disagree; the verdict is *differs*.
 * - `opaque`: something could not be followed; whatever depends on it is *unverified*.
 * - `soft-failure`: suspicious without a spec.
 * - `input`: the input cannot be used; exit code 2.
 */
export type Category = 'difference' | 'opaque' | 'soft-failure' | 'input'

/** An entry of the catalogue. `docs/findings/<code>.md` explains each; a test enforces it. */
export interface Definition {
  readonly category: Category
  /** A few words, as a heading. */
  readonly title: string
  /** One factual sentence with `{holes}`. */
  readonly message: string
  /** Why such a thing matters, in one sentence that stands alone. */
  readonly why: string
}

/** Every code, in one table. Codes are stable: they are never renamed or reused. */
export const catalogue = {
  ...differences,
  ...expressionDifferences,
  ...opaqueReasons,
  ...softFailures,
  ...inputErrors,
} satisfies Record<string, Definition>

export type Code = keyof typeof catalogue

type Holes<Message extends string> = Message extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | Holes<Rest>
  : never

/** The names of the holes in a code's message. */
export type HolesOf<C extends Code> = Holes<(typeof catalogue)[C]['message']>
