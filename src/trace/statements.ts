import type { Binding, Statement } from '../core/program.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import { type Span, spanText } from '../text/source.js'
import { attempt, join, nameOf, spoil } from './branches.js'
import { evaluate } from './expressions.js'
import { type Completion, type Frame, Thrown } from './frame.js'
import { type Interpreter, shorten } from './interpreter.js'
import { assignTarget } from './patterns.js'
import { Scope } from './scope.js'
import { isObject, isUnknown, type UnknownValue, type Value } from './value.js'

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
      const truth = interpreter.dialect.truth(evaluate(interpreter, statement.condition, frame))
      if (truth === undefined) return runUnknownIf(interpreter, statement, statements, i + 1, frame)
      const completion = runStatements(interpreter, truth ? statement.consequent : statement.otherwise, frame)
      if (completion) return completion
      continue
    }
    const completion = run(interpreter, statement, frame)
    if (completion) return completion
  }
  return undefined
}

/** Walks both ways of an unknown condition; where one of them ends early, the rest belongs to the other. */
function runUnknownIf(
  interpreter: Interpreter,
  { condition, consequent, otherwise }: Extract<Statement, { kind: 'if' }>,
  statements: readonly Statement[],
  next: number,
  frame: Frame,
): Completion {
  const { span } = condition
  const ways = [consequent, otherwise].map(body =>
    attempt(interpreter, () => runStatements(interpreter, body, frame)),
  )
  if (ways.every(({ value, thrown }) => thrown || value === undefined)) {
    const taken = join(interpreter, ways, span)
    if (taken.length === 0) throw ways[0]!.thrown ?? new Thrown(undefined, span)
    return runStatements(interpreter, statements, frame, next)
  }
  const whole = [consequent, otherwise].map(body =>
    attempt(
      interpreter,
      () => runStatements(interpreter, body, frame) ?? runStatements(interpreter, statements, frame, next),
    ),
  )
  const taken = join(interpreter, whole, span)
  const [first, second] = taken
  if (!first) throw whole[0]!.thrown ?? new Thrown(undefined, span)
  if (!second) return first.value
  return joinCompletions(first.value, second.value, span)
}

function joinCompletions(a: Completion, b: Completion, span: Span): Completion {
  if (a?.kind === 'return' && b?.kind === 'return' && Object.is(a.value, b.value)) return a
  if (a === undefined && b === undefined) return undefined
  if ((a?.kind === 'break' || a?.kind === 'continue') && a.kind === b?.kind) return a
  const condition = shorten(spanText(span))
  const what = 'the result'
  const value: UnknownValue = {
    kind: 'unknown',
    path: what,
    reason: diagnostic('unknown-branch', { what, condition }, { span }),
  }
  return { kind: 'return', value }
}

