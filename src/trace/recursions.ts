import type { FunctionCode } from '../core/program.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { sameValue } from './branches.js'
import { BudgetExceeded } from './budget.js'
import type { Interpreter } from './interpreter.js'
import { nameOfTarget } from './patterns.js'
import { type ReasonOf, Repetition } from './repetition.js'
import { shortText } from './unknowns.js'
import { type ClosureObject, isObject, type Property, type Value } from './value.js'

/** As many calls of a function inside of each other may each depend on a condition that is not known. */
const mostOpen = 4

/** A call of a function that has not come back. */
interface Activation {
  readonly closure: ClosureObject
  readonly thisValue: Value
  readonly args: readonly Property[]
  /** How many attempts ran when it was called that will be undone. */
  readonly undone: number
  /** How many of the calls that it is inside of were made where it was not known whether they are. */
  readonly open: number
}

/** Stands for all calls of a function by itself from some depth on. */
interface Bottom {
  readonly closure: ClosureObject
  readonly thisValue: Value
  readonly args: readonly Property[]
  /** The places of arguments that are not the same in all of these calls. */
  readonly varying: Set<number>
  readonly repetition: Repetition
  readonly reasonOf: ReasonOf
}

type Run = (args: readonly Property[]) => Value

/**
 * Functions that call themselves. Where each call depends on a condition that is not known, so does how deep they go:
 * then the calls from some depth on are walked as one that may run any number of times, until nothing new changes.
 */
export class Recursions {
  readonly #interpreter: Interpreter
  readonly #active = new Map<FunctionCode, Activation[]>()
  readonly #bottoms: Bottom[] = []

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** Runs a call of a function, or what stands for it. */
  call(closure: ClosureObject, args: readonly Property[], thisValue: Value, span: Span, run: Run): Value {
    const { code } = closure
    let calls = this.#active.get(code)
    if (!calls) {
      calls = []
      this.#active.set(code, calls)
    }
    const outer = calls.at(-1)
    const { undone } = this.#interpreter.heap
    const open = outer ? outer.open + (undone > outer.undone ? 1 : 0) : 0
    if (outer && open >= mostOpen && outer.closure === closure && sameValue(outer.thisValue, thisValue)) {
      const bottom = this.#bottoms.find(
        entry => entry.closure === closure && sameValue(entry.thisValue, thisValue),
      )
      if (bottom) return this.#again(bottom, args)
      if (canStandFor(outer.args, args)) return this.#end(closure, outer.args, args, thisValue, span, run)
    }
    calls.push({ closure, thisValue, args, undone, open })
    try {
      return run(args)
    } finally {
      calls.pop()
    }
  }

  /** The first call of those that are walked as one: what is different in them is not known. */
  #end(
    closure: ClosureObject,
    before: readonly Property[],
    args: readonly Property[],
    thisValue: Value,
    span: Span,
    run: Run,
  ): Value {
    const interpreter = this.#interpreter
    const call = shortText(span)
    const reasonOf: ReasonOf = what => ({
      ...diagnostic('unknown-recursion', { what, call }, { span }),
      span,
    })
    const varying = new Set([...args.keys()].filter(i => !sameValue(args[i]!.value, before[i]!.value)))
    for (let known = -1; known < varying.size; ) {
      known = varying.size
      const given = args.map((property, i): Property => {
        const name = nameOfArgument(closure, i)
        return varying.has(i) ? { value: interpreter.fresh(name, reasonOf(name)) } : property
      })
      const repetition = new Repetition(interpreter, reasonOf, closure.code)
      this.#bottoms.push({ closure, thisValue, args: given, varying, repetition, reasonOf })
      try {
        repetition.walk(() => {
          run(given)
        })
      } finally {
        this.#bottoms.pop()
      }
    }
    for (const i of varying) this.#obscure(args[i]!.value, reasonOf)
    return interpreter.fresh(call, reasonOf('the result'))
  }

  /** A call inside of the one that stands for it: what it changes is what that one is found to change. */
  #again({ args, varying, repetition, reasonOf }: Bottom, own: readonly Property[]): Value {
    if (!canStandFor(args, own))
      throw new BudgetExceeded('a function calls itself with objects that it may change')
    for (const [i, { value }] of own.entries()) {
      if (!varying.has(i) && !sameValue(value, args[i]!.value)) varying.add(i)
      if (varying.has(i)) this.#obscure(value, reasonOf)
    }
    repetition.spoilAgain()
    return this.#interpreter.fresh('the result', reasonOf('the result'))
  }

  #obscure(value: Value, reasonOf: ReasonOf): void {
    const interpreter = this.#interpreter
    if (!isObject(value)) return
    const whole = interpreter.fresh('a value', reasonOf('a value'))
    if (value.kind === 'array') interpreter.unknownArray(value, whole)
    else interpreter.obscure(value, whole)
  }
}

/** Whether what differs between the arguments of two calls holds nothing that the function could change unseen. */
function canStandFor(before: readonly Property[], args: readonly Property[]): boolean {
  return (
    before.length === args.length &&
    args.every(({ value }, i) => sameValue(value, before[i]!.value) || isFlat(value))
  )
}

/** A value without identity, or a plain object that holds only such. */
function isFlat(value: Value): boolean {
  if (!isObject(value)) return true
  if (value.kind !== 'record' && value.kind !== 'array') return false
  const fields = [...value.properties.values(), ...(value.kind === 'array' ? value.elements : [])]
  return (
    value.prototype === null &&
    fields.every(field => !isObject(field.value) && field.getter === undefined && field.setter === undefined)
  )
}

function nameOfArgument({ code }: ClosureObject, i: number): string {
  const parameter = code.parameters[i]
  return (parameter && nameOfTarget(parameter.target)) ?? `argument ${i + 1}`
}
