import type { Binding, Expression, Statement } from '../core/program.js'
import { nodesOf } from '../core/walk.js'
import { type Span, spanText } from '../text/source.js'
import { BudgetExceeded } from './budget.js'
import { evaluate } from './expressions.js'
import type { Completion, Exit, Frame, Jump } from './frame.js'
import type { Interpreter } from './interpreter.js'
import { LoopLength, noRecurrence, tooLong, unknownLength } from './loop-length.js'
import { assignTarget, notIterable } from './patterns.js'
import { RecurrenceWalk, type Rounds } from './recurrences.js'
import { type ReasonOf, Repetition } from './repetition.js'
import { Scope } from './scope.js'
import { declareAll, joinCompletions, runStatements } from './statements.js'
import { elementIn, listIn } from './unknown-lists.js'
import { type Path, shortText } from './unknowns.js'
import {
  type ArrayObject,
  hole,
  isObject,
  isUnknown,
  type ObjectValue,
  ownFields,
  type UnknownValue,
  unknownKey,
  type Value,
} from './value.js'

/** What a loop does about the way its body ended: goes on, stops, ends the function, or is not sure. */
function afterRound(completion: Completion, label: string | undefined): 'go on' | 'stop' | Completion {
  if (!completion) return 'go on'
  if (completion.kind === 'return') return completion
  if (completion.kind === 'perhaps') {
    // Where all exits only go on to the next round, the loop itself is certain.
    const others = completion.exits.filter(exit => exit.kind !== 'continue' || !endsHere(exit, label))
    return others.length === 0 ? 'go on' : completion
  }
  if (!endsHere(completion, label)) return completion
  return completion.kind === 'continue' ? 'go on' : 'stop'
}

export function endsHere(exit: Jump, label: string | undefined): boolean {
  return exit.label === undefined || exit.label === label
}

/** The exits that leave more than the loop itself. */
function beyond(exits: readonly Exit[], label: string | undefined): readonly Exit[] {
  return exits.filter(exit => exit.kind === 'return' || !endsHere(exit, label))
}

type Loop = Extract<Statement, { kind: 'loop' }>

export function runLoop(interpreter: Interpreter, loop: Loop, frame: Frame): Completion {
  const length = new LoopLength(interpreter)
  let scope = new Scope(frame.scope)
  declareAll(scope, loop.scope)
  runStatements(interpreter, loop.initial, { ...frame, scope })
  for (let round = 0; ; round++) {
    const inner = { ...frame, scope }
    if ((round > 0 || !loop.testLast) && loop.condition) {
      const truth = interpreter.conditions.truth(evaluate(interpreter, loop.condition, inner))
      if (truth === false) return undefined
      if (truth === undefined) return runOpenLoop(interpreter, loop, loop.condition, inner)
    }
    if (length.isTooLong) return runLongLoop(interpreter, loop, inner)
    let completion: Completion
    const run = () => {
      completion = runStatements(interpreter, loop.body, inner)
    }
    if (loop.scope.length > 0 || !length.isTimeToLook(round)) run()
    else if (length.changesNothing(run)) return runLongLoop(interpreter, loop, inner)
    const next = afterRound(completion, loop.label)
    if (next === 'stop') return undefined
    if (next !== 'go on') {
      if (next?.kind !== 'perhaps') return next
      return runUnknownLoop(
        interpreter,
        unknownLength(next.cause.span),
        loop.label,
        () => {
          if (loop.update) evaluate(interpreter, loop.update, inner)
          if (loop.condition) evaluate(interpreter, loop.condition, inner)
          return runStatements(interpreter, loop.body, inner)
        },
        next.exits,
      )
    }
    scope = freshRound(scope, loop.scope, frame.scope)
    if (loop.update) evaluate(interpreter, loop.update, { ...frame, scope })
  }
}

