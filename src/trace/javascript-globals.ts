import { apply, type Dimension, isPolynomial, symbol } from '../graph/dimension.js'
import { type HostCall, randomDraw, type Tracer } from './host.js'
import { arrayMembers } from './javascript-arrays.js'
import { argument, callable, namespace, unclear } from './javascript-calls.js'
import { collection } from './javascript-collections.js'
import { elements } from './javascript-elements.js'
import { errors } from './javascript-errors.js'
import { isTakenFrom } from './javascript-iteration.js'
import { symbols } from './javascript-symbols.js'
import {
  hole,
  isObject,
  isUnknown,
  numbersKey,
  ownFields,
  type Property,
  unknownKey,
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

/** Arguments as numbers; an unbound parameter counts as its symbol. */
function numbers(call: HostCall): readonly Dimension[] | undefined {
  const values = call.arguments.map(({ value }) =>
    isUnknown(value) && !value.reason ? symbol(value.path) : value,
  )
  return values.every(value => typeof value === 'number' || isPolynomial(value))
    ? (values as Dimension[])
    : undefined
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
            const values = numbers(call)
            return values ? apply(exact, values) : unclear(call, `Math.${name}`)
          },
        ]),
      ),
      ...Object.fromEntries(
        plainMath.map(name => [
          name,
          (call: HostCall): Value => {
            const values = numbers(call)
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

/** The key under which a value is stored as a property; undefined where it is not known. */
const keyText = (value: Value): string | undefined =>
  isUnknown(value) || isPolynomial(value) || isObject(value) ? undefined : String(value)

/** The fields of an object with their values, which getters compute; undefined where they are not known. */
function own({ trace, span }: HostCall, value: Value): readonly (readonly [string, Property])[] | undefined {
  if (!isObject(value) || value.properties.has(unknownKey)) return undefined
  if (value.kind === 'array') return value.elements.map((element, i) => [String(i), element])
  if (value.kind !== 'record') return undefined
  return ownFields(value).map(([key, property]) => [
    key,
    property.getter === undefined
      ? property
      : { value: trace.get(value, key, span), ...(property.span && { span: property.span }) },
  ])
}

const objects = (trace: Tracer) =>
  callable(trace, 'Object', call => argument(call, 0) ?? call.trace.record({}), {
    keys: call => {
      const fields = own(call, argument(call, 0))
      return fields ? call.trace.array(fields.map(([key]) => key)) : unclear(call, 'Object.keys')
    },
    values: call => {
      const fields = own(call, argument(call, 0))
      return fields ? call.trace.array(fields.map(([, { value }]) => value)) : unclear(call, 'Object.values')
    },
    entries: call => {
      const fields = own(call, argument(call, 0))
      return fields
        ? call.trace.array(fields.map(([key, { value }]) => call.trace.array([key, value])))
        : unclear(call, 'Object.entries')
    },
    assign: call => {
      const target = argument(call, 0)
      if (!isObject(target)) return unclear(call, 'Object.assign')
      for (const { value } of call.arguments.slice(1)) call.trace.copyFields(value, target, call.span)
      return target
    },
    freeze: call => argument(call, 0),
    seal: call => argument(call, 0),
    fromEntries: call => {
      const record = call.trace.record({})
      const pairs = call.trace.list(argument(call, 0), call.span)
      for (const { value } of pairs ?? []) {
        const [key, item = { value: undefined }] = call.trace.elements(value) ?? []
        const name = key && keyText(key.value)
        if (name === undefined) return unclear(call, 'Object.fromEntries')
        call.trace.heap.setProperty(record, name, item)
      }
      return pairs ? record : unclear(call, 'Object.fromEntries')
    },
    defineProperty: call => argument(call, 0),
  })

/** Longer arrays are refused, so that a short program cannot fill the memory. */
const longestArray = 1_000_000

function filled(call: HostCall, length: Value, element: Property): Value {
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > longestArray)
    return unclear(call, 'Array')
  const made = call.trace.array([])
  call.trace.heap.append(made, new Array<Property>(length).fill(element))
  return made
}

function numbersOnly(call: HostCall, values: readonly Value[]): Value {
  const made = call.trace.array(values)
  call.trace.heap.setProperty(made, numbersKey, { value: true })
  return made
}

/** Arrays of numbers, which start with zeros, and copy what they are made from. Rounding is left out, as of tensors. */
function floats(name: string) {
  const copied = (call: HostCall): Value => {
    const elements = call.arguments.length === 1 ? call.trace.elements(argument(call, 0)) : undefined
    const values = elements?.map(({ value }) =>
      isUnknown(value) || isPolynomial(value) ? value : isObject(value) ? undefined : Number(value),
    )
    return values?.every(value => value !== undefined) ? numbersOnly(call, values) : unclear(call, name)
  }
  const made = (call: HostCall): Value => {
    const length = call.arguments.length === 0 ? 0 : argument(call, 0)
    if (typeof length !== 'number') return copied(call)
    const isLength = Number.isInteger(length) && length >= 0 && length <= longestArray
    return isLength ? numbersOnly(call, new Array<Value>(length).fill(0)) : unclear(call, name)
  }
  return (trace: Tracer) => callable(trace, name, made, { from: copied })
}

/** Whether a value gives a list by itself; any other may have a length. */
const isIterable = ({ trace }: HostCall, value: Value): boolean =>
  isTakenFrom(value, trace) || trace.elements(value) !== undefined

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
        return isUnknown(value)
          ? call.trace.derived([value], ([name]) => `Array.isArray(${name})`)
          : isObject(value) && value.kind === 'array'
      },
      of: call => call.trace.array(call.arguments.map(({ value }) => value)),
      from: call => {
        const source = argument(call, 0)
        const list = isIterable(call, source) ? call.trace.list(source, call.span) : undefined
        const base = list
          ? call.trace.array(list.map(({ value }) => value))
          : filled(call, isUnknown(source) ? source : call.trace.get(source, 'length', call.span), {
              value: undefined,
            })
        const mapping = argument(call, 1)
        if (mapping === undefined || isUnknown(base)) return base
        const map = arrayMembers.map
        return map?.kind === 'method'
          ? map.call({ ...call, thisValue: base, arguments: [{ value: mapping }] })
          : base
      },
    },
  )

