import { apply, type Dimension, isPolynomial, symbol } from '../graph/dimension.js'
import { toNumber } from './conversions.js'
import { elementwise, type HostCall, type HostType, randomDraw, type Tracer } from './host.js'
import { arrayMembers } from './javascript-arrays.js'
import { argument, callable, namespace, unclear } from './javascript-calls.js'
import { collection } from './javascript-collections.js'
import { textOf, toPrimitive } from './javascript-conversions.js'
import { elements } from './javascript-elements.js'
import { errors } from './javascript-errors.js'
import { isTakenFrom } from './javascript-iteration.js'
import { json } from './javascript-json.js'
import { objects } from './javascript-objects.js'
import { isSymbol, symbols } from './javascript-symbols.js'
import {
  argumentsKey,
  hole,
  isObject,
  isUnknown,
  numbersKey,
  type ObjectValue,
  type Property,
  type Value,
} from './value.js'

/** Functions of `Math` that dimensions have too, so that they stay exact on symbols. */
const exactMath = {
  floor: 'floor',
  ceil: 'ceil',
  round: 'round',
  trunc: 'truncate',
  sqrt: 'sqrt',
  log: 'log',
  exp: 'exp',
  sin: 'sin',
  cos: 'cos',
  abs: 'abs',
  max: 'max',
  min: 'min',
  pow: 'power',
} as const

const plainMath = [
  'tan',
  'tanh',
  'sinh',
  'cosh',
  'atan',
  'asin',
  'acos',
  'atan2',
  'log2',
  'log10',
  'log1p',
  'expm1',
  'cbrt',
  'sign',
  'hypot',
  'fround',
  'imul',
  'clz32',
] as const

type MathFunction = keyof typeof exactMath | (typeof plainMath)[number]

/** Functions of `Math` that read all arguments; others read as many as they declare, so that lists can be mapped by them. */
const variadic: ReadonlySet<string> = new Set(['max', 'min', 'hypot'])

/** The arguments of a function of `Math` as numbers; an unbound parameter counts as its symbol. */
function numbers(call: HostCall, name: MathFunction): readonly Dimension[] | undefined {
  const read = variadic.has(name) ? call.arguments : call.arguments.slice(0, Math[name].length)
  const values = read.map(({ value }) =>
    isUnknown(value) && !value.reason ? symbol(value.path) : toNumber(value),
  )
  return values.every(value => value !== undefined) ? values : undefined
}

const math = (trace: Tracer) =>
  namespace(
    trace,
    'Math',
    {
      ...Object.fromEntries(
        Object.entries(exactMath).map(([name, exact]) => [
          name,
          (call: HostCall): Value => {
            const values = numbers(call, name as MathFunction)
            return values ? apply(exact, values) : unclear(call, `Math.${name}`)
          },
        ]),
      ),
      ...Object.fromEntries(
        plainMath.map(name => [
          name,
          (call: HostCall): Value => {
            const values = numbers(call, name)
            return values?.every(value => typeof value === 'number')
              ? (Math[name] as (...x: number[]) => number)(...values)
              : unclear(call, `Math.${name}`)
          },
        ]),
      ),
      random: ({ trace, span }) => {
        const draw = trace.opaque('unmodelled-call', { call: 'Math.random()', reason: 'it is random' }, span)
        return trace.derived([draw], ([name]) => name!, randomDraw)
      },
    },
    {
      PI: Math.PI,
      E: Math.E,
      LN2: Math.LN2,
      LN10: Math.LN10,
      SQRT2: Math.SQRT2,
      SQRT1_2: Math.SQRT1_2,
      LOG2E: Math.LOG2E,
      LOG10E: Math.LOG10E,
    },
  )

/** Longer arrays are refused, so that a short program cannot fill the memory. */
const longestArray = 1_000_000

