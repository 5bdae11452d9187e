import { collected, elementOf, elementwise } from './host.js'
import type { Interpreter } from './interpreter.js'
import { isObject, isUnknown, type UnknownValue, unknownIn, unknownKey, type Value } from './value.js'

/** What stands for the elements of a list: of one that rounds have made, all of them as they were collected. */
export function listIn(interpreter: Interpreter, list: Value): UnknownValue | undefined {
  const whole = interpreter.whole(list)
  return isUnknown(whole) ? whole : unknownIn(list)
}

/** An element that stands for any of a list: what rounds have added to it, or what a function has made of each of another. */
export function elementIn(interpreter: Interpreter, list: UnknownValue): Value {
  const { operator, operands: [, element] = [] } = interpreter.operation(list) ?? {}
  const isMade = operator === collected || operator === elementwise
  const made = isMade ? copyOfData(interpreter, element) : undefined
  return made ?? interpreter.derived([list], ([name]) => `${name}[…]`, elementOf)
}

/**
 * Data as it is now: values that are not known, numbers and texts, in lists and plain objects of their own. Undefined for
 * anything else, such as objects of a library and functions.
 */
export function copyOfData(interpreter: Interpreter, value: Value): Value {
  if (!isObject(value)) return value
  if (value.prototype !== null || value.properties.has(unknownKey)) return undefined
  if (value.kind === 'array') {
    const elements = value.elements.map(element => copyOfData(interpreter, element.value))
    return elements.includes(undefined) ? undefined : interpreter.array(elements)
  }
  if (value.kind !== 'record') return undefined
  const fields = [...value.properties].map(
    ([key, { value: field }]) => [key, copyOfData(interpreter, field)] as const,
  )
  return fields.some(([, field]) => field === undefined)
    ? undefined
    : interpreter.record(Object.fromEntries(fields))
}