/** The rounds of a loop of which it is not known how many there are, from some round on. */
function runOpenLoop(interpreter: Interpreter, loop: Loop, condition: Expression, frame: Frame): Completion {
  const reasonOf = unknownLength(condition.span)
  const rounds = {
    condition: () => evaluate(interpreter, condition, frame),
    round: () => {
      const completion = runStatements(interpreter, loop.body, frame)
      if (loop.update) evaluate(interpreter, loop.update, frame)
      return afterRound(completion, loop.label) === 'go on'
    },
    span: loop.span,
    reasonOf,
  }
  return runRounds(interpreter, loop, rounds, because =>
    runUnknownLoop(interpreter, because, loop.label, () => runRound(interpreter, loop, frame)),
  )
}

/** Rounds of which it is not known how many there are: as a recurrence, where they are one; else `otherwise`. */
export function runRounds<Result>(
  interpreter: Interpreter,
  place: object,
  rounds: Rounds,
  otherwise: (reasonOf: ReasonOf) => Result,
): Result | undefined {
  return interpreter.openLoops.within(known => {
    const found = interpreter.found.length
    const outcome = known.get(place) ?? new RecurrenceWalk(interpreter, rounds).run()
    if (outcome.isRecurrence) return undefined
    // The rounds are walked again, and what the attempt has built is gone with it.
    interpreter.found.length = found
    known.set(place, outcome)
    const { problem } = outcome
    const { reasonOf } = rounds
    return otherwise(problem === undefined ? reasonOf : noRecurrence(reasonOf('it').span, problem))
  })
}

/** The rounds of a loop over a list of which the elements are not known. */
function runOverUnknown(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'foreach' }>,
  list: UnknownValue,
  round: (value: Value) => Completion,
  otherwise: (reasonOf: ReasonOf) => Completion,
): Completion {
  const { span } = loop.collection
  const running = interpreter.running.over(list, span)
  // In a loop over the same list each element meets each other: one value cannot stand for both.
  if (running.count === undefined || interpreter.running.isOpen(running))
    return otherwise(unknownLength(span))
  const rounds = {
    over: running,
    round: () => afterRound(round(elementIn(interpreter, list)), loop.label) === 'go on',
    span: loop.span,
    reasonOf: unknownLength(span),
  }
  return runRounds(interpreter, loop, rounds, otherwise)
}

/** The body of a loop, and what leads to the next one. */
function runRound(interpreter: Interpreter, loop: Loop, frame: Frame): Completion {
  const completion = runStatements(interpreter, loop.body, frame)
  if (loop.update) evaluate(interpreter, loop.update, frame)
  if (loop.condition) evaluate(interpreter, loop.condition, frame)
  return completion
}

/** The rounds of a loop that is too long to walk each of them, from some round on. */
function runLongLoop(interpreter: Interpreter, loop: Loop, frame: Frame): Completion {
  const { span, condition, label } = loop
  const reasonOf = tooLong(condition?.span ?? span)
  let isLeft = false
  const completion = runUnknownLoop(interpreter, reasonOf, label, () => {
    const ended = runRound(interpreter, loop, frame)
    const exits = ended?.kind === 'perhaps' ? ended.exits : ended ? [ended] : []
    isLeft ||= exits.some(exit => exit.kind === 'break' && endsHere(exit, label))
    return ended
  })
  const goesOn = () =>
    !condition || interpreter.conditions.truth(evaluate(interpreter, condition, frame)) === true
  if (isLeft || !goesOn()) return completion
  // Nothing that it does ends it; other code may, where it waits for some.
  const waits = nodesOf(loop.body).some(({ kind }) => kind === 'await')
  if (!waits) throw new BudgetExceeded('a loop that never ends')
  if (condition && changeReads(interpreter, condition, frame, reasonOf) && !goesOn()) return completion
  if (!frame.isCall) throw new BudgetExceeded('a loop that never ends')
  return { kind: 'return', value: interpreter.fresh('the result', reasonOf('the result')) }
}