function filled(call: HostCall, length: Value, element: Property): Value {
  if (typeof length === 'number' && (!Number.isInteger(length) || length < 0 || length >= 2 ** 32))
    call.trace.fail('RangeError', 'makes a list of no length', call.span)
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > longestArray)
    return unclear(call, 'Array')
  const made = call.trace.array([])
  call.trace.heap.append(made, new Array<Property>(length).fill(element))
  return made
}

/** A length that is a quantity, of which the number is not known. */
function openCount(length: Value): Dimension | undefined {
  if (isUnknown(length)) return length.reason ? undefined : symbol(length.path, true)
  return isPolynomial(length) ? length : undefined
}

function numbersOnly(call: HostCall, elements: readonly Property[]): Value {
  const made = call.trace.arrayOf(elements)
  call.trace.heap.setProperty(made, numbersKey, { value: true })
  return made
}

const zero: Property = { value: 0 }

/** Arrays of numbers, which start with zeros, and copy what they are made from. Rounding is left out, as of tensors. */
function floats(name: string) {
  const copied = (call: HostCall): Value => {
    const elements = call.arguments.length === 1 ? call.trace.elements(argument(call, 0)) : undefined
    const values = elements?.map(({ value }) =>
      isUnknown(value) || isPolynomial(value) ? value : isObject(value) ? undefined : Number(value),
    )
    return values?.every(value => value !== undefined)
      ? numbersOnly(
          call,
          values.map(value => ({ value })),
        )
      : unclear(call, name)
  }
  const made = (call: HostCall): Value => {
    const length = call.arguments.length === 0 ? 0 : argument(call, 0)
    if (typeof length !== 'number') return copied(call)
    const isLength = Number.isInteger(length) && length >= 0 && length <= longestArray
    return isLength ? numbersOnly(call, new Array<Property>(length).fill(zero)) : unclear(call, name)
  }
  return (trace: Tracer) => callable(trace, name, made, { from: copied })
}

/** Whether a value gives a list by itself; any other may have a length. */
const isIterable = ({ trace }: HostCall, value: Value): boolean =>
  isTakenFrom(value, trace) || trace.elements(value) !== undefined

/** The list of what an object has at each position below its length. */
function likeArray(call: HostCall, source: Value): Value {
  const length = isUnknown(source) ? source : call.trace.get(source, 'length', call.span)
  const made = filled(call, length ?? 0, { value: undefined })
  if (!isObject(made) || made.kind !== 'array' || !isObject(source)) return made
  if ([...source.properties.keys()].every(key => key === 'length') && source.prototype === null) return made
  const { trace, span } = call
  trace.heap.setElements(
    made,
    made.elements.map((_, i) => ({ value: trace.get(source, String(i), span) })),
  )
  return made
}

/** `Array.from({ length }, make)` where the length is a quantity. */
function fromOpenLength(call: HostCall): Value {
  const [source, make] = [argument(call, 0), argument(call, 1)]
  if (!isObject(source) || source.kind !== 'record' || source.prototype !== null || make === undefined)
    return undefined
  const count =
    [...source.properties.keys()].join() === 'length'
      ? openCount(source.properties.get('length')!.value)
      : undefined
  if (count === undefined) return undefined
  const { trace, span } = call
  const one = (place: Dimension) => trace.call(make, [{ value: undefined }, { value: place }], span)
  return trace.collect(count, one, span)
}

const arrays = (trace: Tracer) =>
  callable(
    trace,
    'Array',
    call =>
      call.arguments.length === 1 &&
      (typeof argument(call, 0) === 'number' || isPolynomial(argument(call, 0)))
        ? filled(call, argument(call, 0), hole)
        : call.trace.array(call.arguments.map(({ value }) => value)),
    {
      isArray: call => {
        const value = argument(call, 0)
        const { operator = '' } = (isUnknown(value) && call.trace.operation(value)) || {}
        if (operator === elementwise) return true
        return isUnknown(value)
          ? call.trace.derived([value], ([name]) => `Array.isArray(${name})`)
          : isObject(value) && value.kind === 'array' && !value.properties.has(argumentsKey)
      },
      of: call => call.trace.array(call.arguments.map(({ value }) => value)),
      from: call => {
        const source = argument(call, 0)
        const collected = fromOpenLength(call)
        if (collected) return collected
        const list = isIterable(call, source) ? call.trace.list(source, call.span) : undefined
        const base = list ? call.trace.array(list.map(({ value }) => value)) : likeArray(call, source)
        const mapping = argument(call, 1)
        if (mapping === undefined || isUnknown(base)) return base
        const map = arrayMembers.map
        return map?.kind === 'method'
          ? map.call({ ...call, thisValue: base, arguments: [{ value: mapping }] })
          : base
      },
    },
  )

