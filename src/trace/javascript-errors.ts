import { isPolynomial } from '../graph/dimension.js'
import type { HostCall, Tracer } from './host.js'
import { isObject, isUnknown, type ObjectValue, type Value } from './value.js'

/** The classes of errors (ECMA-262, 20.5), and what each inherits from. */
const parents: Readonly<Record<string, string | undefined>> = {
  Error: undefined,
  EvalError: 'Error',
  RangeError: 'Error',
  ReferenceError: 'Error',
  SyntaxError: 'Error',
  TypeError: 'Error',
  URIError: 'Error',
}

/** The text of a message; a value that is not known stays so. */
function messageOf(trace: Tracer, value: Value): Value {
  return isUnknown(value) || isPolynomial(value) || isObject(value) ? value : trace.text(value)
}

/** What the constructor does to a new error. */
function initialize(created: ObjectValue, { trace, arguments: args }: HostCall): void {
  const [message, options] = args.map(({ value }) => value)
  if (message !== undefined)
    trace.heap.setProperty(created, 'message', { value: messageOf(trace, message), hidden: true })
  const cause = isObject(options) ? options.properties.get('cause') : undefined
  if (cause) trace.heap.setProperty(created, 'cause', { ...cause, hidden: true })
}

function errorClass(name: string) {
  return (trace: Tracer): Value => {
    const parent = parents[name]
    const above = parent === undefined ? undefined : trace.provided(parent)
    const prototype = trace.record({})
    const inherited = isObject(above) ? above.properties.get('prototype')?.value : undefined
    if (isObject(inherited)) prototype.prototype = inherited
    const made = trace.function(name, call => {
      const created = trace.record({})
      created.prototype = prototype
      initialize(created, call)
      return created
    })
    const constructor_ = { ...made, function: { ...made.function, initialize } }
    if (isObject(above)) constructor_.prototype = above
    const hidden = (object: ObjectValue, fields: Readonly<Record<string, Value>>) => {
      for (const [key, value] of Object.entries(fields))
        trace.heap.setProperty(object, key, { value, hidden: true })
    }
    hidden(constructor_, { prototype, name })
    hidden(prototype, { constructor: constructor_, name, message: '' })
    if (above === undefined) hidden(prototype, { toString: trace.function('Error.toString', errorText) })
    return constructor_
  }
}

/** `TypeError: message` (ECMA-262, 20.5.3.4). */
function errorText({ trace, thisValue, span }: HostCall): Value {
  const texts = ['name', 'message'].map(key => trace.get(thisValue, key, span))
  const open = texts.find(text => isUnknown(text) || isPolynomial(text) || isObject(text))
  if (open !== undefined) return trace.derived([open], ([text]) => `text of ${text}`)
  const [name = 'Error', message = ''] = texts.map(text => (text === undefined ? undefined : String(text)))
  return name === '' || message === '' ? name + message : `${name}: ${message}`
}

export const errors: Readonly<Record<string, (trace: Tracer) => Value>> = Object.fromEntries(
  Object.keys(parents).map(name => [name, errorClass(name)]),
)

/** An error that the language throws itself. */
export function languageError(type: string, message: string, trace: Tracer): Value {
  const made = trace.provided(type)
  const place = { file: { path: '', text: '', lineStarts: [0] }, start: 0, end: 0 }
  return trace.call(made, [{ value: message }], place)
}