/** Makes unknown what a condition reads, where it only reads. */
function changeReads(
  interpreter: Interpreter,
  condition: Expression,
  frame: Frame,
  reasonOf: ReasonOf,
): boolean {
  const nodes = [...nodesOf(condition)]
  if (!nodes.every(({ kind }) => kind === undefined || reading.has(kind))) return false
  for (const node of nodes) {
    const name = node.kind === 'variable' ? node.binding.name : spanText(condition.span)
    const unknown = { value: interpreter.fresh(name, reasonOf(name)) }
    if (node.kind === 'variable' || node.kind === 'member') assignTarget(interpreter, node, unknown, frame)
  }
  return true
}

const reading: ReadonlySet<string> = new Set(['variable', 'member', 'this', 'literal', 'operator', 'logical'])

/** The variables of the next round: closures keep those of the round that made them. */
function freshRound(scope: Scope, bindings: readonly Binding[], outer: Scope): Scope {
  if (bindings.length === 0) return scope
  const next = new Scope(outer)
  for (const binding of bindings) {
    const cell = scope.find(binding)
    next.declare(binding, { value: cell?.value, initialized: cell?.initialized ?? false })
  }
  return next
}

/**
 * A body that runs an unknown number of times: whatever it changes is unknown afterwards. It is walked until a round
 * changes nothing more, since later rounds see what earlier ones left.
 */
function runUnknownLoop(
  interpreter: Interpreter,
  reasonOf: ReasonOf,
  label: string | undefined,
  body: () => Completion,
  earlier: readonly Exit[] = [],
): Completion {
  const exits = [...beyond(earlier, label)]
  const { span } = reasonOf('the result')
  new Repetition(interpreter, reasonOf, span).walk(() => {
    const completion = body()
    if (!completion) return
    exits.push(...beyond(completion.kind === 'perhaps' ? completion.exits : [completion], label))
  })
  return exits.length > 0 ? { kind: 'perhaps', exits, cause: { span } } : undefined
}

export function runForEach(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'foreach' }>,
  frame: Frame,
): Completion {
  const collection = evaluate(interpreter, loop.collection, frame)
  const round = (value: Value, span?: Span): Completion => {
    const scope = new Scope(frame.scope)
    declareAll(scope, loop.scope)
    const how = loop.scope.length > 0 ? 'declare' : 'assign'
    assignTarget(interpreter, loop.target, { value, ...(span && { span }) }, { ...frame, scope }, how)
    return runStatements(interpreter, loop.body, { ...frame, scope })
  }
  if (loop.over === 'values' && interpreter.dialect.isTakenFrom(collection, interpreter))
    return runOverTaken(interpreter, loop, collection, round)
  const items = loop.over === 'values' ? interpreter.elements(collection) : keysOf(interpreter, collection)
  if (!items) {
    if (loop.over === 'values' && !isUnknown(collection))
      notIterable(interpreter, collection, loop.collection.span)
    const path: Path = isUnknown(collection)
      ? { of: collection, write: name => `${name}[i]` }
      : `${shortText(loop.collection.span)}[i]`
    const otherwise = (reasonOf: ReasonOf): Completion => {
      const unknown = interpreter.fresh(path, reasonOf('its element'))
      return runUnknownLoop(interpreter, reasonOf, loop.label, () => round(unknown))
    }
    const list = loop.over === 'values' ? listIn(interpreter, collection) : undefined
    return list
      ? runOverUnknown(interpreter, loop, list, round, otherwise)
      : otherwise(unknownLength(loop.collection.span))
  }
  const length = new LoopLength(interpreter)
  // What a round adds to the collection is visited too.
  const isLive = loop.over === 'values' && isObject(collection)
  let list: readonly Item[] = [...items]
  for (let i = 0; ; i++) {
    const found = isLive && i > 0 ? itemsNow(interpreter, collection) : list
    // Where something is taken out of a map, the places of the others change.
    const now = found && found.length < list.length && !isArray(collection) ? undefined : found
    if (now && now.length !== list.length) list = [...now]
    else if (now && isArray(collection)) list = now
    if (now && i >= list.length) return undefined
    if (!now || length.isTooLong) {
      const reasonOf = (now ? tooLong : unknownLength)(loop.collection.span)
      const unknown = interpreter.fresh(shortText(loop.collection.span), reasonOf('its element'))
      return runUnknownLoop(interpreter, reasonOf, loop.label, () => round(unknown))
    }
    const { value, span } = list[i]!
    const next = afterRound(round(value, span), loop.label)
    if (next === 'stop') return undefined
    if (next === 'go on') continue
    if (next?.kind !== 'perhaps') return next
    const rest = list.slice(i + 1)
    return runUnknownLoop(
      interpreter,
      unknownLength(next.cause.span),
      loop.label,
      () => {
        const ways = rest.map(item => round(item.value, item.span))
        return ways.reduce((a, b) => joinCompletions(interpreter, a, b, next.cause), undefined)
      },
      next.exits,
    )
  }
}

