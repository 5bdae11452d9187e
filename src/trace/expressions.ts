import type { Element, Expression } from '../core/program.js'
import { isPolynomial, symbol } from '../graph/dimension.js'
import { type Span, spanText } from '../text/source.js'
import { chooseBranch, chooseLogical } from './branches.js'
import type { Frame } from './frame.js'
import { accessor, makeClass, makeClosure } from './functions.js'
import { elementOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { assignTarget, listOf } from './patterns.js'
import { Scope } from './scope.js'
import { shortText, whyUnknown } from './unknowns.js'
import { unreadIn } from './unread.js'
import {
  hole,
  isObject,
  isUnknown,
  type ObjectValue,
  ownFields,
  type Property,
  type RecordObject,
  symbolPrefix,
  type UnknownValue,
  unknownKey,
  type Value,
  wholeKey,
} from './value.js'

/** Raised inside an optional chain when its object is null or undefined; caught where the chain ends. */
class ShortCut extends Error {}

/** The value of an expression. Throws only what the room catches: thrown values of the program and the budget. */
export function evaluate(interpreter: Interpreter, expression: Expression, frame: Frame): Value {
  interpreter.step()
  return interpreter.conditions.settle(evaluateKind(interpreter, expression, frame))
}

function evaluateKind(interpreter: Interpreter, expression: Expression, frame: Frame): Value {
  const recur = (inner: Expression) => evaluate(interpreter, inner, frame)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'variable':
      interpreter.visited.add(expression)
      return interpreter.variable(frame.scope, expression.binding, expression.span)
    case 'this':
      return frame.thisValue
    case 'super':
      return frame.home?.prototype ?? undefined
    case 'array':
      return evaluateArray(interpreter, expression.elements, frame, expression.span)
    case 'object':
      return evaluateObject(interpreter, expression, frame)
    case 'function':
      return makeClosure(interpreter, expression.function, frame)
    case 'class':
      return makeClass(interpreter, expression.class, frame)
    case 'member': {
      interpreter.visited.add(expression)
      const object = recur(expression.object)
      if (expression.optional && (object === null || object === undefined)) throw new ShortCut()
      return member(
        interpreter,
        object,
        evaluateKey(interpreter, expression.key, frame).value,
        expression.span,
        frame,
        expression.object.kind === 'super',
      )
    }
    case 'call':
      return evaluateCall(interpreter, expression, frame)
    case 'chain':
      try {
        return recur(expression.expression)
      } catch (error) {
        if (error instanceof ShortCut) return undefined
        throw error
      }
    case 'operator':
      return evaluateOperator(interpreter, expression.operator, expression.operands, expression.span, frame)
    case 'logical':
      return chooseLogical(interpreter, expression, frame)
    case 'conditional':
      return chooseBranch(
        interpreter,
        recur(expression.condition),
        expression.condition.span,
        () => recur(expression.consequent),
        () => recur(expression.otherwise),
        shortText(expression.span),
      )
    case 'assign':
      return evaluateAssignment(interpreter, expression, frame)
    case 'sequence': {
      let value: Value
      for (const inner of expression.expressions) value = recur(inner)
      return value
    }
    case 'with': {
      const scope = new Scope(frame.scope)
      scope.declare(expression.binding, { value: recur(expression.value), initialized: true })
      return evaluate(interpreter, expression.body, { ...frame, scope })
    }
    case 'await':
      return recur(expression.value)
    case 'yield': {
      const value = recur(expression.value)
      if (!expression.delegate) frame.receive?.({ value, span: expression.value.span })
      else if (interpreter.dialect.isTakenFrom(value, interpreter))
        return interpreter.dialect.take(value, interpreter, expression.span, item => {
          frame.receive?.(item)
          return true
        })
      else
        for (const item of listOf(interpreter, value, expression.span) ?? [undefined]) frame.receive?.(item)
      return undefined
    }
    case 'unsupported':
      return interpreter.opaque('unsupported-syntax', { what: expression.what }, expression.span)
  }
}

function member(
  interpreter: Interpreter,
  object: Value,
  key: Value,
  span: Span,
  frame: Frame,
  isSuper = false,
): Value {
  const name = interpreter.dialect.key(key)
  if (name === undefined) {
    if (isUnknown(object) || !isObject(object))
      return interpreter.derived([object, key], ([base, at]) => `${base}[${at}]`, elementOf)
    // The object may change before it is read in this way again.
    const because = whyUnknown(key, span)
    return interpreter.unknowns.fresh(spanText(span), because)
  }
  const value = interpreter.get(object, name, span, isSuper ? frame.thisValue : object)
  if (isSuper && isObject(value) && value.kind === 'closure') return { ...value, thisValue: frame.thisValue }
  return value
}

/** A key as a value and, where it is known, as the name of a field. */
export function evaluateKey(
  interpreter: Interpreter,
  key: Expression,
  frame: Frame,
): { readonly value: Value; readonly name: string | undefined } {
  const given = evaluate(interpreter, key, frame)
  const { dialect } = interpreter
  const value = isObject(given) ? dialect.convert('key', [given], interpreter, key.span)[0] : given
  return { value, name: dialect.key(value) }
}

