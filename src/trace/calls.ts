import { noSpan, type Span } from '../text/source.js'
import { callClosure, construct } from './functions.js'
import { HandedOut } from './handed-out.js'
import type { Interpreter } from './interpreter.js'
import { calledForEach, operationOfCall } from './list-calls.js'
import { Recursions } from './recursions.js'
import { lastKeyOf, type Path, shortText } from './unknowns.js'
import {
  isObject,
  isUnknown,
  type ObjectValue,
  type Property,
  type UnknownValue,
  type Value,
} from './value.js'

/** The calls of one trace, and what they have given away. */
export class Calls {
  /** Objects that were given to code that is not followed, or that gave nothing back. */
  readonly released = new Set<ObjectValue>()
  /** Those among them that a call was given of which not even the result is known. */
  readonly lent = new Set<ObjectValue>()
  readonly #interpreter: Interpreter
  readonly #handedOut = new HandedOut()
  readonly #recursions: Recursions

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
    this.#recursions = new Recursions(interpreter)
  }

  call(callee: Value, args: readonly Property[], span: Span, thisValue?: Value): Value {
    const interpreter = this.#interpreter
    interpreter.step()
    if (isUnknown(callee)) return this.#callUnknown(callee, args, span, thisValue)
    if (!isObject(callee)) return interpreter.failures.notCallable(callee, span)
    switch (callee.kind) {
      case 'closure':
        interpreter.watched?.note(callee.code, args, span)
        return this.#recursions.call(callee, args, thisValue, span, given =>
          interpreter.inCall(span, () => callClosure(interpreter, callee, given, thisValue)),
        )
      case 'hostFunction': {
        const result = callee.function.call({
          thisValue,
          arguments: args,
          construct: false,
          span,
          trace: interpreter,
        })
        if (result === undefined || isUnknown(result)) this.#release(args, thisValue, isUnknown(result))
        return result
      }
      case 'host': {
        const { call } = callee.type
        const request = { thisValue, arguments: args, construct: false, span, trace: interpreter }
        if (call) return call(callee, request)
        return interpreter.opaque('opaque-callee', { call: shortText(span) }, span)
      }
      default:
        return interpreter.failures.notCallable(callee, span)
    }
  }

  /** A call of an unbound parameter or of something reached from it, which is as unknown as the parameter. */
  #callUnknown(callee: UnknownValue, args: readonly Property[], span: Span, thisValue: Value): Value {
    const interpreter = this.#interpreter
    const name = lastKeyOf(callee)
    const call = { thisValue, arguments: args, span }
    const receiver = interpreter.library.receiver(interpreter, name, call)
    if (receiver !== undefined) return this.call(interpreter.get(receiver, name, span), args, span, receiver)
    const visited = calledForEach(interpreter, callee, call)
    if (visited) return visited.value
    const path: Path = { of: callee, write: text => `${text}(…)` }
    this.#handedOut.offer(interpreter, args, span)
    this.#release(args, thisValue, true)
    const result = callee.reason
      ? interpreter.valueAt(span, path, callee.reason)
      : interpreter.opaque('opaque-callee', { call: shortText(span) }, span, path)
    const operation = operationOfCall(interpreter, callee, call)
    if (operation) interpreter.unknowns.explain(result, operation)
    const taken = interpreter.library.calledUnknown(interpreter, name, call)
    interpreter.wantTensors(taken, callee.reason ? undefined : result.reason)
    return result
  }

  construct(callee: Value, args: readonly Property[], span: Span): Value {
    const interpreter = this.#interpreter
    interpreter.step()
    return interpreter.inCall(span, () => construct(interpreter, callee, args, span))
  }

  /** A function that code gets that is not known, without being given it in a call. */
  handOut(property: Property): void {
    this.#handedOut.offer(this.#interpreter, [property], property.span ?? noSpan)
  }

  #release(args: readonly Property[], thisValue: Value, isLent: boolean): void {
    for (const { value } of [...args, { value: thisValue }]) {
      if (!isObject(value)) continue
      this.released.add(value)
      if (isLent) this.lent.add(value)
    }
  }
}
