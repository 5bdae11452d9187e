import { add, apply, type Dimension, divide, isPolynomial, multiply, subtract } from '../graph/dimension.js'
import { toNumber, toText } from './conversions.js'
import type { BuiltinMember, Dialect } from './dialect.js'
import { isGenerator } from './generators.js'
import type { Tracer } from './host.js'
import { arrayMembers } from './javascript-arrays.js'
import { convertOperands } from './javascript-conversions.js'
import { languageError } from './javascript-errors.js'
import { globals } from './javascript-globals.js'
import { isTakenFrom, take } from './javascript-iteration.js'
import { isSymbol, keyText, wellKnown } from './javascript-symbols.js'
import {
  functionMembers,
  numberMembers,
  objectMembers,
  promiseMembers,
  stringMembers,
} from './javascript-values.js'
import {
  argumentsKey,
  hole,
  isObject,
  isSameObject,
  isUnknown,
  numbersKey,
  type ObjectValue,
  unknownKey,
  type Value,
} from './value.js'

/** Operators on numbers; polynomials stay exact. */
const arithmetic: Readonly<Record<string, (a: Dimension, b: Dimension) => Dimension>> = {
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': (a, b) => apply('remainder', [a, b]),
  '**': (a, b) => apply('power', [a, b]),
}

const bitwise: Readonly<Record<string, (a: number, b: number) => number>> = {
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
}

const order: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** JavaScript and TypeScript (ECMA-262). */
export const javascript: Dialect = {
  name: 'JavaScript',
  truth,
  operator: (operator, operands) => {
    const value = operate(operator, operands)
    return value === unknown ? undefined : { value: value as Value }
  },
  equality: operator => (operator === '===' ? true : operator === '!==' ? false : undefined),
  text: toText,
  key: keyText,
  convert: convertOperands,
  isTakenFrom,
  take,
  error: languageError,
  global: (name, trace) => ownField(globals, name)?.(trace),
  globalObject: new Set(['window', 'self', 'globalThis', 'global']),
  builtinMember: (value, key, isBorrowed = false) => {
    const own = ownMember(value, key, isBorrowed) ?? ownField(promiseMembers, key)
    if (own || isUnknown(value)) return own
    const builtin = prototypeOf(value)
    return builtin && key in builtin ? { kind: 'unmodelled', name: key } : undefined
  },
  listMethods: {
    map: 'each',
    forEach: 'visits',
    slice: 'some',
    filter: 'some',
    sort: 'some',
    reverse: 'some',
    splice: 'some',
  },
  filling: new Set(['push', 'unshift', 'splice']),
  prototypes: prototypesOf,
}

function ownMember(value: Value, key: string, isBorrowed: boolean): BuiltinMember | undefined {
  if (typeof value === 'string') return stringMembers(value, key)
  if (typeof value === 'number' || isPolynomial(value)) return ownField(numberMembers, key)
  if (!isObject(value)) return undefined
  if (isArguments(value) && !isBorrowed)
    return key === wellKnown('iterator') ? arrayMembers[key] : ownField(objectMembers, key)
  if (value.kind === 'array') return ownField(arrayMembers, key)
  if (isGenerator(value) && key === wellKnown('iterator'))
    return { kind: 'method', name: key, call: call => call.thisValue }
  if (isCallable(value)) return ownField(functionMembers, key) ?? ownField(objectMembers, key)
  return value.kind === 'record' ? ownField(objectMembers, key) : undefined
}

const ownField = <Entry>(table: Readonly<Record<string, Entry>>, key: string): Entry | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const isCallable = ({ kind }: ObjectValue): boolean =>
  kind === 'closure' || kind === 'hostFunction' || kind === 'class'

/** Where JavaScript finds the members of a value; library objects have their own. */
function prototypeOf(value: Value): object | undefined {
  if (typeof value === 'string') return String.prototype
  if (typeof value === 'number' || isPolynomial(value)) return Number.prototype
  if (!isObject(value) || value.kind === 'host') return undefined
  if (isArguments(value)) return Object.prototype
  if (value.kind === 'array') return Array.prototype
  if (value.kind === 'hostFunction' && Object.hasOwn(natives, value.function.name))
    return natives[value.function.name]
  return isCallable(value) ? Function.prototype : Object.prototype
}

/** The language's own classes, to tell what they have that is not modelled. */
const natives: Readonly<Record<string, object>> = {
  Array,
  Boolean,
  Error,
  Float32Array,
  Float64Array,
  Map,
  Number,
  Object,
  Promise,
  Set,
  String,
  Symbol,
  WeakMap,
}

const isArguments = (value: ObjectValue): boolean =>
  value.kind === 'array' && value.properties.has(argumentsKey)

/** The classes whose members a value has, its own first. */
function classesOf(value: Value): readonly string[] {
  if (typeof value === 'string') return ['String', 'Object']
  if (typeof value === 'number' || isPolynomial(value)) return ['Number', 'Object']
  if (typeof value === 'boolean') return ['Boolean', 'Object']
  if (!isObject(value) || value.kind === 'host') return []
  return value.kind === 'array' && !isArguments(value) ? ['Array', 'Object'] : ['Object']
}

function prototypesOf(value: Value, trace: Tracer): readonly ObjectValue[] {
  return classesOf(value).flatMap(name => {
    const made = trace.provided(name)
    const prototype = isObject(made) ? made.properties.get('prototype')?.value : undefined
    return isObject(prototype) ? [prototype] : []
  })
}

const unknown = Symbol('unknown')

function truth(value: Value): boolean | undefined {
  if (isUnknown(value) || isPolynomial(value)) return undefined
  return isObject(value) ? true : Boolean(value)
}

