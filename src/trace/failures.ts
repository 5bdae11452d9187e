import type { Span } from '../text/source.js'
import { Thrown } from './frame.js'
import type { Interpreter } from './interpreter.js'
import { shortText } from './unknowns.js'
import { isObject, unknownKey, type Value } from './value.js'

/** A `try` that runs now, and the place of the first thing in it that may have thrown. */
export interface Guard {
  place?: Span
}

/** Errors that the language itself throws, and who would catch them. */
export class Failures {
  readonly #interpreter: Interpreter
  #guards: Guard[] = []

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  get guards(): readonly Guard[] {
    return this.#guards
  }

  /** Runs code whose errors a handler catches. */
  guarded<Result>(guard: Guard, action: () => Result): Result {
    return this.under([...this.#guards, guard], action)
  }

  /** Runs code whose errors only these handlers catch, whatever else runs now. */
  under<Result>(guards: readonly Guard[], action: () => Result): Result {
    const outer = this.#guards
    this.#guards = [...guards]
    try {
      return action()
    } finally {
      this.#guards = outer
    }
  }

  /**
   * An error that every run of the code at hand ends in. Where nothing catches it, the walk goes on, since what comes
   * later is worth reading all the same.
   */
  fail(type: 'TypeError' | 'ReferenceError' | 'RangeError', problem: string, span: Span): Value {
    const message = `\`${shortText(span)}\` ${problem}`
    if (this.#guards.length > 0)
      throw new Thrown(this.#interpreter.dialect.error(type, message, this.#interpreter), span)
    return this.#interpreter.opaque('uncaught-error', { message }, span)
  }

  /** An error if a value is what it seems to be: what is assigned elsewhere may not be so when the code runs. */
  perhaps(problem: string, span: Span): Value {
    const guard = this.#guards.at(-1)
    if (guard) guard.place ??= span
    const message = `\`${shortText(span)}\` ${problem}`
    return this.#interpreter.opaque('uncaught-error', { message }, span)
  }

  /** An error over `undefined` or `null`, if that is what the code finds when it runs. */
  nothing(problem: string, span: Span): Value {
    this.#interpreter.unset.blame()
    return this.perhaps(problem, span)
  }

  /** A call of what is no function, or of something that may be one when the code runs. */
  notCallable(callee: Value, span: Span): Value {
    if (callee === undefined || callee === null) this.nothing(`calls ${callee}`, span)
    else if (this.#guards.length > 0 && !(isObject(callee) && callee.properties.has(unknownKey)))
      this.fail('TypeError', 'calls what is no function', span)
    return this.#interpreter.opaque('opaque-callee', { call: shortText(span) }, span)
  }
}
