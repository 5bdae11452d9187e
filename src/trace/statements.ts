import type { Binding, Expression, Statement } from '../core/program.js'
import { attempt, type Cause, join, nameOf, pathOf, sameValue, spoil, unknownBranch } from './branches.js'
import { applyOperator, evaluate } from './expressions.js'
import type { Guard } from './failures.js'
import { type Completion, type Frame, Left, Thrown } from './frame.js'
import type { Interpreter } from './interpreter.js'
import { endsHere, runForEach, runLoop } from './loops.js'
import { assignTarget } from './patterns.js'
import { Scope } from './scope.js'
import { isUnread } from './unread.js'
import type { Value } from './value.js'

export function declareAll(scope: Scope, bindings: readonly Binding[]): void {
  for (const binding of bindings) scope.declare(binding, { value: undefined, initialized: false })
}

/** Runs statements in order, until one of them ends early. */
export function runStatements(
  interpreter: Interpreter,
  statements: readonly Statement[],
  frame: Frame,
  from = 0,
): Completion {
  for (let i = from; i < statements.length; i++) {
    const statement = statements[i]!
    interpreter.step()
    if (statement.kind === 'if') {
      const condition = evaluate(interpreter, statement.condition, frame)
      const truth = interpreter.conditions.truth(condition)
      if (truth === undefined) {
        const cause = { span: statement.condition.span, condition }
        return runUnknownIf(interpreter, statement, cause, statements, i + 1, frame)
      }
      const completion = runStatements(interpreter, truth ? statement.consequent : statement.otherwise, frame)
      if (completion?.kind === 'perhaps')
        return goOnPerhaps(interpreter, completion, statements, i + 1, frame)
      if (completion) return completion
      continue
    }
    const completion = run(interpreter, statement, frame)
    if (completion?.kind === 'perhaps') return goOnPerhaps(interpreter, completion, statements, i + 1, frame)
    if (completion) return completion
  }
  return undefined
}

/** What follows a statement that may have ended the list runs or does not: only what both leave alike is known. */
function goOnPerhaps(
  interpreter: Interpreter,
  before: Extract<Completion, { kind: 'perhaps' }>,
  statements: readonly Statement[],
  next: number,
  frame: Frame,
): Completion {
  const rest = attempt(interpreter, () => runStatements(interpreter, statements, frame, next))
  join(interpreter, [{ value: undefined, changes: [] }, rest], before.cause)
  return joinCompletions(interpreter, before, rest.thrown ? undefined : rest.value, before.cause)
}

/** Walks both ways of an unknown condition; where one of them ends early, the rest belongs to the other. */
function runUnknownIf(
  interpreter: Interpreter,
  { consequent, otherwise }: Extract<Statement, { kind: 'if' }>,
  cause: Cause,
  statements: readonly Statement[],
  next: number,
  frame: Frame,
): Completion {
  const ways = [consequent, otherwise].map(body =>
    attempt(interpreter, () => runStatements(interpreter, body, frame)),
  )
  if (ways.every(({ value, thrown }) => thrown || value === undefined)) {
    const taken = join(interpreter, ways, cause)
    if (taken.length === 0) throw ways[0]!.thrown ?? new Thrown(undefined, cause.span)
    return runStatements(interpreter, statements, frame, next)
  }
  const goingOn = ways.filter(({ value, thrown }) => !thrown && (!value || value.kind === 'perhaps'))
  if (goingOn.length === ways.length) {
    // What follows is walked once: else its walks would double with every condition that may end it early.
    join(interpreter, ways, cause)
    const before = joinCompletions(interpreter, ways[0]!.value, ways[1]!.value, cause)
    return before?.kind === 'perhaps'
      ? goOnPerhaps(interpreter, before, statements, next, frame)
      : runStatements(interpreter, statements, frame, next)
  }
  const whole = ways.map(way => {
    const { value: completion, changes, thrown } = way
    if (thrown || (completion && completion.kind !== 'perhaps')) return way
    return attempt(interpreter, () => {
      interpreter.heap.replay(changes)
      return completion
        ? goOnPerhaps(interpreter, completion, statements, next, frame)
        : runStatements(interpreter, statements, frame, next)
    })
  })
  const taken = join(interpreter, whole, cause)
  const [first, second] = taken
  if (!first) throw whole[0]!.thrown ?? new Thrown(undefined, cause.span)
  if (!second) return first.value
  return joinCompletions(interpreter, first.value, second.value, cause)
}

