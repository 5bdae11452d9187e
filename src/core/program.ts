import type { Span } from '../text/source.js'

/**
 * The core language: the small form into which every source language is lowered. Names are resolved, there is no
 * compound assignment and no sugar, and every node keeps the span of the code it stands for. What differs between
 * source languages (truthiness, operators, lookup) is not here but in the `Dialect` that the trace is given.
 */

/** A name that code can refer to. Identity matters, not the text. */
export interface Binding {
  readonly name: string
  readonly id: number
  readonly span: Span
  /**
   * What is an error: a use before the declaration for both, and an assignment after it for constants. Absent for
   * functions and `var`. Like spans, it is not printed.
   */
  readonly declared?: 'lexical' | 'constant'
}

/** A source file in core form. */
export interface Module {
  readonly path: string
  /** Names declared at the top, hoisted. */
  readonly scope: readonly Binding[]
  readonly body: readonly Statement[]
  readonly imports: readonly Import[]
  /** Exported name → binding, for ESM; CommonJS exports by assigning to `module.exports`. */
  readonly exports: readonly Export[]
  /** Names that code reads but nothing declares: `module`, `require`, `tf` of a script tag, `document`. */
  readonly globals: readonly Binding[]
}

export interface Import {
  readonly binding: Binding
  /** As written: `./layers.js`, `@tensorflow/tfjs`. */
  readonly specifier: string
  /** `*` for the namespace, `default`, or the exported name; empty for a script of a page, which shares its names. */
  readonly imported: string
  readonly span: Span
}

export type Export =
  | { readonly kind: 'local'; readonly exported: string; readonly binding: Binding; readonly span: Span }
  /** `export { a as b } from './x'`; `export * from './x'` has both names `*`. */
  | {
      readonly kind: 'from'
      readonly exported: string
      readonly imported: string
      readonly specifier: string
      readonly span: Span
    }

export type Expression =
  | {
      readonly kind: 'literal'
      readonly value: string | number | boolean | null | undefined
      readonly span: Span
    }
  | { readonly kind: 'variable'; readonly binding: Binding; readonly span: Span }
  | { readonly kind: 'this'; readonly span: Span }
  /** `super` as an object in `super.method(…)` and as a function in `super(…)`. */
  | { readonly kind: 'super'; readonly span: Span }
  | { readonly kind: 'array'; readonly elements: readonly Element[]; readonly span: Span }
  | { readonly kind: 'object'; readonly entries: readonly Entry[]; readonly span: Span }
  | { readonly kind: 'function'; readonly function: FunctionCode; readonly span: Span }
  | { readonly kind: 'class'; readonly class: ClassCode; readonly span: Span }
  /** Field access, indexing and attribute lookup; `a.b` has a literal as key. */
  | {
      readonly kind: 'member'
      readonly object: Expression
      readonly key: Expression
      /** `a?.b`: undefined where the object is null or undefined; ends at the enclosing `chain`. */
      readonly optional: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'call'
      readonly callee: Expression
      readonly arguments: readonly Element[]
      readonly optional: boolean
      readonly construct: boolean
      readonly span: Span
    }
  /** The extent of an optional chain: a short cut inside makes the whole of it undefined. */
  | { readonly kind: 'chain'; readonly expression: Expression; readonly span: Span }
  /** A strict operator of the dialect: `+`, `===`, `typeof`, `template` (string pieces and values), `in`. */
  | {
      readonly kind: 'operator'
      readonly operator: string
      readonly operands: readonly Expression[]
      readonly span: Span
    }
  /** Operators that may not evaluate their right side: `and`, `or`, `coalesce`. */
  | {
      readonly kind: 'logical'
      readonly operator: 'and' | 'or' | 'coalesce'
      readonly left: Expression
      readonly right: Expression
      readonly span: Span
    }
  | {
      readonly kind: 'conditional'
      readonly condition: Expression
      readonly consequent: Expression
      readonly otherwise: Expression
      readonly span: Span
    }
  /** Assigns and yields the value. Compound assignment is lowered to this. */
  | { readonly kind: 'assign'; readonly target: Target; readonly value: Expression; readonly span: Span }
  /** Evaluates all, yields the last. */
  | { readonly kind: 'sequence'; readonly expressions: readonly Expression[]; readonly span: Span }
  /** A temporary that the lowering needs: evaluates `value` once, binds it, yields `body`. */
  | {
      readonly kind: 'with'
      readonly binding: Binding
      readonly value: Expression
      readonly body: Expression
      readonly span: Span
    }
  | { readonly kind: 'await'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'yield'; readonly value: Expression; readonly delegate: boolean; readonly span: Span }
  /** Something the lowering does not express; the trace makes it opaque with this reason. */
  | { readonly kind: 'unsupported'; readonly what: string; readonly span: Span }

export type Element =
  | { readonly kind: 'item'; readonly value: Expression }
  | { readonly kind: 'spread'; readonly value: Expression }
  | { readonly kind: 'hole' }

