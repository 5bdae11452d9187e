import type { ClassCode, ClassMember, FunctionCode } from '../core/program.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { unknownBranch } from './branches.js'
import { evaluate } from './expressions.js'
import type { Frame } from './frame.js'
import { makeGenerator, type Receive } from './generators.js'
import type { HostCall } from './host.js'
import type { Interpreter } from './interpreter.js'
import { assignElement, assignTarget } from './patterns.js'
import { Repetition } from './repetition.js'
import { Scope } from './scope.js'
import { declareAll, runStatements } from './statements.js'
import { shortText } from './unknowns.js'
import {
  argumentsKey,
  type ClassObject,
  type ClosureObject,
  isObject,
  isUnknown,
  type ObjectValue,
  type Property,
  standInKey,
  unknownKey,
  type Value,
} from './value.js'

export function makeClosure(interpreter: Interpreter, code: FunctionCode, frame: Frame): ClosureObject {
  const closure: ClosureObject = {
    kind: 'closure',
    id: interpreter.newId(),
    prototype: null,
    properties: new Map(),
    code,
    scope: frame.scope,
    ...(code.arrow && { thisValue: frame.thisValue }),
    ...(frame.home && { home: frame.home }),
  }
  interpreter.made?.note(closure)
  return closure
}

/** Runs a function of the program. Async functions give their value; the body of a generator runs when it is asked. */
export function callClosure(
  interpreter: Interpreter,
  closure: ClosureObject,
  args: readonly Property[],
  thisValue: Value,
  constructing?: Frame['constructing'],
): Value {
  const { code, scope: outer, thisValue: captured, home } = closure
  const scope = new Scope(outer)
  declareAll(scope, code.scope)
  const frame: Frame = {
    scope,
    thisValue: captured ?? thisValue,
    isCall: true,
    ...(home && { home }),
    ...(constructing && { constructing }),
  }
  if (code.argumentsBinding) {
    const given = interpreter.arrayOf(args)
    given.properties.set(argumentsKey, { value: true })
    scope.declare(code.argumentsBinding, { value: given, initialized: true })
  }
  code.parameters.forEach((parameter, i) => {
    assignElement(interpreter, parameter, args[i] ?? { value: undefined }, frame)
  })
  if (code.rest) {
    const others = args.slice(code.parameters.length)
    const [first] = others
    const value = first?.isAll ? first.value : interpreter.arrayOf(others)
    assignTarget(interpreter, code.rest, { value }, frame)
  }
  if (code.generator) return callGenerator(interpreter, closure, args, frame)
  const completion = runStatements(interpreter, code.body, frame)
  if (completion?.kind === 'perhaps') return unknownBranch(interpreter, 'the result', completion.cause)
  return completion?.kind === 'return' ? completion.value : undefined
}

/** What a generator function gives. Who reads the values is not among the code whose errors the body can catch. */
function callGenerator(
  interpreter: Interpreter,
  closure: ClosureObject,
  args: readonly Property[],
  frame: Frame,
): Value {
  const { code } = closure
  const { failures } = interpreter
  const run = (receive: Receive): Value => {
    const { guards } = failures
    const hand: Receive = item => failures.under(guards, () => receive(item))
    const completion = runStatements(interpreter, code.body, { ...frame, receive: hand })
    if (completion?.kind === 'perhaps') hand(undefined)
    return completion?.kind === 'return' ? completion.value : undefined
  }
  const reason = { call: 'next', reason: 'a generator that is read piece by piece is not followed' }
  /** It may run as far as any of its values, so whatever it changes may be changed. */
  const loosen = (span: Span) =>
    new Repetition(
      interpreter,
      () => ({ ...diagnostic('unmodelled-call', reason, { span }), span }),
      code,
    ).walk(() => run(() => undefined))
  return makeGenerator(interpreter, closure, args, run, loosen)
}

