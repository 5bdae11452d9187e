import type { FunctionCode, Module, PatternElement, Target } from '../core/program.js'
import { type Span, sourceFile } from '../text/source.js'
import { EarlierCalls, type LeftByCalls } from './earlier-calls.js'
import { Thrown } from './frame.js'
import { type Bindings, GivenValues, outerNames, ownNames, partialObject, rootOf } from './given-values.js'
import type { AppliedClass } from './host.js'
import type { Interpreter } from './interpreter.js'
import type { Instance } from './modules.js'
import { type NestedTarget, reach } from './nested-targets.js'
import { nameOfTarget } from './patterns.js'
import type { Taken } from './stated-inputs.js'
import { targetNames } from './targets.js'
import { unreadIn } from './unread.js'
import {
  type ClassObject,
  type ClosureObject,
  type HostObject,
  isObject,
  type ObjectValue,
  type Property,
  type Value,
} from './value.js'

export function startOf(module: Module): Span {
  const span = module.body[0]?.span
  return span ?? { file: sourceFile(module.path, ''), start: 0, end: 0 }
}

/** What a target names: a value, or a member of the instances of a class. */
type Place =
  | { readonly kind: 'value'; readonly value: Value; readonly owner?: Value }
  | { readonly kind: 'method'; readonly of: ClassObject; readonly method: ClosureObject }
  /** A field or getter, which only an instance has. */
  | { readonly kind: 'field'; readonly of: ClassObject; readonly key: string }

/** The values of a module that a target can name, and how they are called. */
export class Targets {
  readonly #interpreter: Interpreter
  readonly #module: Module
  readonly #instance: Instance | undefined
  /** What the target that was called last was given, and the instance that it is a method of. */
  readonly given: Value[] = []
  /** A target that is inside of functions, once it was made. */
  #inner: { readonly target: string; readonly value: Value; readonly members: readonly string[] } | undefined
  /** How many parameters of the target that is called have no value. */
  #parameters = 0
  /** What the calls before the one that is walked left. */
  readonly #earlier: LeftByCalls
  /** What the call that was walked last leaves for the next one, where that is more than was known. */
  left: LeftByCalls | undefined
  /** The same with what the call throws over, as other functions that set it were not called before. */
  unset: LeftByCalls | undefined
  /** The same with what other functions fill and count. */
  grown: LeftByCalls | undefined

  constructor(
    interpreter: Interpreter,
    module: Module,
    instance: Instance | undefined,
    earlier: LeftByCalls,
  ) {
    this.#interpreter = interpreter
    this.#earlier = earlier
    this.#module = module
    this.#instance = instance
  }

