import { type Dimension, symbol } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import { attempt } from './branches.js'
import { elementwise, resultOf, someOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { unknownLength } from './loop-length.js'
import { runRounds } from './loops.js'
import { Surroundings } from './repetition.js'
import { copyOfData, elementIn, listIn } from './unknown-lists.js'
import { lastKeyOf, type Operation } from './unknowns.js'
import {
  type ArrayObject,
  isObject,
  isUnknown,
  type Property,
  type UnknownValue,
  type Value,
} from './value.js'

/**
 * What a call gives of something that is not known, as far as it can be said: a method of lists that makes each element of
 * the result from one of the list (`batch.map(example => example.state)`), or gives some of its elements; else what other
 * code gives. It is said of the result beside its reason, for those who ask what numbers are.
 */
export function operationOfCall(
  interpreter: Interpreter,
  callee: UnknownValue,
  { arguments: args, thisValue, span }: UnknownListCall,
): Operation | undefined {
  const list = listIn(interpreter, thisValue)
  const kind = interpreter.dialect.listMethods[lastKeyOf(callee)]
  if (list && kind === 'some') return { operator: someOf, operands: [list] }
  if (list && kind === 'each') {
    const element = elementMade(interpreter, list, args[0]?.value, span)
    return element && { operator: elementwise, operands: [list, element.value] }
  }
  return callee.reason ? undefined : { operator: resultOf, operands: [callee] }
}

interface UnknownListCall {
  readonly arguments: readonly Property[]
  readonly thisValue?: Value
  readonly span: Span
}

/** What a function makes of an element that stands for any; undefined where it does anything else besides. */
function elementMade(
  interpreter: Interpreter,
  list: UnknownValue,
  made: Value,
  span: Span,
): { readonly value: Value } | undefined {
  if (!isObject(made) || made.kind !== 'closure' || interpreter.unknownObjects.isWritten) return undefined
  const running = interpreter.running.over(list, span)
  // Each of its elements with each other: one value cannot stand for both.
  if (interpreter.running.isOpen(running)) return undefined
  const args = [{ value: elementIn(interpreter, list) }, { value: running.number }]
  const surroundings = new Surroundings(interpreter)
  const [found, told] = [interpreter.found.length, interpreter.diagnostics.length]
  const { value, changes, thrown } = interpreter.running.within(
    running,
    () => true,
    () =>
      interpreter.speculate(() =>
        attempt(interpreter, () => {
          const result = interpreter.call(made, args, span)
          // What the call makes is gone when it is undone.
          return copyOfData(interpreter, result) ?? result
        }),
      ),
  )
  interpreter.found.length = found
  interpreter.diagnostics.length = told
  return thrown || changes.some(change => surroundings.areChangedBy(change)) ? undefined : { value }
}

/**
 * Runs a method that calls a function for each element of a list that is not known as the rounds of a loop: one that only visits
 * them, `batch.forEach(example => …)`, or that makes an object of the library of each, `batch.map(example => tensor)`. What it
 * gives; undefined where the rounds are no recurrence, or make data of which `operationOfCall` tells.
 */
export function calledForEach(
  interpreter: Interpreter,
  callee: UnknownValue,
  call: UnknownListCall,
): { readonly value: Value } | undefined {
  const { arguments: args, thisValue, span } = call
  const list = listIn(interpreter, thisValue)
  const visit = args[0]?.value
  const kind = interpreter.dialect.listMethods[lastKeyOf(callee)]
  if (!list || (kind !== 'visits' && kind !== 'each')) return undefined
  if (!isObject(visit) || visit.kind !== 'closure') return undefined
  const running = interpreter.running.over(list, span)
  // Each of its elements with each other: one value cannot stand for both.
  if (interpreter.running.isOpen(running) || running.count === undefined) return undefined
  if (kind === 'each' && !isOfLibrary(elementMade(interpreter, list, visit, span)?.value)) return undefined
  // What is not known may be a map, whose keys are no places.
  const place = () => (isUnknown(thisValue) ? interpreter.fresh('key') : symbol(running.symbol, true))
  const collection = interpreter.array([])
  const rounds = {
    over: running,
    round: () => {
      const element = { value: elementIn(interpreter, list) }
      const made = interpreter.call(visit, [element, { value: place() }], span)
      if (kind === 'each') interpreter.heap.append(collection, [{ value: made }])
      return true
    },
    span,
    reasonOf: unknownLength(span),
  }
  const done = runRounds(interpreter, visit.code, rounds, () => false) ?? true
  return done ? { value: kind === 'each' ? collection : undefined } : undefined
}

const isOfLibrary = (value: Value): boolean => isObject(value) && value.kind === 'host'

/**
 * A list of as many elements as a quantity says, of which each is made from its place; undefined where what makes them is no
 * round of a recurrence.
 */
export function collectEach(
  interpreter: Interpreter,
  count: Dimension,
  make: (place: Dimension) => Value,
  span: Span,
): ArrayObject | undefined {
  const list = interpreter.array([])
  const rounds = {
    count,
    round: (place: Dimension) => {
      interpreter.heap.append(list, [{ value: make(place) }])
      return true
    },
    span,
    reasonOf: unknownLength(span),
  }
  return (runRounds(interpreter, {}, rounds, () => false) ?? true) ? list : undefined
}
