import type { Binding, FunctionCode, Module } from '../core/program.js'
import { nodesOf, variablesOf } from '../core/walk.js'
import type { Interpreter } from './interpreter.js'
import type { Scope } from './scope.js'
import { isObject, isUnknown, type ObjectValue, type RecordObject, unknownKey, type Value } from './value.js'

/** Values by name; nested ones by path: `config.units`, `this.model`. */
export type Bindings = Readonly<Record<string, Value>>

/** The key of what a call of a function gives, as if it were a part of the function. */
const resultKey = '()'

/** A path as it is followed: `game.size()` is what a call of `game.size` gives. */
export const followedPath = (path: string): string => path.replaceAll(resultKey, `.${resultKey}`)

/** Whether a path is that of what a call gives. */
export const isOfCall = (path: string): boolean => path.split('.').includes(resultKey)

/** A path as the user writes it. */
export const writtenPath = (path: string): string => path.replaceAll(`.${resultKey}`, resultKey)

/** The first part of a path. */
export const rootOf = (path: string): string => path.split('.')[0]!

/**
 * Values for what a target reads besides its parameters, and to which the code gives none that is known: variables of
 * its module, its own variables, and the fields of the instance that it is a method of. Whoever asks for the trace states
 * them; what the code itself decides stays as it is.
 */
export class GivenValues {
  readonly #interpreter: Interpreter
  readonly #values: Bindings
  readonly #own: ReadonlyMap<string, Binding>
  /** The variables that the target assigns. */
  readonly #assigned: ReadonlySet<Binding>
  readonly #used = new Set<string>()
  /** Where each of the target's own variables was given its value: code that may run any number of times, or none. */
  readonly #places = new Map<Binding, unknown>()
  /** Which of them were given one, as the heap knows it: what is undone did not happen. */
  readonly #marks: RecordObject

