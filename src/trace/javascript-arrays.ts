import { isPolynomial } from '../graph/dimension.js'
import type { BuiltinMember } from './dialect.js'
import type { HostCall } from './host.js'
import { argument, unclear } from './javascript-calls.js'
import { type ArrayObject, isObject, isSameObject, isUnknown, type Property, type Value } from './value.js'

type Method = (call: HostCall, array: ArrayObject, elements: readonly Property[]) => Value

function array(call: HostCall, elements: readonly Property[]): ArrayObject {
  const result = call.trace.array([])
  call.trace.heap.append(result, elements)
  return result
}

function integer(value: Value, fallback: number): number | undefined {
  if (value === undefined) return fallback
  return typeof value === 'number' ? Math.trunc(value) : undefined
}

/** A position that may count from the end, inside the list. */
function position(value: Value, fallback: number, length: number): number | undefined {
  const at = integer(value, fallback)
  return at === undefined ? undefined : at < 0 ? Math.max(0, length + at) : Math.min(at, length)
}

/** Calls the function that was passed, for one element. */
function callback(
  call: HostCall,
  array: ArrayObject,
  element: Property,
  i: number,
  ...before: readonly Value[]
): Value {
  const args = [...before.map(value => ({ value })), element, { value: i }, { value: array }]
  return call.trace.call(argument(call, 0), args, call.span, argument(call, 1))
}

/** The elements for which a condition holds; undefined where that is not known for one of them. */
function chosen(
  call: HostCall,
  array: ArrayObject,
  elements: readonly Property[],
): readonly number[] | undefined {
  const kept: number[] = []
  for (const [i, element] of elements.entries()) {
    const result = callback(call, array, element, i)
    if (isUnknown(result) || isPolynomial(result)) return undefined
    if (isObject(result) || result) kept.push(i)
  }
  return kept
}

/** As `unclear`, where the call also changes the array in a way that is not known. */
function unclearChange(call: HostCall, target: ArrayObject, name: string): Value {
  const value = unclear(call, name)
  if (isUnknown(value)) call.trace.unknownArray(target, value)
  return value
}

/** Lists among the values are opened; undefined where a list is not known. */
function opened(call: HostCall, items: readonly Property[], depth = 1): readonly Property[] | undefined {
  const result: Property[] = []
  for (const item of items) {
    if (isUnknown(item.value)) return undefined
    if (depth < 1 || !isObject(item.value) || item.value.kind !== 'array') {
      result.push(item)
      continue
    }
    const inner = call.trace.elements(item.value)
    const flat = inner && (depth > 1 ? opened(call, inner, depth - 1) : inner)
    if (!flat) return undefined
    result.push(...flat)
  }
  return result
}

/** Where the value is first found; undefined where it is not known whether two values are the same. */
function positionOf(
  call: HostCall,
  elements: readonly Property[],
  same: (a: Value, b: Value) => boolean,
): number | undefined {
  const wanted = argument(call, 0)
  const isOpen = (value: Value) =>
    isUnknown(value) || isPolynomial(value) || isSameObject(value, wanted) === undefined
  if (isOpen(wanted)) return undefined
  for (const [i, { value }] of elements.entries()) {
    if (isOpen(value)) return undefined
    if (same(value, wanted)) return i
  }
  return -1
}

