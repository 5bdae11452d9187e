import { isPolynomial } from '../graph/dimension.js'
import type { BuiltinMember } from './dialect.js'
import type { HostCall } from './host.js'
import { argument, unclear } from './javascript-calls.js'
import { textOf } from './javascript-conversions.js'
import { cursorOver } from './javascript-iteration.js'
import { hasOwn } from './javascript-objects.js'
import { wellKnown } from './javascript-symbols.js'
import {
  type ArrayObject,
  hole,
  isObject,
  isSameObject,
  isUnknown,
  lockedKey,
  numbersKey,
  type Property,
  unknownKey,
  type Value,
} from './value.js'

type Method = (call: HostCall, array: ArrayObject, elements: readonly Property[]) => Value

function array(call: HostCall, elements: readonly Property[]): ArrayObject {
  const result = call.trace.array([])
  call.trace.heap.append(result, elements)
  const numbers = isObject(call.thisValue) && call.thisValue.properties.get(numbersKey)
  if (numbers) call.trace.heap.setProperty(result, numbersKey, numbers)
  return result
}

function integer(value: Value, fallback: number): number | undefined {
  if (value === undefined) return fallback
  return typeof value === 'number' ? Math.trunc(value) || 0 : undefined
}

/** A position that may count from the end, inside the list. */
function position(value: Value, fallback: number, length: number): number | undefined {
  const at = integer(value, fallback)
  return at === undefined ? undefined : at < 0 ? Math.max(0, length + at) : Math.min(at, length)
}

/** The elements that a method visits, each as it is when its turn comes; holes, and those that are gone, are left out. */
function* visited(
  target: ArrayObject,
  count: number,
  { direction = 1, withHoles = false }: { readonly direction?: 1 | -1; readonly withHoles?: boolean } = {},
): Generator<readonly [index: number, element: Property]> {
  for (let step = 0; step < count; step++) {
    const i = direction === 1 ? step : count - 1 - step
    const unknown = target.properties.get(unknownKey)
    const element = unknown ?? target.elements[i]
    if (withHoles) yield [i, element ?? hole]
    else if (element && element !== hole) yield [i, element]
  }
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

type Visit = readonly [index: number, element: Property]

/** The elements for which a condition holds; undefined where that is not known for one of them. */
function chosen(call: HostCall, array: ArrayObject, count: number): readonly Visit[] | undefined {
  const kept: Visit[] = []
  for (const [i, element] of visited(array, count)) {
    const result = callback(call, array, element, i)
    if (isUnknown(result) || isPolynomial(result)) return undefined
    if (isObject(result) || result) kept.push([i, element])
  }
  return kept
}

interface Search {
  readonly wanted?: boolean
  readonly direction?: 1 | -1
  readonly withHoles?: boolean
}

/** The first element for which a condition is what is wanted; none is looked at after it. */
function first(
  call: HostCall,
  array: ArrayObject,
  count: number,
  { wanted = true, ...visits }: Search,
): Visit | 'none' | undefined {
  for (const [i, element] of visited(array, count, visits)) {
    const result = callback(call, array, element, i)
    if (isUnknown(result) || isPolynomial(result)) return undefined
    if ((isObject(result) || Boolean(result)) === wanted) return [i, element]
  }
  return 'none'
}

/** A method that looks for one element. */
function search(name: string, settings: Search, result: (found: Visit | 'none') => Value): Method {
  return (call, target, elements) => {
    const found = first(call, target, elements.length, settings)
    return found === undefined ? unclear(call, name) : result(found)
  }
}

/** As `unclear`, where the call also changes the array in a way that is not known. */
function unclearChange(call: HostCall, target: ArrayObject, name: string): Value {
  const value = unclear(call, name)
  if (isUnknown(value)) call.trace.unknownArray(target, value)
  return value
}

/** Lists among the values are opened; undefined where a list is not known. */
function opened(
  call: HostCall,
  items: readonly Property[],
  depth = 1,
  keepsHoles = false,
): readonly Property[] | undefined {
  const result: Property[] = []
  for (const item of items) {
    if (isUnknown(item.value)) return undefined
    if (depth < 1 || !isObject(item.value) || item.value.kind !== 'array') {
      result.push(item)
      continue
    }
    if (item.value.properties.has(unknownKey)) return undefined
    const inner = item.value.elements.filter(element => keepsHoles || element !== hole)
    const flat = depth > 1 ? opened(call, inner, depth - 1, keepsHoles) : inner
    if (!flat) return undefined
    result.push(...flat)
  }
  return result
}

/** Where the value is first found, in the order given; undefined where it is not known whether two values are the same. */
function positionOf(
  call: HostCall,
  elements: readonly (readonly [index: number, element: Property])[],
  same: (a: Value, b: Value) => boolean,
): number | undefined {
  const wanted = argument(call, 0)
  const isOpen = (value: Value) =>
    isUnknown(value) || isPolynomial(value) || isSameObject(value, wanted) === undefined
  if (isOpen(wanted)) return undefined
  for (const [i, { value }] of elements) {
    if (isOpen(value)) return undefined
    if (same(value, wanted)) return i
  }
  return -1
}

/** The elements from a position on, with their positions, which a search may begin at; undefined where that is not known. */
function from(
  call: HostCall,
  elements: readonly Property[],
  isHole: (element: Property) => boolean,
): readonly (readonly [index: number, element: Property])[] | undefined {
  const start = position(argument(call, 1), 0, elements.length)
  return start === undefined
    ? undefined
    : [...elements.entries()].slice(start).filter(([, element]) => !isHole(element))
}

const isHole = (element: Property): boolean => element === hole

/** Methods whose first argument is called, or, where there is none, does not need to be. */
const calling = ['map', 'flatMap', 'forEach', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex']
const takingFunctions: ReadonlySet<string> = new Set([...calling, 'some', 'every', 'reduce', 'reduceRight'])

/** Methods that change the array itself. */
const changing: ReadonlySet<string> = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'reverse',
  'fill',
  'set',
  'sort',
])

