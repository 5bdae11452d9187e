import { noSpan, type Span } from '../text/source.js'
import { builtinMethod, ownPrototype } from './functions.js'
import type { Interpreter } from './interpreter.js'
import {
  type HostObject,
  isObject,
  isUnknown,
  lockedKey,
  type ObjectValue,
  type Property,
  standInKey,
  unknownKey,
  type Value,
} from './value.js'

/** Reads a field as the language does: prototypes, getters, members of library objects and of the language's own values. */
export function getField(
  interpreter: Interpreter,
  object: Value,
  key: string,
  span: Span,
  receiver: Value,
): Value {
  if (isUnknown(object)) return interpreter.unknownObjects.get(object, key, span)
  if (isObject(object)) {
    if (object.kind === 'array') {
      const unknown = object.properties.get(unknownKey)?.value
      if (isUnknown(unknown) && key !== 'push' && key !== 'unshift') {
        const whole = interpreter.whole(object)
        if (key === 'length' && isUnknown(whole)) return interpreter.get(whole, key, span)
        // A method may change the list.
        const isPure = ['each', 'visits'].includes(interpreter.dialect.listMethods[key] ?? '')
        if (!isPure && key !== 'length' && !/^\d+$/.test(key)) interpreter.heap.forgetWhole(object)
        return interpreter.get(unknown, key, span)
      }
      if (key === 'length') return object.elements.length
      if (/^\d+$/.test(key)) return object.elements[Number(key)]?.value
    }
    for (let at: ObjectValue | null = object; at; at = at.prototype) {
      const property = at.properties.get(key)
      if (property?.getter !== undefined) return interpreter.call(property.getter, [], span, receiver)
      if (property) {
        interpreter.unset.note({ kind: 'field', object, key }, property.value)
        return property.value
      }
      const whole = at.kind === 'array' ? undefined : at.properties.get(unknownKey)?.value
      if (isUnknown(whole)) return interpreter.get(whole, key, span)
    }
    if (isPrivate(key) && object.kind === 'record' && !mayHave(object))
      return interpreter.failures.fail('TypeError', 'reads a private field of another object', span)
    for (let at: ObjectValue | null = object; at; at = at.prototype) {
      if (at.kind !== 'host') continue
      const host = sameType(receiver, at) ?? at
      const member = Object.hasOwn(at.type.members, key) ? at.type.members[key] : undefined
      if (member?.kind === 'property') return member.get(host, interpreter, span)
      if (member) {
        const name = `${host.type.name}.${key}`
        const method = interpreter.function(name, call => member.call(host, call), [host])
        method.properties.set(standInKey, { value: true })
        return method
      }
      const dynamic = at.type.lookup?.(at, key, interpreter)
      if (dynamic !== undefined) return dynamic
    }
  }
  if (key === 'prototype' && isObject(object) && object.kind === 'closure') {
    const prototype = ownPrototype(interpreter, object)
    if (prototype) return prototype
  }
  for (const prototype of interpreter.dialect.prototypes(object, interpreter)) {
    const added = prototype === object ? undefined : prototype.properties.get(key)
    if (added?.getter !== undefined) return interpreter.call(added.getter, [], span, receiver)
    if (added) return added.value
  }
  const builtin = interpreter.dialect.builtinMember(object, key)
  if (builtin?.kind === 'value') return builtin.value
  if (builtin?.kind === 'method') return builtinMethod(interpreter, builtin.name, key, object)
  if (object === undefined || object === null) {
    return interpreter.failures.nothing(`reads \`${key}\` of ${object}`, span)
  }
  if (builtin) {
    const reason = 'this member is not modelled'
    const unknown = interpreter.opaque('unmodelled-call', { call: builtin.name, reason }, span)
    // It may be a method that changes the list.
    if (isObject(object) && object.kind === 'array') interpreter.unknownArray(object, unknown)
    return unknown
  }
  if (isObject(object) && object.kind === 'host') {
    return interpreter.opaque(
      'unmodelled-call',
      { call: `${object.type.name}.${key}`, reason: object.type.missing ?? 'this member is not modelled' },
      span,
    )
  }
  if (isObject(object)) interpreter.unset.note({ kind: 'field', object, key }, undefined)
  return undefined
}

