import type { Binding, Statement } from '../core/program.js'
import { diagnostic } from '../diagnostics/diagnostic.js'
import { type Span, spanText } from '../text/source.js'
import { evaluate } from './expressions.js'
import type { Completion, Exit, Frame, Jump } from './frame.js'
import { type Interpreter, unknownKey } from './interpreter.js'
import { assignTarget } from './patterns.js'
import { spoilEffects } from './repetition.js'
import { Scope } from './scope.js'
import { declareAll, joinCompletions, runStatements } from './statements.js'
import { shorten } from './unknowns.js'
import { isObject, isUnknown, type Value } from './value.js'

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

export function runLoop(
  interpreter: Interpreter,
  loop: Extract<Statement, { kind: 'loop' }>,
  frame: Frame,
): Completion {
  let scope = new Scope(frame.scope)
  declareAll(scope, loop.scope)
  runStatements(interpreter, loop.initial, { ...frame, scope })
  for (let round = 0; ; round++) {
    if ((round > 0 || !loop.testLast) && loop.condition) {
      const truth = interpreter.conditions.truth(evaluate(interpreter, loop.condition, { ...frame, scope }))
      if (truth === false) return undefined
      if (truth === undefined)
        return runUnknownLoop(interpreter, loop.condition.span, loop.label, () => {
          const completion = runStatements(interpreter, loop.body, { ...frame, scope })
          if (loop.update) evaluate(interpreter, loop.update, { ...frame, scope })
          if (loop.condition) evaluate(interpreter, loop.condition, { ...frame, scope })
          return completion
        })
    }
    const next = afterRound(runStatements(interpreter, loop.body, { ...frame, scope }), loop.label)
    if (next === 'stop') return undefined
    if (next !== 'go on') {
      if (next?.kind !== 'perhaps') return next
      const inner = { ...frame, scope }
      return runUnknownLoop(
        interpreter,
        next.cause.span,
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
  span: Span,
  label: string | undefined,
  body: () => Completion,
  earlier: readonly Exit[] = [],
): Completion {
  const exits = [...beyond(earlier, label)]
  spoilEffects(interpreter, span, () => {
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
    assignTarget(interpreter, loop.target, { value, ...(span && { span }) }, { ...frame, scope })
    return runStatements(interpreter, loop.body, { ...frame, scope })
  }
  const items = loop.over === 'values' ? interpreter.elements(collection) : keysOf(collection)
  if (!items) {
    const reason = diagnostic(
      'unknown-loop',
      { what: 'its element', condition: shorten(spanText(loop.collection.span)) },
      { span: loop.collection.span },
    )
    const path = isUnknown(collection) ? collection.path : shorten(spanText(loop.collection.span))
    const unknown = interpreter.unknowns.fresh(`${path}[i]`, reason)
    return runUnknownLoop(interpreter, loop.collection.span, loop.label, () => round(unknown))
  }
  const list = [...items]
  for (const [i, { value, span }] of list.entries()) {
    const next = afterRound(round(value, span), loop.label)
    if (next === 'stop') return undefined
    if (next === 'go on') continue
    if (next?.kind !== 'perhaps') return next
    const rest = list.slice(i + 1)
    return runUnknownLoop(
      interpreter,
      next.cause.span,
      loop.label,
      () => {
        const ways = rest.map(item => round(item.value, item.span))
        return ways.reduce((a, b) => joinCompletions(interpreter, a, b, next.cause), undefined)
      },
      next.exits,
    )
  }
  return undefined
}

function keysOf(value: Value): readonly { readonly value: Value; readonly span?: Span }[] | undefined {
  if (!isObject(value)) return undefined
  if (value.properties.has(unknownKey)) return undefined
  if (value.kind === 'array') return value.elements.map((_, i) => ({ value: String(i) }))
  return [...value.properties.keys()].map(key => ({ value: key }))
}
