import type { ClassCode, FunctionCode, Module } from '../core/program.js'
import { innerCodeOf, isFunctionCode } from '../core/walk.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import { nameOf, pathOf, spoil } from './branches.js'
import { Thrown } from './frame.js'
import type { Heap } from './heap.js'
import type { Interpreter } from './interpreter.js'
import { nameOfTarget } from './patterns.js'
import { type ClassObject, type ClosureObject, isObject, type Property, type Value } from './value.js'

/*
 * Targets inside of functions: `inner`, `outer.inner`, `Inner.method`. A function sees the variables of those around it, so these
 * are called first, as unknown code would call them, until one makes it.
 */

type Code = FunctionCode | ClassCode

/** A function around a target, and the class that it is a method of. */
interface Around {
  readonly code: FunctionCode
  readonly of?: ClassCode
}

/** A function or class with a name of its own that is no variable of the module. */
export interface Nested {
  /** With the functions around it that have names, as `outer.inner`. */
  readonly name: string
  readonly code: Code
  /** From the outermost. */
  readonly around: readonly Around[]
}

/** All of a module's, and what its top level makes without a variable for it. */
function nestedOf(module: Module): readonly Nested[] {
  const variables = new Set(module.scope.map(({ name }) => name))
  const found: Nested[] = []
  const visit = (body: unknown, around: readonly Around[], names: readonly string[]) => {
    const inner = innerCodeOf(body)
    const classes = new Map(
      inner.flatMap(code => (isFunctionCode(code) ? [] : functionsOf(code).map(own => [own, code] as const))),
    )
    for (const code of inner) {
      const of = isFunctionCode(code) ? classes.get(code) : undefined
      const own = code.name && !of ? [...names, code.name] : names
      const isVariable = around.length === 0 && variables.has(code.name)
      if (own !== names && !isVariable) found.push({ name: own.join('.'), code, around })
      if (isFunctionCode(code))
        visit([code.parameters, code.body], [...around, of ? { code, of } : { code }], own)
    }
  }
  visit(module.body, [], [])
  return found
}

const functionsOf = ({ constructor_, members }: ClassCode): readonly FunctionCode[] => [
  ...(constructor_ ? [constructor_] : []),
  ...members.map(member => member.function),
]

/** What a target may mean inside of functions, and which member of it. */
export interface NestedTarget {
  readonly nested: Nested
  readonly members: readonly string[]
}

/** Everything that a target may mean inside of functions: names around it may be left out. */
export function nestedTargets(module: Module, target: string): readonly NestedTarget[] {
  const path = target.split('.')
  const all = nestedOf(module)
  for (let count = path.length; count > 0; count--) {
    const asked = path.slice(0, count)
    const found = all.filter(({ name }) => endsIn(name.split('.'), asked))
    if (found.length > 0) return found.map(nested => ({ nested, members: path.slice(count) }))
  }
  return []
}

/** Whether the last name is the last one that is asked for, and the others are among those before it, in order. */
function endsIn(names: readonly string[], asked: readonly string[]): boolean {
  if (names.at(-1) !== asked.at(-1)) return false
  let at = names.length - 1
  return asked
    .slice(0, -1)
    .reverse()
    .every(name => {
      at = names.lastIndexOf(name, at - 1)
      return at >= 0
    })
}

/** Notes what is made of the code of a nested target and of the functions around it. */
export class MadeObjects {
  readonly #made = new Map<Code, ClosureObject | ClassObject>()
  readonly #target: Code
  readonly #wanted: ReadonlySet<Code>
  readonly #heap: Heap

  constructor(heap: Heap, { code, around }: Nested) {
    this.#heap = heap
    this.#target = code
    this.#wanted = new Set([code, ...around.flatMap(outer => [outer.code, ...(outer.of ? [outer.of] : [])])])
  }

  note(object: ClosureObject | ClassObject): void {
    if (!this.#wanted.has(object.code)) return
    this.#made.set(object.code, object)
    if (object.code === this.#target) this.#heap.countWrites()
  }

  of(code: Code): ClosureObject | ClassObject | undefined {
    return this.#made.get(code)
  }

  /** What is called for a function to run: itself, or the class whose constructor it is. */
  callableOf({ code, of }: Around): ClosureObject | ClassObject | undefined {
    return this.#made.get(of?.constructor_ === code ? of : code)
  }
}

/** The function or class of a nested target, once it was made; undefined where no call of those around it makes it. */
export function reach(
  interpreter: Interpreter,
  made: MadeObjects,
  { code, around }: Nested,
): ClosureObject | ClassObject | undefined {
  const innermost = () => around.findLastIndex(outer => made.callableOf(outer))
  for (let last = -1, i = innermost(); i > last && !made.of(code); last = i, i = innermost()) {
    const { of } = around[i]!
    const callable = made.callableOf(around[i]!)
    if (callable) callAround(interpreter, callable, of && made.of(of))
  }
  forgetChanges(interpreter, code)
  return made.of(code)
}

/**
 * A function may be called at any time after it is made, so what has changed since may be as it was. What was nothing
 * until it got its only value has that: called before, the code would find nothing.
 */
function forgetChanges(interpreter: Interpreter, { name, span }: Code): void {
  for (const { slot, before, times } of interpreter.heap.endCount()) {
    // A model or an optimizer is the one that a call finds once it is made.
    if (slot.kind === 'state' || (times === 1 && isNothing(before))) continue
    const reason = diagnostic('changed-around', { what: nameOf({ slot }), target: name }, { span })
    spoil(interpreter, slot, interpreter.fresh(pathOf({ slot }), reason), [])
  }
}

/** Whether a variable or field held nothing. */
function isNothing(before: unknown): boolean {
  if (before === undefined) return true
  return typeof before === 'object' && before !== null && 'value' in before && before.value === undefined
}

/** Calls a function around a target. It may throw after it has made what it makes. */
function callAround(interpreter: Interpreter, callable: ClosureObject | ClassObject, of: Value): void {
  try {
    if (callable.kind === 'class') instanceOf(interpreter, callable)
    else
      callAsUnknown(interpreter, callable, `around ${callable.code.span.start}`, instanceOf(interpreter, of))
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
  }
}

/** An instance of a class that is made with arguments that are not known. */
function instanceOf(interpreter: Interpreter, value: Value): Value {
  if (!isObject(value) || value.kind !== 'class') return undefined
  const { constructor_, span } = value.code
  return interpreter.construct(value, unboundFor(interpreter, constructor_, `around ${span.start}`), span)
}

/** Calls a function with arguments that are not known; `name` tells them from those of other calls. */
export function callAsUnknown(
  interpreter: Interpreter,
  closure: ClosureObject,
  name: string,
  thisValue?: Value,
): Value {
  const { code } = closure
  return interpreter.call(closure, unboundFor(interpreter, code, name), code.span, thisValue)
}

function unboundFor(
  interpreter: Interpreter,
  code: FunctionCode | undefined,
  name: string,
): readonly Property[] {
  const { parameters = [], rest } = code ?? {}
  const all = [...parameters.map(({ target }) => target), ...(rest ? [rest] : [])]
  return all.map((target, i) => {
    const path = nameOfTarget(target) ?? `argument ${i + 1}`
    const value = interpreter.unbound(path, `parameter ${i} of ${name}`)
    return target === rest ? { value, isAll: true } : { value }
  })
}