/** Whether a value is certainly no function. */
const isNoFunction = (value: Value): boolean =>
  !isUnknown(value) &&
  (!isObject(value) ||
    ((value.kind === 'record' || value.kind === 'array') && !value.properties.has(unknownKey)))

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
    if (call.arguments.length === 0) return array(call, [])
    const start = position(argument(call, 0), 0, elements.length)
    const count = call.arguments.length < 2 ? elements.length : integer(argument(call, 1), 0)
    if (start === undefined || count === undefined) return unclearChange(call, target, 'splice')
    call.trace.heap.setElements(target, [
      ...elements.slice(0, start),
      ...call.arguments.slice(2),
      ...elements.slice(start + Math.max(0, count)),
    ])
    return array(call, elements.slice(start, start + Math.max(0, count)))
  },
  slice: (call, _, elements) => {
    const start = position(argument(call, 0), 0, elements.length)
    const end = position(argument(call, 1), elements.length, elements.length)
    return start === undefined || end === undefined
      ? unclear(call, 'slice')
      : array(call, elements.slice(start, end))
  },
  concat: (call, _, elements) => {
    const added = opened(call, call.arguments, 1, true)
    return added ? array(call, [...elements, ...added]) : unclear(call, 'concat')
  },
  map: (call, target, elements) => {
    const values: Property[] = elements.map(() => hole)
    for (const [i, element] of visited(target, elements.length))
      values[i] = { value: callback(call, target, element, i) }
    return array(call, values)
  },
  flatMap: (call, target, elements) => {
    const values: Property[] = []
    for (const [i, element] of visited(target, elements.length))
      values.push({ value: callback(call, target, element, i) })
    const flat = opened(call, values)
    return flat ? array(call, flat) : unclear(call, 'flatMap')
  },
  forEach: (call, target, elements) => {
    for (const [i, element] of visited(target, elements.length)) callback(call, target, element, i)
    return undefined
  },
  filter: (call, target, elements) => {
    const kept = chosen(call, target, elements.length)
    return kept
      ? array(
          call,
          kept.map(([, element]) => element),
        )
      : unclear(call, 'filter')
  },
  find: search('find', { withHoles: true }, found => (found === 'none' ? undefined : found[1].value)),
  findIndex: search('findIndex', { withHoles: true }, found => (found === 'none' ? -1 : found[0])),
  findLast: search('findLast', { direction: -1, withHoles: true }, found =>
    found === 'none' ? undefined : found[1].value,
  ),
  findLastIndex: search('findLastIndex', { direction: -1, withHoles: true }, found =>
    found === 'none' ? -1 : found[0],
  ),
  some: search('some', {}, found => found !== 'none'),
  every: search('every', { wanted: false }, found => found === 'none'),
  reduce: (call, target, elements) => reduce(call, target, elements, 1),
  reduceRight: (call, target, elements) => reduce(call, target, elements, -1),
  join: (call, _, elements) => {
    const separator = argument(call, 0) ?? ','
    const texts = elements.map(({ value }) =>
      value === undefined || value === null ? '' : textOf(value, call.trace, call.span),
    )
    return texts.every(text => text !== undefined) && typeof separator === 'string'
      ? texts.join(separator)
      : unclear(call, 'join')
  },
  includes: (call, _, elements) => {
    const list = from(call, elements, () => false)
    const at = list && positionOf(call, list, (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b)))
    return at === undefined ? unclear(call, 'includes') : at >= 0
  },
  indexOf: (call, _, elements) => {
    const list = from(call, elements, isHole)
    return (list && positionOf(call, list, (a, b) => a === b)) ?? unclear(call, 'indexOf')
  },
  lastIndexOf: (call, _, elements) => {
    const last = call.arguments.length < 2 ? elements.length : integer(argument(call, 1) ?? 0, 0)
    if (last === undefined) return unclear(call, 'lastIndexOf')
    const list = [...elements.entries()]
      .slice(0, last < 0 ? Math.max(0, elements.length + last + 1) : last + 1)
      .filter(([, element]) => element !== hole)
    return positionOf(call, list.reverse(), (a, b) => a === b) ?? unclear(call, 'lastIndexOf')
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
      elements.map((old, i) => (i >= start && i < end ? (call.arguments[0] ?? { value: undefined }) : old)),
    )
    return target
  },
  /** Of arrays of numbers only. */
  set: (call, target) => {
    const { elements } = target
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
    const present = elements.filter(element => element !== hole)
    const flat = depth === undefined ? undefined : opened(call, present, depth)
    return flat ? array(call, flat) : unclear(call, 'flat')
  },
  at: (call, _, elements) => {
    const at = integer(argument(call, 0), 0)
    return at === undefined ? unclear(call, 'at') : elements.at(at)?.value
  },
  keys: (call, target) => places(call, target, (_, i) => ({ value: i })),
  values: (call, target) => places(call, target, element => element),
  [wellKnown('iterator')]: (call, target) => places(call, target, element => element),
  entries: (call, target) =>
    places(call, target, ({ value }, i) => ({ value: call.trace.array([i, value]) })),
  sort: (call, target, elements) => {
    const sorted = sortedValues(call, target, elements)
    if (!sorted) return unclearChange(call, target, 'sort')
    call.trace.heap.setElements(target, sorted)
    return target
  },
  toString: (call: HostCall, target: ArrayObject) =>
    textOf(target, call.trace, call.span) ?? unclear(call, 'toString'),
  hasOwnProperty: (call: HostCall, target: ArrayObject) => hasOwn(call, target, argument(call, 0)),
}

