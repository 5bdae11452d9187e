import type { StatedValue } from '../graph/model.js'
import type { Node } from '../graph/node.js'

/** The parts of a spec whose own equations compute any of some values, in the order of the spec. */
export function partsOf(values: readonly Node[], statements: readonly StatedValue[]): readonly string[] {
  const wanted = new Set(values)
  const found = statements.filter((_, at) => [...ownValues(at, statements)].some(node => wanted.has(node)))
  return [...new Set(found.map(({ part }) => part))]
}

/**
 * What an equation computes by itself: from what it is given, or from what others define, without what functions compute
 * that it applies. Inner functions are stated before those that apply them.
 */
function ownValues(at: number, statements: readonly StatedValue[]): ReadonlySet<Node> {
  const { node: root, given } = statements[at]!
  const ends = new Set(given ?? [])
  for (const other of statements) if (!other.given && other.node !== root) ends.add(other.node)
  const applied = new Map<Node, readonly Node[]>()
  for (const [place, other] of statements.entries())
    if (other.given && place !== at && (other.node !== root || place < at || !given))
      applied.set(other.node, other.given)
  const own = new Set<Node>()
  const seen = new Set<Node>()
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node) || (ends.has(node) && node !== root)) continue
    seen.add(node)
    const inner = applied.get(node)
    if (!inner) own.add(node)
    pending.push(...(inner ?? node.inputs))
  }
  return own
}
