import { variablesOf } from '../core/walk.js'
import type { Span } from '../text/source.js'
import { sameValue } from './branches.js'
import { BudgetExceeded } from './budget.js'
import type { Interpreter } from './interpreter.js'
import { unknownLength } from './loop-length.js'
import { Repetition } from './repetition.js'
import type { Cell } from './scope.js'
import { shortText } from './unknowns.js'
import { type ClosureObject, isObject, isUnknown, type Property, type Value } from './value.js'

/** As many functions of one text, each with variables of its own, may be handed out inside of each other. */
const mostNested = 3

/** The functions of the program that unknown code was given, and that are walked as if it called them. */
export class HandedOut {
  readonly #active: { readonly closure: ClosureObject; readonly repetition: Repetition }[] = []

  /** A function that is not known may call those that it is given, any number of times. */
  offer(interpreter: Interpreter, args: readonly Property[], span: Span): void {
    const closures = args.flatMap(({ value }) =>
      isObject(value) && value.kind === 'record'
        ? [...value.properties.values()].map(field => field.value)
        : [value],
    )
    for (const closure of closures) {
      if (!isObject(closure) || closure.kind !== 'closure') continue
      if (!interpreter.isSpeculating) interpreter.callbacks.push(closure)
      this.#run(interpreter, closure, span)
    }
  }

  /** Walks a function as code that may run any number of times, with arguments that are not known. */
  #run(interpreter: Interpreter, closure: ClosureObject, span: Span): void {
    const { code } = closure
    const call = shortText(span)
    const reasonOf = unknownLength(span)
    const alike = this.#active.filter(({ closure: other }) => other.code === code)
    for (const { closure: other, repetition } of alike) {
      const own = ownVariables(interpreter, other, closure)
      if (!own) continue
      // It is being walked: what it changes is what that walk finds, until nothing is left to find.
      repetition.spoilAgain()
      for (const cell of own) interpreter.heap.setCell(cell, interpreter.fresh(call, reasonOf('a value')))
      return
    }
    if (alike.length >= mostNested)
      throw new BudgetExceeded(`functions are handed out inside of each other more than ${mostNested} deep`)
    const repetition = new Repetition(interpreter, reasonOf, code)
    const argument = (name: string) => interpreter.opaque('opaque-callee', { call }, span, name)
    const args: Property[] = code.parameters.map((_, i) => ({ value: argument(`argument ${i + 1}`) }))
    if (code.rest) args.push({ value: argument('the other arguments'), isAll: true })
    const found = interpreter.found.length
    this.#active.push({ closure, repetition })
    try {
      repetition.walk(() => {
        interpreter.call(closure, args, span)
      })
    } finally {
      this.#active.pop()
    }
    interpreter.found.length = found
  }
}

/**
 * The variables in which a second function of the same text differs from a first, where the first stands for it as
 * well; undefined where the second may do something else.
 */
function ownVariables(
  interpreter: Interpreter,
  first: ClosureObject,
  second: ClosureObject,
): readonly Cell[] | undefined {
  if (!sameValue(first.thisValue, second.thisValue) || first.home !== second.home) return undefined
  const own: Cell[] = []
  for (const binding of variablesOf(first.code)) {
    const a = first.scope.find(binding)
    const b = second.scope.find(binding)
    if (a === b || !a || !b) continue
    if (!sameValue(a.value, b.value) && !(isOpen(interpreter, a.value) && isOpen(interpreter, b.value)))
      return undefined
    own.push(b)
  }
  return own
}

/** Whether nothing that is asked about a value has an answer, and nothing that depends on it is known. */
function isOpen(interpreter: Interpreter, value: Value): boolean {
  return isUnknown(value) && value.reason !== undefined && interpreter.unknowns.isLoose(value)
}
