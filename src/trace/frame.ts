import type { Span } from '../text/source.js'
import type { Cause } from './branches.js'
import type { Receive } from './generators.js'
import type { Scope } from './scope.js'
import type { ObjectValue, Value } from './value.js'

/** Where evaluation stands: one activation of a function or module, and the scope inside it. */
export interface Frame {
  readonly scope: Scope
  readonly thisValue: Value
  /** Where `super` looks things up. */
  readonly home?: ObjectValue
  /** The class whose constructor runs, for `super(…)`. */
  readonly constructing?: { readonly initialize: (passed: Value) => void }
  /** Whether it is a call; not so at the top level of a module. */
  readonly isCall?: true
  /** Who takes what a generator yields. */
  readonly receive?: Receive
}

/** How a statement ended, if not by running to its end. */
export type Completion =
  | { readonly kind: 'return'; readonly value: Value }
  | Jump
  /** It may have ended in one of these ways, or gone on: the condition, or the loop, of `cause` decides. */
  | { readonly kind: 'perhaps'; readonly exits: readonly Exit[]; readonly cause: Cause }
  | undefined

export type Exit = Jump | { readonly kind: 'return'; readonly value: Value }

export interface Jump {
  readonly kind: 'break' | 'continue'
  readonly label: string | undefined
}

/** Thrown to leave the body of a generator of which no more is wanted, perhaps because its reader threw. */
export class Left {
  readonly cause: Thrown | undefined

  constructor(cause?: Thrown) {
    this.cause = cause
  }
}

/** A value thrown by the code under trace; it never leaves the room. No `Error`, whose stack would cost more than the walk. */
export class Thrown {
  readonly value: Value
  readonly span: Span

  constructor(value: Value, span: Span) {
    this.value = value
    this.span = span
  }
}