const nothing = (): Value => undefined

const numberConstants = {
  POSITIVE_INFINITY: Number.POSITIVE_INFINITY,
  NEGATIVE_INFINITY: Number.NEGATIVE_INFINITY,
  EPSILON: Number.EPSILON,
  MAX_VALUE: Number.MAX_VALUE,
  MIN_VALUE: Number.MIN_VALUE,
  MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
  MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
  NaN: Number.NaN,
} as const

/** A question about a number, which an unknown value leaves open. */
const predicate =
  (name: string, holds: (value: unknown) => boolean) =>
  (call: HostCall): Value => {
    const value = argument(call, 0)
    if (isUnknown(value) || isPolynomial(value))
      return call.trace.derived([value], ([text]) => `${name}(${text})`)
    // Of objects, `Number.isNaN` and its kin know that they are no numbers; others convert them.
    if (!isObject(value) || name.startsWith('Number.')) return holds(value)
    const text = call.trace.plainText(value)
    return text === undefined ? unclear(call, name) : holds(text)
  }

/** Runs the executor at once, as JavaScript does; what it resolves with by then is the awaited value. */
function makePromise(call: HostCall): Value {
  const { trace, span } = call
  const outcome = trace.record({})
  const resolve = trace.function('resolve', ({ arguments: args }) => {
    if (!outcome.properties.has('value'))
      trace.heap.setProperty(outcome, 'value', args[0] ?? { value: undefined })
    return undefined
  })
  trace.call(argument(call, 0), [{ value: resolve }, { value: trace.function('reject', nothing) }], span)
  const resolved = outcome.properties.get('value')
  return resolved ? resolved.value : unclear(call, 'new Promise')
}

/** `Number`, to which nothing is zero, and objects what they say. */
const number = (call: HostCall): Value => {
  if (call.construct) return unclear(call, 'new Number')
  if (call.arguments.length === 0) return 0
  const value = toPrimitive(argument(call, 0), 'number', call.trace, call.span)
  if (isUnknown(value)) return call.trace.derived([value], ([text]) => `Number(${text})`)
  if (isPolynomial(value)) return value
  if (!isObject(value)) return Number(value)
  const text = textOf(value, call.trace, call.span)
  return text === undefined ? unclear(call, 'Number') : Number(text)
}

function parser(name: string, convert: (text: string, radix?: number) => number) {
  return (trace: Tracer) =>
    trace.function(name, call => {
      const [value, radix] = [argument(call, 0), argument(call, 1)]
      if (isPolynomial(value) && (radix === undefined || radix === 10))
        return name === 'parseInt' ? apply('truncate', [value]) : value
      if (isUnknown(value)) return call.trace.derived([value], ([text]) => `${name}(${text})`)
      const text = textOf(value, call.trace, call.span)
      if (text === undefined || (radix !== undefined && typeof radix !== 'number')) return unclear(call, name)
      return convert(text, radix)
    })
}

const numberClass = (trace: Tracer) =>
  callable(
    trace,
    'Number',
    number,
    {
      isInteger: predicate('Number.isInteger', Number.isInteger),
      isFinite: predicate('Number.isFinite', Number.isFinite),
      isNaN: predicate('Number.isNaN', Number.isNaN),
      parseFloat: call => call.trace.call(globals.parseFloat!(call.trace), call.arguments, call.span),
      parseInt: call => call.trace.call(globals.parseInt!(call.trace), call.arguments, call.span),
    },
    numberConstants,
  )