export function makeClass(interpreter: Interpreter, code: ClassCode, frame: Frame): Value {
  const parent = code.parent ? evaluate(interpreter, code.parent, frame) : undefined
  if (parent !== undefined && isNoConstructor(parent))
    interpreter.failures.fail('TypeError', 'extends what is no class', code.span)
  const scope = new Scope(frame.scope)
  const instancePrototype: ObjectValue = interpreter.record()
  const object: ClassObject = {
    kind: 'class',
    id: interpreter.newId(),
    prototype: isObject(parent) ? parent : null,
    properties: new Map(),
    code,
    scope,
    keys: new Map(),
    ...(code.parent && { parent }),
    instancePrototype,
  }
  instancePrototype.prototype = prototypeOf(interpreter, parent, code.span)
  object.properties.set('prototype', { value: instancePrototype, hidden: true })
  instancePrototype.properties.set('constructor', { value: object, hidden: true })
  if (code.name) object.properties.set('name', { value: code.name, hidden: true })
  if (code.binding) scope.declare(code.binding, { value: object, initialized: true })
  const outer = { ...frame, scope }
  const later = code.members.filter(member => {
    const key = member.kind === 'initializer' ? undefined : evaluate(interpreter, member.key, outer)
    object.keys.set(member, key)
    if (member.kind === 'field' || member.kind === 'initializer') return member.static
    defineMember(interpreter, member, member.static ? object : instancePrototype, object, object)
    return false
  })
  for (const member of later) defineMember(interpreter, member, object, object, object)
  interpreter.made?.note(object)
  return object
}

/** Whether a value is certainly nothing that can be called with `new`, and not `null`. */
function isNoConstructor(value: Value): boolean {
  if (isUnknown(value) || value === null) return false
  if (!isObject(value)) return true
  if (value.kind === 'closure') return value.code.arrow || value.code.async || value.code.generator
  return value.kind === 'array' || (value.kind === 'record' && !value.properties.has(unknownKey))
}

/** Where the instances of a class find what they inherit from its parent. */
function prototypeOf(interpreter: Interpreter, parent: Value, span: Span): ObjectValue | null {
  if (!isObject(parent)) return null
  if (parent.kind === 'class') return parent.instancePrototype
  if (parent.kind === 'host') return parent.type.class ? parent.type.class.prototype(parent) : parent
  const prototype = interpreter.get(parent, 'prototype', span)
  return isObject(prototype) ? prototype : parent
}

/** Functions that can be called with `new` have a field for what the objects inherit from; made when it is first read. */
export function ownPrototype(interpreter: Interpreter, closure: ClosureObject): ObjectValue | undefined {
  const { arrow, async, generator } = closure.code
  if (arrow || async || generator) return undefined
  const prototype = interpreter.record()
  prototype.properties.set('constructor', { value: closure, hidden: true })
  closure.properties.set('prototype', { value: prototype, hidden: true })
  return prototype
}

function defineMember(
  interpreter: Interpreter,
  member: ClassMember,
  onto: ObjectValue,
  thisValue: Value,
  owner: ClassObject,
): void {
  const home = member.static ? owner : owner.instancePrototype
  const closure = makeClosure(interpreter, member.function, { scope: owner.scope, thisValue, home })
  if (member.kind === 'initializer') {
    callClosure(interpreter, closure, [], thisValue)
    return
  }
  const written = owner.keys.get(member)
  const key = interpreter.dialect.key(written)
  const value = member.kind === 'field' ? callClosure(interpreter, closure, [], thisValue) : closure
  if (key === undefined) {
    interpreter.setUnknownKey(onto, written, member.span)
    return
  }
  const property: Property =
    member.kind === 'field'
      ? { value, span: member.span }
      : member.kind === 'method'
        ? { value, hidden: true }
        : { ...accessor(onto.properties.get(key)), [member.kind]: closure, hidden: true }
  interpreter.heap.setProperty(onto, key, property)
}

/** What is there of a getter and setter of one name; another field of that name is replaced. */
export function accessor(before: Property | undefined): Property {
  const isAccessor = before?.getter !== undefined || before?.setter !== undefined
  return isAccessor ? before : { value: undefined }
}

