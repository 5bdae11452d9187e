import { attributeKey } from '../../graph/attribute.js'
import type { Node } from '../../graph/node.js'

/** Whether two computations are the same, except that draws, and what calls give, have places of their own in each. */
export function sameComputation(a: Node, b: Node): boolean {
  const places = new Map<unknown, unknown>()
  const taken = new Set<unknown>()
  const seen = new Map<Node, Node>()
  const pending: [Node, Node][] = [[a, b]]
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [left, right] = pair
    if (left === right || seen.get(left) === right) continue
    if (left.op !== right.op || left.inputs.length !== right.inputs.length || seen.has(left)) return false
    seen.set(left, right)
    const isOfCall = isGivenByCall(left) && isGivenByCall(right)
    const names = Object.keys(left.attributes).filter(
      name => name !== 'site' && !(isOfCall && (name === 'call' || name === 'index')),
    )
    if (names.some(name => attributeKey(left.attributes[name]) !== attributeKey(right.attributes[name])))
      return false
    const [place, other] = isOfCall
      ? [`call ${left.attributes.index}`, `call ${right.attributes.index}`]
      : [left.attributes.site, right.attributes.site]
    if (places.has(place) ? places.get(place) !== other : taken.has(other)) return false
    places.set(place, other)
    taken.add(other)
    left.inputs.forEach((input, i) => {
      pending.push([input, right.inputs[i]!])
    })
  }
  return true
}

/** Whether a node is what a function gives, another one at each call. */
const isGivenByCall = ({ op, attributes }: Node): boolean =>
  op === 'input' && typeof attributes.call === 'number'
