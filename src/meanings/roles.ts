import { equals } from '../graph/dimension.js'
import type { Role } from '../graph/meaning.js'
import type { Node } from '../graph/node.js'
import type { Op } from '../ops/op.js'
import { resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'

/** What the values of a node stand for. */
export interface RoleFact {
  readonly role: Role
  /** For probabilities and their logarithms: the axis along which they sum to one. */
  readonly over?: number
  /** Nothing makes it that: only what reads it takes it for that. */
  readonly assumed?: true
}

export type Roles = (node: Node) => RoleFact | undefined

/**
 * What the values of nodes stand for: what their op makes of them, or else what all that read them take them for.
 * `nodes` are in order, inputs first.
 */
export function rolesOf(nodes: readonly Node[]): Roles {
  const made = new Map<Node, RoleFact>()
  for (const node of nodes) {
    const fact = makes(node, made)
    if (fact) made.set(node, fact)
  }
  const taken = takenFor(nodes)
  return node => {
    const role = taken.get(node)
    return made.get(node) ?? (role && { role, assumed: true })
  }
}

/** The inputs of a node that go by a name: all behind it where the op takes any number. */
function inputsNamed(op: Op, { inputs }: Node, name: string): readonly Node[] {
  const at = op.inputs.indexOf(name)
  return op.variadic && at === op.inputs.length - 1 ? inputs.slice(at) : inputs.slice(at, at + 1)
}

function makes(node: Node, made: ReadonlyMap<Node, RoleFact>): RoleFact | undefined {
  const op = opTable[node.op]
  if (!op) return undefined
  const { is, over, as, of } = op.role
  if (is) {
    const axis =
      over === undefined ? undefined : resolveAxis(node.attributes[over], node.type.shape?.length ?? 0)
    return typeof axis === 'number' ? { role: is, over: axis } : { role: is }
  }
  if (of) {
    const fact = node.inputs[0] && made.get(node.inputs[0])
    const role = fact && of[fact.role]
    return role && { ...fact, role }
  }
  const sources = (as ?? []).flatMap(name => inputsNamed(op, node, name))
  const [first, ...others] = sources.map(input => carried(op, node, input, made.get(input)))
  if (!first || others.some(other => other?.role !== first.role)) return undefined
  return others.every(other => other?.over === first.over) ? first : { role: first.role }
}

/** The role of an input as that of the result; what summed to one still does where the axis is there as a whole. */
function carried(op: Op, node: Node, input: Node, fact: RoleFact | undefined): RoleFact | undefined {
  if (fact?.over === undefined || !node.type.shape || !input.type.shape) return fact && { role: fact.role }
  const place = op.axes(node).find(({ a, b, other }) => a === node && b === input && other === fact.over)
  return place && equals(node.type.shape[place.axis]!, input.type.shape[fact.over]!)
    ? { role: fact.role, over: place.axis }
    : { role: fact.role }
}

/** What the readers of each node take it for, where they agree. */
function takenFor(nodes: readonly Node[]): ReadonlyMap<Node, Role> {
  const taken = new Map<Node, Role | null>()
  const take = (node: Node, role: Role | null) => {
    const known = taken.get(node)
    taken.set(node, known === undefined || known === role ? role : null)
  }
  for (const node of [...nodes].reverse()) {
    const op = opTable[node.op]
    if (!op) continue
    for (const [name, role] of Object.entries(op.role.takes ?? {}))
      for (const input of inputsNamed(op, node, name)) take(input, role)
    const own = taken.get(node)
    if (own !== undefined)
      for (const input of (op.role.as ?? []).flatMap(name => inputsNamed(op, node, name))) take(input, own)
  }
  return new Map([...taken].flatMap(([node, role]) => (role ? [[node, role] as const] : [])))
}
