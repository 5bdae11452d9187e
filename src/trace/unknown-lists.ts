import type { Span } from '../text/source.js'
import { attempt } from './branches.js'
import { elementOf, elementwise, resultOf, someOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { lastKeyOf, type Operation } from './unknowns.js'
import { isObject, type Property, type UnknownValue, unknownIn, type Value } from './value.js'

/**
 * What a call gives of something that is not known, as far as it can be said: a method of lists that makes each element of
 * the result from one of the list (`batch.map(example => example.state)`), or gives some of its elements; else what other
 * code gives. It is said of the result beside its reason, for those who ask what numbers are.
 */
export function operationOfCall(
  interpreter: Interpreter,
  callee: UnknownValue,
  { arguments: args, thisValue, span }: UnknownListCall,
): Operation | undefined {
  const list = unknownIn(thisValue)
  const kind = list && interpreter.dialect.listMethods[lastKeyOf(callee)]
  if (kind === 'some') return { operator: someOf, operands: [list] }
  if (kind === 'each') {
    const element = elementMade(interpreter, list, args[0]?.value, span)
    return element && { operator: elementwise, operands: [list, element.value] }
  }
  return callee.reason ? undefined : { operator: resultOf, operands: [callee] }
}

interface UnknownListCall {
  readonly arguments: readonly Property[]
  readonly thisValue?: Value
  readonly span: Span
}

/** What a function makes of an element that stands for any; undefined where it does anything else besides. */
function elementMade(
  interpreter: Interpreter,
  list: Value,
  made: Value,
  span: Span,
): { readonly value: Value } | undefined {
  if (!isObject(made) || made.kind !== 'closure' || interpreter.unknownObjects.isWritten) return undefined
  const element = interpreter.derived([list], ([name]) => `${name}[…]`, elementOf)
  const [found, told] = [interpreter.found.length, interpreter.diagnostics.length]
  const { value, changes, thrown } = interpreter.speculate(() =>
    attempt(interpreter, () => interpreter.call(made, [{ value: element }], span)),
  )
  interpreter.found.length = found
  interpreter.diagnostics.length = told
  return thrown || changes.length > 0 ? undefined : { value }
}