function run(interpreter: Interpreter, statement: Statement, frame: Frame): Completion {
  switch (statement.kind) {
    case 'expression':
      evaluate(interpreter, statement.expression, frame)
      return undefined
    case 'declare': {
      const value = statement.value ? evaluate(interpreter, statement.value, frame) : undefined
      assignTarget(
        interpreter,
        statement.target,
        { value, ...(statement.value && { span: statement.value.span }) },
        frame,
      )
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

/** What a loop does about the way its body ended: goes on, stops, or ends the function. */
function afterRound(completion: Completion, label: string | undefined): 'go on' | 'stop' | Completion {
  if (!completion) return 'go on'
  if (completion.kind === 'return') return completion
  if (completion.label !== undefined && completion.label !== label) return completion
  return completion.kind === 'continue' ? 'go on' : 'stop'
}

function runLoop(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'loop' }>,
  frame: Frame,
): Completion {
  let scope = new Scope(frame.scope)
  declareAll(scope, loop.scope)
  runStatements(interpreter, loop.initial, { ...frame, scope })
  for (let round = 0; ; round++) {
    if ((round > 0 || !loop.testLast) && loop.condition) {
      const truth = interpreter.dialect.truth(evaluate(interpreter, loop.condition, { ...frame, scope }))
      if (truth === false) return undefined
      if (truth === undefined)
        return runUnknownLoop(interpreter, loop.condition.span, () => {
          runStatements(interpreter, loop.body, { ...frame, scope })
          if (loop.update) evaluate(interpreter, loop.update, { ...frame, scope })
        })
    }
    const next = afterRound(runStatements(interpreter, loop.body, { ...frame, scope }), loop.label)
    if (next === 'stop') return undefined
    if (next !== 'go on') return next
    scope = freshRound(scope, loop.scope, frame.scope)
    if (loop.update) evaluate(interpreter, loop.update, { ...frame, scope })
  }
}

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

/** A body that runs an unknown number of times: whatever it changes is unknown afterwards. */
function runUnknownLoop(interpreter: Interpreter, span: Span, body: () => void): Completion {
  const { changes } = attempt(interpreter, body)
  const condition = shorten(spanText(span))
  for (const change of changes) {
    const what = nameOf(change)
    const reason = diagnostic('unknown-loop', { what, condition }, { span })
    spoil(interpreter, change, { kind: 'unknown', path: what, reason })
  }
  return undefined
}

function runForEach(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'foreach' }>,
  frame: Frame,
): Completion {
  const collection = evaluate(interpreter, loop.collection, frame)
  const round = (value: Value, span?: Span): Completion => {
    const scope = new Scope(frame.scope)
    declareAll(scope, loop.scope)
    assignTarget(interpreter, loop.target, { value, ...(span && { span }) }, { ...frame, scope })
    return runStatements(interpreter, loop.body, { ...frame, scope })
  }
  const items = loop.over === 'values' ? interpreter.elements(collection) : keysOf(collection)
  if (!items) {
    const unknown: UnknownValue = isUnknown(collection)
      ? { ...collection, path: `${collection.path}[i]` }
      : { kind: 'unknown', path: `${shorten(spanText(loop.collection.span))}[i]` }
    return runUnknownLoop(interpreter, loop.collection.span, () => {
      round(unknown)
    })
  }
  for (const { value, span } of [...items]) {
    const next = afterRound(round(value, span), loop.label)
    if (next === 'stop') return undefined
    if (next !== 'go on') return next
  }
  return undefined
}

function keysOf(value: Value): readonly { readonly value: Value; readonly span?: Span }[] | undefined {
  if (!isObject(value)) return undefined
  if (value.kind === 'array') return value.elements.map((_, i) => ({ value: String(i) }))
  return [...value.properties.keys()].map(key => ({ value: key }))
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
    for (const { body } of statement.cases.slice(start)) {
      const completion = runStatements(interpreter, body, inner)
      if (
        completion?.kind === 'break' &&
        (completion.label === undefined || completion.label === statement.label)
      )
        return undefined
      if (completion) return completion
    }
    return undefined
  }
  const fallback = statement.cases.findIndex(({ test }) => !test)
  const tests: { at: number; truth: boolean | undefined }[] = []
  for (const [at, { test }] of statement.cases.entries()) {
    if (!test) continue
    const result = interpreter.dialect.operator('===', [subject, evaluate(interpreter, test, inner)])
    const truth = result && !isUnknown(subject) ? interpreter.dialect.truth(result.value) : undefined
    if (truth === true && tests.length === 0) return runFrom(at)
    if (truth !== false) tests.push({ at, truth })
    if (truth === true) break
  }
  if (tests.length === 0) return fallback >= 0 ? runFrom(fallback) : undefined
  const starts = [...tests.map(({ at }) => at), ...(tests.at(-1)?.truth ? [] : [fallback])]
  const ways = starts.map(start => attempt(interpreter, () => (start >= 0 ? runFrom(start) : undefined)))
  const taken = join(interpreter, ways, statement.subject.span)
  if (taken.length === 0) throw ways[0]!.thrown ?? new Thrown(undefined, statement.span)
  return taken.map(({ value }) => value).reduce((a, b) => joinCompletions(a, b, statement.subject.span))
}

function runTry(
  interpreter: Interpreter,
  { body, handler, finalizer }: Extract<Statement, { kind: 'try' }>,
  frame: Frame,
): Completion {
  let completion: Completion
  try {
    completion = runStatements(interpreter, body, frame)
  } catch (error) {
    if (!(error instanceof Thrown) || !handler) throw error
    const scope = new Scope(frame.scope)
    declareAll(scope, handler.scope)
    const inner = { ...frame, scope }
    if (handler.parameter) assignTarget(interpreter, handler.parameter, { value: error.value }, inner)
    completion = runStatements(interpreter, handler.body, inner)
  }
  return runStatements(interpreter, finalizer, frame) ?? completion
}