/** The place is evaluated before the value, as `list[i++] = i` needs. */
function evaluateAssignment(
  interpreter: Interpreter,
  { target, value: right }: Extract<Expression, { kind: 'assign' }>,
  frame: Frame,
): Value {
  if (target.kind !== 'member') {
    const value = evaluate(interpreter, right, frame)
    assignTarget(interpreter, target, { value, span: right.span }, frame, 'assign')
    return value
  }
  interpreter.visited.add(target)
  const object = evaluate(interpreter, target.object, frame)
  const key = evaluateKey(interpreter, target.key, frame)
  const value = evaluate(interpreter, right, frame)
  // What is written to `super` is a field of the object itself, unless a setter takes it.
  const written = target.object.kind === 'super' && !hasSetter(object, key.name) ? frame.thisValue : object
  if (key.name !== undefined) interpreter.set(written, key.name, { value, span: right.span })
  else interpreter.setUnknownKey(written, key.value, target.span)
  return value
}

function hasSetter(object: Value, key: string | undefined): boolean {
  for (let at = isObject(object) ? object : null; at; at = at.prototype)
    if (key !== undefined && at.properties.get(key)?.setter !== undefined) return true
  return false
}

function evaluateArray(
  interpreter: Interpreter,
  elements: readonly Element[],
  frame: Frame,
  span: Span,
): Value {
  const array = interpreter.arrayOf([])
  for (const element of elements) {
    if (element.kind === 'hole') interpreter.heap.append(array, [hole])
    else if (element.kind === 'item') {
      interpreter.heap.append(array, [
        { value: evaluate(interpreter, element.value, frame), span: element.value.span },
      ])
    } else {
      const value = evaluate(interpreter, element.value, frame)
      const items = listOf(interpreter, value, element.value.span)
      if (items) interpreter.heap.append(array, items)
      else {
        const reason = isUnknown(value)
          ? value
          : (unknownWithin(value) ??
            interpreter.opaque(
              'unsupported-syntax',
              { what: 'a spread of a value that is not a list' },
              span,
            ))
        interpreter.unknownArray(array, interpreter.unknowns.fresh(spanText(span), reason.reason))
        const whole = isUnknown(value) ? value : interpreter.whole(value)
        // A copy of a list, whose elements are those of the list.
        if (elements.length === 1) interpreter.heap.setProperty(array, wholeKey, { value: whole })
      }
    }
  }
  return array
}

function evaluateObject(
  interpreter: Interpreter,
  { entries }: Extract<Expression, { kind: 'object' }>,
  frame: Frame,
): RecordObject {
  const record = interpreter.record()
  for (const entry of entries) {
    if (entry.kind === 'spread') {
      const value = evaluate(interpreter, entry.value, frame)
      copyFields(interpreter, value, record, entry.value.span)
      continue
    }
    const { value: keyValue, name: key } = evaluateKey(interpreter, entry.key, frame)
    if (key === undefined) {
      if (entry.kind === 'property') evaluate(interpreter, entry.value, frame)
      interpreter.setUnknownKey(record, keyValue, entry.key.span)
      continue
    }
    if (entry.kind === 'property') {
      const value = evaluate(interpreter, entry.value, { ...frame, home: record })
      interpreter.heap.setProperty(record, key, { value, span: entry.value.span })
    } else {
      const closure = makeClosure(interpreter, entry.function, { ...frame, home: record })
      const property: Property = { ...accessor(record.properties.get(key)), [entry.kind]: closure }
      interpreter.heap.setProperty(record, key, property)
    }
  }
  return record
}

/** What stands for what an object of the library or of the language holds, where that is not known. */
const unknownWithin = (value: Value): UnknownValue | undefined =>
  isObject(value) && value.kind === 'host' ? value.type.unknownIn?.(value.state) : undefined

/** Copies own fields, as a spread and `Object.assign` do; of an unknown source any field may be copied. */
export function copyFields(
  interpreter: Interpreter,
  from: Value,
  to: ObjectValue,
  span: Span,
  left: ReadonlySet<string> = new Set(),
): void {
  if (isUnknown(from)) {
    interpreter.obscure(to, from)
    return
  }
  if (!isObject(from)) return
  const whole = from.properties.get(unknownKey)?.value
  if (isUnknown(whole)) interpreter.obscure(to, whole)
  const symbols = [...from.properties].filter(([key, { hidden }]) => !hidden && key.startsWith(symbolPrefix))
  for (const [key, { value, span: written, getter }] of [...ownFields(from), ...symbols]) {
    if (left.has(key)) continue
    const copied = getter === undefined ? value : interpreter.get(from, key, span)
    interpreter.heap.setProperty(to, key, { value: copied, ...(written && { span: written }) })
  }
  if (from.kind === 'array') {
    for (const [i, property] of from.elements.entries())
      if (property !== hole && !left.has(String(i))) interpreter.set(to, String(i), property)
  }
}

