import type { Binding, FunctionCode, Module } from '../core/program.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { add, type Dimension, isPolynomial, multiply, subtract, symbol } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import {
  type Assigned,
  type Assignment,
  assignedElsewhere,
  changedElsewhere,
  filledElsewhere,
  setElsewhere,
} from './assigned-elsewhere.js'
import { Thrown } from './frame.js'
import { collected } from './host.js'
import type { Interpreter } from './interpreter.js'
import type { Cell, Scope } from './scope.js'
import type { ReadPlace } from './unset-reads.js'
import {
  type HostObject,
  isObject,
  isReplaced,
  isUnknown,
  type ObjectValue,
  type Property,
  unknownKey,
  type Value,
  wholeKey,
} from './value.js'

/** How what a call finds follows from how many calls there were before it. */
type Form =
  /** Every call adds the same number. */
  | { readonly kind: 'counter'; readonly start: Dimension; readonly step: number }
  /** It is any number, or a list of which nothing is known. */
  | { readonly kind: 'any' }
  /** Another object of a library in each call, such as a tensor. */
  | { readonly kind: 'replaced'; readonly left: HostObject }
  /** An object of the program with such objects in it, which the first call makes. */
  | { readonly kind: 'filled'; readonly left: Value }
  /** What the first call makes, and later calls leave as it is. */
  | { readonly kind: 'made' }
  /** An object of a library, as the first call found it or as one left it. */
  | { readonly kind: 'state'; readonly left: unknown }
  /** Nothing before some other function was called, which is where it is set. */
  | { readonly kind: 'set'; readonly reason: Diagnostic }

/** What calls leave for the next one, by the way to it: from `this`, or from a variable of the module. */
export type LeftByCalls = ReadonlyMap<string, Form>

/** Objects are looked into so deep. */
const deepest = 3

/** So many places are looked at. */
const mostPlaces = 500

/** A place that holds a number, an empty list, or an object of which the state counts for the next call. */
interface Place {
  readonly value: Value
  /** How code names it. */
  readonly assigned?: Assigned
  readonly state?: unknown
  readonly write: (value: Value) => void
}

/**
 * A target may be called any number of times, and one call finds what those before it left. Numbers that it changes are
 * followed: one that grows by a whole number counts the calls, of any other nothing is known. What it builds in its first
 * call and finds in later ones is as the first call leaves it. A tensor that each call replaces, as a moment of an optimizer
 * by hand, is not known, whether the first call finds one or makes it. Of a list that it finds empty and leaves so nothing is known
 * where other functions fill it, and of a number that they count on neither.
 */
export class EarlierCalls {
  readonly #interpreter: Interpreter
  readonly #known: LeftByCalls
  /** All that is known of calls by now, where that is more than before. */
  learned: LeftByCalls | undefined
  /** What the call throws over, since other functions that set it were not called before: with what was known already. */
  unset: LeftByCalls | undefined
  /** What other functions fill and count, where the call leaves it as it found it: with what was known already. */
  grown: LeftByCalls | undefined

  constructor(interpreter: Interpreter, known: LeftByCalls) {
    this.#interpreter = interpreter
    this.#known = known
  }

  /** Runs a call of a target as any of its calls. */
  run(call: () => Value, roots: Roots, span: Span): Value {
    const found = this.#places(roots)
    for (const [path, form] of this.#known) {
      const place = found.places.get(path) ?? this.#emptyPlace(path, found)
      if (place) this.#enter(path, place, form, span)
    }
    const before = this.#places(roots)
    const { unset } = this.#interpreter
    unset.take()
    try {
      const result = call()
      this.#learn(before, this.#places(roots), roots)
      return result
    } catch (error) {
      if (error instanceof Thrown) unset.blame()
      throw error
    } finally {
      this.#ask(unset.take(), before, roots)
      this.grown = this.#grownBetween(before.places, this.#places(roots).places, roots)
    }
  }

