import { isPolynomial } from '../graph/dimension.js'
import type { HostCall, HostMember, HostType, Tracer } from './host.js'
import { argument, callable } from './javascript-calls.js'
import { type HostObject, isObject, isUnknown, symbolPrefix, type Value } from './value.js'

/** A symbol: its key tells it from all others. */
interface SymbolState {
  readonly key: string
  readonly description: Value
}

const descriptive: HostMember<SymbolState> = {
  kind: 'method',
  call: ({ state }, call) => describe(call.trace, state),
}

const symbolType: HostType<SymbolState> = {
  name: 'Symbol',
  members: {
    description: { kind: 'property', get: ({ state }): Value => state.description },
    toString: descriptive,
  },
}

function describe(trace: Tracer, { description }: SymbolState): Value {
  if (isUnknown(description)) return trace.derived([description], ([text]) => `Symbol(${text})`)
  return `Symbol(${description ?? ''})`
}

export const isSymbol = (value: Value): value is HostObject<SymbolState> =>
  isObject(value) && value.kind === 'host' && value.type === symbolType

/** The key under which a value is stored as a property; undefined where it is not known. */
export const keyText = (value: Value): string | undefined =>
  isSymbol(value)
    ? value.state.key
    : isUnknown(value) || isPolynomial(value) || isObject(value)
      ? undefined
      : String(value)

/** The key of a symbol that the language itself looks for (ECMA-262, 6.1.5.1). */
export const wellKnown = (name: 'iterator' | 'asyncIterator' | 'toPrimitive' | 'hasInstance'): string =>
  `${symbolPrefix}${name}`

const wellKnownNames = [
  'iterator',
  'asyncIterator',
  'toPrimitive',
  'hasInstance',
  'toStringTag',
  'species',
  'isConcatSpreadable',
  'unscopables',
  'match',
  'matchAll',
  'replace',
  'search',
  'split',
]

const named = (trace: Tracer, key: string, description: Value) =>
  trace.host<SymbolState>(symbolType, { key: `${symbolPrefix}${key}`, description })

/** The global `Symbol`. */
export function symbols(trace: Tracer): Value {
  const registry = new Map<string, Value>()
  const made = (call: HostCall): Value => {
    const symbol = named(call.trace, '', argument(call, 0))
    call.trace.heap.setState(symbol, { ...symbol.state, key: `${symbolPrefix}#${symbol.id}` })
    return symbol
  }
  const shared = (call: HostCall): Value => {
    const name = call.trace.text(argument(call, 0))
    const symbol = registry.get(name) ?? named(call.trace, `for ${name}`, name)
    registry.set(name, symbol)
    return symbol
  }
  const constants = wellKnownNames.map(name => [name, named(trace, name, `Symbol.${name}`)] as const)
  return callable(trace, 'Symbol', made, { for: shared }, Object.fromEntries(constants))
}