/** `new callee(…)`. */
export function construct(
  interpreter: Interpreter,
  callee: Value,
  args: readonly Property[],
  span: Span,
): Value {
  if (isUnknown(callee)) return interpreter.call(callee, args, span)
  if (!isObject(callee) || callee.kind === 'record' || callee.kind === 'array')
    return interpreter.failures.notCallable(callee, span)
  if (callee.kind === 'hostFunction') {
    return callee.function.call({
      thisValue: undefined,
      arguments: args,
      construct: true,
      span,
      trace: interpreter,
    })
  }
  if (callee.kind === 'closure') {
    const { arrow, async, generator } = callee.code
    if (arrow || async || generator) return interpreter.failures.fail('TypeError', 'is no constructor', span)
    const object = interpreter.record()
    const prototype = interpreter.get(callee, 'prototype', span)
    if (isObject(prototype)) object.prototype = prototype
    const result = callClosure(interpreter, callee, args, object)
    return isObject(result) ? result : object
  }
  if (callee.kind === 'host' && callee.type.class) {
    const object = callee.type.class.create(callee, interpreter)
    callee.type.class.initialize(callee, object, hostCall(interpreter, object, args, span))
    return object
  }
  if (callee.kind !== 'class') return interpreter.opaque('opaque-callee', { call: shortText(span) }, span)
  const base = rootParent(callee)
  const library = isObject(base) && base.kind === 'host' && base.type.class ? base : undefined
  const isExtensible =
    isObject(base) &&
    (base.kind === 'closure' || (base.kind === 'hostFunction' && base.function.initialize !== undefined))
  if (base !== undefined && base !== null && !library && !isExtensible) {
    return interpreter.opaque(
      'unmodelled-call',
      { call: `new ${callee.code.name}`, reason: 'it extends something that is not modelled' },
      span,
    )
  }
  const object = library ? library.type.class!.create(library, interpreter) : interpreter.record()
  object.prototype = callee.instancePrototype
  initialize(interpreter, callee, object, args, span)
  return object
}

function hostCall(
  interpreter: Interpreter,
  thisValue: Value,
  args: readonly Property[],
  span: Span,
): HostCall {
  return { thisValue, arguments: args, construct: true, span, trace: interpreter }
}

/** What the outermost class of the program extends, if that is not a class of the program. */
function rootParent(object: ClassObject): Value {
  let at: ClassObject = object
  while (at.parent !== undefined) {
    if (!isObject(at.parent) || at.parent.kind !== 'class') return at.parent
    at = at.parent
  }
  return undefined
}

/** Runs the constructors of a class and its parents, and its fields in between. */
function initialize(
  interpreter: Interpreter,
  from: ClassObject,
  object: ObjectValue,
  args: readonly Property[],
  span: Span,
): void {
  const above = constructorAbove(interpreter, from, object, span)
  const fields = () => {
    for (const member of from.code.members) {
      if (member.kind === 'field' && !member.static) defineMember(interpreter, member, object, object, from)
    }
  }
  const { constructor_ } = from.code
  if (!constructor_) {
    above?.(args)
    fields()
    return
  }
  if (!above) fields()
  const closure: ClosureObject = {
    ...makeClosure(interpreter, constructor_, { scope: from.scope, thisValue: object }),
    home: from.instancePrototype,
  }
  const constructing = above && {
    initialize: (passed: Value) => {
      above(interpreter.elements(passed) ?? [])
      fields()
    },
  }
  callClosure(interpreter, closure, args, object, constructing)
}

/** What `super(…)` calls: the constructor of a class of the program or of a library. */
function constructorAbove(
  interpreter: Interpreter,
  { parent }: ClassObject,
  object: ObjectValue,
  span: Span,
): ((args: readonly Property[]) => void) | undefined {
  if (!isObject(parent)) return undefined
  if (parent.kind === 'class') return args => initialize(interpreter, parent, object, args, span)
  if (parent.kind === 'closure')
    return args => {
      callClosure(interpreter, parent, args, object)
    }
  if (parent.kind === 'hostFunction')
    return args => parent.function.initialize?.(object, hostCall(interpreter, object, args, span))
  const library = parent.kind === 'host' ? parent.type.class : undefined
  if (parent.kind !== 'host' || !library) return undefined
  return args => library.initialize(parent, object, hostCall(interpreter, object, args, span))
}

/** A method of the language, read from an object, but perhaps called for another one: `[].slice.call(list)`. */
export function builtinMethod(interpreter: Interpreter, name: string, key: string, object: Value): Value {
  const call = (inner: HostCall): Value => {
    const thisValue = inner.thisValue ?? object
    if (isUnknown(thisValue)) interpreter.unknownObjects.reach(thisValue, key)
    const builtin = interpreter.dialect.builtinMember(thisValue, key, true)
    if (builtin?.kind === 'method') return builtin.call({ ...inner, thisValue })
    // It may call what it is given, and change it.
    const unknown = interpreter.opaque('opaque-callee', { call: shortText(inner.span) }, inner.span)
    return interpreter.call(unknown, [...inner.arguments, { value: thisValue }], inner.span)
  }
  const made = interpreter.function(name, call, [object])
  // The language has one function, of which each read makes another one here.
  made.properties.set(standInKey, { value: true })
  return made
}
