import type { ClassCode, ClassMember, FunctionCode } from '../core/program.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Polynomial } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import type { HostFunction, HostType } from './host.js'
import type { Scope } from './scope.js'

/**
 * What an expression can evaluate to. Primitive values of the source language stand for themselves. A number that
 * depends on an unbound parameter is a `Polynomial`.
 */
export type Value = undefined | null | boolean | number | string | Polynomial | ObjectValue | UnknownValue

/** A field of an object: the span is where its value was written, for placing findings. */
export interface Property {
  readonly value: Value
  readonly span?: Span
  readonly getter?: Value
  readonly setter?: Value
  /** Not listed among the fields of an object, and not copied with them: methods of classes, say. */
  readonly hidden?: true
  /** It keeps its value. */
  readonly locked?: true
  /** As an argument: all that follow, of which it is not known how many there are. */
  readonly isAll?: true
}

/**
 * Anything with identity. Its fields change only through the `Heap`, which can undo and compare changes: that is
 * how a branch on an unknown condition is walked both ways.
 */
export type ObjectValue =
  | RecordObject
  | ArrayObject
  | ClosureObject
  | ClassObject
  | HostFunctionObject
  | HostObject

interface ObjectBase {
  readonly id: number
  prototype: ObjectValue | null
  readonly properties: Map<string, Property>
}

export interface RecordObject extends ObjectBase {
  readonly kind: 'record'
}

export interface ArrayObject extends ObjectBase {
  readonly kind: 'array'
  readonly elements: Property[]
}

export interface ClosureObject extends ObjectBase {
  readonly kind: 'closure'
  readonly code: FunctionCode
  readonly scope: Scope
  readonly thisValue?: Value
  /** Where `super` looks things up. */
  readonly home?: ObjectValue
}

export interface ClassObject extends ObjectBase {
  readonly kind: 'class'
  readonly code: ClassCode
  readonly scope: Scope
  /** The keys of its members, which are evaluated once. */
  readonly keys: Map<ClassMember, Value>
  readonly parent?: Value
  /** Where the class keeps its instances' methods; also its property `prototype`. */
  readonly instancePrototype: ObjectValue
}

export interface HostFunctionObject extends ObjectBase {
  readonly kind: 'hostFunction'
  readonly function: HostFunction
  /** Values that it acts on besides those that it is given, such as what it was bound to. */
  readonly holds?: readonly Value[]
}

/** An object of a library: a layer, a model, a tensor, an optimizer. Its type says what its members do. */
export interface HostObject<State = unknown> extends ObjectBase {
  readonly kind: 'host'
  readonly type: HostType<State>
  /** Immutable; replaced through `Heap.setState`. */
  state: State
}

/**
 * A value that the trace does not have. With a `path` it is an unbound parameter or a field of one, read as a
 * symbol where a number is needed; it is not a defect of the trace. With a `reason` it is opaque: whatever
 * depends on it is unverified.
 */
export interface UnknownValue {
  readonly kind: 'unknown'
  /** How the user would write it: `config.units`. */
  readonly path: string
  /** What tells it from others: two values that have one are the same exactly if it is one object. */
  readonly identity?: object
  /** Absent for an unbound parameter and its fields. */
  readonly reason?: Diagnostic
}

/** Whether two values that are not known are one value. */
export const isSameUnknown = (a: UnknownValue, b: UnknownValue): boolean =>
  a.identity && b.identity ? a.identity === b.identity : a.path === b.path

/** The key under which an array notes that its elements are not known. */
export const unknownKey = '\u0000unknown'

/** The key under which an object notes that it stands for others, so that it may be the same as one that it is not. */
export const standInKey = '\u0000stand-in'

/** The key under which an array of unknown length notes what a library has for all its elements as one value. */
export const wholeKey = '\u0000whole'

/** The key under which an array notes that it holds numbers only, as `Float32Array` does. */
export const numbersKey = '\u0000numbers'

/** The key under which an array notes that it is what a function was given, and none of the methods of arrays are its own. */
export const argumentsKey = '\u0000arguments'

/** The key under which an object notes that it gets no other fields. */
export const lockedKey = '\u0000locked'

/** What the keys of fields start with whose names are symbols: no text of a program is one. */
export const symbolPrefix = '\u0000@'

/** A place of an array without an element: it is read as undefined, and most methods leave it out. */
export const hole: Property = { value: undefined }

/** The elements of an array as a loop or a spread reads them. */
export const withoutHoles = ({ elements }: ArrayObject): readonly Property[] =>
  elements.includes(hole) ? elements.map(({ ...element }) => element) : elements

export function isUnknown(value: Value): value is UnknownValue {
  return typeof value === 'object' && value !== null && value.kind === 'unknown'
}

/** Whether two objects are the same, where that is known. */
export function isSameObject(a: Value, b: Value): boolean | undefined {
  const isOpen = [a, b].some(value => isObject(value) && value.properties.has(standInKey))
  return a === b ? true : isOpen && isObject(a) && isObject(b) ? undefined : false
}

export function isObject(value: Value): value is ObjectValue {
  return (
    typeof value === 'object' && value !== null && value.kind !== 'unknown' && value.kind !== 'polynomial'
  )
}

/** Whether code puts another object in the place of one where it changes. */
export const isReplaced = (value: Value): value is HostObject =>
  isObject(value) && value.kind === 'host' && value.type.replaced?.(value.state) !== undefined

/** Keys that name elements: whole numbers below 2³² − 1, written without zeros in front (ECMA-262, array index). */
const isIndex = (key: string): boolean => /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1

/** Notes of this room, symbols and private names have keys that no text of a program is: they start with a zero character. */
const isListed = ([key, { hidden }]: readonly [key: string, Property]): boolean =>
  !hidden && !key.startsWith('\u0000')

/**
 * Own fields that are listed, in the order of the language: indices by size, then the others in the order in which they
 * were made.
 */
export function ownFields({ properties }: ObjectValue): readonly (readonly [key: string, Property])[] {
  const fields = [...properties].filter(isListed)
  const indices = fields.filter(([key]) => isIndex(key))
  if (indices.length === 0) return fields
  return [...indices.sort(([a], [b]) => Number(a) - Number(b)), ...fields.filter(([key]) => !isIndex(key))]
}

/** What stands for the elements of a list, where these are not known. */
export function unknownIn(list: Value): UnknownValue | undefined {
  if (isUnknown(list)) return list
  const held = isObject(list) && list.kind === 'array' ? list.properties.get(unknownKey)?.value : undefined
  return isUnknown(held) ? held : undefined
}
