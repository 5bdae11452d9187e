import { type Dimension, isPolynomial } from '../graph/dimension.js'
import { isObject, isUnknown, type ObjectValue, unknownKey, type Value } from './value.js'

/** Numbers as arithmetic sees them; undefined where that is not known. */
export function toNumber(value: Value): Dimension | undefined {
  if (typeof value === 'number' || isPolynomial(value)) return value
  if (isUnknown(value)) return undefined
  if (isObject(value)) {
    if (value.kind !== 'array') return value.kind === 'host' || converts(value) ? undefined : Number.NaN
    const text = toText(value)
    return text === undefined ? undefined : Number(text)
  }
  return Number(value)
}

/** Whether the program says what an object is as a text or a number. */
function converts(value: ObjectValue): boolean {
  for (let at: ObjectValue | null = value; at; at = at.prototype)
    if (at.kind === 'host' || ['toString', 'valueOf', unknownKey].some(key => at!.properties.has(key)))
      return true
  return false
}

/** Texts as concatenation sees them; undefined where that is not known. */
export function toText(value: Value): string | undefined {
  if (isUnknown(value) || isPolynomial(value)) return undefined
  if (!isObject(value)) return String(value)
  if (value.kind !== 'array')
    return value.kind === 'record' && !converts(value) ? '[object Object]' : undefined
  const items = value.elements.map(({ value: item }) =>
    item === undefined || item === null ? '' : toText(item),
  )
  return items.every(item => item !== undefined) ? items.join(',') : undefined
}
