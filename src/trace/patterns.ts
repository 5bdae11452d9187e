import type { PatternElement, Target } from '../core/program.js'
import { copyFields, evaluate, evaluateKey } from './expressions.js'
import type { Frame } from './frame.js'
import type { Interpreter } from './interpreter.js'
import { isObject, isUnknown, type Property } from './value.js'

/** Gives values to the places of a pattern. `declared` initialises variables even where they are constant. */
export function assignTarget(
  interpreter: Interpreter,
  target: Target,
  property: Property,
  frame: Frame,
): void {
  const { value } = property
  interpreter.visited.add(target)
  switch (target.kind) {
    case 'variable': {
      const cell = frame.scope.find(target.binding) ?? interpreter.modules.globalCell(target.binding)
      if (cell) interpreter.setVariable(cell, target.binding.name, value)
      return
    }
    case 'member': {
      const object = evaluate(interpreter, target.object, frame)
      const key = evaluateKey(interpreter, target.key, frame)
      if (key.name !== undefined) interpreter.set(object, key.name, property)
      else interpreter.setUnknownKey(object, key.value, target.span)
      return
    }
    case 'arrayPattern': {
      const items = interpreter.elements(value)
      target.elements.forEach((element, i) => {
        if (!element) return
        const item = items ? items[i] : { value: interpreter.get(value, String(i), target.span) }
        assignElement(interpreter, element, item ?? { value: undefined }, frame)
      })
      if (target.rest) {
        const rest = interpreter.arrayOf(items?.slice(target.elements.length) ?? [])
        if (!items && isUnknown(value)) interpreter.unknownArray(rest, value)
        assignTarget(interpreter, target.rest, { value: rest }, frame)
      }
      return
    }
    case 'objectPattern': {
      const taken = new Set<string>()
      for (const { key, element } of target.entries) {
        const { value: keyValue, name } = evaluateKey(interpreter, key, frame)
        if (name === undefined) {
          const unknown = interpreter.derived([value, keyValue], ([base, at]) => `${base}[${at}]`)
          assignElement(interpreter, element, { value: unknown }, frame)
          continue
        }
        taken.add(name)
        const own = isObject(value) ? value.properties.get(name) : undefined
        const item = own && own.getter === undefined ? own : { value: interpreter.get(value, name, key.span) }
        assignElement(interpreter, element, item, frame)
      }
      if (target.rest) {
        const rest = interpreter.record()
        copyFields(interpreter, value, rest, target.rest.span)
        for (const name of taken) rest.properties.delete(name)
        assignTarget(interpreter, target.rest, { value: rest }, frame)
      }
      return
    }
  }
}

/** A place with a default, which counts where the value is undefined. An unbound field keeps its own name. */
export function assignElement(
  interpreter: Interpreter,
  element: PatternElement,
  property: Property,
  frame: Frame,
): void {
  const { target, default: fallback } = element
  const missing = fallback !== undefined && property.value === undefined
  const given: Property = missing
    ? { value: evaluate(interpreter, fallback, frame), span: fallback.span }
    : property
  assignTarget(interpreter, target, given, frame)
}

/** The names of a parameter, for messages and for binding arguments. */
export function nameOfTarget(target: Target): string | undefined {
  return target.kind === 'variable' ? target.binding.name : undefined
}
