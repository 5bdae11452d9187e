import type { HostCall, Tracer } from './host.js'
import { argument, callable, unclear } from './javascript-calls.js'
import { isSymbol, keyText } from './javascript-symbols.js'
import {
  hole,
  isObject,
  isUnknown,
  lockedKey,
  type ObjectValue,
  ownFields,
  type Property,
  unknownKey,
  type Value,
} from './value.js'

/** The fields of an object with their values, which getters compute; undefined where they are not known. */
function own({ trace, span }: HostCall, value: Value): readonly (readonly [string, Property])[] | undefined {
  if (typeof value === 'string') return value.split('').map((letter, i) => [String(i), { value: letter }])
  if (typeof value === 'number' || typeof value === 'boolean') return []
  if (!isObject(value) || value.properties.has(unknownKey) || value.kind === 'host') return undefined
  const elements = value.kind === 'array' ? value.elements : []
  return [
    ...[...elements.entries()].flatMap(([i, element]) =>
      element === hole ? [] : [[String(i), element] as const],
    ),
    ...ownFields(value).map(
      ([key, property]) =>
        [
          key,
          property.getter === undefined
            ? property
            : { value: trace.get(value, key, span), ...(property.span && { span: property.span }) },
        ] as const,
    ),
  ]
}

/** What is there under a key, hidden or not; `open` where that is not known. */
export function ownProperty(object: ObjectValue, key: string): Property | undefined | 'open' {
  if (object.properties.has(unknownKey)) return 'open'
  const found = object.properties.get(key)
  if (found) return found
  if (object.kind === 'array') {
    if (key === 'length') return { value: object.elements.length, hidden: true }
    const element = /^(0|[1-9]\d*)$/.test(key) ? object.elements[Number(key)] : undefined
    return element === hole ? undefined : element
  }
  // Functions have fields that are made when they are read, and hosts those of their library.
  return object.kind === 'record' ? undefined : 'open'
}

/** A field as a descriptor says (ECMA-262, 6.2.6.5); undefined where that is not known. */
function described(call: HostCall, before: Property | undefined, value: Value): Property | undefined {
  if (!isObject(value) || value.properties.has(unknownKey) || value.kind === 'host') return undefined
  const { trace, span } = call
  const has = (key: string) => {
    for (let at: ObjectValue | null = value; at; at = at.prototype) if (at.properties.has(key)) return true
    return false
  }
  const read = (key: string) => (has(key) ? trace.get(value, key, span) : undefined)
  const flags = ['enumerable', 'writable'].map(key => read(key))
  if (flags.some(flag => flag !== undefined && typeof flag !== 'boolean')) return undefined
  const [isListed, isWritable] = flags
  const hidden = has('enumerable') ? isListed !== true : (before?.hidden ?? !before)
  const [getter, setter] = [read('get'), read('set')]
  if (has('get') || has('set'))
    return {
      value: undefined,
      getter: getter ?? before?.getter ?? noValue,
      ...((setter ?? before?.setter) !== undefined && { setter: setter ?? before?.setter }),
      ...(hidden && { hidden }),
    }
  if (!has('value') && before?.getter !== undefined) return { ...before, ...(hidden && { hidden }) }
  const locked = has('writable') ? isWritable !== true : (before?.locked ?? !before)
  return {
    value: has('value') ? read('value') : before?.value,
    ...(hidden && { hidden }),
    ...(locked && { locked }),
  }
}

/** What a field gives that has a setter alone. */
const noValue: Value = undefined

function define(call: HostCall, object: ObjectValue, key: string | undefined, descriptor: Value): void {
  const before = key === undefined ? 'open' : ownProperty(object, key)
  const property = before === 'open' && object.kind === 'record' ? undefined : before
  const made =
    key === undefined ? undefined : described(call, property === 'open' ? undefined : property, descriptor)
  const isPlain =
    made && made.getter === undefined && made.setter === undefined && !made.locked && !made.hidden
  if (object.kind === 'array' && key !== undefined && /^(\d+|length)$/.test(key)) {
    if (isPlain && key !== 'length') call.trace.heap.setElement(object, Number(key), made)
    else unclearFields(call, object)
  } else if (made && key !== undefined) call.trace.heap.setProperty(object, key, made)
  else unclearFields(call, object)
}

/** Any field of an object may have changed. */
function unclearFields(call: HostCall, object: ObjectValue): void {
  const value = unclear(call, 'Object.defineProperty')
  if (isUnknown(value)) call.trace.obscure(object, value)
}

function defineAll(call: HostCall, object: ObjectValue, descriptors: Value): void {
  const fields = own(call, descriptors)
  if (!fields) unclearFields(call, object)
  for (const [key, { value }] of fields ?? []) define(call, object, key, value)
}

/** Keeps what fields hold, and perhaps which there are. */
function lock(call: HostCall, howMuch: 'fields' | 'values'): Value {
  const object = argument(call, 0)
  if (!isObject(object) || (object.kind === 'array' && howMuch === 'fields')) return object
  const { heap } = call.trace
  heap.setProperty(object, lockedKey, { value: true })
  if (howMuch === 'values')
    for (const [key, property] of object.properties)
      if (!key.startsWith('\u0000')) heap.setProperty(object, key, { ...property, locked: true })
  return object
}