/** Whether a key is that of a private name, which only objects of its class have. */
const isPrivate = (key: string): boolean => key.startsWith('\u0000#')

/** Whether an object may have fields that are not known, its own or a library's. */
export function mayHave(object: ObjectValue): boolean {
  for (let at: ObjectValue | null = object; at; at = at.prototype)
    if (at.kind === 'host' || at.properties.has(unknownKey)) return true
  return false
}

/** Writes a field: through setters, into elements of lists, and through members of library objects. */
export function setField(interpreter: Interpreter, object: Value, key: string, property: Property): void {
  if (isUnknown(object)) {
    interpreter.unknownObjects.set(object, key, property)
    return
  }
  if (object === undefined || object === null)
    interpreter.failures.nothing(`assigns \`${key}\` of ${object}`, property.span ?? noSpan)
  if (!isObject(object)) return
  if (key === '__proto__') {
    // It sets what the object inherits from instead of a field.
    const reason = 'what the object inherits from is set'
    const whole = interpreter.opaque('unmodelled-call', { call: key, reason }, property.span ?? noSpan)
    interpreter.obscure(object, whole)
    return
  }
  for (let at: ObjectValue | null = object; at; at = at.prototype) {
    const found = at.properties.get(key)
    if (!found) continue
    const { getter, setter, locked } = found
    if (setter !== undefined) interpreter.call(setter, [property], property.span ?? noSpan, object)
    else if (getter !== undefined)
      // Only code in strict mode throws.
      interpreter.failures.perhaps(`assigns \`${key}\`, which has only a getter`, property.span ?? noSpan)
    else if (isPrivate(key) && found.hidden)
      interpreter.failures.fail('TypeError', 'assigns a private method', property.span ?? noSpan)
    else if (locked)
      interpreter.failures.perhaps(`assigns \`${key}\`, which is constant`, property.span ?? noSpan)
    if (setter !== undefined || getter !== undefined || locked || (isPrivate(key) && found.hidden)) return
    break
  }
  if (isPrivate(key) && object.kind === 'record' && !object.properties.has(key) && !mayHave(object)) {
    const problem = 'assigns a private field of another object'
    interpreter.failures.fail('TypeError', problem, property.span ?? noSpan)
    return
  }
  if (object.properties.has(lockedKey) && !object.properties.has(key)) {
    interpreter.failures.perhaps(`adds \`${key}\` to an object that gets no fields`, property.span ?? noSpan)
    return
  }
  for (let at: ObjectValue | null = object; at; at = at.prototype) {
    if (at.kind !== 'host') continue
    const member = Object.hasOwn(at.type.members, key) ? at.type.members[key] : undefined
    if (member?.kind === 'property' && member.set) {
      member.set(sameType(object, at) ?? at, property, interpreter)
      return
    }
  }
  interpreter.name(property.value, key)
  if (object.kind !== 'array') interpreter.heap.setProperty(object, key, property)
  else if (/^\d+$/.test(key)) interpreter.heap.setElement(object, Number(key), property)
  else if (key === 'length' && Number.isSafeInteger(property.value) && Number(property.value) >= 0) {
    const length = Number(property.value)
    if (length > object.elements.length) interpreter.heap.setElement(object, length - 1, { value: undefined })
    else interpreter.heap.setElements(object, object.elements.slice(0, length))
  } else interpreter.heap.setProperty(object, key, property)
}

/** The object itself where it is of the type of the host on which a member was found. */
function sameType(object: Value, { type }: HostObject): HostObject | undefined {
  return isObject(object) && object.kind === 'host' && object.type === type ? object : undefined
}
