import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Assignment, Descent, TrainingGraph } from '../graph/training.js'
import type { Expression } from '../math/expression.js'
import type { StatedStep } from '../spec/algorithm.js'
import type { Clause, Spec } from '../spec/spec.js'

/** What an equation or a layer of a spec states, and what the code has in its place. */
export interface StatedMatch {
  readonly clause: Clause
  /** Its values: several where it is a function, or holds for several indices. */
  readonly values: readonly {
    readonly specified: Node
    /** What it is given, as the code computes it, where it is a function. */
    readonly given: readonly Node[]
    readonly implemented?: Node
  }[]
  /** For values of its equation, the parts that have them, and for each part all that it is in the code. */
  readonly parts: ReadonlyMap<Node, readonly StatedPart[]>
}

/** A stated step of training, and what it is in the code. */
export interface MatchedStep {
  readonly stated: StatedStep
  readonly implemented?: Descent | Assignment
}

/** A part of an equation. */
export interface StatedPart {
  readonly expression: Expression
  /** What the code has in its place, in each application of the equation. */
  readonly implemented: readonly Node[]
}

/** Concrete inputs and parameters on which two expressions disagree, in float64. */
export interface Counterexample {
  /** What was narrowed down to, in words: `the output of dense 1`. */
  readonly subject: string
  readonly inputs: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly values: readonly number[]
  }[]
  readonly expected: number
  readonly actual: number
  /** Which element of the two tensors: `[0, 3]`. */
  readonly index: readonly number[]
}

/** Why a verdict is what it is. */
export type Evidence =
  /** The two normal forms are identical; `rules` are the named rewrites used. */
  | { readonly by: 'normal-form'; readonly rules: readonly string[] }
  /** Equal values in prime fields, after the same rewrites, up to a chance of 2^−bits; by `laws` of functions beside. */
  | {
      readonly by: 'identity'
      readonly rules: readonly string[]
      readonly laws: readonly string[]
      readonly bits: number
    }
  /** The configured value is the stated one, or is another. */
  | { readonly by: 'value'; readonly expected: string; readonly actual: string }
  | { readonly by: 'shape'; readonly expected: string; readonly actual: string }
  | { readonly by: 'counterexample'; readonly counterexample: Counterexample }

/** A difference or a soft failure, with everything a reader needs. */
export interface Finding {
  readonly diagnostic: Diagnostic
  readonly clause?: Clause
  /** The smallest differing values, for the two equations with the difference marked. */
  readonly specified?: Node
  readonly implemented?: Node
  /** The value of the code at which it shows, where what differs is no value of the code. */
  readonly shownAt?: Node
  /** The parts of the equations of what is minimised that have the differing value. */
  readonly parts?: readonly Expression[]
  readonly evidence?: Evidence
}

/** What is found out about a clause. */
export type ClauseWord = 'as written' | 'differs' | 'unverified'

/** `accepted`: all that is not as written is accepted. */
export type Verdict = ClauseWord | 'accepted'

export interface ClauseVerdict {
  readonly clause: Clause
  readonly verdict: ClauseWord
  readonly evidence?: Evidence
  /** For `unverified`: why, with the place. */
  readonly reason?: Diagnostic
  /** For `unverified`: the clause that differs, because of which nothing is known of this one. */
  readonly behind?: Clause
  /** For `as written`: the clause that differs, without which the code was proved to be the same. */
  readonly apartFrom?: Clause
  readonly findings: readonly Finding[]
}

/** The outcome of checking one target against one spec. */
export interface Comparison {
  readonly target: string
  readonly spec: Spec
  readonly code: ModelGraph
  readonly verdict: Verdict
  readonly clauses: readonly ClauseVerdict[]
  readonly findings: readonly Finding[]
  /** What the code does when it trains, where the spec states training. */
  readonly training?: TrainingGraph
  /** The stated steps, each with the one of the code that it was compared with. */
  readonly steps?: readonly MatchedStep[]
  /** The spec in the builder of the code, where its layers were compared with those of the code. */
  readonly specified?: ModelGraph
  /** For values of the spec, the values of the code in their places, by the alignment of layers. */
  readonly partners: ReadonlyMap<Node, Node>
  /** What equations state beside what the code computes in their places, where the model was compared with equations. */
  readonly matches?: () => readonly StatedMatch[]
  /** What the spec does not say and the code had to choose, for information. */
  readonly silent: readonly { readonly layer: string; readonly key: string; readonly value: string }[]
}