/** The elements in order, holes last and undefined before them; undefined where the order is not known. */
function sortedValues(
  call: HostCall,
  target: ArrayObject,
  elements: readonly Property[],
): readonly Property[] | undefined {
  const compare = argument(call, 0)
  const present = elements.filter(element => element !== hole)
  const values = present.filter(({ value }) => value !== undefined)
  const last = [
    ...present.filter(({ value }) => value === undefined),
    ...elements.filter(element => element === hole),
  ]
  if (compare === undefined) {
    if (!values.every(({ value }) => typeof value === 'number' || typeof value === 'string')) return undefined
    const isNumeric = target.properties.has(numbersKey)
    const order = (a: Value, b: Value) =>
      isNumeric ? Number(a) - Number(b) : textOrder(String(a), String(b))
    return [...values.toSorted((a, b) => order(a.value, b.value)), ...last]
  }
  if (isNoFunction(compare)) call.trace.fail('TypeError', 'sorts by what is no function', call.span)
  if (values.some(({ value }) => isUnknown(value) || isPolynomial(value))) return undefined
  let isClear = true
  const sorted = values.toSorted((a, b) => {
    const result = call.trace.call(compare, [a, b], call.span)
    const number = typeof result === 'boolean' ? Number(result) : result
    isClear &&= typeof number === 'number'
    return typeof number === 'number' ? number : 0
  })
  return isClear ? [...sorted, ...last] : undefined
}

const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** An iterator over the places of an array, which reads each when it comes to it. */
function places(
  { trace }: HostCall,
  target: ArrayObject,
  read: (element: Property, i: number) => Property,
): Value {
  return cursorOver(trace, target, i => {
    const unknown = target.properties.get(unknownKey)
    if (unknown) return 'open'
    const element = target.elements[i]
    return element && read(element === hole ? { value: undefined } : element, i)
  })
}

function reduce(
  call: HostCall,
  target: ArrayObject,
  elements: readonly Property[],
  direction: 1 | -1,
): Value {
  let result = argument(call, 1)
  let isStarted = call.arguments.length >= 2
  for (const [i, element] of visited(target, elements.length, { direction })) {
    if (!isStarted) {
      isStarted = true
      result = element.value
      continue
    }
    result = call.trace.call(
      argument(call, 0),
      [{ value: result }, element, { value: i }, { value: target }],
      call.span,
    )
  }
  if (!isStarted && !target.properties.has(unknownKey))
    return call.trace.fail('TypeError', 'reduces an empty list without a first value', call.span)
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
        if (takingFunctions.has(name) && isNoFunction(argument(call, 0)))
          return call.trace.fail('TypeError', `calls \`${name}\` without a function`, call.span)
        if (changing.has(name) && target.properties.has(lockedKey))
          return call.trace.fail('TypeError', 'changes a frozen list', call.span)
        // Only a method that takes the elements pays for a copy of them, which no change reaches.
        return method(call, target, method.length > 2 ? [...target.elements] : [])
      },
    },
  ]),
)
