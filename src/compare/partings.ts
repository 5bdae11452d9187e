import { sameAttribute } from '../graph/attribute.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'

/** The smallest parts in which two expressions of one graph differ: what reads them is the same on both sides. */
export interface Parting {
  readonly first: Node
  readonly second: Node
}

/** Where two expressions part, from the outside in: ops that are the same on both sides are passed. */
export function partings(first: Node, second: Node): readonly Parting[] {
  const found: Parting[] = []
  const seen = new Set<string>()
  const pending: Parting[] = [{ first, second }]
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const key = `${pair.first.id} ${pair.second.id}`
    if (pair.first === pair.second || seen.has(key)) continue
    seen.add(key)
    if (isOneOp(pair.first, pair.second)) pending.push(...operandPairs(pair.first, pair.second))
    else found.push(pair)
  }
  return found
}

/** The nodes of each side that the partings make different: those that the other side does not have there. */
export function differingNodes(found: readonly Parting[]): ReadonlySet<Node> {
  const nodes = new Set<Node>()
  for (const { first, second } of found) {
    const [left, right] = [new Set(nodesBelow([first])), new Set(nodesBelow([second]))]
    for (const node of left) if (!right.has(node)) nodes.add(node)
    for (const node of right) if (!left.has(node)) nodes.add(node)
  }
  return nodes
}

function isOneOp(a: Node, b: Node): boolean {
  return (
    a.op === b.op &&
    a.inputs.length > 0 &&
    a.inputs.length === b.inputs.length &&
    Object.keys(a.attributes).every(name => sameAttribute(a.attributes[name], b.attributes[name]))
  )
}

/** Operands that both have belong together wherever they stand; the rest in order. */
function operandPairs(a: Node, b: Node): readonly Parting[] {
  const [left, right] = [
    a.inputs.filter(node => !b.inputs.includes(node)),
    b.inputs.filter(node => !a.inputs.includes(node)),
  ]
  if (left.length !== right.length || left.length === 0)
    return a.inputs.map((node, i) => ({ first: node, second: b.inputs[i]! }))
  return left.map((node, i) => ({ first: node, second: right[i]! }))
}