export type Entry =
  | { readonly kind: 'property'; readonly key: Expression; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: 'getter' | 'setter'
      readonly key: Expression
      readonly function: FunctionCode
      readonly span: Span
    }
  | { readonly kind: 'spread'; readonly value: Expression; readonly span: Span }

/** A place that can be assigned to, or declared. Patterns stand for destructuring. */
export type Target =
  | { readonly kind: 'variable'; readonly binding: Binding; readonly span: Span }
  | { readonly kind: 'member'; readonly object: Expression; readonly key: Expression; readonly span: Span }
  | {
      readonly kind: 'arrayPattern'
      readonly elements: readonly (PatternElement | null)[]
      readonly rest?: Target
      readonly span: Span
    }
  | {
      readonly kind: 'objectPattern'
      readonly entries: readonly { readonly key: Expression; readonly element: PatternElement }[]
      readonly rest?: Target
      readonly span: Span
    }

export interface PatternElement {
  readonly target: Target
  /** Used where the value is undefined. */
  readonly default?: Expression
  /** For a parameter: what the source says of it beside the code. Like spans, it is not printed. */
  readonly remarks?: readonly Remark[]
}

/** What the type of a parameter or a comment on it says. It is taken from whoever wrote it and decides nothing about a run. */
export interface Remark {
  readonly by: 'type' | 'comment'
  /** A type as the source language writes it, with the names of the file written out. */
  readonly type?: string
  /** What the comment says after the name of the parameter. */
  readonly words?: string
  /** The field of the parameter that it is about; absent for the parameter itself. */
  readonly field?: string
  readonly span: Span
}

export interface FunctionCode {
  /** As declared or as inferred from the place of assignment; empty if none. */
  readonly name: string
  readonly parameters: readonly PatternElement[]
  readonly rest?: Target
  /** Names declared in the function's own scope, parameters included. */
  readonly scope: readonly Binding[]
  readonly body: readonly Statement[]
  readonly async: boolean
  readonly generator: boolean
  /** Arrow functions take `this` and `arguments` from outside. */
  readonly arrow: boolean
  /** The binding of `arguments`, if the body reads it. */
  readonly argumentsBinding?: Binding
  readonly span: Span
}

export interface ClassCode {
  readonly name: string
  /** The class's own name inside its body. */
  readonly binding?: Binding
  readonly parent?: Expression
  /** `constructor`, if written. */
  readonly constructor_?: FunctionCode
  readonly members: readonly ClassMember[]
  readonly span: Span
}

export interface ClassMember {
  readonly kind: 'method' | 'getter' | 'setter' | 'field' | 'initializer'
  readonly static: boolean
  readonly key: Expression
  /** For methods, getters, setters; for fields and static blocks: a function of no parameters that yields the value. */
  readonly function: FunctionCode
  readonly span: Span
}

export type Statement =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly span: Span }
  /** Declares what the target binds; without a value the bindings are undefined. */
  | { readonly kind: 'declare'; readonly target: Target; readonly value?: Expression; readonly span: Span }
  | {
      readonly kind: 'block'
      readonly scope: readonly Binding[]
      readonly body: readonly Statement[]
      readonly span: Span
    }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly consequent: readonly Statement[]
      readonly otherwise: readonly Statement[]
      readonly span: Span
    }
  /** Every loop that is not over a collection. `scope` is fresh in each round, its values carried over. */
  | {
      readonly kind: 'loop'
      readonly label?: string
      readonly scope: readonly Binding[]
      readonly initial: readonly Statement[]
      readonly condition?: Expression
      /** Tests after the first round: `do … while`. */
      readonly testLast: boolean
      readonly update?: Expression
      readonly body: readonly Statement[]
      readonly span: Span
    }
  /** `for … of`, `for await`, `for … in` (over keys). */
  | {
      readonly kind: 'foreach'
      readonly label?: string
      readonly over: 'values' | 'keys'
      readonly scope: readonly Binding[]
      readonly target: Target
      readonly collection: Expression
      readonly body: readonly Statement[]
      readonly span: Span
    }
  | {
      readonly kind: 'switch'
      readonly label?: string
      readonly subject: Expression
      readonly scope: readonly Binding[]
      /** A case without a test is `default`. */
      readonly cases: readonly { readonly test?: Expression; readonly body: readonly Statement[] }[]
      readonly span: Span
    }
  | { readonly kind: 'return'; readonly value?: Expression; readonly span: Span }
  | { readonly kind: 'break' | 'continue'; readonly label?: string; readonly span: Span }
  | { readonly kind: 'throw'; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: 'try'
      readonly body: readonly Statement[]
      readonly handler?: {
        readonly scope: readonly Binding[]
        readonly parameter?: Target
        readonly body: readonly Statement[]
      }
      readonly finalizer: readonly Statement[]
      readonly span: Span
    }
