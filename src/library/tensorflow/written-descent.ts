import { type Dimension, divide, isPolynomial, multiply } from '../../graph/dimension.js'
import type { Model } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Slope, Write } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { contextOf } from './context.js'
import { computationOf } from './function-model.js'
import type { TensorState } from './state.js'
import { tensorType } from './types.js'
import { heldIn, replaced } from './write-groups.js'

/** Gradients by parameters, of a value that nothing but these parameters lead to. */
export interface Differentiated {
  readonly value: Node
  readonly by: readonly Node[]
  readonly gradients: readonly (Node | undefined)[]
}

/** Keeps what gradients are of, so that updates that the program writes itself are known to go down a loss. */
export function noteDerivatives({ trace, span }: HostCall, found: Differentiated): void {
  const { derivatives } = contextOf(trace)
  const { value, by, gradients } = asHeldNow(trace, found)
  const state: TensorState = { node: value, symbolic: false, origin: trace.origin(span) }
  const loss = computationOf(trace, 'loss', trace.host<TensorState>(tensorType, state), span)
  if (!('outputs' in loss)) return
  const minimized: Model = { ...loss, isMinimized: true }
  const opposite = trace.builder.node('negate', [value])
  const negative: Model | undefined = isProblem(opposite)
    ? undefined
    : { ...minimized, outputs: minimized.outputs.map(port => ({ ...port, node: opposite })) }
  for (const [i, parameter] of by.entries()) {
    const gradient = gradients[i]
    if (gradient && parameter.op === 'parameter')
      derivatives.set(gradient, { loss: minimized, parameter, ...(negative && { negative }) })
  }
}

/** The same in terms of parameters, where they are by what variables hold that the program wrote. */
function asHeldNow(trace: Tracer, found: Differentiated): Differentiated {
  const held = heldIn(trace)
  if (held.size === 0) return found
  const asHeld = (node: Node) => replaced(trace, node, held) ?? node
  return {
    value: asHeld(found.value),
    by: found.by.map(asHeld),
    gradients: found.gradients.map(node => node && asHeld(node)),
  }
}

/** What is added to a value, by the op that does it. */
const changes: Readonly<Record<string, (value: Node, from: Node) => readonly [Node, Dimension] | undefined>> =
  {
    add: ({ inputs: [a, b] }, from) => (a === from ? [b!, 1] : b === from ? [a!, 1] : undefined),
    subtract: ({ inputs: [a, b] }, from) => (a === from ? [b!, -1] : undefined),
  }

/** A node as a number times another. */
const multiples: Readonly<Record<string, (node: Node) => readonly [Node, Dimension] | undefined>> = {
  negate: ({ inputs: [a] }) => [a!, -1],
  multiply: ({ inputs: [a, b] }) => {
    const [left, right] = [numberOf(a!), numberOf(b!)]
    return left !== undefined ? [b!, left] : right !== undefined ? [a!, right] : undefined
  },
  divide: ({ inputs: [a, b] }) => {
    const divisor = numberOf(b!)
    return divisor === undefined ? undefined : [a!, divide(1, divisor)]
  },
}

function numberOf({ op, attributes: { value } }: Node): Dimension | undefined {
  return op === 'scalar' && (typeof value === 'number' || isPolynomial(value)) ? value : undefined
}

/** Down which loss, and how far, a parameter goes that is given a value: `θ − η ∇L`. */
export function stepDown({ trace }: HostCall, parameter: Node, value: Node): Write['down'] {
  const { derivatives } = contextOf(trace)
  const change = Object.hasOwn(changes, value.op) ? changes[value.op]!(value, parameter) : undefined
  let [node, times] = change ?? [undefined, 1]
  while (node && !derivatives.has(node)) {
    const factor = Object.hasOwn(multiples, node.op) ? multiples[node.op]!(node) : undefined
    times = factor ? multiply(times, factor[1]) : times
    node = factor?.[0]
  }
  const found = node && derivatives.get(node)
  if (found?.parameter !== parameter) return undefined
  // Up a value is down its negative.
  const isUp = typeof times === 'number' && times > 0
  if (isUp) return found.negative && { loss: found.negative, rate: times }
  return { loss: found.loss, rate: multiply(times, -1) }
}

/** The derivatives that a value is made of. */
export function slopesIn({ trace }: HostCall, value: Node): readonly Slope[] {
  const { derivatives } = contextOf(trace)
  const seen = new Set<Node>()
  const pending = [value]
  const found: Slope[] = []
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    const known = derivatives.get(node)
    if (known) found.push({ node, loss: known.loss, parameter: known.parameter })
    else pending.push(...node.inputs)
  }
  return found
}

/** Whether a value depends on any of some nodes. */
export const dependsOn = (value: Node, nodes: readonly Node[]): boolean =>
  nodesBelow([value]).some(node => nodes.includes(node))