const methods: Readonly<Record<string, Method>> = {
  push: (call, target) => {
    call.trace.heap.append(target, call.arguments)
    return target.elements.length
  },
  pop: (call, target, elements) => {
    call.trace.heap.setElements(target, elements.slice(0, -1))
    return elements.at(-1)?.value
  },
  shift: (call, target, elements) => {
    call.trace.heap.setElements(target, elements.slice(1))
    return elements[0]?.value
  },
  unshift: (call, target, elements) => {
    call.trace.heap.setElements(target, [...call.arguments, ...elements])
    return target.elements.length
  },
  splice: (call, target, elements) => {
    const start = position(argument(call, 0), 0, elements.length)
    const count = integer(argument(call, 1), elements.length)
    if (start === undefined || count === undefined) return unclearChange(call, target, 'splice')
    call.trace.heap.setElements(target, [
      ...elements.slice(0, start),
      ...call.arguments.slice(2),
      ...elements.slice(start + count),
    ])
    return array(call, elements.slice(start, start + count))
  },
  slice: (call, _, elements) => {
    const start = position(argument(call, 0), 0, elements.length)
    const end = position(argument(call, 1), elements.length, elements.length)
    return start === undefined || end === undefined
      ? unclear(call, 'slice')
      : array(call, elements.slice(start, end))
  },
  concat: (call, _, elements) => {
    const added = opened(call, call.arguments)
    return added ? array(call, [...elements, ...added]) : unclear(call, 'concat')
  },
  map: (call, target, elements) =>
    array(
      call,
      elements.map((element, i) => ({ value: callback(call, target, element, i) })),
    ),
  flatMap: (call, target, elements) => {
    const values = elements.map((element, i) => ({ value: callback(call, target, element, i) }))
    const flat = opened(call, values)
    return flat ? array(call, flat) : unclear(call, 'flatMap')
  },
  forEach: (call, target, elements) => {
    elements.forEach((element, i) => {
      callback(call, target, element, i)
    })
    return undefined
  },
  filter: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept
      ? array(
          call,
          kept.map(i => elements[i]!),
        )
      : unclear(call, 'filter')
  },
  find: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept ? elements[kept[0] ?? -1]?.value : unclear(call, 'find')
  },
  findIndex: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept ? (kept[0] ?? -1) : unclear(call, 'findIndex')
  },
  findLast: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept ? elements[kept.at(-1) ?? -1]?.value : unclear(call, 'findLast')
  },
  some: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept ? kept.length > 0 : unclear(call, 'some')
  },
  every: (call, target, elements) => {
    const kept = chosen(call, target, elements)
    return kept ? kept.length === elements.length : unclear(call, 'every')
  },
  reduce: (call, target, elements) => reduce(call, target, elements, 1),
  reduceRight: (call, target, elements) => reduce(call, target, elements, -1),
  join: (call, _, elements) => {
    const separator = argument(call, 0) ?? ','
    const texts = elements.map(({ value }) =>
      value === undefined || value === null
        ? ''
        : isUnknown(value) || isPolynomial(value)
          ? undefined
          : call.trace.text(value),
    )
    return texts.every(text => text !== undefined) && typeof separator === 'string'
      ? texts.join(separator)
      : unclear(call, 'join')
  },
  includes: (call, _, elements) => {
    const at = positionOf(call, elements, (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b)))
    return at === undefined ? unclear(call, 'includes') : at >= 0
  },
  indexOf: (call, _, elements) => positionOf(call, elements, (a, b) => a === b) ?? unclear(call, 'indexOf'),
  lastIndexOf: (call, _, elements) => {
    const at = positionOf(call, [...elements].reverse(), (a, b) => a === b)
    return at === undefined ? unclear(call, 'lastIndexOf') : at < 0 ? -1 : elements.length - 1 - at
  },
  reverse: (call, target, elements) => {
    call.trace.heap.setElements(target, [...elements].reverse())
    return target
  },
  fill: (call, target, elements) => {
    const start = position(argument(call, 1), 0, elements.length)
    const end = position(argument(call, 2), elements.length, elements.length)
    if (start === undefined || end === undefined) return unclearChange(call, target, 'fill')
    call.trace.heap.setElements(
      target,
      elements.map((old, i) => (i >= start && i < end ? call.arguments[0]! : old)),
    )
    return target
  },
  /** Of arrays of numbers only. */
  set: (call, target, elements) => {
    const given = call.trace.elements(argument(call, 0))
    const start = integer(argument(call, 1), 0)
    if (!given || start === undefined || start < 0 || start + given.length > elements.length)
      return unclearChange(call, target, 'set')
    call.trace.heap.setElements(
      target,
      elements.map((old, i) => given[i - start] ?? old),
    )
    return undefined
  },
  /** Of arrays of numbers only. What is written to either of both is written to the other. */
  subarray: (call, target) => unclearChange(call, target, 'subarray'),
  flat: (call, _, elements) => {
    const depth = integer(argument(call, 0), 1)
    const flat = depth === undefined ? undefined : opened(call, elements, depth)
    return flat ? array(call, flat) : unclear(call, 'flat')
  },
  at: (call, _, elements) => {
    const at = integer(argument(call, 0), 0)
    return at === undefined ? unclear(call, 'at') : elements.at(at)?.value
  },
  keys: (call, _, elements) => call.trace.array(elements.map((_element, i) => i)),
  values: (call, _, elements) => array(call, elements),
  entries: (call, _, elements) =>
    call.trace.array(elements.map(({ value }, i) => call.trace.array([i, value]))),
  sort: (call, target, elements) => {
    const values = elements.map(({ value }) => value)
    if (argument(call, 0) !== undefined) {
      const compare = (a: Value, b: Value) =>
        call.trace.call(argument(call, 0), [{ value: a }, { value: b }], call.span)
      if (!values.every(value => typeof value === 'number' || typeof value === 'string'))
        return unclearChange(call, target, 'sort')
      let isClear = true
      const sorted = [...values].sort((a, b) => {
        const result = compare(a, b)
        isClear &&= typeof result === 'number'
        return typeof result === 'number' ? result : 0
      })
      if (!isClear) return unclearChange(call, target, 'sort')
      call.trace.heap.setElements(
        target,
        sorted.map(value => ({ value })),
      )
      return target
    }
    if (!values.every(value => typeof value === 'number' || typeof value === 'string'))
      return unclearChange(call, target, 'sort')
    call.trace.heap.setElements(
      target,
      [...values].sort().map(value => ({ value })),
    )
    return target
  },
  toString: (call: HostCall, target: ArrayObject) => call.trace.text(target),
}

function reduce(
  call: HostCall,
  target: ArrayObject,
  elements: readonly Property[],
  direction: 1 | -1,
): Value {
  const order = direction === 1 ? [...elements.entries()] : [...elements.entries()].reverse()
  let result = argument(call, 1)
  if (call.arguments.length < 2) result = order.shift()?.[1].value
  for (const [i, element] of order) {
    result = call.trace.call(
      argument(call, 0),
      [{ value: result }, element, { value: i }, { value: target }],
      call.span,
    )
  }
  return result
}

/** The methods of arrays (ECMA-262, 23.1.3). */
export const arrayMembers: Readonly<Record<string, BuiltinMember>> = Object.fromEntries(
  Object.entries(methods).map(([name, method]): [string, BuiltinMember] => [
    name,
    {
      kind: 'method',
      name: `Array.${name}`,
      call: (call: HostCall) => {
        const target = call.thisValue as ArrayObject
        return method(call, target, [...target.elements])
      },
    },
  ]),
)
