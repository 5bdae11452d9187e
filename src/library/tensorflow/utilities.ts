import { type Dimension, isPolynomial, product } from '../../graph/dimension.js'
import { Thrown } from '../../trace/frame.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { isObject, isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { runTimeValue } from './run-time.js'

const argument = (call: HostCall, i: number): Value => call.arguments[i]?.value

/** The elements of a list, or why they are not known. */
function listed(call: HostCall, i: number, name: string): readonly Value[] | { readonly unclear: Value } {
  const value = argument(call, i)
  const elements = call.trace.elements(value)
  if (elements) return elements.map(element => element.value)
  return {
    unclear: isUnknown(value)
      ? call.trace.derived([value], ([text]) => `tf.util.${name}(${text})`)
      : call.trace.opaque(
          'unmodelled-call',
          { call: `tf.util.${name}`, reason: 'it depends on values that are not known' },
          call.span,
        ),
  }
}

const isSize = (value: Value): value is Dimension => typeof value === 'number' || isPolynomial(value)

/** Whether two values are the same, where that is known. */
function same(a: Value, b: Value): boolean | undefined {
  if (isPolynomial(a) || isPolynomial(b))
    return isPolynomial(a) && isPolynomial(b) && a.key === b.key ? true : undefined
  return isUnknown(a) || isUnknown(b) ? undefined : a === b
}

function sameLists(a: readonly Value[], b: readonly Value[]): boolean | undefined {
  if (a.length !== b.length) return false
  const each = a.map((value, i) => same(value, b[i]))
  return each.includes(false) ? false : each.includes(undefined) ? undefined : true
}

/** Fails as the code would, if it is known to. */
function assertion(call: HostCall, holds: Value, message: Value): Value {
  const isOpen = isUnknown(holds) || isPolynomial(holds)
  if (isOpen || isObject(holds) || holds) return undefined
  const { trace, span } = call
  const text = isObject(message) ? trace.call(message, [], span) : message
  throw new Thrown(trace.record({ message: text ?? 'an assertion of tf.util does not hold' }), span)
}

/** The numbers in nested lists, in order. */
function flattened(trace: Tracer, value: Value, into: Value[]): UnknownValue | undefined {
  if (isUnknown(value)) return value
  const items = typeof value === 'string' ? undefined : trace.elements(value)
  if (!items) {
    if (isObject(value)) return trace.fresh('tf.util.flatten(…)')
    into.push(value)
    return undefined
  }
  for (const item of items) {
    const unknown = flattened(trace, item.value, into)
    if (unknown) return unknown
  }
  return undefined
}

/** `tf.util.*` on plain values (tfjs-core/src/util_base.ts). */
export const utilities: Readonly<Record<string, (call: HostCall) => Value>> = {
  'util.assert': call => assertion(call, argument(call, 0), argument(call, 1)),
  'util.assertNonNull': call => assertion(call, argument(call, 0) !== null, undefined),
  'util.assertShapesMatch': call => {
    const [a, b] = [listed(call, 0, 'assertShapesMatch'), listed(call, 1, 'assertShapesMatch')]
    if ('unclear' in a || 'unclear' in b) return undefined
    return assertion(call, sameLists(a, b) ?? true, 'the shapes do not match')
  },
  'util.arraysEqual': call => {
    const [a, b] = [listed(call, 0, 'arraysEqual'), listed(call, 1, 'arraysEqual')]
    if ('unclear' in a) return a.unclear
    if ('unclear' in b) return b.unclear
    return sameLists(a, b) ?? call.trace.fresh('tf.util.arraysEqual(…)')
  },
  'util.sizeFromShape': call => {
    const sizes = listed(call, 0, 'sizeFromShape')
    if ('unclear' in sizes) return sizes.unclear
    return sizes.every(isSize)
      ? product(sizes)
      : call.trace.derived(sizes, texts => `tf.util.sizeFromShape([${texts.join(', ')}])`)
  },
  'util.flatten': call => {
    const into: Value[] = []
    return flattened(call.trace, argument(call, 0), into) ?? call.trace.array(into)
  },
  'util.isInt': call => {
    const value = argument(call, 0)
    return isUnknown(value) || isPolynomial(value)
      ? call.trace.derived([value], ([text]) => `tf.util.isInt(${text})`)
      : Number.isInteger(value)
  },
  'util.shuffle': shuffled,
  'util.shuffleCombo': call => {
    shuffled(call)
    return shuffled({ ...call, arguments: call.arguments.slice(1) })
  },
}

/** The list is in an order that only a run knows. */
function shuffled(call: HostCall): Value {
  const list = argument(call, 0)
  const order = runTimeValue(call, 'tf.util.shuffle')
  if (isObject(list) && list.kind === 'array' && isUnknown(order)) call.trace.unknownArray(list, order)
  return undefined
}