function operate(operator: string, operands: readonly Value[]): Value | typeof unknown {
  const [a, b] = operands
  if (operator === 'typeof') return typeOf(a)
  if (operator === 'not') {
    const value = truth(a)
    return value === undefined ? unknown : !value
  }
  if (operator === 'template') {
    const pieces = operands.map(toText)
    return pieces.every(piece => piece !== undefined) ? pieces.join('') : unknown
  }
  if (operator === '===' || operator === '!==' || operator === '==' || operator === '!=') {
    const same = equal(a, b, operator.length === 2)
    return same === undefined ? unknown : same === (operator[0] === '=')
  }
  if (operator === 'in') {
    const key = javascript.key(a)
    return isObject(b) && key !== undefined ? (hasKey(b, key) ?? unknown) : unknown
  }
  if (operator === 'instanceof')
    return isObject(a) && isObject(b) ? inherits(a, b) : isUnknown(a) || isUnknown(b) ? unknown : false
  if (operator === '+' && (typeof a === 'string' || typeof b === 'string' || isObject(a) || isObject(b))) {
    const [left, right] = [toText(a), toText(b)]
    return left !== undefined && right !== undefined ? left + right : unknown
  }
  const left = toNumber(a)
  if (operator === 'negate') return left === undefined ? unknown : multiply(-1, left)
  if (operator === 'number') return left ?? unknown
  if (operator === 'bitnot') return typeof left === 'number' ? ~left : unknown
  const compare = order[operator]
  if (compare && typeof a === 'string' && typeof b === 'string') return compare(a, b)
  const right = toNumber(b)
  if (left === undefined || right === undefined) return unknown
  if (operator === '+') return add(left, right)
  const exact = arithmetic[operator]
  if (exact) return exact(left, right)
  if (compare) {
    const difference =
      typeof left === 'number' && typeof right === 'number' ? undefined : subtract(left, right)
    if (difference === undefined) return compare(left as number, right as number)
    return typeof difference === 'number' ? compare(difference, 0) : unknown
  }
  const bits = bitwise[operator]
  return bits && typeof left === 'number' && typeof right === 'number' ? bits(left, right) : unknown
}

function typeOf(value: Value): string | typeof unknown {
  if (isUnknown(value)) return unknown
  if (isPolynomial(value)) return 'number'
  if (isSymbol(value)) return 'symbol'
  if (isObject(value))
    return value.kind === 'closure' ||
      value.kind === 'class' ||
      value.kind === 'hostFunction' ||
      (value.kind === 'host' && (value.type.call || value.type.class))
      ? 'function'
      : 'object'
  return value === null ? 'object' : typeof value
}

function equal(a: Value, b: Value, loose: boolean): boolean | undefined {
  if (isUnknown(a) || isUnknown(b)) return undefined
  if (isPolynomial(a) || isPolynomial(b)) {
    const [left, right] = [toNumber(a), toNumber(b)]
    if (
      typeof a === 'string' ||
      typeof b === 'string' ||
      a === null ||
      a === undefined ||
      b === null ||
      b === undefined ||
      left === undefined ||
      right === undefined
    )
      return false
    const difference = subtract(left, right)
    return typeof difference === 'number' ? difference === 0 : undefined
  }
  if (isObject(a) && isObject(b)) return isSameObject(a, b)
  if (isObject(a) || isObject(b)) return loose ? looselySame(a, b) : false
  return a === b || (loose && looselyEqual(a, b))
}

/** `==` of an object and a primitive value, to which the object is converted. */
function looselySame(a: Value, b: Value): boolean | undefined {
  const [object, other] = isObject(a) ? [a, b] : [b, a]
  if (other === undefined || other === null || isSymbol(object)) return false
  const text = toText(object)
  return text === undefined ? undefined : text === other || looselyEqual(text, other)
}

/** `==` of different primitives (ECMA-262, IsLooselyEqual): null and undefined are equal, the rest compares as numbers. */
function looselyEqual(a: Value, b: Value): boolean {
  const isNothing = (value: Value) => value === undefined || value === null
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b)
  return typeof a !== typeof b && Number(a) === Number(b)
}

function hasKey(object: ObjectValue, key: string): boolean | undefined {
  for (let at: ObjectValue | null = object; at; at = at.prototype) {
    if (at.properties.has(key)) return true
    if (at.properties.has(unknownKey)) return undefined
    if (at.kind === 'array' && (key === 'length' || (at.elements[Number(key)] ?? hole) !== hole)) return true
    if (at.kind === 'host' && Object.hasOwn(at.type.members, key)) return true
    if (at.kind === 'host' && at.type.lookup) return undefined
  }
  return key in (prototypeOf(object) ?? {})
}

/** Arrays of numbers inherit from others; an object of a class may, too. */
function isArray(object: Value): boolean | typeof unknown {
  if (!isObject(object)) return false
  if (object.kind === 'array') return !object.properties.has(numbersKey) && !isArguments(object)
  return object.kind === 'record' && object.prototype !== null ? unknown : false
}

function inherits(object: Value, ancestor: Value): boolean | typeof unknown {
  if (isObject(ancestor) && ancestor.kind === 'host' && ancestor.type.class)
    return ancestor.type.class.includes(ancestor, object) ?? unknown
  if (isObject(ancestor) && ancestor.kind === 'hostFunction' && ancestor.function.name === 'Array')
    return isArray(object)
  if (isObject(ancestor) && ancestor.properties.has(wellKnown('hasInstance'))) return unknown
  const prototype = isObject(ancestor) ? ancestor.properties.get('prototype')?.value : undefined
  if (!isObject(prototype) || prototype.kind === 'host') return unknown
  for (let at = isObject(object) ? object.prototype : null; at; at = at.prototype)
    if (at === prototype) return true
  return false
}
