import { isPolynomial } from '../graph/dimension.js'
import type { BuiltinMember } from './dialect.js'
import type { HostCall } from './host.js'
import { argument, unclear } from './javascript-calls.js'
import { textOf } from './javascript-conversions.js'
import { cursorOver } from './javascript-iteration.js'
import { hasOwn } from './javascript-objects.js'
import { wellKnown } from './javascript-symbols.js'
import { isObject, isUnknown, type Value } from './value.js'

function method(name: string, call: (call: HostCall) => Value): BuiltinMember {
  return { kind: 'method', name, call }
}

/** Methods of strings that take and give plain values, as they are in JavaScript itself. */
const plainStringMethods = [
  'toUpperCase',
  'toLowerCase',
  'trim',
  'trimStart',
  'trimEnd',
  'startsWith',
  'endsWith',
  'includes',
  'indexOf',
  'lastIndexOf',
  'slice',
  'substring',
  'substr',
  'charAt',
  'charCodeAt',
  'codePointAt',
  'concat',
  'padStart',
  'padEnd',
  'at',
  'localeCompare',
  'normalize',
  'toString',
  'replace',
  'replaceAll',
  'split',
] as const

/** Longer results are refused: a short program must not make long texts. */
const longestText = 100_000

export function stringMembers(value: string, key: string): BuiltinMember | undefined {
  if (key === 'length') return { kind: 'value', value: value.length }
  if (/^\d+$/.test(key)) return { kind: 'value', value: value[Number(key)] }
  if (key === wellKnown('iterator'))
    return method('String.iterator', call => {
      const characters = [...value]
      return cursorOver(call.trace, value, i =>
        i < characters.length ? { value: characters[i] } : undefined,
      )
    })
  if (key === 'repeat') {
    return method('String.repeat', call => {
      const times = argument(call, 0)
      return typeof times === 'number' && times >= 0 && times * value.length <= longestText
        ? value.repeat(times)
        : unclear(call, 'repeat')
    })
  }
  if (key === 'match') return method('String.match', call => matched(call, value, argument(call, 0)))
  if (!(plainStringMethods as readonly string[]).includes(key)) return undefined
  return method(`String.${key}`, call => {
    const args = call.arguments.map(item => item.value)
    if (args.some(item => isObject(item) || isUnknown(item) || isPolynomial(item))) return unclear(call, key)
    const numbers = args.filter(item => typeof item === 'number')
    if (numbers.some(item => item > longestText)) return unclear(call, key)
    const result: unknown = (value[key as 'slice'] as (...items: unknown[]) => unknown).apply(value, args)
    return Array.isArray(result) ? call.trace.array(result as string[]) : (result as Value)
  })
}

/** A pattern without special characters is found where it stands; patterns of programs are never run. */
function matched(call: HostCall, value: string, pattern: Value): Value {
  if (typeof pattern !== 'string' || !/^[\w \-:]*$/.test(pattern)) return unclear(call, 'match')
  if (!value.includes(pattern)) return null
  const found = call.trace.array([pattern])
  const fields = { index: value.indexOf(pattern), input: value, groups: undefined }
  for (const [key, field] of Object.entries(fields)) call.trace.heap.setProperty(found, key, { value: field })
  return found
}

export const numberMembers: Readonly<Record<string, BuiltinMember>> = {
  toString: method('Number.toString', call => {
    const radix = argument(call, 0) ?? 10
    const isRadix = typeof radix === 'number' && Number.isInteger(radix) && radix >= 2 && radix <= 36
    return typeof call.thisValue === 'number' && isRadix
      ? call.thisValue.toString(radix)
      : unclear(call, 'toString')
  }),
  toFixed: method('Number.toFixed', call => {
    const digits = argument(call, 0) ?? 0
    return typeof call.thisValue === 'number' && typeof digits === 'number' && digits >= 0 && digits <= 100
      ? call.thisValue.toFixed(digits)
      : unclear(call, 'toFixed')
  }),
  valueOf: method('Number.valueOf', call => call.thisValue),
}

/** The members of functions: calling them in other ways. */
export const functionMembers: Readonly<Record<string, BuiltinMember>> = {
  call: method('Function.call', call =>
    call.trace.call(call.thisValue, call.arguments.slice(1), call.span, argument(call, 0)),
  ),
  apply: method('Function.apply', call => {
    const list = argument(call, 1)
    const args = list === undefined || list === null ? [] : call.trace.elements(list)
    const callee = args ? call.thisValue : unclear(call, 'apply')
    return call.trace.call(callee, args ?? [{ value: call.thisValue }], call.span, argument(call, 0))
  }),
  bind: method('Function.bind', call => {
    const { thisValue: target, arguments: bound, trace } = call
    return trace.function(
      'bound',
      inner => trace.call(target, [...bound.slice(1), ...inner.arguments], inner.span, bound[0]?.value),
      [target, ...bound.map(({ value }) => value)],
    )
  }),
}

/** Promises are read as if awaited, so every value has their members: what is chained to it runs at once. */
export const promiseMembers: Readonly<Record<string, BuiltinMember>> = Object.fromEntries([
  [
    'then',
    method('Promise.then', call =>
      call.trace.call(argument(call, 0), [{ value: call.thisValue }], call.span),
    ),
  ],
  ['catch', method('Promise.catch', call => call.thisValue)],
  [
    'finally',
    method('Promise.finally', call => {
      call.trace.call(argument(call, 0), [], call.span)
      return call.thisValue
    }),
  ],
])

export const objectMembers: Readonly<Record<string, BuiltinMember>> = {
  hasOwnProperty: method('Object.hasOwnProperty', call => hasOwn(call, call.thisValue, argument(call, 0))),
  toString: method('Object.toString', call => {
    const { thisValue, trace, span } = call
    return textOf(thisValue, trace, span) ?? unclear(call, 'toString')
  }),
  valueOf: method('Object.valueOf', call => call.thisValue),
}