/** The fields of an object as a list, made of the key and the value of each. */
const listed =
  (name: string, read: (call: HostCall, key: string, property: Property) => Value) =>
  (call: HostCall): Value => {
    const value = argument(call, 0)
    if (value === undefined || value === null)
      return call.trace.perhaps(`reads the fields of ${value}`, call.span)
    const fields = own(call, value)
    return fields
      ? call.trace.array(fields.map(([key, property]) => read(call, key, property)))
      : unclear(call, name)
  }

function sameValue(call: HostCall): Value {
  const [a, b] = [argument(call, 0), argument(call, 1)]
  const isOpen = [a, b].some(
    value => isUnknown(value) || (typeof value === 'object' && !isObject(value) && value !== null),
  )
  return isOpen ? unclear(call, 'Object.is') : Object.is(a, b)
}

/** What an object inherits from, where the program made that. */
function inherited(call: HostCall): Value {
  const object = argument(call, 0)
  if (!isObject(object) || object.kind === 'host') return unclear(call, 'Object.getPrototypeOf')
  return object.prototype ?? unclear(call, 'Object.getPrototypeOf')
}

function created(call: HostCall): Value {
  const [prototype, descriptors] = [argument(call, 0), argument(call, 1)]
  if (prototype !== null && !isObject(prototype)) return unclear(call, 'Object.create')
  const object = call.trace.record({})
  object.prototype = prototype
  if (descriptors !== undefined) defineAll(call, object, descriptors)
  return object
}

/** `Object(value)`: primitive values become objects that are not modelled. */
function made(call: HostCall): Value {
  const value = argument(call, 0)
  if (value === undefined || value === null) return call.trace.record({})
  return isObject(value) || isUnknown(value) ? value : unclear(call, 'Object')
}

/** The global `Object`. */
export const objects = (trace: Tracer): ObjectValue =>
  callable(trace, 'Object', made, {
    keys: listed('Object.keys', (_, key) => key),
    values: listed('Object.values', (_call, _, { value }) => value),
    entries: listed('Object.entries', ({ trace: inner }, key, { value }) => inner.array([key, value])),
    assign: call => {
      const target = argument(call, 0)
      if (!isObject(target)) return unclear(call, 'Object.assign')
      for (const { value } of call.arguments.slice(1)) call.trace.copyFields(value, target, call.span)
      return target
    },
    freeze: call => {
      const object = argument(call, 0)
      return isObject(object) && object.kind === 'host' ? object : lock(call, 'values')
    },
    seal: call => lock(call, 'fields'),
    preventExtensions: call => lock(call, 'fields'),
    fromEntries: call => {
      const record = call.trace.record({})
      const pairs = call.trace.list(argument(call, 0), call.span)
      for (const { value } of pairs ?? []) {
        const [key, item = { value: undefined }] = call.trace.elements(value) ?? []
        const name = key && keyText(key.value)
        if (name === undefined) return unclear(call, 'Object.fromEntries')
        call.trace.heap.setProperty(record, name, item)
      }
      return pairs ? record : unclear(call, 'Object.fromEntries')
    },
    defineProperty: call => {
      const object = argument(call, 0)
      if (isObject(object)) define(call, object, keyText(argument(call, 1)), argument(call, 2))
      else if (!isUnknown(object)) call.trace.fail('TypeError', 'is called on no object', call.span)
      return object
    },
    defineProperties: call => {
      const object = argument(call, 0)
      if (isObject(object)) defineAll(call, object, argument(call, 1))
      else if (!isUnknown(object)) call.trace.fail('TypeError', 'is called on no object', call.span)
      return object
    },
    create: created,
    setPrototypeOf: call => {
      const object = argument(call, 0)
      if (isObject(object)) unclearFields(call, object)
      return object
    },
    getPrototypeOf: inherited,
    is: sameValue,
    hasOwn: call => hasOwn(call, argument(call, 0), argument(call, 1)),
    getOwnPropertyNames: call => {
      const object = argument(call, 0)
      if (!isObject(object) || object.kind !== 'record' || object.properties.has(unknownKey))
        return unclear(call, 'Object.getOwnPropertyNames')
      const names = [...object.properties.keys()].filter(key => !key.startsWith('\u0000'))
      const isIndex = (key: string) => /^(0|[1-9]\d*)$/.test(key)
      const indices = names.filter(isIndex).sort((a, b) => Number(a) - Number(b))
      return call.trace.array([...indices, ...names.filter(key => !isIndex(key))])
    },
  })

/** Whether an object itself has a field. */
export function hasOwn(call: HostCall, object: Value, name: Value): Value {
  const key = keyText(name)
  if (typeof object === 'string' && key !== undefined)
    return key === 'length' || (/^(0|[1-9]\d*)$/.test(key) && Number(key) < object.length)
  if (!isObject(object) || key === undefined || (isSymbol(object) && object.kind === 'host'))
    return unclear(call, 'hasOwnProperty')
  const found = ownProperty(object, key)
  return found === 'open' ? unclear(call, 'hasOwnProperty') : found !== undefined
}
