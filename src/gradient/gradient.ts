import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { elaborateText, expand } from '../ops/elaborate.js'
import type { Op } from '../ops/op.js'
import { opTable } from '../ops/table.js'
import { derivativeOf } from './derivative.js'
import { rebuild } from './rebuild.js'

/** What the gradient of a leaf is with respect to other nodes, where something else than the op table says it. */
export interface Pullback {
  readonly inputs: readonly Node[]
  /** What flows back to each input, in its shape, when `g` flows back to the leaf. */
  readonly apply: (g: Node) => readonly Node[] | Problem
}

export interface GradientOptions {
  /** The gradient of the output itself; without one it is 1 everywhere, so that the output's elements are summed. */
  readonly seed?: Node | undefined
  /** Leaves that depend on other nodes. */
  readonly pullbacks?: ReadonlyMap<Node, Pullback>
}

/**
 * The gradients of an output with respect to nodes, as graphs: reverse mode. Each has the shape of its node.
 * Undefined for a node that the output does not depend on. Derivatives come from the op table; a problem says which op
 * on the way has none.
 */
export function gradients(
  output: Node,
  variables: readonly Node[],
  builder: GraphBuilder,
  { seed, pullbacks = new Map() }: GradientOptions = {},
): readonly (Node | undefined)[] | Problem {
  const stops = new Set(variables)
  const roots = [output, ...[...pullbacks.values()].flatMap(({ inputs }) => inputs)]
  const expanded = rebuild(roots, builder, node => meaningOf(node, builder), stops)
  if (isProblem(expanded)) return expanded
  const [end, ...ends] = expanded as readonly [Node, ...Node[]]
  const customInputs = new Map(
    [...pullbacks].map(([leaf, { inputs }]) => [leaf, inputs.map(() => ends.shift()!)]),
  )
  const inputsOf = (node: Node) => (stops.has(node) ? [] : (customInputs.get(node) ?? node.inputs))
  const order = dependents(end, stops, inputsOf)
  const depends = new Set(order)
  const start = seed ?? filled(end, 1, builder)
  if (isProblem(start)) return start
  const incoming = new Map<Node, Node>([[end, start]])
  for (const node of order.reverse()) {
    const g = incoming.get(node)
    if (!g || stops.has(node)) continue
    const custom = pullbacks.get(node)?.apply(g)
    if (custom && isProblem(custom)) return custom
    for (const [at, input] of inputsOf(node).entries()) {
      if (!depends.has(input)) continue
      const own = custom ? custom[at] : inputGradient(node, at, g, builder)
      if (own === undefined) continue
      if (isProblem(own)) return own
      const before = incoming.get(input)
      const sum = before ? builder.node('add', [before, own]) : own
      if (isProblem(sum)) return sum
      incoming.set(input, sum)
    }
  }
  const results: (Node | undefined)[] = []
  for (const variable of variables) {
    const result =
      incoming.get(variable) ?? (depends.has(variable) ? filled(variable, 0, builder) : undefined)
    if (result && isProblem(result)) return result
    results.push(result)
  }
  return results
}

/** A derived op as its meaning, unless it has a gradient of its own. */
function meaningOf(node: Node, builder: GraphBuilder): Node | Problem {
  let current = node
  for (let op = opTable[current.op]; op?.kind === 'derived' && !op.derivative; op = opTable[current.op]) {
    if (typeof op.means === 'object' && !['training', 'inference'].includes(String(current.attributes.mode)))
      return { problem: `the gradient of \`${current.op}\` depends on the mode` }
    const next = expand(current, builder, 'inference')
    if (isProblem(next) || next === current) return next
    current = next
  }
  return current
}

/** The nodes that depend on the variables, inputs before what reads them. */
function dependents(
  output: Node,
  variables: ReadonlySet<Node>,
  inputsOf: (node: Node) => readonly Node[],
): Node[] {
  const depends = new Map<Node, boolean>()
  const order: Node[] = []
  const pending = [output]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (depends.has(node)) {
      pending.pop()
      continue
    }
    const inputs = inputsOf(node)
    const missing = inputs.filter(input => !depends.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    const own = variables.has(node) || inputs.some(input => depends.get(input))
    depends.set(node, own)
    if (own) order.push(node)
  }
  return order
}

function filled(like: Node, value: number, builder: GraphBuilder): Node | Problem {
  return like.type.shape
    ? builder.node('fill', [], { shape: like.type.shape, value })
    : { problem: 'the shape of a gradient is not known' }
}

/** What flows back to one input, in its shape; undefined where nothing does. */
function inputGradient(node: Node, at: number, g: Node, builder: GraphBuilder): Node | undefined | Problem {
  const op = opTable[node.op]
  const derivative = derivativeOf(node, at)
  if (!op || derivative === undefined) return { problem: `\`${node.op}\` has no derivative` }
  if (typeof derivative !== 'string')
    return derivative.zero ? undefined : { problem: `\`${node.op}\`: ${derivative.none}` }
  const value = elaborateText(derivative, { value: name => named(op, node, g, name) }, builder)
  return isProblem(value) ? value : fitted(value, node.inputs[at]!, builder)
}

function named(op: Op, node: Node, g: Node, name: string) {
  const at = op.inputs.indexOf(name)
  if (at >= 0 && !(op.variadic && at === op.inputs.length - 1)) return node.inputs[at]
  const [, stem, index] = /^(.*)_(\d+)$/.exec(name) ?? []
  if (op.variadic && stem === op.inputs.at(-1)) return node.inputs[op.inputs.length - 2 + Number(index)]
  if (name === 'g') return g
  if (name === 'y') return node
  return node.attributes[name]
}

/** Sums over the axes along which the input was broadcast, and repeats along those that went. */
function fitted(value: Node, input: Node, builder: GraphBuilder): Node | Problem {
  const target = input.type.shape
  if (!target || !value.type.shape) return { problem: 'the shape of a gradient is not known' }
  let current: Node | Problem = value
  const lead = value.type.shape.length - target.length
  if (lead > 0)
    current = builder.node('sum', [current], {
      axes: Array.from({ length: lead }, (_, i) => i),
      keepDims: false,
    })
  if (isProblem(current)) return current
  const shape = current.type.shape!
  const wide = shape.flatMap((size, i) =>
    target[target.length - shape.length + i] === 1 && size !== 1 ? [i] : [],
  )
  if (wide.length > 0) current = builder.node('sum', [current], { axes: wide, keepDims: true })
  if (isProblem(current)) return current
  const same =
    current.type.shape!.length === target.length &&
    current.type.shape!.every((size, i) => equals(size, target[i]!))
  return same ? current : builder.node('broadcastTo', [current], { shape: target })
}
