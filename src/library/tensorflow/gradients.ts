import { gatherFactors } from '../../gradient/factors.js'
import { gradients, type Pullback } from '../../gradient/gradient.js'
import { rebuild } from '../../gradient/rebuild.js'
import type { CustomGradient } from '../../graph/custom-gradient.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { sameShape } from '../../graph/type.js'
import { isWrittenZero } from '../../ops/zeros.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type Property, type Value } from '../../trace/value.js'
import { constantOf, isConstantFailure } from './constants.js'
import { contextOf } from './context.js'
import { limitedBetween, reportLimit } from './gradient-limits.js'
import { newNodes } from './layers.js'
import type { TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'
import { type Differentiated, dependsOn, noteDerivatives } from './written-descent.js'

type Tensor = HostObject<TensorState>

/** A differentiation that runs: what functions with gradients of their own gave on the way. */
export interface Differentiation {
  /** A stand-in for each such value, so that its own gradient is found and not that of the ops behind it. */
  readonly pullbacks: Map<Node, Pullback>
  readonly values: Map<Node, Node>
  /** Set where such a value is not followed. */
  isLost: boolean
}

/**
 * Calls a function of the program that gives a value and its gradient: `tf.customGrad(x => ({ value, gradFunc }))(…)`.
 * While something is differentiated, only the arguments of the call pass gradients on, as `gradFunc(dy, saved)` says
 * (tfjs-core/src/engine.ts, customGrad).
 */
export function callWithCustomGradient(call: HostCall, callee: Value): Value {
  const noted = noteCustomGradient(call, callee)
  const { trace, arguments: args, span } = call
  let saved: Value
  const save = trace.function('save', inner => {
    saved = inner.arguments[0]?.value
    return undefined
  })
  const { limitedCalls } = contextOf(trace)
  const known = limitedCalls.length
  const result = trace.call(callee, [...args, { value: save }], span)
  // What it computes with is not differentiated.
  limitedCalls.length = known
  const value = isObject(result) ? trace.get(result, 'value', span) : result
  const inputs = args.flatMap(({ value: given }) =>
    isTensor(given) && given.state.node ? [given.state.node] : [],
  )
  if (noted?.given.every(isWrittenZero)) return withoutGradient(trace, value, span)
  if (isTensor(value) && value.state.node) trace.provenance.passOn(value.state.node, inputs)
  const running = contextOf(trace).differentiations
  const [innermost] = running
  if (!innermost) return value
  const gradient = isObject(result) ? trace.get(result, 'gradFunc', span) : undefined
  const stand = isTensor(value) && value.state.node ? standIn(trace, value.state.node) : undefined
  // Only the outermost of several would know of the stand-in.
  if (running.length > 1 || !stand || inputs.length !== args.length || !isTensor(value)) {
    for (const differentiation of running) differentiation.isLost = true
    return value
  }
  innermost.values.set(stand, value.state.node!)
  innermost.pullbacks.set(stand, {
    inputs,
    apply: g => {
      const given = trace.call(gradient, [{ value: tensor(trace, g, span) }, { value: saved }], span)
      const list = isTensor(given) ? [given] : (trace.elements(given)?.map(({ value: one }) => one) ?? [])
      const nodes = list.flatMap(one => (isTensor(one) && one.state.node ? [one.state.node] : []))
      const fits =
        nodes.length === list.length &&
        nodes.length === inputs.length &&
        nodes.every((node, i) => sameShape(node.type.shape, inputs[i]!.type.shape))
      return fits ? nodes : { problem: 'a gradient of its own does not fit its arguments' }
    },
  })
  return tensor(trace, stand, span)
}

/** The value of a function that passes no gradient on. */
function withoutGradient(trace: Tracer, value: Value, span: HostCall['span']): Value {
  if (!isTensor(value) || !value.state.node) return value
  const stopped = trace.builder.node('stopGradient', [value.state.node])
  return isProblem(stopped) ? value : tensor(trace, stopped, span)
}

/** Follows such a function on stand-ins: what it gives, and what it says flows back. The first call at a place is noted. */
function noteCustomGradient(
  { trace, arguments: args, span }: HostCall,
  callee: Value,
): Omit<CustomGradient, 'span'> | undefined {
  const { customGradients, differentiations, tapes } = contextOf(trace)
  const stands = args.flatMap(({ value }) =>
    isTensor(value) && value.state.node ? (standIn(trace, value.state.node) ?? []) : [],
  )
  if (stands.length !== args.length || stands.length === 0) return undefined
  // What is differentiated around it has nothing to do with what it is.
  const outer = [differentiations.splice(0), tapes.splice(0)] as const
  const found = trace.heap.attempt(() => followedGradient(trace, callee, stands, span)).result
  differentiations.push(...outer[0])
  tapes.push(...outer[1])
  const place = isObject(callee) && callee.kind === 'closure' ? callee.code.span : span
  const key = `${place.file.path}:${place.start}`
  if (!customGradients.has(key)) customGradients.set(key, found && { ...found, span: place })
  return found
}

function followedGradient(
  trace: Tracer,
  callee: Value,
  inputs: readonly Node[],
  span: HostCall['span'],
): Omit<CustomGradient, 'span'> | undefined {
  let saved: Value
  const save = trace.function('save', inner => {
    saved = inner.arguments[0]?.value
    return undefined
  })
  const given = inputs.map(node => ({ value: tensor(trace, node, span) }))
  const result = trace.call(callee, [...given, { value: save }], span)
  if (!isObject(result)) return undefined
  const value = trace.get(result, 'value', span)
  const node = isTensor(value) ? value.state.node : undefined
  const incoming = node && standIn(trace, node)
  if (!node || !incoming) return undefined
  const gradient = trace.get(result, 'gradFunc', span)
  const back = trace.call(gradient, [{ value: tensor(trace, incoming, span) }, { value: saved }], span)
  const list = isTensor(back) ? [back] : (trace.elements(back)?.map(({ value: one }) => one) ?? [])
  const nodes = list.flatMap(one => (isTensor(one) && one.state.node ? [one.state.node] : []))
  const fits =
    nodes.length === inputs.length &&
    nodes.every((own, i) => sameShape(own.type.shape, inputs[i]!.type.shape))
  return fits ? { inputs, value: node, incoming, given: nodes } : undefined
}

/** A number or a list of numbers at which a gradient is taken is one by a tensor of them. */
export function asTensor(trace: Tracer, given: Property, span: HostCall['span']): Property {
  if (isTensor(given.value) || isUnknown(given.value)) return given
  const node = constantOf(trace, given.value, undefined)
  return isConstantFailure(node) ? given : { ...given, value: tensor(trace, node, span) }
}

/**
 * The gradients of what a function returns by its arguments, at these arguments; undefined where they cannot be
 * followed. The function is called with stand-ins, so that nothing but its use of the arguments counts.
 */
export function gradientsByArguments(
  call: HostCall,
  callee: Value,
  args: readonly Property[],
  seed: Value,
): readonly Value[] | undefined {
  const { trace, span } = call
  const tensors = args.map(({ value }) => value)
  const nodes = tensors.flatMap(value => (isTensor(value) && value.state.node ? [value.state.node] : []))
  if (nodes.length !== tensors.length || (seed !== undefined && !(isTensor(seed) && seed.state.node)))
    return undefined
  const found = differentiated(trace, nodes, isTensor(seed) ? seed.state.node : undefined, stands =>
    trace.call(
      callee,
      stands.map(node => ({ value: tensor(trace, node, span) })),
      span,
    ),
  )
  const gradientNodes = found?.gradients
  if (!gradientNodes?.every(node => node !== undefined)) return undefined
  addPlaces(trace, gradientNodes, nodes, span)
  if (found?.isWhole && seed === undefined) noteDerivatives(call, found)
  return gradientNodes.map(node => tensor(trace, node, span))
}

/** What is made for a gradient, and for nothing that the code says itself, is made where the gradient is taken. */
export function addPlaces(
  trace: Tracer,
  found: readonly Node[],
  variables: readonly Node[],
  span: HostCall['span'],
): void {
  const origin = trace.origin(span)
  for (const made of newNodes(found, variables))
    if (trace.provenance.origins(made).length === 0) trace.provenance.addOrigin(made, origin)
}

/** The gradients of a function without arguments by some variables that it may read. */
export function gradientsByVariables(
  call: HostCall,
  callee: Value,
  variables: readonly Tensor[],
): readonly (Node | undefined)[] | undefined {
  const { trace, span } = call
  const nodes = variables.flatMap(({ state }) => (state.node ? [state.node] : []))
  if (nodes.length !== variables.length) return undefined
  const found = differentiated(trace, nodes, undefined, stands => {
    for (const [i, variable] of variables.entries())
      trace.heap.setState(variable, { ...variable.state, node: stands[i]! })
    return trace.call(callee, [], span)
  })
  if (!found) return undefined
  const known = found.gradients.filter(node => node !== undefined)
  addPlaces(trace, known, nodes, span)
  if (found.isWhole) noteDerivatives(call, found)
  return found.gradients
}

/** Gradients of a value; `isWhole` where what they are by leads to it in no other way, and no function has one of its own. */
interface Found extends Differentiated {
  readonly isWhole: boolean
}

/** Gradients by nodes, of what `run` gives for stand-ins of them. Whatever it changes is undone. */
function differentiated(
  trace: Tracer,
  nodes: readonly Node[],
  seed: Node | undefined,
  run: (stands: readonly Node[]) => Value,
): Found | undefined {
  const { builder } = trace
  const { differentiations } = contextOf(trace)
  const stands = nodes.flatMap(node => standIn(trace, node) ?? [])
  if (stands.length !== nodes.length) return undefined
  const own: Differentiation = { pullbacks: new Map(), values: new Map(), isLost: false }
  return trace.heap.attempt(() => {
    differentiations.push(own)
    try {
      const value = run(stands)
      if (!isTensor(value) || !value.state.node || own.isLost) return undefined
      const limited = limitedBetween(trace, [value.state.node], new Set(stands))
      if (limited) reportLimit(trace, limited)
      if (limited) return undefined
      const found = gradients(value.state.node, stands, builder, { seed, pullbacks: own.pullbacks })
      if (isProblem(found) || own.isLost) return undefined
      const originals = new Map([...own.values, ...stands.map((stand, i) => [stand, nodes[i]!] as const)])
      const known = found.filter(node => node !== undefined)
      const gathered = gatherFactors(known, [value.state.node], builder)
      if (isProblem(gathered)) return undefined
      const replaced = rebuild([value.state.node, ...gathered], builder, node => originals.get(node) ?? node)
      if (isProblem(replaced)) return undefined
      const byNode = new Map(known.map((node, i) => [node, replaced[i + 1]!]))
      return {
        value: replaced[0]!,
        by: nodes,
        gradients: found.map(node => node && byNode.get(node)),
        isWhole: own.pullbacks.size === 0 && !dependsOn(value.state.node, nodes),
      }
    } finally {
      differentiations.pop()
    }
  }).result
}

/** A leaf with the type of a node, equal to nothing else. */
function standIn(trace: Tracer, { type: { shape, dtype } }: Node): Node | undefined {
  if (!shape) return undefined
  const index = contextOf(trace).counters.next('input')
  const stand = trace.builder.node('input', [], { name: 'x', index, shape, dtype })
  return isProblem(stand) ? undefined : stand
}

/** A tensor of the program with a value. */
export function tensor(trace: Tracer, node: Node, span: HostCall['span']): Tensor {
  return trace.host<TensorState>(tensorType, { node, symbolic: false, origin: trace.origin(span) })
}
