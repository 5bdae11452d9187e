import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { sameValue } from './branches.js'
import { memberOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { whyUnknown } from './unknowns.js'
import {
  isSameUnknown,
  isUnknown,
  type ObjectValue,
  type Property,
  type RecordObject,
  type UnknownValue,
  unknownKey,
  type Value,
} from './value.js'

/** Objects that are not known, of which what the program writes into them is. */
export class UnknownObjects {
  readonly #interpreter: Interpreter
  /** What was written, by the objects. */
  readonly #written = new Map<object, RecordObject>()
  readonly #owners = new Map<ObjectValue, UnknownValue>()
  /** Those of which members were read that may change them. */
  readonly #reached = new WeakSet<object>()
  #globalObject: UnknownValue | undefined
  /** Global names that the program asks the global object for. */
  readonly #globalNames = new Set<string>()

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** Whether the program wrote into any of them. */
  get isWritten(): boolean {
    return this.#written.size > 0
  }

  get written(): Iterable<RecordObject> {
    return this.#written.values()
  }

  /** The object whose fields are the global names, by one of the names that surroundings have for it. */
  globalObject(name: string, span: Span): UnknownValue {
    this.#globalObject ??= this.#interpreter.unknowns.value(
      name,
      'the global object',
      diagnostic('unknown-global', { name }, { span }),
    )
    return this.#globalObject
  }

  /** Whether nothing was written into an object, and no member of it was read that may change it. */
  isUntouched(object: UnknownValue): boolean {
    const identity = identityOf(object)
    return !this.#reached.has(identity) && !this.#written.get(identity)?.properties.size
  }

  /** Notes that a member is read, by whatever way. */
  reach(object: UnknownValue, key: string): void {
    if (key !== 'length' && !isElement(key)) this.#reached.add(identityOf(object))
  }

  get(object: UnknownValue, key: string, span: Span): Value {
    const interpreter = this.#interpreter
    this.reach(object, key)
    const written = this.#written.get(identityOf(object))
    const property = written?.properties.get(key)
    if (this.#isGlobal(object)) {
      this.#globalNames.add(key)
      const global = this.#fieldOfGlobal(key, property, span)
      if (global !== undefined) return global
    }
    if (property) return property.value
    const builtin = interpreter.dialect.builtinMember(object, key)
    if (builtin?.kind === 'method')
      return interpreter.function(builtin.name, call => builtin.call({ ...call, thisValue: object }), [
        object,
      ])
    const whole = written?.properties.get(unknownKey)?.value
    if (isUnknown(whole)) return this.get(whole, key, span)
    const length = key === 'length' ? interpreter.running.lengthOf(object, span) : undefined
    if (length !== undefined) return length
    const isIndex = isElement(key)
    return interpreter.derived(
      [object],
      ([name]) => (isIndex ? `${name}[${key}]` : `${name}.${key}`),
      memberOf,
      key,
    )
  }

  /** What the program writes into an object that it was given is what it reads there later. */
  set(object: UnknownValue, key: string, property: Property): void {
    const interpreter = this.#interpreter
    if (this.#isGlobal(object)) {
      interpreter.listen([property.value])
      this.#globalNames.add(key)
      const { modules, heap, unknowns } = interpreter
      const cell = modules.undeclared(key)
      if (cell) {
        heap.setCell(cell, property.value)
        return
      }
      // It is another variable if it is one of a module, or declared by `let`.
      const declared = modules.declaredByScript(key)
      if (declared && !sameValue(declared.value, property.value))
        heap.setCell(declared, unknowns.fresh(`${key}, changed`))
    }
    interpreter.heap.setProperty(this.#writtenTo(object), key, property)
    // Whoever has the object may call what it finds there, as a page calls `button.onclick`.
    if (!this.#isGlobal(object)) interpreter.calls.handOut(property)
  }

  /** A field of the global object that is a variable as well, or that the surroundings provide. */
  #fieldOfGlobal(key: string, property: Property | undefined, span: Span): Value {
    const { modules, unknowns } = this.#interpreter
    const cell = modules.undeclared(key)
    if (cell) return cell.value
    const declared = modules.declaredByScript(key)
    if (!property) return declared ? unknowns.fresh(key) : modules.provided(key)
    return declared && !sameValue(declared.value, property.value)
      ? unknowns.fresh(key, diagnostic('unknown-global', { name: key }, { span }))
      : undefined
  }

  /** A write whose key is not known: nothing lists the fields, and each is read from the whole from here on. */
  setUnknownKey(object: UnknownValue, key: Value, span: Span): void {
    const { heap, unknowns } = this.#interpreter
    const target = this.#writtenTo(object)
    for (const name of target.properties.keys()) heap.setProperty(target, name, undefined)
    this.#interpreter.obscure(
      target,
      unknowns.fresh({ of: object, write: name => `${name}, changed` }, whyUnknown(key, span)),
    )
  }

  /** What a program finds under a global name that it uses as a field of the global object too. */
  global(name: string, span: Span): Value {
    const object = this.#globalObject
    return object && this.#globalNames.has(name) ? this.get(object, name, span) : undefined
  }

  /** What a field is where the program wrote nothing into it; undefined for an object that is known. */
  unwritten(record: ObjectValue, key: string, span: Span): Value {
    const owner = this.#owners.get(record)
    return owner && !record.properties.has(key) ? this.get(owner, key, span) : undefined
  }

  #isGlobal(object: UnknownValue): boolean {
    return this.#globalObject !== undefined && isSameUnknown(object, this.#globalObject)
  }

  #writtenTo(object: UnknownValue): RecordObject {
    const { unknowns } = this.#interpreter
    const known = this.#written.get(identityOf(object))
    if (known) return known
    // As old as the object, which may have been there long before the program wrote to it.
    const record: RecordObject = { ...this.#interpreter.record(), id: unknowns.bornAt(object) }
    this.#written.set(identityOf(object), record)
    this.#owners.set(record, object)
    return record
  }
}

/** Whether a key is that of an element of a list. */
const isElement = (key: string): boolean => /^\d+$/.test(key)

const identityOf = (object: UnknownValue): object => object.identity ?? object
