import { gradients } from '../../gradient/gradient.js'
import { rebuild } from '../../gradient/rebuild.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, Property, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'

type Tensor = HostObject<TensorState>

const customGradient = 'custom gradient'

/** Notes that a function of the program with a gradient of its own was called: what it means is not followed. */
export function noteCustomGradient(trace: Tracer): void {
  contextOf(trace).counters.next(customGradient)
}

/** How often that was noted. Asking counts as well, and is taken off again. */
function customGradients(trace: Tracer): number {
  const { counters } = contextOf(trace)
  return counters.next(customGradient) - counters.next('question about custom gradients')
}

/**
 * The gradients of what a function returns by its arguments, at these arguments; undefined where they cannot be
 * followed. The function is called with stand-ins, so that nothing but its use of the arguments counts.
 */
export function gradientsByArguments(
  { trace, span }: HostCall,
  callee: Value,
  args: readonly Property[],
  seed: Value,
): readonly Value[] | undefined {
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
  return found?.every(node => node !== undefined) ? found.map(node => tensor(trace, node!, span)) : undefined
}

/** The gradients of a function without arguments by the variables that it reads, by the name of each. */
export function gradientsByVariables(
  { trace, span }: HostCall,
  callee: Value,
  listed: Value,
): Readonly<Record<string, Value>> | undefined {
  const all = contextOf(trace).variables.filter(({ state }) => state.variable?.trainable)
  const chosen = listed === undefined ? all : trace.elements(listed)?.map(({ value }) => value)
  if (!chosen?.every((value): value is Tensor => isTensor(value) && value.state.variable !== undefined))
    return undefined
  const nodes = chosen.flatMap(({ state }) => (state.node ? [state.node] : []))
  if (nodes.length !== chosen.length) return undefined
  const found = differentiated(trace, nodes, undefined, stands => {
    for (const [i, variable] of chosen.entries())
      trace.heap.setState(variable, { ...variable.state, node: stands[i]! })
    return trace.call(callee, [], span)
  })
  if (!found) return undefined
  // What the loss does not depend on has no entry (tfjs-core/src/gradients.ts, variableGrads).
  const entries = chosen.flatMap(({ state }, i) => {
    const node = found[i]
    return node ? [[state.variable!.name, tensor(trace, node, span)] as const] : []
  })
  return Object.fromEntries(entries)
}

/** Gradients by nodes, of what `run` gives for stand-ins of them. Whatever it changes is undone. */
function differentiated(
  trace: Tracer,
  nodes: readonly Node[],
  seed: Node | undefined,
  run: (stands: readonly Node[]) => Value,
): readonly (Node | undefined)[] | undefined {
  const { builder } = trace
  const { counters } = contextOf(trace)
  const stands = nodes.flatMap(({ type: { shape, dtype } }) => {
    const attributes = { name: 'x', index: counters.next('input'), shape: shape ?? [], dtype }
    const stand = builder.node('input', [], attributes)
    return isProblem(stand) || !shape ? [] : [stand]
  })
  if (stands.length !== nodes.length) return undefined
  return trace.heap.attempt(() => {
    const before = customGradients(trace)
    const value = run(stands)
    if (!isTensor(value) || !value.state.node || customGradients(trace) !== before) return undefined
    const found = gradients(value.state.node, stands, builder, seed)
    if (isProblem(found)) return undefined
    const originals = new Map(stands.map((stand, i) => [stand, nodes[i]!]))
    const known = found.filter(node => node !== undefined)
    const replaced = rebuild(known, builder, node => originals.get(node) ?? node)
    if (isProblem(replaced)) return undefined
    const byNode = new Map(known.map((node, i) => [node, replaced[i]!]))
    return found.map(node => node && byNode.get(node))
  }).result
}

function tensor(trace: Tracer, node: Node, span: HostCall['span']): Tensor {
  return trace.host<TensorState>(tensorType, { node, symbolic: false, origin: trace.origin(span) })
}
