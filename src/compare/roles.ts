import { attributeKey } from '../graph/attribute.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { Chains, isCommutative } from '../normal/chains.js'

/** A computation with tensors of which it is open which ones they are. */
export interface OpenSide {
  readonly outputs: readonly Node[]
  readonly open: readonly Node[]
}

/** So many tensors that play the same role are told apart by choosing partners for some; then they are taken in order. */
const mostChoices = 40

/**
 * Pairs the open tensors of two computations by the roles that they play: the pairing under which both are one graph, if
 * they are one graph but for the names of these tensors. Every first tensor with a partner is in the result.
 *
 * Roles are found by colour refinement (Weisfeiler and Leman 1968): a node's colour is what it computes from what, its
 * role what is made of it on all ways to the outputs. Tensors with a role of their own are paired, which may tell others
 * apart in the next pass. Where several tensors play one role to the end, as in equal towers, one is given to one.
 */
export function pairByRole(first: OpenSide, second: OpenSide): ReadonlyMap<Node, Node> {
  const chosen = new Map<Node, string>()
  const pairing = new Map<Node, Node>()
  const pair = (a: Node, b: Node) => {
    chosen.set(a, `pair ${pairing.size}`)
    chosen.set(b, `pair ${pairing.size}`)
    pairing.set(a, b)
  }
  for (let choices = 0; ; ) {
    const known = pairing.size
    const names = new Names()
    const [left, right] = [first, second].map(side => byRole(side, names, chosen))
    let tied: readonly [Node, Node] | undefined
    for (const [role, nodes] of left!) {
      const partners = right!.get(role) ?? []
      if (nodes.length === 1 && partners.length === 1) pair(nodes[0]!, partners[0]!)
      else if (partners.length > 0) {
        tied ??= [nodes[0]!, partners[0]!]
        if (choices >= mostChoices)
          nodes.forEach((node, i) => {
            if (partners[i]) pair(node, partners[i])
          })
      }
    }
    if (!tied || choices >= mostChoices) return pairing
    // What was told apart just now may tell the others apart.
    if (pairing.size > known) continue
    choices++
    pair(...tied)
  }
}

/** Short names for long texts: equal names, equal texts. */
class Names {
  readonly #numbers = new Map<string, number>()

  of(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size
    this.#numbers.set(text, known)
    return known
  }
}

/** The open tensors that have no partner yet, by role. */
function byRole(
  { outputs, open }: OpenSide,
  names: Names,
  chosen: ReadonlyMap<Node, string>,
): ReadonlyMap<number, readonly Node[]> {
  const all = nodesBelow(outputs)
  const chains = new Chains(all, outputs)
  const nodes = all.filter(node => !chains.isInner(node))
  const isOpen = new Set(open)
  const colors = new Map<Node, number>()
  for (const node of nodes) {
    const own = isOpen.has(node) ? (chosen.get(node) ?? `open ${shapeText(node.type.shape)}`) : undefined
    colors.set(node, names.of(own ?? colorText(node, chains.operands(node), colors)))
  }
  const uses = new Map<Node, number[]>()
  const use = (node: Node, text: string) => {
    const known = uses.get(node)
    if (known) known.push(names.of(text))
    else uses.set(node, [names.of(text)])
  }
  for (const [i, node] of outputs.entries()) use(node, `output ${i}`)
  const found = new Map<number, Node[]>()
  for (const node of [...nodes].reverse()) {
    const role = names.of(`used ${(uses.get(node) ?? []).sort((a, b) => a - b)}`)
    const isOrdered = !isCommutative(node.op)
    for (const [i, operand] of chains.operands(node).entries())
      use(operand, `${role} ${colors.get(node)} ${isOrdered ? i : ''}`)
    if (isOpen.has(node) && !chosen.has(node)) found.set(role, [...(found.get(role) ?? []), node])
  }
  return found
}

/** What a node computes from what. A leaf that is not open is itself on both sides. */
function colorText(node: Node, operands: readonly Node[], colors: ReadonlyMap<Node, number>): string {
  if (operands.length === 0 && Object.hasOwn(node.attributes, 'identity')) return `leaf ${node.id}`
  const own = operands.map(operand => colors.get(operand)!)
  if (isCommutative(node.op)) own.sort((a, b) => a - b)
  const attributes = Object.entries(node.attributes).map(([name, value]) =>
    typeof value === 'object' && value !== null && 'body' in value ? name : `${name}=${attributeKey(value)}`,
  )
  return `${node.op} ${attributes} ${own} ${shapeText(node.type.shape)}`
}