export function joinCompletions(
  interpreter: Interpreter,
  a: Completion,
  b: Completion,
  cause: Cause,
): Completion {
  if (a === undefined && b === undefined) return undefined
  if (a?.kind === 'return' && b?.kind === 'return')
    return sameValue(a.value, b.value)
      ? a
      : { kind: 'return', value: unknownBranch(interpreter, 'the result', cause) }
  if (
    a &&
    b &&
    a.kind !== 'perhaps' &&
    a.kind === b.kind &&
    'label' in a &&
    'label' in b &&
    a.label === b.label
  )
    return a
  const exits = [a, b].flatMap(way => (way?.kind === 'perhaps' ? way.exits : way ? [way] : []))
  return { kind: 'perhaps', exits, cause }
}

function run(interpreter: Interpreter, statement: Statement, frame: Frame): Completion {
  switch (statement.kind) {
    case 'expression':
      discard(interpreter, statement.expression, evaluate(interpreter, statement.expression, frame))
      return undefined
    case 'declare': {
      const value = statement.value ? evaluate(interpreter, statement.value, frame) : undefined
      assignTarget(
        interpreter,
        statement.target,
        { value, ...(statement.value && { span: statement.value.span }) },
        frame,
      )
      if (statement.value && isUnread(statement.target, interpreter.modules.loaded))
        discard(interpreter, statement.value, value, statement.target.binding.name)
      if (statement.target.kind === 'variable' && statement.value?.kind === 'member')
        interpreter.unset.hold(frame.scope.find(statement.target.binding))
      return undefined
    }
    case 'block': {
      if (statement.scope.length === 0) return runStatements(interpreter, statement.body, frame)
      const scope = new Scope(frame.scope)
      declareAll(scope, statement.scope)
      return runStatements(interpreter, statement.body, { ...frame, scope })
    }
    case 'if':
      return runStatements(interpreter, [statement], frame)
    case 'loop':
      return runLoop(interpreter, statement, frame)
    case 'foreach':
      return runForEach(interpreter, statement, frame)
    case 'switch':
      return runSwitch(interpreter, statement, frame)
    case 'return':
      return {
        kind: 'return',
        value: statement.value ? evaluate(interpreter, statement.value, frame) : undefined,
      }
    case 'break':
    case 'continue':
      return { kind: statement.kind, label: statement.label }
    case 'throw':
      throw new Thrown(evaluate(interpreter, statement.value, frame), statement.span)
    case 'try':
      return runTry(interpreter, statement, frame)
  }
}

function runSwitch(
  interpreter: Interpreter,
  statement: Extract<Statement, { kind: 'switch' }>,
  frame: Frame,
): Completion {
  const subject = evaluate(interpreter, statement.subject, frame)
  const scope = new Scope(frame.scope)
  declareAll(scope, statement.scope)
  const inner = { ...frame, scope }
  const runFrom = (start: number): Completion => {
    for (let at = start; at < statement.cases.length; at++) {
      const { body } = statement.cases[at]!
      const completion = runStatements(interpreter, body, inner)
      if (completion?.kind === 'break' && endsHere(completion, statement.label)) return undefined
      if (completion?.kind === 'perhaps') {
        const rest = attempt(interpreter, () => runFrom(at + 1))
        join(interpreter, [{ value: undefined, changes: [] }, rest], completion.cause)
        const joined = joinCompletions(
          interpreter,
          completion,
          rest.thrown ? undefined : rest.value,
          completion.cause,
        )
        const exits = joined?.kind === 'perhaps' ? joined.exits : joined ? [joined] : []
        const others = exits.filter(exit => exit.kind !== 'break' || !endsHere(exit, statement.label))
        return others.length > 0 ? { kind: 'perhaps', exits: others, cause: completion.cause } : undefined
      }
      if (completion) return completion
    }
    return undefined
  }
  const fallback = statement.cases.findIndex(({ test }) => !test)
  let open: Value
  const tests: { at: number; truth: boolean | undefined }[] = []
  for (const [at, { test }] of statement.cases.entries()) {
    if (!test) continue
    const operands = [subject, evaluate(interpreter, test, inner)]
    const condition = applyOperator(interpreter, '===', operands)
    const truth = interpreter.conditions.truth(condition)
    if (truth === undefined) open ??= condition
    if (truth === true && tests.length === 0) return runFrom(at)
    if (truth !== false) tests.push({ at, truth })
    if (truth === true) break
  }
  if (tests.length === 0) return fallback >= 0 ? runFrom(fallback) : undefined
  const starts = [...tests.map(({ at }) => at), ...(tests.at(-1)?.truth ? [] : [fallback])]
  const ways = starts.map(start => attempt(interpreter, () => (start >= 0 ? runFrom(start) : undefined)))
  const cause = { span: statement.subject.span, condition: open }
  const taken = join(interpreter, ways, cause)
  if (taken.length === 0) throw ways[0]!.thrown ?? new Thrown(undefined, statement.span)
  return taken.map(({ value }) => value).reduce((a, b) => joinCompletions(interpreter, a, b, cause))
}