  /** What is as the call found it, and other functions fill or count on. */
  #grownBetween(
    before: ReadonlyMap<string, Place>,
    after: ReadonlyMap<string, Place>,
    { code, module }: Roots,
  ): LeftByCalls | undefined {
    const { modules, dialect } = this.#interpreter
    const grown = new Map(this.#known)
    for (const [path, { value, assigned }] of before) {
      const left = after.get(path)?.value
      const isLeft = left === value || (this.#isBlank(left) && this.#isBlank(value))
      if (!assigned || grown.has(path) || !isLeft) continue
      const among = 'key' in assigned ? modules.loaded : [module]
      const isGrown = this.#isBlank(value)
        ? filledElsewhere(among, code, assigned, dialect.filling)
        : typeof value === 'number' && changedElsewhere(among, code, assigned)
      if (isGrown) grown.set(path, { kind: 'any' })
    }
    return grown.size > this.#known.size ? grown : undefined
  }

  #isBlank(value: Value): boolean {
    return isBlankList(this.#interpreter, value)
  }

  #enter(path: string, place: Place, form: Form, span: Span): void {
    const interpreter = this.#interpreter
    const { value, write } = place
    const name = path.split('.').at(-1)!
    if (form.kind === 'counter') write(add(form.start, multiply(form.step, this.#count())))
    else if (form.kind === 'set')
      write(
        interpreter.library.unbound(name, interpreter) ??
          interpreter.unknowns.value(name, `set by other functions: ${path}`, form.reason),
      )
    else if (form.kind === 'replaced') write(this.#replacing(form.left, name, span) ?? value)
    else if (form.kind === 'filled') write(this.#filled(form.left, name, span, 0) ?? value)
    else if (form.kind === 'any') write(interpreter.unknowns.value(name, `left by earlier calls: ${path}`))
    else if (form.kind === 'state' && isObject(value) && value.kind === 'host') {
      const unknown = interpreter.fresh(name, diagnostic('earlier-calls', { what: name }, { span }))
      const state = value.type.unknownState?.(value.state, unknown, [value.state, form.left])
      interpreter.heap.setState(value, state ?? value.state)
    }
  }

  #replacing({ type, state }: HostObject, what: string, span: Span): Value | undefined {
    const unknown = type.replaced?.(state)?.(diagnostic('earlier-calls', { what }, { span }))
    return unknown === undefined ? undefined : this.#interpreter.host(type, unknown)
  }

  /** An object as a call left it, with nothing known of tensors and numbers; undefined where it holds what is no value. */
  #filled(left: Value, name: string, span: Span, depth: number): Value | undefined {
    const interpreter = this.#interpreter
    if (numberOf(left) !== undefined)
      return interpreter.unknowns.value(name, `left by earlier calls: ${name}`)
    if (!isObject(left)) return isUnknown(left) ? undefined : left
    if (left.kind === 'host') return this.#replacing(left, name, span)
    const isPlain = left.kind === 'array' || (left.kind === 'record' && left.prototype === null)
    if (!isPlain || depth > deepest) return undefined
    const inside = (key: string | number, value: Value) =>
      this.#filled(value, `${name}.${key}`, span, depth + 1)
    if (left.kind === 'array') {
      const elements = left.elements.map(({ value }, i) => inside(i, value))
      return elements.includes(undefined) ? undefined : interpreter.array(elements)
    }
    const fields = [...left.properties].map(([key, { value }]) => [key, inside(key, value)] as const)
    return fields.some(([, value]) => value === undefined)
      ? undefined
      : interpreter.record(Object.fromEntries(fields))
  }

  /** Where nothing was found that calls set. */
  #emptyPlace(path: string, { owners, cells }: Found): Place | undefined {
    const { heap } = this.#interpreter
    const end = path.lastIndexOf('.')
    const key = path.slice(end + 1)
    for (const [cell, { name }] of cells)
      if (end < 0 && name === key) return { value: cell.value, write: value => heap.setCell(cell, value) }
    for (const [object, owner] of owners)
      if (end > 0 && owner.path === path.slice(0, end))
        return { value: undefined, write: value => heap.setProperty(object, key, { value }) }
    return undefined
  }

  /** Asks for another walk where the code throws over what it found without a value and other functions set. */
  #ask(blamed: readonly ReadPlace[], { owners, cells }: Found, { code, module }: Roots): void {
    const { modules } = this.#interpreter
    const unset = new Map(this.#known)
    for (const place of blamed) {
      const binding = place.kind === 'variable' ? cells.get(place.cell) : undefined
      const owner = place.kind === 'field' ? owners.get(place.object) : undefined
      if (binding) {
        const assignment = assignedElsewhere([module], code, { binding })
        if (assignment) unset.set(binding.name, setBy(binding.name, assignment))
      } else if (owner && place.kind === 'field' && !owner.held.has(place.key)) {
        const path = `${owner.path}.${place.key}`
        const assignment = assignedElsewhere(modules.loaded, code, { key: place.key })
        if (assignment) unset.set(path, setBy(path, assignment))
      }
    }
    this.unset = [...unset.keys()].some(path => !this.#known.has(path)) ? unset : undefined
  }

  /** How many calls there were before. */
  #count(): Dimension {
    const { unknowns, counters } = this.#interpreter
    const { path } = unknowns.value('previousCalls', 'how often the target was called')
    counters.set(path, 'call')
    return symbol(path, true)
  }

  #learn(found: Found, left: Found, roots: Roots): void {
    const [before, after] = [found.places, left.places]
    const learned = new Map(this.#known)
    for (const [path, { value }] of after) {
      if (before.has(path) || !isReplaced(value)) continue
      const list = path.replace(/(\[\d+\])+$/, '')
      if (learned.has(list)) continue
      if (list !== path) learned.set(list, { kind: 'any' })
      else if (this.#emptyPlace(path, found)) learned.set(path, { kind: 'replaced', left: value })
    }
    for (const [path, made] of left.made) {
      const form = this.#known.get(path)
      const parts = [...before].filter(([own, { value }]) => isInside(own, path) && isReplaced(value))
      if (!form && !found.objects.has(path) && this.#emptyPlace(path, found))
        learned.set(path, { kind: 'filled', left: made })
      else if (form?.kind === 'filled' && parts.every(([own, { value }]) => after.get(own)?.value === value))
        learned.set(path, { kind: 'made' })
    }
    for (const [path, found] of before) {
      const left = after.get(path)
      const form = left && this.#formOf(found, left, this.#known.get(path))
      const isCounted =
        form?.kind === 'counter' && !!found.assigned && this.#isSetElsewhere(found.assigned, roots)
      if (form) learned.set(path, isCounted ? { kind: 'any' } : form)
    }
    const isMore = [...learned].some(([path, form]) => this.#known.get(path)?.kind !== form.kind)
    this.learned = isMore ? learned : undefined
  }

  /** Whether a function that is no constructor, and not the target, gives a number another value as well. */
  #isSetElsewhere(assigned: Assigned, { code, module }: Roots): boolean {
    const among = 'key' in assigned ? this.#interpreter.modules.loaded : [module]
    return setElsewhere(among, code, assigned) !== undefined
  }

  /** Undefined where a call leaves what it finds. */
  #formOf(found: Place, left: Place, known: Form | undefined): Form | undefined {
    if (known?.kind === 'any' || known?.kind === 'state' || known?.kind === 'made') return known
    if (isReplaced(found.value)) {
      if (found.value === left.value) return known && { kind: 'made' }
      return isReplaced(left.value) ? { kind: 'replaced', left: left.value } : known
    }
    if (found.state !== undefined) {
      const { value } = found as { readonly value: HostObject }
      const unknown = this.#interpreter.fresh('state')
      const isSame =
        value === left.value &&
        value.type.unknownState?.(found.state, unknown, [found.state, left.state]) === found.state
      const isLeft = value === left.value && value.type.outlivesCalls?.(left.state)
      return isSame || !isLeft ? undefined : { kind: 'state', left: left.state }
    }
    const [first, next] = [numberOf(found.value), numberOf(left.value)]
    if (first === undefined) return undefined
    const step = next === undefined ? undefined : subtract(next, first)
    if (step === 0 && !known) return undefined
    if (known?.kind === 'counter') return step === known.step ? known : { kind: 'any' }
    return typeof step === 'number' && Number.isInteger(step)
      ? { kind: 'counter', start: first, step }
      : { kind: 'any' }
  }

  #places({ thisValue, module, scope }: Roots): Found {
    const { heap } = this.#interpreter
    const places = new Map<string, Place>()
    const owners = new Map<ObjectValue, Owner>()
    const cells = new Map<Cell, Binding>()
    const objects = new Map<string, Value>()
    const seen = new Set<ObjectValue>()
    const add = (
      path: string,
      value: Value,
      depth: number,
      write: Place['write'],
      assigned?: Assigned,
    ): void => {
      if (places.size >= mostPlaces) return
      const isLeft = numberOf(value) !== undefined || this.#isBlank(value) || isReplaced(value)
      if (isLeft || (isUnknown(value) && depth > 0))
        places.set(path, { value, write, ...(assigned && { assigned }) })
      if (!isObject(value) || seen.has(value) || depth > deepest) return
      seen.add(value)
      if (value.kind === 'host' && value.type.outlivesCalls)
        places.set(path, { value, state: value.state, write })
      if (value.kind === 'array' || value.kind === 'record') objects.set(path, value)
      if (value.kind === 'array')
        for (const [i, element] of value.elements.entries())
          if (isObject(element.value))
            add(`${path}[${i}]`, element.value, depth + 1, next =>
              heap.setElement(value, i, { ...element, value: next }),
            )
      if (value.kind !== 'record') return
      const held = [...value.properties].filter(([, property]) => !isEmpty(property))
      owners.set(value, { path, held: new Set(held.map(([key]) => key)) })
      for (const [key, property] of value.properties)
        add(
          `${path}.${key}`,
          property.value,
          depth + 1,
          next => heap.setProperty(value, key, { ...property, value: next }),
          { key },
        )
    }
    add('this', thisValue, 0, () => undefined)
    for (const binding of module.scope) {
      const cell = scope?.find(binding)
      if (cell?.initialized && isEmpty(cell)) cells.set(cell, binding)
      if (cell?.initialized) add(binding.name, cell.value, 1, next => heap.setCell(cell, next), { binding })
    }
    const replaced = [...places].flatMap(([path, { value }]) => (isReplaced(value) ? [path] : []))
    const made = [...objects].filter(([path]) => replaced.some(own => isInside(own, path)))
    return { places, owners, cells, objects, made }
  }
}

/** What a call finds. */
interface Found {
  readonly places: ReadonlyMap<string, Place>
  /** The objects that it can get at. */
  readonly owners: ReadonlyMap<ObjectValue, Owner>
  /** The objects of the program. */
  readonly objects: ReadonlyMap<string, Value>
  /** Those with objects of a library in them that code replaces. */
  readonly made: readonly (readonly [path: string, object: Value])[]
  /** The variables that hold nothing. */
  readonly cells: ReadonlyMap<Cell, Binding>
}

/** The way to an object, and the fields of it that hold something. */
interface Owner {
  readonly path: string
  readonly held: ReadonlySet<string>
}

const setBy = (what: string, { by, span }: Assignment): Form => ({
  kind: 'set',
  reason: diagnostic('set-elsewhere', { what, by }, { span }),
})

/** Whether a place holds nothing, and no code that is run to read it. */
const isEmpty = ({ value, getter }: Property): boolean =>
  getter === undefined && (value === undefined || value === null)

const isInside = (path: string, outer: string): boolean =>
  path.startsWith(outer) && /^[.[]/.test(path.slice(outer.length))

/** A list that is known to hold nothing, or nothing but places for what comes. */
function isBlankList(interpreter: Interpreter, value: Value): boolean {
  if (!isObject(value) || value.kind !== 'array') return false
  if (!value.properties.has(unknownKey) && !value.properties.has(wholeKey))
    return value.elements.every(isEmpty)
  const whole = interpreter.whole(value)
  const { operator, operands: [, element] = [] } = (isUnknown(whole) && interpreter.operation(whole)) || {}
  return operator === collected && isEmpty({ value: element })
}

/** From where a target finds what calls before it left. */
export interface Roots {
  readonly thisValue: Value
  readonly code: FunctionCode
  readonly module: Module
  readonly scope: Scope | undefined
}

function numberOf(value: Value): Dimension | undefined {
  return typeof value === 'number' || isPolynomial(value) ? value : undefined
}
