import { add, type Dimension, isPolynomial, symbol } from '../../graph/dimension.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type UnknownValue, type Value } from '../../trace/value.js'

/**
 * A number that is not known, where only a number can stand: its symbol. `a + b` of two values that are not known may be a
 * text elsewhere; here it is a sum.
 */
export function unboundNumber(trace: Tracer, value: UnknownValue, isWhole: boolean): Dimension {
  const { operator, operands } = trace.operation(value) ?? { operator: '', operands: [] }
  const parts = operator === '+' ? operands.map(part => numberIn(trace, part, isWhole)) : []
  const [first, second] = parts
  return first !== undefined && second !== undefined ? add(first, second) : symbol(value.path, isWhole)
}

function numberIn(trace: Tracer, value: Value, isWhole: boolean): Dimension | undefined {
  if (typeof value === 'number' || isPolynomial(value)) return value
  return isUnknown(value) && !value.reason ? unboundNumber(trace, value, isWhole) : undefined
}