  constructor(interpreter: Interpreter, values: Bindings, module: Module, code: FunctionCode | undefined) {
    this.#interpreter = interpreter
    this.#values = values
    this.#marks = interpreter.record()
    this.#own = code ? ownVariables(code, module) : new Map()
    this.#assigned = new Set(
      nodesOf(code).flatMap(node =>
        node.kind === 'assign' && node.target.kind === 'variable' ? [node.target.binding] : [],
      ),
    )
  }

  /** The names that went nowhere: the code has a value for them. */
  get unused(): readonly string[] {
    return Object.keys(this.#values)
      .filter(path => !this.#used.has(path))
      .map(writtenPath)
  }

  /** Gives values to the variables of a module that have none. */
  fillModule(module: Module, scope: Scope): void {
    for (const binding of module.scope) {
      const cell = scope.find(binding)
      if (!cell || this.#own.has(binding.name)) continue
      // A model that the target itself assigns there is another one.
      const takesModel = isUnknown(cell.value) || !this.#assigned.has(binding)
      const value = this.#filled(binding.name, cell.value, takesModel)
      if (value !== cell.value) this.#interpreter.setVariable(cell, binding.name, value)
    }
    // What it imports or takes from its surroundings has no variable of its own.
    for (const binding of outerNames(module)) {
      if (!this.#isNamed(binding.name)) continue
      if (this.#own.has(binding.name) || scope.find(binding)) continue
      const known = this.#interpreter.variable(scope, binding, binding.span)
      const value = this.#filled(binding.name, known)
      if (value !== known) scope.declare(binding, { value, initialized: true })
    }
  }

  #isNamed(name: string): boolean {
    const names = [...Object.keys(this.#values), ...this.#interpreter.library.models]
    return names.some(path => rootOf(path) === name)
  }

  /** Gives values to the fields of the object that the target is a method of. */
  fillInstance(instance: Value): void {
    if (isObject(instance)) this.#fillFields('this', instance)
  }

  /**
   * What a variable of the target holds when it is assigned a value. One statement of the user is about one value: in the
   * rounds of a loop that stand for each other it is that of the round, and assigned twice it would be two.
   */
  assigned(binding: Binding, value: Value): Value {
    if (!isUnknown(value) || this.#own.get(binding.name) !== binding) return value
    const { repetitions, heap } = this.#interpreter
    const { place } = repetitions
    if (repetitions.isHandedOn && this.#isNamed(binding.name)) repetitions.refuse()
    if (repetitions.isHandedOn || (this.#places.has(binding) && this.#places.get(binding) !== place))
      return value
    // After the rounds of a loop it is not known whether there was one.
    if (this.#marks.properties.get(binding.name)?.value === true) return value
    const filled = this.#filled(binding.name, value)
    if (filled === value) return value
    this.#places.set(binding, place)
    heap.setProperty(this.#marks, binding.name, { value: true })
    return filled
  }

  /** A value with what is given for it and for its parts, where it is not known or nothing. */
  #filled(path: string, value: Value, takesModel = true): Value {
    const isOpen = value === undefined || value === null || isUnknown(value)
    if (Object.hasOwn(this.#values, path)) {
      if (!isOpen) return value
      this.#used.add(path)
      return this.#values[path]
    }
    const nested = Object.entries(this.#values).filter(([other]) => other.startsWith(`${path}.`))
    if (nested.length > 0 && isOpen) {
      for (const [other] of nested) this.#used.add(other)
      const rest = (inner: string) =>
        inner === path && isUnknown(value) ? value : this.#interpreter.unknowns.value(inner, `given ${inner}`)
      return partialObject(this.#interpreter, path, nested, rest)
    }
    if (nested.length > 0 && isObject(value)) this.#fillFields(path, value)
    const { library } = this.#interpreter
    return takesModel && isOpen && library.models.includes(path)
      ? library.unbound(path, this.#interpreter)
      : value
  }

  #fillFields(path: string, object: ObjectValue): void {
    const interpreter = this.#interpreter
    const inside = `${path}.`
    const given = Object.keys(this.#values).filter(other => other.startsWith(inside))
    const keys = [...given, ...interpreter.library.models.filter(name => name.startsWith(inside))].map(
      other => rootOf(other.slice(inside.length)),
    )
    for (const key of new Set(keys)) {
      const property = object.properties.get(key)
      if (property?.getter !== undefined || property?.setter !== undefined) continue
      const value = this.#filled(inside + key, property?.value)
      if (value !== property?.value) interpreter.set(object, key, { value })
    }
  }
}

/** What a module reads and does not declare. */
export const outerNames = ({ imports, globals }: Module): readonly Binding[] => [
  ...imports.map(({ binding }) => binding),
  ...globals,
]

/** The names of what a target has of its own that values can be given for, parameters left out. */
export const ownNames = (code: FunctionCode, module: Module): readonly string[] => [
  ...ownVariables(code, module).keys(),
]

/** The variables that a function and those inside of it declare, without names that several have. */
function ownVariables(code: FunctionCode, module: Module): ReadonlyMap<string, Binding> {
  const outer = new Set(outerNames(module))
  const { file, start, end } = code.span
  const found = new Map<string, Binding | undefined>()
  for (const binding of variablesOf(code)) {
    const { span, name } = binding
    if (outer.has(binding) || span.file.path !== file.path || span.start < start || span.end > end) continue
    found.set(name, found.has(name) ? undefined : binding)
  }
  return new Map([...found].filter((entry): entry is [string, Binding] => entry[1] !== undefined))
}

/** An object or function of which some fields or results are given and others are not known, or a list given by position. */
export function partialObject(
  interpreter: Interpreter,
  name: string,
  nested: readonly (readonly [path: string, value: Value])[],
  rest: (path: string) => Value,
): Value {
  const byKey = new Map<string, (readonly [string, Value])[]>()
  for (const [path, value] of nested) {
    const key = rootOf(path.slice(name.length + 1))
    byKey.set(key, [...(byKey.get(key) ?? []), [path, value]])
  }
  const partOf = (key: string, others = rest): Value => {
    const inside = byKey.get(key)!
    const whole = inside.find(([path]) => path === `${name}.${key}`)
    return whole ? whole[1] : partialObject(interpreter, `${name}.${key}`, inside, others)
  }
  const keys = [...byKey.keys()]
  if (keys.every((_, i) => byKey.has(String(i))))
    return interpreter.array(keys.map((_, i) => partOf(String(i))))
  if (byKey.has(resultKey)) {
    const callee = rest(name)
    const call = interpreter.function(name, ({ arguments: args, span, thisValue, construct }) => {
      if (construct) return interpreter.construct(callee, args, span)
      // What it does besides is as unknown as ever, and so is what else it gives, each time.
      interpreter.call(callee, args, span, thisValue)
      const others = (path: string) => interpreter.fresh(writtenPath(path))
      return copyOf(interpreter, partOf(resultKey, others), `${name}.${resultKey}`)
    })
    for (const key of keys) if (key !== resultKey) call.properties.set(key, { value: partOf(key) })
    return call
  }
  const record = interpreter.record()
  for (const key of keys) record.properties.set(key, { value: partOf(key) })
  record.properties.set(unknownKey, { value: rest(name) })
  return record
}

/** What the next call of a function gives: a value of its own that is the same, or another tensor of the same shape. */
function copyOf(interpreter: Interpreter, value: Value, path: string): Value {
  if (!isObject(value)) return value
  if (value.kind === 'array')
    return interpreter.array(
      value.elements.map((element, i) => copyOf(interpreter, element.value, `${path}.${i}`)),
    )
  // Where rounds hand on what they compute, each gets another one, which no value of one round stands for.
  if (value.kind === 'host')
    return interpreter.repetitions.isHandedOn
      ? interpreter.fresh(writtenPath(path))
      : interpreter.library.next(interpreter, value)
  if (value.kind !== 'record') return value
  const fields = [...value.properties].map(
    ([key, field]) => [key, copyOf(interpreter, field.value, `${path}.${key}`)] as const,
  )
  return interpreter.record(Object.fromEntries(fields))
}
