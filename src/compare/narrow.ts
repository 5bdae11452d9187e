import { sameAttribute } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { fingerprints } from '../identity/fingerprints.js'
import { sizesOf } from '../identity/prove.js'
import { sharedNodes } from '../identity/region.js'
import { isCommutative } from '../normal/chains.js'
import type { Mode } from '../ops/elaborate.js'
import { below } from './layouts.js'
import { batch, fixedSizes, smallSizes } from './sizes.js'

/** The smallest pair of values in which two computations differ, and what belongs to it. */
export interface Narrowed {
  readonly specified: Node
  readonly implemented: Node
  /** In which mode they were compared. */
  readonly mode: Mode
  /** Values of each side, down to those that the other one has as well. */
  readonly specifiedOnly: readonly Node[]
  readonly implementedOnly: readonly Node[]
  /** What the values that only the code has read of those that both have, as the specified side computes them. */
  readonly read: readonly Node[]
  /** Whether two values are the same, by what they are or by their fingerprints. */
  readonly isSame: (a: Node, b: Node) => boolean
  readonly symbol: (name: string) => number
  /** Whether a value stands in both sides. */
  readonly isShared: (node: Node) => boolean
  /** Whether the sides are small enough for fingerprints. */
  readonly hasFingerprints: boolean
}

/** Multiplications and additions that all fingerprints of two sides may take. */
const budget = 100_000

/** Values that one side alone has are not told apart by fingerprints if they have more elements than this together. */
const mostElements = 6000

/** Sizes of the batch at which two values are compared; other open sizes follow. */
const batchSize = 2

/**
 * Walks down from two values that differ as long as the same is made of operands of which exactly one differs, and not to
 * a value that the other side has in another place: then what is read differs, not how it is computed. Values are the same if their fingerprints are. Undefined where the fingerprints of the two themselves are the same in both modes.
 */
export function narrow(
  specified: Node,
  implemented: Node,
  builder: GraphBuilder,
  symbols: ReadonlyMap<string, number>,
): Narrowed | undefined {
  const shared = sharedNodes({ first: [specified], second: [implemented] })
  const [left, right] = [own(specified, shared), own(implemented, shared)]
  const symbol = smallSizes(new Map([[batch, batchSize], ...symbols]), fixedSizes([specified, implemented]))
  for (const mode of ['inference', 'training'] as const) {
    const boundary = [...left, ...right].flatMap(({ inputs }) => inputs.filter(input => shared.has(input)))
    const nodes = [...new Set([...left, ...right, ...boundary])]
    const keys =
      elements(nodes, symbol) > mostElements
        ? undefined
        : fingerprints(nodes, builder, node => shared.has(node), { mode, symbol, budget })
    const keyOf = (node: Node) => keys?.get(node) ?? `node ${node.id}`
    const isSame = (a: Node, b: Node) => a === b || keyOf(a) === keyOf(b)
    if (isSame(specified, implemented)) continue
    const has = (others: Iterable<Node>) => {
      const known = new Map([...others].map(node => [keyOf(node), node]))
      return (node: Node) => (shared.has(node) ? node : known.get(keyOf(node)))
    }
    const [inSpecified, inImplemented] = [has([...left, ...boundary]), has([...right, ...boundary])]
    const [p, c] = walkDown(
      specified,
      implemented,
      isSame,
      (a, b) => inImplemented(a) !== undefined || inSpecified(b) !== undefined,
    )
    const specifiedOnly = ownBelow(p, node => inImplemented(node) !== undefined)
    const implementedOnly = ownBelow(c, node => inSpecified(node) !== undefined)
    const isOwn = new Set(implementedOnly)
    const read = implementedOnly.flatMap(({ inputs }) =>
      inputs.flatMap(input => (isOwn.has(input) ? [] : (inSpecified(input) ?? []))),
    )
    return {
      specified: p,
      implemented: c,
      mode,
      specifiedOnly,
      implementedOnly,
      read: [...new Set(read)],
      isSame,
      symbol,
      isShared: node => shared.has(node),
      hasFingerprints: keys !== undefined,
    }
  }
  return undefined
}

/** How many elements values have together, by the sizes that are tried. */
function elements(nodes: readonly Node[], symbol: (name: string) => number): number {
  const counts = nodes.map(node => sizesOf(node, { symbol })?.reduce((a, b) => a * b, 1) ?? mostElements)
  return counts.reduce((a, b) => a + b, 0)
}

function walkDown(
  specified: Node,
  implemented: Node,
  isSame: (a: Node, b: Node) => boolean,
  isElsewhere: (a: Node, b: Node) => boolean,
): readonly [Node, Node] {
  let [p, c] = [specified, implemented]
  for (;;) {
    const names = Object.keys(p.attributes)
    const isAlike =
      p.op === c.op &&
      p.inputs.length === c.inputs.length &&
      names.every(name => sameAttribute(p.attributes[name], c.attributes[name]))
    if (!isAlike) return [p, c]
    const others = isCommutative(p.op) ? ordered(p.inputs, c.inputs, isSame) : c.inputs
    const differing = p.inputs.flatMap((input, i) => (isSame(input, others[i]!) ? [] : [i]))
    const [at] = differing
    if (at === undefined || differing.length > 1) return [p, c]
    const [a, b] = [p.inputs[at]!, others[at]!]
    if (isElsewhere(a, b)) return [p, c]
    ;[p, c] = [a, b]
  }
}

/** Operands in the order of those that are the same. */
function ordered(
  first: readonly Node[],
  second: readonly Node[],
  isSame: (a: Node, b: Node) => boolean,
): readonly Node[] {
  const rest = [...second]
  const taken = first.map(node => {
    const at = rest.findIndex(other => isSame(node, other))
    return at < 0 ? undefined : rest.splice(at, 1)[0]
  })
  return taken.map(node => node ?? rest.shift()!)
}

/** The values of one side that are not in both. */
function own(root: Node, shared: ReadonlySet<Node>): readonly Node[] {
  return [...below([root])].filter(node => !shared.has(node))
}

/** What a value is computed by, down to what holds. */
function ownBelow(root: Node, isEnd: (node: Node) => boolean): readonly Node[] {
  const seen = new Set([root])
  for (const node of seen) for (const input of node.inputs) if (!isEnd(input)) seen.add(input)
  return [...seen]
}
