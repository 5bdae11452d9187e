import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow, operandsOf } from '../graph/walk.js'
import { opTable } from '../ops/table.js'

/** The ops that have a law, which is written with `f` for the op. */
const having = (law: string): ReadonlySet<string> =>
  new Set(
    Object.entries(opTable).flatMap(([name, { laws }]) =>
      laws?.includes(law.replaceAll('f(', `${name}(`)) ? [name] : [],
    ),
  )

const commutative = having('f(x, y) = f(y, x)')
const associative = having('f(f(x, y), z) = f(x, f(y, z))')

/** Whether the operands of an op may change places. */
export const isCommutative = (op: string): boolean => commutative.has(op)

/**
 * Sums, products and their kin with all their operands: in `(a + b) + c` the inner sum is a part of the outer one if
 * nothing else reads it. A sum that is read in several places, as that of a residual connection, is a value of its own;
 * so the operands of all chains are no more than those of the graph.
 */
export class Chains {
  readonly #inner = new Set<Node>()

  constructor(nodes: readonly Node[], outputs: readonly Node[]) {
    const readers = new Map<Node, number>()
    const count = (node: Node) => readers.set(node, (readers.get(node) ?? 0) + 1)
    for (const node of nodes) for (const operand of operandsOf(node)) count(operand)
    for (const node of outputs) count(node)
    for (const node of nodes)
      for (const input of node.inputs)
        if (readers.get(input) === 1 && canJoin(node, input)) this.#inner.add(input)
  }

  /** Whether it is a part of a longer chain. */
  isInner(node: Node): boolean {
    return this.#inner.has(node)
  }

  /** What a node computes its value from, parts of its own chain left out; in the order of the text. */
  operands(node: Node): readonly Node[] {
    if (!associative.has(node.op)) return operandsOf(node)
    const found: Node[] = []
    const pending = [...node.inputs].reverse()
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (this.#inner.has(next)) pending.push(...[...next.inputs].reverse())
      else found.push(next)
    }
    return found
  }
}

function canJoin(outer: Node, inner: Node): boolean {
  return associative.has(outer.op) && inner.op === outer.op && inner.type.dtype === outer.type.dtype
}

/** The same values with the operands of each chain in the order of their ids, from the left. */
export function orderChains(outputs: readonly Node[], builder: GraphBuilder): readonly Node[] {
  const nodes = nodesBelow(outputs)
  const chains = new Chains(nodes, outputs)
  const done = new Map<Node, Node>()
  for (const node of nodes) {
    if (chains.isInner(node)) continue
    const operands = chains.operands(node)
    const isChain = operands.length > 2 && associative.has(node.op)
    const inputs = (isChain ? operands : node.inputs).map(input => done.get(input) ?? input)
    if (isCommutative(node.op)) inputs.sort((a, b) => a.id - b.id)
    done.set(node, (isChain && folded(node, inputs, builder)) || rebuilt(node, inputs, builder))
  }
  return outputs.map(node => done.get(node)!)
}

function folded(node: Node, [first, ...rest]: readonly Node[], builder: GraphBuilder): Node | undefined {
  let sum = first!
  for (const operand of rest) {
    const next = builder.node(node.op, [sum, operand], node.attributes)
    if (isProblem(next)) return undefined
    sum = next
  }
  return sum
}

function rebuilt(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node {
  if (inputs.length === node.inputs.length && inputs.every((input, i) => input === node.inputs[i]))
    return node
  const copy = builder.node(node.op, inputs, node.attributes)
  return isProblem(copy) ? node : copy
}
