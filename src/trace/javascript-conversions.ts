import { isPolynomial } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import type { Tracer } from './host.js'
import { isSymbol, wellKnown } from './javascript-symbols.js'
import { isObject, isUnknown, type ObjectValue, type Value } from './value.js'

/** Which kind of primitive value an object is asked for. */
export type Hint = 'default' | 'number' | 'string'

/** What each operator asks its operands for (ECMA-262, 13.15.3, 7.2.13 and 7.1). */
const hints: Readonly<Record<string, Hint>> = {
  ...Object.fromEntries(
    ['-', '*', '/', '%', '**', '<', '<=', '>', '>=', '&', '|', '^', '<<', '>>', '>>>'].map(operator => [
      operator,
      'number',
    ]),
  ),
  negate: 'number',
  number: 'number',
  bitnot: 'number',
  '+': 'default',
  template: 'string',
  key: 'string',
}

/** The operands of an operator, with primitive values for objects of the program that say how they are converted. */
export function convertOperands(
  operator: string,
  operands: readonly Value[],
  trace: Tracer,
  span: Span,
): readonly Value[] {
  const [key, ...others] = operands
  if (operator === 'in') return [toPrimitive(key, 'string', trace, span), ...others]
  const hint = Object.hasOwn(hints, operator) ? hints[operator] : undefined
  if (hint === undefined)
    return operator === '==' || operator === '!=' ? convertEqual(operands, trace, span) : operands
  if (operator !== 'key' && operands.some(isSymbol)) {
    const failed = trace.fail('TypeError', 'converts a symbol', span)
    return operands.map(operand => (isSymbol(operand) ? failed : operand))
  }
  return operands.map(operand => toPrimitive(operand, hint, trace, span))
}

/** Of an object and a primitive value, `==` converts the object. */
function convertEqual(operands: readonly Value[], trace: Tracer, span: Span): readonly Value[] {
  const isPrimitive = (value: Value) =>
    !isUnknown(value) && !isPolynomial(value) && !isObject(value) && value !== undefined && value !== null
  return operands.some(isPrimitive)
    ? operands.map(operand => toPrimitive(operand, 'default', trace, span))
    : operands
}

/**
 * The primitive value of an object that says how it is converted (ECMA-262, 7.1.1). Any other value is given back: the
 * operators know what lists and plain objects are.
 */
export function toPrimitive(value: Value, hint: Hint, trace: Tracer, span: Span): Value {
  if (!isObject(value) || isSymbol(value)) return value
  const exotic = has(value, wellKnown('toPrimitive'))
    ? trace.get(value, wellKnown('toPrimitive'), span)
    : undefined
  if (exotic !== undefined && exotic !== null)
    return primitive(trace.call(exotic, [{ value: hint }], span, value))
  const order = hint === 'string' ? ['toString', 'valueOf'] : ['valueOf', 'toString']
  if (!order.some(name => has(value, name))) return value
  for (const name of order) {
    if (!has(value, name)) {
      // The language's own `valueOf` gives the object, and its `toString` a text.
      if (name === 'toString') return value.kind === 'record' ? '[object Object]' : value
      continue
    }
    const method = trace.get(value, name, span)
    if (isUnknown(method)) return method
    if (!isObject(method) || (method.kind !== 'closure' && method.kind !== 'hostFunction')) continue
    const result = trace.call(method, [], span, value)
    if (!isObject(result) || isSymbol(result)) return result
  }
  return trace.fail('TypeError', 'converts an object that gives no primitive value', span)

  function primitive(result: Value): Value {
    return isObject(result) && !isSymbol(result)
      ? trace.fail('TypeError', 'converts an object that gives no primitive value', span)
      : result
  }
}

/** The text of a value as the language converts it; undefined where that is not known. */
export function textOf(value: Value, trace: Tracer, span: Span): string | undefined {
  const primitive = toPrimitive(value, 'string', trace, span)
  if (isUnknown(primitive) || isPolynomial(primitive)) return undefined
  if (!isObject(primitive)) return String(primitive)
  if (primitive.kind !== 'array') return trace.plainText(primitive)
  const items = trace
    .elements(primitive)
    ?.map(({ value: item }) => (item === undefined || item === null ? '' : textOf(item, trace, span)))
  return items?.every(item => item !== undefined) ? items.join(',') : undefined
}

/** Whether the program gives an object a field. */
function has(object: ObjectValue, key: string): boolean {
  for (let at: ObjectValue | null = object; at; at = at.prototype) if (at.properties.has(key)) return true
  return false
}
