import { diagnostic } from '../../diagnostics/diagnostic.js'
import type { Model } from '../../graph/model.js'
import { type Span, spanText } from '../../text/source.js'
import type { HostCall, HostType, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { computationOf } from './function-model.js'
import { givenGradients, gradientMap } from './gradient-maps.js'
import { asTensor, callWithCustomGradient, gradientsByArguments } from './gradients.js'
import { registered } from './registered.js'
import { sameComputation } from './same-computation.js'
import { changedVariables, onTape } from './tape.js'
import { isTensor } from './types.js'
import { descend, type GivenGradients, gradientSource, type MinimizedLoss, type Reached } from './updates.js'
import { freeVariables, renew } from './variables.js'

/** What stands for a place where the code trains among the models that were found. */
const stepType: HostType = { name: 'training step', members: {} }

/** What `call` is called in a message. */
const shown = (span: Span): string => spanText(span).split('(')[0]!.replace(/\s+/g, ' ').slice(0, 60)

/**
 * Follows the function that a training step takes: with the variables free, since a step may come at any time, and
 * once more as the code does it, for what it does besides. Gives the loss, and what computes it.
 */
export function lossOf(call: HostCall, loss: Value): MinimizedLoss & { readonly value: Value } {
  const { trace, span } = call
  const before = { all: registered(trace), since: trace.builder.size }
  const changed = changedVariables(trace)
  const { step, applied } = trace.heap.attempt(() => {
    freeVariables(trace)
    const run = onTape(trace, changed, () => trace.call(loss, [], span))
    return { step: stepOf(trace, run.value, span), applied: run.applied }
  }).result
  noteStep(trace, step, span)
  return { value: trace.call(loss, [], span), step, applied, ...before }
}

function stepOf(trace: Tracer, value: Value, span: Span): Model | UnknownValue {
  if (isTensor(value) && value.state.node) {
    const loss = computationOf(trace, 'loss', value, span)
    return 'outputs' in loss ? { ...loss, isMinimized: true } : loss
  }
  if (isUnknown(value) && value.reason) return value
  const reason = isTensor(value) ? value.state.reason : undefined
  return reason
    ? trace.fresh('the loss', reason)
    : trace.opaque(
        'unmodelled-call',
        { call: shown(span), reason: 'what it minimizes is not a tensor that is known' },
        span,
      )
}

/** A step counts once, however often a loop comes by; one that is not the same each time has no equation. */
function noteStep(trace: Tracer, step: Model | UnknownValue, span: Span): void {
  const { steps } = contextOf(trace)
  const key = `${span.file.path}:${span.start}`
  const known = steps.get(key)
  if (known === undefined) {
    steps.set(key, step)
    trace.foundModel(trace.host(stepType, undefined), () => steps.get(key)!)
    return
  }
  if (!('outputs' in known)) return
  if (!('outputs' in step)) steps.set(key, step)
  else if (!sameComputation(known.outputs[0]!.node, step.outputs[0]!.node))
    steps.set(key, trace.opaque('varying-loss', { call: shown(span) }, span))
}

/** From here on the variables that a step moves have other values than before. */
function trained(trace: Tracer, span: Span, { moved, open }: Reached): void {
  const { trainings, variables } = contextOf(trace)
  const reason = (variable: string) => diagnostic('trained-value', { variable, call: shown(span) }, { span })
  trainings.push(reason)
  const changed = new Set(moved.map(({ parameter }) => parameter.node))
  const moving = variables.filter(
    ({ state: { variable: own } }) => own?.trainable && (open !== undefined || changed.has(own.node)),
  )
  if (moving.length > 0) renew(trace, new Set(moving), reason)
}

const gradients = ({ trace, span }: HostCall, call: string): UnknownValue =>
  trace.opaque('opaque-gradient', { call }, span)

/** The value of a loss, and its gradients by variables (tfjs-core/src/gradients.ts, variableGrads). */
function gradientsOf(call: HostCall): Value {
  const [loss, variables] = call.arguments
  const minimized = lossOf(call, loss?.value)
  const source = gradientSource(call, minimized, variables?.value)
  return call.trace.record({
    value: minimized.value,
    grads: gradientMap(call, loss?.value, minimized, source),
  })
}

/** Functions that take gradients (tfjs-core/src/gradients.ts). The function under the gradient is followed. */
export const gradientFunctions: Readonly<Record<string, (call: HostCall) => Value>> = {
  grad: call => derivative(call, one),
  grads: call => derivative(call, listed),
  valueAndGrad: call => withValue(call, 'grad', one),
  valueAndGrads: call => withValue(call, 'grads', listed),
  variableGrads: call => gradientsOf(call),
  customGrad: ({ trace, arguments: args }) =>
    trace.function('tf.customGrad', inner => callWithCustomGradient(inner, args[0]?.value), [args[0]?.value]),
}

/** Tells of variables that `minimize(loss, returnCost, variables)` is given as its second argument, also where they are not known. */
export function checkVariables(
  trace: Tracer,
  { arguments: [, second], span }: Pick<HostCall, 'arguments' | 'span'>,
): void {
  const value = second?.value
  const isList = isObject(value) || (isUnknown(value) && namesWeights.test(value.path))
  if (!second || !isList) return
  const place = second.span ?? span
  const values = {
    call: shown(span),
    argument: spanText(place),
    reason:
      'the second argument says whether the loss is given back, and the variables to train are the third; all variables that the loss depends on are trained',
  }
  trace.report(diagnostic('ignored-call-argument', values, { span: place }))
}

/** Weights of a model that is not known (tfjs-layers/src/engine/container.ts), which are no truth value whatever it is. */
const namesWeights = /\.(?:getWeights\(.*\)|trainableWeights|weights)$/

/** How a function that takes gradients is given its arguments, and how it gives the gradients. */
interface Style {
  readonly arguments: (inner: HostCall) => HostCall['arguments']
  readonly result: (trace: Tracer, values: readonly Value[]) => Value
}

const one: Style = {
  arguments: ({ trace, arguments: args, span }) =>
    args.slice(0, 1).map(given => asTensor(trace, given, span)),
  result: (_, [value]) => value,
}

const listed: Style = {
  arguments: ({ trace, arguments: args, span }) =>
    (trace.elements(args[0]?.value) ?? args).map(given => asTensor(trace, given, span)),
  result: (trace, values) => trace.array(values),
}

function derivative(call: HostCall, style: Style): Value {
  const { trace, arguments: args, span } = call
  const gradient = (inner: HostCall): Value => {
    trace.call(args[0]?.value, style.arguments(inner), inner.span)
    return gradientOf(inner, args[0]?.value, style, span)
  }
  return trace.function('tf.grad', gradient, [args[0]?.value])
}

function withValue(call: HostCall, name: string, style: Style): Value {
  const { trace, arguments: args, span } = call
  const both = (inner: HostCall): Value =>
    trace.record({
      value: trace.call(args[0]?.value, style.arguments(inner), inner.span),
      [name]: gradientOf(inner, args[0]?.value, style, span),
    })
  return trace.function('tf.valueAndGrad', both, [args[0]?.value])
}

/** The gradients at the arguments of the inner call; its second argument is the gradient of the value itself. */
function gradientOf(inner: HostCall, callee: Value, style: Style, span: Span): Value {
  const found = gradientsByArguments(inner, callee, style.arguments(inner), inner.arguments[1]?.value)
  return found ? style.result(inner.trace, found) : gradients(inner, shown(span))
}

const isClosure = (value: Value): boolean => isObject(value) && value.kind === 'closure'

/** A step of an optimizer with gradients, and what is known of the variables after it. */
function apply(optimizer: HostObject, call: HostCall, gradients: GivenGradients): void {
  trained(call.trace, call.span, descend(optimizer, call, gradients))
}

/** What optimizers do (tfjs-core/src/optimizers/optimizer.ts). Those of the program may override it. */
export const optimizerMethods: Readonly<Record<string, (optimizer: HostObject, call: HostCall) => Value>> = {
  computeGradients: (_, call) => gradientsOf(call),
  applyGradients: (optimizer, call) => {
    apply(optimizer, call, givenGradients(call.trace, call.arguments[0]?.value))
    return undefined
  },
  minimize: (optimizer, call) => {
    const { trace, span, arguments: args } = call
    const [loss, returnCost, variables] = args
    checkVariables(trace, call)
    const method = (name: string) => trace.get(optimizer, name, span)
    const isOverridden = ['computeGradients', 'applyGradients'].some(name => isClosure(method(name)))
    if (!isOverridden) {
      const minimized = lossOf(call, loss?.value)
      apply(optimizer, call, gradientSource(call, minimized, variables?.value))
      return returnCost?.value === true ? minimized.value : null
    }
    const given = [loss ?? { value: undefined }, variables ?? { value: undefined }]
    const result = trace.call(method('computeGradients'), given, span, optimizer)
    const grads = isObject(result) ? trace.get(result, 'grads', span) : result
    trace.call(method('applyGradients'), [{ value: grads }], span, optimizer)
    if (returnCost?.value !== true) return null
    return isObject(result) ? trace.get(result, 'value', span) : result
  },
  dispose: () => undefined,
  incrementIterations: () => undefined,
}
