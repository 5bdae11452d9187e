import type { Expression } from '../core/program.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import { equals, isPolynomial } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import { evaluate } from './expressions.js'
import { type Frame, Thrown } from './frame.js'
import type { Change } from './heap.js'
import { choice } from './host.js'
import type { Interpreter } from './interpreter.js'
import { type Slot, SlotMap } from './slot.js'
import { because, type Path, shortText } from './unknowns.js'
import {
  type HostObject,
  isObject,
  isSameUnknown,
  isUnknown,
  type Property,
  type UnknownValue,
  unknownKey,
  type Value,
  wholeKey,
} from './value.js'

/** What decides between ways: the place, and the condition that is asked there, if there is one. */
export interface Cause {
  readonly span: Span
  readonly condition?: Value
}

/** Evaluates one of two ways, or both where the condition is not known, and joins what they did. */
export function chooseBranch(
  interpreter: Interpreter,
  condition: Value,
  span: Span,
  consequent: () => Value,
  otherwise: () => Value,
  what: string,
): Value {
  const truth = interpreter.conditions.truth(condition)
  if (truth !== undefined) return truth ? consequent() : otherwise()
  const cause = { span, condition }
  const first = attempt(interpreter, consequent)
  const second = attempt(interpreter, otherwise)
  const result = join(interpreter, [first, second], cause)
  if (result.length === 0) throw first.thrown ?? second.thrown ?? new Thrown(undefined, span)
  const [left, right] = result
  if (result.length === 1) return left!.value
  if (sameValue(left!.value, right!.value)) return left!.value
  const value = unknownBranch(interpreter, what, cause)
  interpreter.unknowns.explain(value, {
    operator: choice,
    operands: [condition, left!.value, right!.value],
  })
  return value
}

/** `a || b` and its kin; an unknown left side may be either. */
export function chooseLogical(
  interpreter: Interpreter,
  { operator, left, right, span }: Extract<Expression, { kind: 'logical' }>,
  frame: Frame,
): Value {
  const value = evaluate(interpreter, left, frame)
  const goOn = () => evaluate(interpreter, right, frame)
  if (operator === 'coalesce') {
    if (value === undefined || value === null) return goOn()
    if (!isUnknown(value)) return value
  } else {
    const truth = interpreter.conditions.truth(value)
    if (truth !== undefined) return truth === (operator === 'and') ? goOn() : value
  }
  const other = attempt(interpreter, goOn)
  const cause = { span, ...(operator !== 'coalesce' && { condition: value }) }
  join(interpreter, [{ value, changes: [] }, other], cause)
  const sign = { and: '&&', or: '||', coalesce: '??' }[operator]
  if (other.thrown || sameValue(value, other.value)) return value
  // Either is an object of which no field is known.
  if (operator !== 'and' && isUnknown(value) && isEmptyRecord(other.value)) return value
  const open = () => unknownBranch(interpreter, shortText(span), { ...cause, span: left.span })
  if (!isUnknown(value)) return open()
  const both = interpreter.derived([value, other.value], ([a, b]) => `${a} ${sign} ${b}`, operator)
  return value.reason === undefined ? both : because(both, open().reason!)
}

export interface Attempt<Result = Value> {
  readonly value: Result
  readonly changes: readonly Change[]
  /** Set where the way ends in an error: then it is not taken. */
  readonly thrown?: Thrown
}

/** Walks one way and undoes what it did. */
export function attempt<Result>(interpreter: Interpreter, action: () => Result): Attempt<Result> {
  let thrown: Thrown | undefined
  const { result, changes } = interpreter.heap.attempt(() => {
    try {
      return interpreter.tentatively(action)
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      thrown = error
      return undefined as Result
    }
  })
  return { value: result, changes, ...(thrown && { thrown }) }
}

/**
 * Makes the effects of ways real: of the only one that does not throw, or of all of them where they agree. What
 * they leave different is unknown from here on. Gives back the ways that count.
 */
