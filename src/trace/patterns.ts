import type { PatternElement, Target } from '../core/program.js'
import { type Span, spanText } from '../text/source.js'
import { copyFields, evaluate, evaluateKey } from './expressions.js'
import { mayHave } from './fields.js'
import type { Frame } from './frame.js'
import { elementOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { isObject, isUnknown, type Property, type Value } from './value.js'

/** Whether variables get their first values, or others, which constants cannot. */
type Assignment = 'declare' | 'assign'

/** Gives values to the places of a pattern. */
export function assignTarget(
  interpreter: Interpreter,
  target: Target,
  property: Property,
  frame: Frame,
  how: Assignment = 'declare',
): void {
  const { value } = property
  interpreter.visited.add(target)
  switch (target.kind) {
    case 'variable': {
      const { binding, span } = target
      const cell = frame.scope.find(binding) ?? interpreter.modules.globalCell(binding)
      if (how === 'assign' && binding.declared && cell && !cell.initialized)
        interpreter.failures.fail('ReferenceError', 'is assigned before its declaration', span)
      else if (how === 'assign' && binding.declared === 'constant')
        interpreter.failures.fail('TypeError', 'is a constant', span)
      else if (cell)
        interpreter.setVariable(cell, binding.name, interpreter.given?.assigned(binding, value) ?? value)
      return
    }
    case 'member': {
      const object = evaluate(interpreter, target.object, frame)
      const key = evaluateKey(interpreter, target.key, frame)
      if (key.name !== undefined) interpreter.set(object, key.name, property)
      else interpreter.setUnknownKey(object, key.value, target.span)
      return
    }
    case 'arrayPattern':
      assignArrayPattern(interpreter, target, value, frame, how)
      return
    case 'objectPattern': {
      if (value === undefined || value === null)
        interpreter.failures.nothing(`takes fields of ${value}`, target.span)
      const taken = new Set<string>()
      for (const { key, element } of target.entries) {
        const { value: keyValue, name } = evaluateKey(interpreter, key, frame)
        if (name === undefined) {
          const unknown = interpreter.derived([value, keyValue], ([base, at]) => `${base}[${at}]`, elementOf)
          assignElement(interpreter, element, { value: unknown }, frame, how)
          continue
        }
        taken.add(name)
        const own = isObject(value) ? value.properties.get(name) : undefined
        if (own && own.getter === undefined && isObject(value))
          interpreter.unset.note({ kind: 'field', object: value, key: name }, own.value)
        const item = own && own.getter === undefined ? own : { value: interpreter.get(value, name, key.span) }
        assignElement(interpreter, element, item, frame, how)
        if (element.target.kind === 'variable')
          interpreter.unset.hold(frame.scope.find(element.target.binding))
      }
      if (target.rest) {
        const rest = interpreter.record()
        copyFields(interpreter, value, rest, target.rest.span, taken)
        assignTarget(interpreter, target.rest, { value: rest }, frame, how)
      }
      return
    }
  }
}

function assignArrayPattern(
  interpreter: Interpreter,
  { elements, rest, span }: Extract<Target, { kind: 'arrayPattern' }>,
  value: Value,
  frame: Frame,
  how: Assignment,
): void {
  let place = 0
  const assign = (item: Property) => {
    const element = elements[place++]
    if (element) assignElement(interpreter, element, item, frame, how)
  }
  const open = (): Property => ({ value: interpreter.unknowns.fresh(spanText(span)) })
  let others: Property[] | undefined = []
  let isKnown = true
  if (interpreter.dialect.isTakenFrom(value, interpreter)) {
    const count = rest ? undefined : elements.length
    const take = (item: Property | undefined) => {
      if (!item) isKnown = false
      else if (place < elements.length) assign(item)
      else others?.push(item)
      return rest !== undefined || place < elements.length
    }
    interpreter.dialect.take(value, interpreter, span, take, count)
    while (place < elements.length) assign(isKnown ? { value: undefined } : open())
    if (!isKnown) others = undefined
  } else {
    const items = interpreter.elements(value)
    if (!items && !isUnknown(value)) notIterable(interpreter, value, span)
    while (place < elements.length) {
      if (!items) assign({ value: interpreter.get(value, String(place), span) })
      else assign(items[place] ?? { value: undefined })
    }
    others = items?.slice(elements.length)
  }
  if (!rest) return
  const list = interpreter.arrayOf(others ?? [])
  if (!others)
    interpreter.unknownArray(list, isUnknown(value) ? value : interpreter.unknowns.fresh(spanText(span)))
  assignTarget(interpreter, rest, { value: list }, frame, how)
}

/** What a list of all that a value gives holds; undefined where that is not known. */
export function listOf(interpreter: Interpreter, value: Value, span: Span): readonly Property[] | undefined {
  if (!interpreter.dialect.isTakenFrom(value, interpreter)) {
    const items = interpreter.elements(value)
    if (!items && !isUnknown(value)) notIterable(interpreter, value, span)
    return items
  }
  const items: Property[] = []
  let isKnown = true
  interpreter.dialect.take(value, interpreter, span, item => {
    if (item) items.push(item)
    else isKnown = false
    return true
  })
  return isKnown ? items : undefined
}

/** What the language does about a value that it cannot iterate over; there may be more to a value of a library. */
export function notIterable(interpreter: Interpreter, value: Value, span: Span): void {
  if (value === undefined || value === null) interpreter.failures.nothing(`iterates over ${value}`, span)
  else if (!isObject(value) ? typeof value !== 'string' : value.kind === 'closure' || value.kind === 'class')
    interpreter.failures.fail('TypeError', 'is not iterable', span)
  else if (isObject(value) && value.kind === 'record' && !mayHave(value))
    interpreter.failures.fail('TypeError', 'is not iterable', span)
}

/** A place with a default, which counts where the value is undefined. An unbound field keeps its own name. */
export function assignElement(
  interpreter: Interpreter,
  element: PatternElement,
  property: Property,
  frame: Frame,
  how: Assignment = 'declare',
): void {
  const { target, default: fallback } = element
  const missing = fallback !== undefined && property.value === undefined
  const given: Property = missing
    ? { value: evaluate(interpreter, fallback, frame), span: fallback.span }
    : property
  assignTarget(interpreter, target, given, frame, how)
}

/** The names of a parameter, for messages and for binding arguments. */
export function nameOfTarget(target: Target): string | undefined {
  return target.kind === 'variable' ? target.binding.name : undefined
}
