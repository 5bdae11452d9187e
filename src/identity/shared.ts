import { isDraw } from '../evaluate/concrete.js'
import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Mode } from '../ops/elaborate.js'
import { decide } from './decide.js'
import type { Proof } from './prove.js'
import { abstracted, domainOf, isConstant, isFollowed, isLeaf, type Pairs, sharedNodes } from './region.js'
import { mostRepeats, Symmetry } from './symmetry.js'

export interface SharedOptions {
  readonly mode: Mode
  /** Multiplications and additions that one evaluation may spend. */
  readonly budget: number
}

/**
 * Whether two computations in one graph are equal, for all values of its leaves. Only the part that differs is
 * computed: first with all that both share as leaves, then from the leaves up. Sizes that are symbols have to be such
 * that one size decides for all (see `Symmetry`), and comparisons such that ties do not matter.
 */
export function proveShared({ first, second }: Pairs, builder: GraphBuilder, options: SharedOptions): Proof {
  const places = first.flatMap((node, i) => (node === second[i] ? [] : [i]))
  const sides = { first: places.map(i => first[i]!), second: places.map(i => second[i]!) }
  if (!places.every(i => sameShape(first[i]!, second[i]!)))
    return { kind: 'undecided', reason: 'the shapes of the results are not known to be equal' }
  const shared = sharedNodes(sides)
  let last: Proof = { kind: 'undecided', reason: 'nothing is left to compare' }
  for (const isCut of [
    (node: Node) => shared.has(node) && !isConstant(node),
    (node: Node) => shared.has(node) && !isFollowed(node),
  ]) {
    const nodes = abstracted([...sides.first, ...sides.second], builder, isCut)
    if (isProblem(nodes)) return { kind: 'undecided', reason: nodes.problem }
    const count = places.length
    last = proveRegion({ first: nodes.slice(0, count), second: nodes.slice(count) }, options)
    if (last.kind === 'proved') return last
  }
  return last
}

function proveRegion(region: Pairs, { mode, budget }: SharedOptions): Proof {
  const symmetry = new Symmetry(region.first, region.second, isLeaf)
  const { symbols } = symmetry
  const open = symbols.find(name => !symmetry.isCarried(name))
  if (open !== undefined)
    return {
      kind: 'undecided',
      reason: `what is computed depends on the size \`${open}\`, which may be any`,
    }
  const symbol = (name: string) => mostRepeats + symbols.indexOf(name)
  const leaf = (node: Node) =>
    isLeaf(node) && !isDraw(node) ? { name: `node ${node.id}`, domain: domainOf(node) } : undefined
  const decision = decide(region, { leaf, symbol, mode, budget })
  if (decision.kind === 'refuted')
    return {
      kind: 'undecided',
      reason:
        'with numbers of its own for each learned tensor and each draw both differ, as these are paired',
    }
  return decision.kind === 'proved' && decision.exceptTies
    ? { kind: 'undecided', reason: 'they are equal except where the two sides of a comparison are' }
    : decision
}

function sameShape({ type: { shape: a } }: Node, { type: { shape: b } }: Node): boolean {
  return !!a && !!b && a.length === b.length && a.every((size, axis) => equals(size, b[axis]!))
}