function runTry(
  interpreter: Interpreter,
  { body, handler, finalizer }: Extract<Statement, { kind: 'try' }>,
  frame: Frame,
): Completion {
  let completion: Completion
  try {
    completion = handler
      ? runHandled(interpreter, body, handler, frame)
      : runStatements(interpreter, body, frame)
  } catch (error) {
    if (!(error instanceof Thrown || error instanceof Left)) throw error
    const last = runStatements(interpreter, finalizer, frame)
    if (last && last.kind !== 'perhaps') return last
    throw error
  }
  const last = runStatements(interpreter, finalizer, frame)
  return last?.kind === 'perhaps'
    ? joinCompletions(interpreter, last, completion, last.cause)
    : (last ?? completion)
}

type Handler = Exclude<Extract<Statement, { kind: 'try' }>['handler'], undefined>

/** Runs what a handler catches the errors of, and the handler where there is one, or may be. */
function runHandled(
  interpreter: Interpreter,
  body: readonly Statement[],
  handler: Handler,
  frame: Frame,
): Completion {
  const guard: Guard = {}
  let completion: Completion
  let thrown: Thrown | undefined
  const changes = interpreter.heap.observe(() => {
    try {
      completion = interpreter.failures.guarded(guard, () => runStatements(interpreter, body, frame))
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      thrown = error
    }
  })
  const handle = (error: Value): Completion => {
    const scope = new Scope(frame.scope)
    declareAll(scope, handler.scope)
    const inner = { ...frame, scope }
    if (handler.parameter) assignTarget(interpreter, handler.parameter, { value: error }, inner)
    return runStatements(interpreter, handler.body, inner)
  }
  const { place } = guard
  if (!place) return thrown ? handle(thrown.value) : completion
  // The body may have ended at that place already, with less done than now.
  const cause = { span: place }
  const handleAny = () => {
    for (const change of changes)
      spoil(interpreter, change.slot, unknownBranch(interpreter, nameOf(change), cause, pathOf(change)), [
        change.before,
        change.after,
      ])
    return handle(unknownBranch(interpreter, 'the error', cause))
  }
  if (thrown) return handleAny()
  const handled = attempt(interpreter, handleAny)
  join(interpreter, [{ value: undefined, changes: [] }, handled], cause)
  return handled.thrown ? completion : joinCompletions(interpreter, completion, handled.value, cause)
}

/**
 * What a call as a statement gives is thrown away, as is what a variable holds that nothing reads; a library may know that the
 * call does nothing else.
 */
function discard(interpreter: Interpreter, expression: Expression, value: Value, variable?: string): void {
  if (expression.kind !== 'call') return
  const { callee, span } = expression
  const name =
    callee.kind === 'member' && callee.key.kind === 'literal'
      ? String(callee.key.value)
      : callee.kind === 'variable'
        ? callee.binding.name
        : undefined
  if (name !== undefined)
    interpreter.library.discard(interpreter, {
      name,
      value,
      span,
      ...(variable !== undefined && { variable }),
    })
}