const isArray = (value: Value): value is ArrayObject => isObject(value) && value.kind === 'array'

/** What is in a collection now, without a copy of an array. */
function itemsNow(interpreter: Interpreter, collection: Value): readonly Item[] | undefined {
  if (!isArray(collection)) return interpreter.elements(collection)
  return collection.properties.has(unknownKey) ? undefined : collection.elements
}

interface Item {
  readonly value: Value
  readonly span?: Span
}

/** The body runs between one value that a generator yields, or an iterator gives, and the next. */
function runOverTaken(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'foreach' }>,
  collection: Value,
  round: (value: Value, span?: Span) => Completion,
): Completion {
  const { span } = loop.collection
  const length = new LoopLength(interpreter)
  let completion: Completion
  /** Why the rounds from some on are not known; what the generator does is walked all the same. */
  let reasonOf: ReasonOf | undefined
  let earlier: readonly Exit[] = []
  interpreter.dialect.take(collection, interpreter, span, item => {
    if (!reasonOf && length.isTooLong) reasonOf = tooLong(span)
    if (!reasonOf && !item) reasonOf = unknownLength(span)
    if (reasonOf || !item) return true
    const next = afterRound(round(item.value, item.span), loop.label)
    if (next === 'go on') return true
    if (next !== 'stop' && next?.kind === 'perhaps') {
      reasonOf = unknownLength(next.cause.span)
      earlier = next.exits
      return true
    }
    completion = next === 'stop' ? undefined : next
    return false
  })
  if (!reasonOf) return completion
  const unknown = interpreter.fresh(shortText(span), reasonOf('its element'))
  return runUnknownLoop(interpreter, reasonOf, loop.label, () => round(unknown), earlier)
}

/** The keys of an object and of what it inherits from, each once; there are none of a value that is no object. */
function keysOf(
  interpreter: Interpreter,
  value: Value,
): readonly { readonly value: Value; readonly span?: Span }[] | undefined {
  // What programs add to the classes of the language comes up everywhere.
  const { dialect } = interpreter
  if (dialect.prototypes(value, interpreter).some(({ properties }) => properties.size > 0)) return undefined
  if (typeof value === 'string') return [...value.split('').keys()].map(i => ({ value: String(i) }))
  if (isUnknown(value)) return undefined
  if (!isObject(value)) return []
  const keys = new Set<string>()
  const hidden = new Set<string>()
  for (let at: ObjectValue | null = value; at; at = at.prototype) {
    if (at.properties.has(unknownKey)) return undefined
    if (at.kind === 'array')
      for (const [i, element] of at.elements.entries()) if (element !== hole) keys.add(String(i))
    for (const [key] of ownFields(at)) if (!hidden.has(key)) keys.add(key)
    for (const [key, property] of at.properties) if (property.hidden) hidden.add(key)
  }
  return [...keys].map(key => ({ value: key }))
}