  /** Makes a target that is inside of functions, where it is one. */
  reach(target: string, { nested, members }: NestedTarget): void {
    const { made } = this.#interpreter
    if (!made || this.exists(target)) return
    const value = reach(this.#interpreter, made, nested)
    if (value) this.#inner = { target, value, members }
  }

  exists(target: string): boolean {
    const place = this.#place(target)
    if (place.kind === 'method') return true
    if (place.kind === 'value') return place.value !== undefined
    return this.#tryField(place) !== undefined
  }

  /** The names that arguments can be given for: for a member of instances, those of the constructor as well. */
  parameters(target: string): readonly string[] {
    const place = this.#place(target)
    if (place.kind === 'method') return [...namesOf(place.method), ...constructorNames(place.of)]
    if (place.kind === 'field') {
      const value = this.#tryField(place)
      return [...(isClosure(value) ? namesOf(value) : []), ...constructorNames(place.of)]
    }
    if (isClosure(place.value)) return namesOf(place.value)
    if (!isClass(place.value)) return []
    const names = [...constructorNames(place.value), ...this.takes(target).map(({ name }) => name)]
    return [...new Set(names)]
  }

  /**
   * What a call of the target takes, if it is a function: without what the constructor of its class takes. For a class
   * of layers, what its instances are applied to.
   */
  takes(target: string): readonly Taken[] {
    const place = this.#place(target)
    const value =
      place.kind === 'method' ? place.method : place.kind === 'field' ? this.#tryField(place) : place.value
    const applied = isClass(value) ? this.#appliedBy(value) : undefined
    if (applied) return firstAsBatch(takenBy(applied.method.code)).slice(0, 1)
    if (!isClosure(value)) return []
    const isApplied = place.kind === 'method' && this.#appliedBy(place.of)?.method === value
    const taken = isApplied ? firstAsBatch(takenBy(value.code)) : takenBy(value.code)
    // Values are given by name, and one for both would be meant for either.
    const others = new Set(place.kind === 'value' ? [] : constructorNames(place.of))
    return taken.map(({ remarks, ...parameter }) => ({
      ...parameter,
      ...(!others.has(parameter.name) && remarks && { remarks }),
    }))
  }

  /** What else values can be given for: what the target reads, and may find without a value. */
  reads(target: string): readonly string[] {
    const place = this.#place(target)
    const code = codeOf(place)
    const isMember = place.kind !== 'value' || place.owner !== undefined
    const variables = [...this.#module.scope, ...outerNames(this.#module)].map(({ name }) => name)
    return [...(code ? ownNames(code, this.#module) : []), ...variables, ...(isMember ? ['this'] : [])]
  }

  /**
   * Calls the target if it is a function or class; otherwise its value is the result. `tensors` are names of values that a
   * method takes, and not the constructor of its class, where both have a parameter of that name.
   */
  call(target: string, values: Bindings, tensors: ReadonlySet<string> = new Set()): Value {
    const interpreter = this.#interpreter
    const { library } = interpreter
    this.#parameters = 0
    this.given.length = 0
    this.left = undefined
    this.unset = undefined
    this.grown = undefined
    const place = this.#place(target)
    const parameters = new Set(this.parameters(target))
    const entries = Object.entries(values)
    const args = {
      ...this.#typed(target, values),
      ...Object.fromEntries(entries.filter(([path]) => parameters.has(rootOf(path)))),
    }
    const read = Object.fromEntries(entries.filter(([path]) => !parameters.has(rootOf(path))))
    const given = new GivenValues(interpreter, read, this.#module, codeOf(place))
    interpreter.given = given
    if (this.#instance) given.fillModule(this.#module, this.#instance.scope)
    if (place.kind === 'method') {
      if (this.#appliedBy(place.of)?.method === place.method) return this.#apply(place.of, args)
      const own = new Set(namesOf(place.method).filter(name => tensors.has(name)))
      const others = Object.entries(args).filter(([path]) => !own.has(rootOf(path)))
      const instance = this.#construct(place.of, Object.fromEntries(others))
      given.fillInstance(instance)
      library.enter(interpreter)
      return this.#invoke(place.method, args, instance)
    }
    if (place.kind === 'field') {
      const instance = this.#construct(place.of, args)
      given.fillInstance(instance)
      library.enter(interpreter)
      const value = interpreter.get(instance, place.key, place.of.code.span)
      return isClosure(value) ? this.#invoke(value, args, instance) : value
    }
    const { value, owner } = place
    if (!isClass(value) && !isClosure(value)) return value
    given.fillInstance(owner)
    library.enter(interpreter)
    return isClass(value) ? this.#apply(value, args) : this.#invoke(value, args, owner)
  }

  /** What parameters must hold by their types, where nothing is given for it. */
  #typed(target: string, values: Bindings): Bindings {
    const interpreter = this.#interpreter
    const typed = this.takes(target).flatMap(({ name, required, remarks = [], field }) =>
      required && field === undefined
        ? Object.entries(interpreter.library.typed(interpreter, name, remarks))
        : [],
    )
    const isFree = ([path]: readonly [string, Value]) =>
      Object.keys(values).every(other => other !== path && !path.startsWith(`${other}.`))
    return Object.fromEntries(typed.filter(isFree))
  }

  /** An instance; one that is applied to tensors, and is given some, is worth what it gives for them. */
  #apply(object: ClassObject, args: Bindings): Value {
    const instance = this.#construct(object, args)
    const applied = this.#appliedBy(object)
    const name = applied && nameOfTarget(applied.method.code.parameters[0]!.target)
    const given = name === undefined ? undefined : this.#given(name, args)
    if (!applied || !given || !isObject(instance)) return instance
    this.given.push(given.value)
    const { span } = applied.method.code
    return this.#interpreter.observe(
      () => applied.apply(this.#interpreter, instance, given.value, span),
      () => unreadIn(applied.method),
    )
  }

  /** How instances of a class are applied, if it extends one of the library whose instances are. */
  #appliedBy(
    object: ClassObject,
  ): { readonly method: ClosureObject; readonly apply: AppliedClass['apply'] } | undefined {
    const base = baseOf(object)
    const applied = base?.type.class?.applied?.(base)
    if (!applied) return undefined
    const method = methodOf(object, applied.method)
    return isClosure(method) && method.code.parameters.length > 0
      ? { method, apply: applied.apply }
      : undefined
  }

  /** The variable of the module that holds a model. */
  variableOf(object: ObjectValue): string | undefined {
    const { library } = this.#interpreter
    const span = startOf(this.#module)
    return targetNames(this.#module).find(
      name => !name.includes('.') && library.modelOf(this.#variable(name, span))?.object === object,
    )
  }

  #place(target: string): Place {
    const interpreter = this.#interpreter
    const [head = '', ...path] = target.split('.')
    const span = startOf(this.#module)
    const inner = this.#inner?.target === target ? this.#inner : undefined
    let place: Place = { kind: 'value', value: inner ? inner.value : this.#variable(head, span) }
    for (const key of inner?.members ?? path) {
      const owner: Value =
        place.kind === 'value' ? place.value : place.kind === 'method' ? place.method : this.#tryField(place)
      if (!isClass(owner)) place = { kind: 'value', value: interpreter.get(owner, key, span), owner }
      else if (key !== 'constructor' && key !== 'prototype') place = this.#memberOf(owner, key, span)
    }
    return place
  }

  /** `Class.member`: what the class itself has, or else its instances. */
  #memberOf(of: ClassObject, key: string, span: Span): Place {
    const method = methodOf(of, key)
    const isStatic = classesAbove(of).some(({ properties }) => properties.has(key))
    const own = isStatic || !method ? this.#interpreter.get(of, key, span) : undefined
    if (own !== undefined) return { kind: 'value', value: own, owner: of }
    return isClosure(method) ? { kind: 'method', of, method } : { kind: 'field', of, key }
  }

  #variable(name: string, span: Span): Value {
    const instance = this.#instance
    if (!instance) return undefined
    const { modules, dialect } = this.#interpreter
    const isNamed = (binding: { readonly name: string }) => binding.name === name
    const global = this.#module.globals.find(isNamed)
    const isKnown = global && (modules.globalCell(global)?.initialized || dialect.globalObject.has(name))
    const binding = this.#module.scope.find(isNamed) ?? (isKnown ? global : undefined)
    return binding
      ? this.#interpreter.variable(instance.scope, binding, span)
      : modules.exported(instance, name, span)
  }

  /** What the field of an instance holds, if an instance can be made without arguments. */
  #tryField({ of, key }: Extract<Place, { kind: 'field' }>): Value {
    const { heap } = this.#interpreter
    return heap.attempt(() => {
      try {
        return this.#interpreter.get(this.#construct(of, {}), key, of.code.span)
      } catch (error) {
        if (error instanceof Thrown) return undefined
        throw error
      }
    }).result
  }

  #construct(object: ClassObject, args: Bindings): Value {
    const code = constructorOf(object) ?? { parameters: [] }
    const interpreter = this.#interpreter
    const instance = interpreter.observe(
      () => interpreter.construct(object, this.#bind(code, args), object.code.span),
      () => unreadIn(object),
    )
    this.given.push(instance)
    return instance
  }

  #invoke(closure: ClosureObject, args: Bindings, thisValue: Value): Value {
    const { span } = closure.code
    this.given.push(closure, thisValue)
    const interpreter = this.#interpreter
    const earlier = new EarlierCalls(interpreter, this.#earlier)
    const roots = { thisValue, code: closure.code, module: this.#module, scope: this.#instance?.scope }
    const given = this.#bind(closure.code, args)
    const call = () =>
      interpreter.observe(
        () => interpreter.call(closure, given, span, thisValue),
        () => unreadIn(closure),
      )
    try {
      return earlier.run(call, roots, span)
    } finally {
      this.left = earlier.learned
      this.unset = earlier.unset
      this.grown = earlier.grown
    }
  }

  /** Values by name; a parameter without one takes its default, or is unbound. */
  #bind(
    { parameters, rest }: Pick<FunctionCode, 'parameters' | 'rest'>,
    args: Bindings,
  ): readonly Property[] {
    const bound = parameters.map(({ target, default: fallback }): Property => {
      const name = nameOfTarget(target)
      const given = name === undefined ? undefined : this.#given(name, args)
      if (given) return given
      if (target.kind === 'objectPattern') {
        const fields = target.entries.flatMap(({ key, element }) =>
          key.kind === 'literal'
            ? [
                {
                  field: String(key.value),
                  usual: element.default,
                  own: this.#given(String(key.value), args),
                },
              ]
            : [],
        )
        if (fallback && !fields.some(({ own }) => own)) return { value: undefined }
        const record = this.#interpreter.record()
        for (const { field, usual, own } of fields) {
          if (own) record.properties.set(field, own)
          else if (!usual) record.properties.set(field, { value: this.#unbound(field) })
        }
        return { value: record }
      }
      return { value: fallback ? undefined : this.#unbound(name ?? 'value') }
    })
    if (rest) bound.push(...this.#others(rest, args))
    this.given.push(...bound.map(({ value }) => value))
    return bound
  }

  /** What a rest parameter holds: a list of which places are given, or of which nothing is known; or what is taken from it. */
  #others(rest: Target, args: Bindings): readonly Property[] {
    if (rest.kind === 'arrayPattern' && !rest.rest)
      return rest.elements.map((element, i) => {
        const name = element ? nameOfTarget(element.target) : undefined
        const given = name === undefined ? undefined : this.#given(name, args)
        return given ?? { value: element?.default ? undefined : this.#unbound(name ?? `argument ${i + 1}`) }
      })
    const name = nameOfTarget(rest)
    const given = name === undefined ? undefined : this.#given(name, args)
    return [{ value: given ? given.value : this.#unbound(name ?? 'value'), isAll: true }]
  }

  /** A parameter without a value, which another walk of the target finds again. */
  #unbound(name: string): Value {
    return this.#interpreter.unbound(name, `parameter ${this.#parameters++} ${name}`)
  }

  /** The value for a name, or for what is inside it; undefined where there is neither. */
  #given(name: string, args: Bindings): Property | undefined {
    if (Object.hasOwn(args, name)) return { value: args[name] }
    const nested = Object.entries(args).filter(([path]) => path.startsWith(`${name}.`))
    return nested.length > 0
      ? { value: partialObject(this.#interpreter, name, nested, path => this.#unbound(path)) }
      : undefined
  }
}

/** The function that a call of a target runs. */
function codeOf(place: Place): FunctionCode | undefined {
  if (place.kind === 'method') return place.method.code
  return place.kind === 'value' && isClosure(place.value) ? place.value.code : undefined
}

const isClosure = (value: Value): value is ClosureObject => isObject(value) && value.kind === 'closure'
const isClass = (value: Value): value is ClassObject => isObject(value) && value.kind === 'class'

/** A class of the program and those that it extends. */
function classesAbove(object: ClassObject): readonly ClassObject[] {
  return [object, ...(isClass(object.parent) ? classesAbove(object.parent) : [])]
}

/** The class of a library that a class of the program extends in the end. */
function baseOf(object: ClassObject): HostObject | undefined {
  const base = classesAbove(object).at(-1)?.parent
  return isObject(base) && base.kind === 'host' ? base : undefined
}

/** What the instances of a class have of their classes under a name. */
function methodOf(object: ClassObject, key: string): Value {
  for (let at: ObjectValue | null = object.instancePrototype; at; at = at.prototype) {
    const property = at.properties.get(key)
    if (property) return property.value
  }
  return undefined
}

/** The constructor that runs for `new`: the class's own, or the nearest one above. */
function constructorOf(object: ClassObject): ClosureObject['code'] | undefined {
  return classesAbove(object).find(({ code }) => code.constructor_)?.code.constructor_
}

/** What instances of a class of the library are applied to, before all else that the method takes. */
const firstAsBatch = (taken: readonly Taken[]): readonly Taken[] =>
  taken.map((parameter, i) => (i === 0 ? { ...parameter, isBatch: true } : parameter))

function constructorNames(object: ClassObject): readonly string[] {
  const code = constructorOf(object)
  return code ? namesOf({ code }) : []
}

function namesOf({ code }: Pick<ClosureObject, 'code'>): readonly string[] {
  return takenBy(code).map(({ name }) => name)
}

/** Parameters, and the fields of those that are patterns. */
function takenBy({ parameters, rest }: ClosureObject['code']): readonly Taken[] {
  const others: readonly (PatternElement | null)[] =
    rest?.kind === 'arrayPattern' ? rest.elements : rest ? [{ target: rest }] : []
  const all = [...parameters, ...others.flatMap(element => element ?? [])]
  return all.flatMap(({ target, default: whole, remarks }): readonly Taken[] => {
    const said = remarks && { remarks }
    if (target.kind === 'objectPattern')
      return target.entries.flatMap(({ key, element }) => {
        if (key.kind !== 'literal') return []
        const name = String(key.value)
        return [{ name, required: !whole && !element.default, ...said, field: name }]
      })
    const name = nameOfTarget(target)
    return name === undefined ? [] : [{ name, required: !whole, ...said }]
  })
}