/** What values of a class inherit from: the language's members, of which `sample` has all, and what the program adds. */
const prototypeType: HostType<{ readonly sample: Value }> = {
  name: 'prototype',
  members: {},
  lookup: ({ state }, key, trace) => {
    const member = trace.get(state.sample, key, {
      file: { path: '', text: '', lineStarts: [0] },
      start: 0,
      end: 0,
    })
    return isObject(member) && member.kind === 'hostFunction' ? member : undefined
  },
  missing: 'this member is not modelled',
}

/** A class with the object from which its values inherit. */
function withPrototype(make: (trace: Tracer) => ObjectValue, sample: (trace: Tracer) => Value) {
  return (trace: Tracer): Value => {
    const made = make(trace)
    const prototype = trace.host(prototypeType, { sample: sample(trace) })
    trace.heap.setProperty(made, 'prototype', { value: prototype, hidden: true })
    return made
  }
}

/** The globals of the language itself (ECMA-262, 19) and the harmless ones of every host. */
export const globals: Readonly<Record<string, (trace: Tracer) => Value>> = {
  Array: withPrototype(arrays, trace => trace.array([])),
  Boolean: withPrototype(
    trace =>
      trace.function('Boolean', call => {
        const value = argument(call, 0)
        if (call.construct) return unclear(call, 'new Boolean')
        if (!isUnknown(value) && !isPolynomial(value)) return isObject(value) || Boolean(value)
        const not = call.trace.derived([value], ([text]) => `!${text}`, 'not')
        return call.trace.derived([not], ([text]) => `!${text}`, 'not')
      }),
    () => true,
  ),
  Number: withPrototype(numberClass, () => 0),
  Object: withPrototype(objects, trace => trace.record({})),
  String: withPrototype(
    trace =>
      trace.function('String', call => {
        const value = argument(call, 0)
        if (call.construct) return unclear(call, 'new String')
        if (call.arguments.length === 0) return ''
        if (isSymbol(value))
          return call.trace.call(call.trace.get(value, 'toString', call.span), [], call.span, value)
        if (isUnknown(value) || isPolynomial(value))
          return call.trace.derived([value], ([text]) => `String(${text})`)
        return textOf(value, call.trace, call.span) ?? unclear(call, 'String')
      }),
    () => '',
  ),
  Math: math,
  JSON: json,
  Map: trace => trace.function('Map', collection(true)),
  Set: trace => trace.function('Set', collection(false)),
  WeakMap: trace => trace.function('WeakMap', collection(true)),
  parseInt: parser('parseInt', Number.parseInt),
  parseFloat: parser('parseFloat', text => Number.parseFloat(text)),
  ...errors,
  Symbol: symbols,
  Promise: trace =>
    callable(trace, 'Promise', makePromise, {
      resolve: call => argument(call, 0),
      all: call => argument(call, 0),
    }),
  console: trace =>
    namespace(trace, 'console', {
      ...Object.fromEntries(
        ['clear', 'count', 'countReset', 'dir', 'dirxml', 'groupCollapsed', 'timeLog', 'timeStamp'].map(
          name => [name, nothing],
        ),
      ),
      log: nothing,
      warn: nothing,
      error: nothing,
      info: nothing,
      debug: nothing,
      table: nothing,
      time: nothing,
      timeEnd: nothing,
      assert: nothing,
      group: nothing,
      groupEnd: nothing,
      trace: nothing,
    }),
  ...elements,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  isNaN: trace =>
    trace.function(
      'isNaN',
      predicate('isNaN', value => Number.isNaN(Number(value))),
    ),
  isFinite: trace =>
    trace.function(
      'isFinite',
      predicate('isFinite', value => Number.isFinite(Number(value))),
    ),
  Float32Array: floats('Float32Array'),
  Float64Array: floats('Float64Array'),
}