function fromJson(trace: Tracer, value: unknown): Value {
  if (Array.isArray(value)) return trace.array(value.map(item => fromJson(trace, item)))
  if (typeof value !== 'object' || value === null) return value as Value
  return trace.record(
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(trace, item)])),
  )
}

/** A value given as data from outside, such as a command-line argument. */
export { fromJson }

const json = (trace: Tracer) =>
  namespace(trace, 'JSON', {
    parse: call => {
      const text = argument(call, 0)
      if (typeof text !== 'string') return unclear(call, 'JSON.parse')
      try {
        return fromJson(call.trace, JSON.parse(text))
      } catch {
        return unclear(call, 'JSON.parse')
      }
    },
    stringify: call => unclear(call, 'JSON.stringify'),
  })

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
    return isUnknown(value) || isPolynomial(value)
      ? call.trace.derived([value], ([text]) => `${name}(${text})`)
      : holds(value)
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

function toNumberFunction(name: string, convert: (text: string) => number) {
  return (trace: Tracer) =>
    callable(
      trace,
      name,
      call => {
        const value = argument(call, 0)
        const radix = argument(call, 1)
        if (name === 'parseInt' && radix !== undefined && radix !== 10) {
          const isText = typeof value === 'string' || typeof value === 'number'
          return isText && typeof radix === 'number'
            ? Number.parseInt(String(value), radix)
            : unclear(call, name)
        }
        if (typeof value === 'number' || isPolynomial(value))
          return name === 'parseInt' ? apply('truncate', [value]) : value
        if (isUnknown(value)) return call.trace.derived([value], ([text]) => `${name}(${text})`)
        return isObject(value) ? Number.NaN : convert(String(value))
      },
      {
        isInteger: predicate('Number.isInteger', Number.isInteger),
        isFinite: predicate('Number.isFinite', Number.isFinite),
        isNaN: predicate('Number.isNaN', Number.isNaN),
        parseFloat: call => call.trace.call(globals.parseFloat!(call.trace), call.arguments, call.span),
        parseInt: call => call.trace.call(globals.parseInt!(call.trace), call.arguments, call.span),
      },
      numberConstants,
    )
}

/** The globals of the language itself (ECMA-262, 19) and the harmless ones of every host. */
export const globals: Readonly<Record<string, (trace: Tracer) => Value>> = {
  Math: math,
  Object: objects,
  Array: arrays,
  JSON: json,
  Map: trace => trace.function('Map', collection(true)),
  Set: trace => trace.function('Set', collection(false)),
  WeakMap: trace => trace.function('WeakMap', collection(true)),
  Number: toNumberFunction('Number', Number),
  parseInt: toNumberFunction('parseInt', text => Number.parseInt(text, 10)),
  parseFloat: toNumberFunction('parseFloat', Number.parseFloat),
  String: trace =>
    trace.function('String', call => {
      const value = argument(call, 0)
      return isUnknown(value) ? value : call.trace.text(value)
    }),
  Boolean: trace =>
    trace.function('Boolean', call => {
      const value = argument(call, 0)
      return isUnknown(value) || isPolynomial(value) ? value : isObject(value) || Boolean(value)
    }),
  ...errors,
  Symbol: symbols,
  Promise: trace =>
    callable(trace, 'Promise', makePromise, {
      resolve: call => argument(call, 0),
      all: call => argument(call, 0),
    }),
  console: trace =>
    namespace(trace, 'console', {
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