export function join<Result>(
  interpreter: Interpreter,
  ways: readonly Attempt<Result>[],
  cause: Cause,
): readonly Attempt<Result>[] {
  const taken = ways.filter(({ thrown }) => !thrown)
  const [first, second] = taken
  if (!first) return taken
  if (!second) {
    interpreter.heap.replay(first.changes)
    return taken
  }
  const met = interpreter.branched.get(cause.span) ?? []
  interpreter.branched.set(cause.span, [...met, cause.condition])
  const { heap } = interpreter
  const all = new SlotMap<{ readonly change: Change; readonly contents: unknown[] }>()
  taken.forEach(({ changes }, way) => {
    for (const change of changes) {
      const entry = all.get(change.slot) ?? { change, contents: taken.map(() => change.before) }
      all.set(change.slot, entry)
      entry.contents[way] = change.after
    }
  })
  for (const { change, contents } of all.values()) {
    if (contents.every(content => sameContent(content, contents[0])))
      heap.replay([{ ...change, after: contents[0] }])
    else if (!isMadeWhereMissing(interpreter, change.slot, contents, cause)) {
      const unknown = unknownBranch(interpreter, nameOf(change), cause, pathOf(change))
      spoil(interpreter, change.slot, unknown, contents)
    }
  }
  return taken
}

/**
 * Whether a way puts an empty object where nothing is, and the other finds something there, as `if (!x) x = {}`: then
 * either is an object of which no field is known, and the value that was there stands for it.
 */
function isMadeWhereMissing(
  interpreter: Interpreter,
  slot: Slot,
  contents: readonly unknown[],
  { span, condition }: Cause,
): boolean {
  if (condition === undefined || !isUnknown(condition) || contents.length !== 2) return false
  const { operator, operands } = interpreter.unknowns.operation(condition) ?? { operator: '', operands: [] }
  const subject = operator === 'not' ? operands[0] : condition
  const [made, found] = operator === 'not' ? contents : [contents[1], contents[0]]
  if (slot.kind === 'cell') return isEmptyRecord(made as Value) && isSubject(found as Value)
  if (slot.kind !== 'property') return false
  const before = (found as Property | undefined)?.value
  return (
    isEmptyRecord((made as Property | undefined)?.value) &&
    isSubject(
      found === undefined ? interpreter.unknownObjects.unwritten(slot.object, slot.key, span) : before,
    )
  )

  function isSubject(value: Value): boolean {
    return isUnknown(value) && isUnknown(subject) && isSameUnknown(value, subject)
  }
}

const isEmptyRecord = (value: Value): boolean =>
  isObject(value) && value.kind === 'record' && value.properties.size === 0 && value.prototype === null

/** Makes the contents of a slot unknown, of which different ways made different things: `ways` is what they left. */
export function spoil(
  interpreter: Interpreter,
  slot: Slot,
  unknown: UnknownValue,
  ways: readonly unknown[],
): void {
  const { heap } = interpreter
  if (slot.kind === 'cell') heap.setCell(slot.cell, unknown)
  else if (slot.kind === 'property')
    heap.setProperty(slot.object, slot.key, slot.key === wholeKey ? undefined : { value: unknown })
  else if (slot.kind === 'elements') interpreter.unknownArray(slot.object, unknown)
  else {
    const state = joinedState(slot.object, unknown, ways)
    if (state !== slot.object.state) heap.setState(slot.object, state)
  }
}

/** The state of an object of which different ways made different things. */
export function joinedState(object: HostObject, unknown: UnknownValue, ways: readonly unknown[]): unknown {
  return object.type.unknownState?.(object.state, unknown, ways) ?? object.state
}

export function nameOf({ slot }: Pick<Change, 'slot'>): string {
  if (slot.kind === 'property') return slot.key === unknownKey ? 'a value' : slot.key
  if (slot.kind === 'cell') return slot.cell.name ?? 'a value'
  return slot.kind === 'state' ? slot.object.type.name : 'a list'
}

/** What is not known of a slot after a change, as a value: the name of a variable alone may be that of a parameter. */
export function pathOf(change: Pick<Change, 'slot'>): string {
  return change.slot.kind === 'cell' ? `${nameOf(change)}, changed` : nameOf(change)
}

/** A value that a condition decides which is not known. */
export function unknownBranch(
  interpreter: Interpreter,
  what: string,
  { span, condition }: Cause,
  path: Path = what,
): UnknownValue {
  const text = shortText(span)
  const reason = diagnostic('unknown-branch', { what, condition: text }, { span })
  const question = interpreter.conditions.question(condition)
  if (question) interpreter.questions.set(reason, question)
  return interpreter.unknowns.fresh(path, reason)
}

export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length && a.every((item: Property, i) => sameValue(item.value, (b[i] as Property).value))
    )
  }
  const left = a as { value?: Value } | undefined
  const right = b as { value?: Value } | undefined
  return !!left && !!right && 'value' in left && 'value' in right && sameValue(left.value, right.value)
}

export function sameValue(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true
  if (isPolynomial(a) && isPolynomial(b)) return equals(a, b)
  return isUnknown(a) && isUnknown(b) && a.reason === b.reason && isSameUnknown(a, b)
}