export function evaluateArguments(
  interpreter: Interpreter,
  elements: readonly Element[],
  frame: Frame,
): readonly Property[] {
  return elements.flatMap((element): readonly Property[] => {
    if (element.kind === 'hole') return [{ value: undefined }]
    const value = evaluate(interpreter, element.value, frame)
    if (element.kind === 'item') return [{ value, span: element.value.span }]
    return (
      listOf(interpreter, value, element.value.span) ?? [
        { value: isUnknown(value) ? value : undefined, span: element.value.span },
      ]
    )
  })
}

function evaluateCall(
  interpreter: Interpreter,
  expression: Extract<Expression, { kind: 'call' }>,
  frame: Frame,
): Value {
  const { callee } = expression
  if (callee.kind === 'super') {
    const args = evaluateArguments(interpreter, expression.arguments, frame)
    frame.constructing?.initialize(interpreter.array(args.map(({ value }) => value)))
    return undefined
  }
  if (callee.kind === 'member') {
    interpreter.visited.add(callee)
    const isSuper = callee.object.kind === 'super'
    const object = evaluate(interpreter, callee.object, frame)
    if (callee.optional && (object === null || object === undefined)) throw new ShortCut()
    const method = member(
      interpreter,
      object,
      evaluateKey(interpreter, callee.key, frame).value,
      callee.span,
      frame,
      isSuper,
    )
    if (expression.optional && (method === null || method === undefined)) throw new ShortCut()
    const args = evaluateArguments(interpreter, expression.arguments, frame)
    return enter(interpreter, expression, method, args, isSuper ? frame.thisValue : object)
  }
  const value = evaluate(interpreter, callee, frame)
  if (expression.optional && (value === null || value === undefined)) throw new ShortCut()
  const args = evaluateArguments(interpreter, expression.arguments, frame)
  return enter(interpreter, expression, value, args)
}

function enter(
  interpreter: Interpreter,
  expression: Extract<Expression, { kind: 'call' }>,
  callee: Value,
  args: readonly Property[],
  thisValue?: Value,
): Value {
  const { span, construct } = expression
  return interpreter.observe(
    () =>
      construct ? interpreter.construct(callee, args, span) : interpreter.call(callee, args, span, thisValue),
    () => unreadIn(callee, expression),
  )
}

function evaluateOperator(
  interpreter: Interpreter,
  operator: string,
  operands: readonly Expression[],
  span: Span,
  frame: Frame,
): Value {
  const values = operands.map(operand => evaluate(interpreter, operand, frame))
  if (operator === 'delete') {
    const key = interpreter.dialect.key(values[1])
    const isElement = isObject(values[0]) && values[0].kind === 'array'
    if (key === undefined || isElement) interpreter.setUnknownKey(values[0], values[1], span)
    else if (isUnknown(values[0])) interpreter.set(values[0], key, { value: undefined, span })
    else if (isObject(values[0]) && values[0].properties.get(key)?.locked)
      interpreter.failures.perhaps(`deletes \`${key}\`, which is constant`, span)
    else if (isObject(values[0])) interpreter.heap.setProperty(values[0], key, undefined)
    return true
  }
  const [, right] = values
  if ((operator === 'in' || operator === 'instanceof') && !isObject(right) && !isUnknown(right)) {
    const problem = `asks \`${operator}\` of what is no object`
    return right === undefined || right === null
      ? interpreter.failures.perhaps(problem, span)
      : interpreter.failures.fail('TypeError', problem, span)
  }
  return applyOperator(
    interpreter,
    operator,
    values.some(isObject) ? interpreter.dialect.convert(operator, values, interpreter, span) : values,
  )
}

/** The result of a strict operator; of values that are not known, it is one that they decide. */
export function applyOperator(interpreter: Interpreter, operator: string, values: readonly Value[]): Value {
  const opaque = values.some(value => isUnknown(value) && value.reason !== undefined)
  const numeric = values.map(value => (isUnknown(value) && !value.reason ? symbol(value.path) : value))
  const known = values.some(isUnknown) ? undefined : interpreter.dialect.operator(operator, values)
  if (known) return known.value
  // An unbound parameter in arithmetic with a number is a number; alone it may be anything.
  const isArithmetic =
    values.some(value => typeof value === 'number' || isPolynomial(value)) || !['+'].includes(operator)
  if (!opaque && isArithmetic && values.some(isUnknown)) {
    const result = interpreter.dialect.operator(operator, numeric)
    if (result && (typeof result.value === 'number' || isPolynomial(result.value))) return result.value
  }
  return interpreter.derived(values, texts => writeOperator(operator, texts), operator)
}

/** An operator in a message, as the source languages write it. */
function writeOperator(operator: string, texts: readonly string[]): string {
  if (operator === 'template') return `\`${texts.join('')}\``
  if (texts.length === 2) return `${texts[0]} ${operator} ${texts[1]}`
  const sign = new Map([
    ['not', '!'],
    ['negate', '-'],
    ['number', '+'],
    ['bitnot', '~'],
  ]).get(operator)
  return sign ? `${sign}${texts.join(', ')}` : `${operator} ${texts.join(', ')}`
}
