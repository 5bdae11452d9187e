import { isDraw } from '../evaluate/concrete.js'
import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Mode } from '../ops/elaborate.js'
import { type Decision, decide } from './decide.js'
import { joinEqualParts } from './parts.js'
import type { Proof } from './prove.js'
import { abstracted, domainOf, isConstant, isFollowed, isLeaf, type Pairs, sharedNodes } from './region.js'
import { shrunk } from './shrink.js'
import { mostRepeats, Symmetry } from './symmetry.js'

export interface SharedOptions {
  readonly mode: Mode
  /** Multiplications and additions that one evaluation may spend. */
  readonly budget: number
}

/** So many nodes that both sides do not share are tried as a whole first. */
const mostAtOnce = 60

/** Parts are joined this often before the whole is tried again. */
const mostRounds = 6

/**
 * Whether two computations in one graph are equal, for all values of its leaves. Only the part that differs is
 * computed: first with all that both share as leaves, then with more and more of what that is. Sizes that are symbols have to be such
 * that one size decides for all (see `Symmetry`), and comparisons such that ties do not matter. Where a size is not such a
 * one, parts of both sides for which it is are proved first and become one (`joinEqualParts`): equal numbers for each
 * example have equal means, whatever the size of the batch.
 */
export function proveShared(pairs: Pairs, builder: GraphBuilder, options: SharedOptions): Proof {
  const parts: Proved[] = []
  let sides = pairs
  for (let round = 0; ; round++) {
    const places = sides.first.flatMap((node, i) => (node === sides.second[i] ? [] : [i]))
    if (places.length === 0 && parts.length > 0) return together(parts)
    sides = { first: places.map(i => sides.first[i]!), second: places.map(i => sides.second[i]!) }
    if (!sides.first.every((node, i) => sameShape(node, sides.second[i]!)))
      return { kind: 'undecided', reason: 'the shapes of the results are not known to be equal' }
    const shared = sharedNodes(sides)
    const join = () =>
      joinEqualParts(sides, shared, builder, {
        mode: options.mode,
        prove: pair => {
          const common = sharedNodes(pair)
          const isCut = (node: Node) => common.has(node) && !isConstant(node)
          return withoutRefutation(proveAbove(pair, builder, isCut, options))
        },
      })
    // What is large is proved in parts first, since they cost less than the whole.
    const isLarge = sizeAbove(sides, shared) > mostAtOnce
    const early = isLarge && round < mostRounds ? join() : undefined
    const whole = early ? undefined : proveDifference(sides, builder, options)
    if (whole?.kind === 'proved') return together([...parts, whole])
    const joined = early ?? (isLarge || round === mostRounds ? undefined : join())
    if (!joined) return whole!
    parts.push(...joined.proofs)
    sides = joined.sides
  }
}

/** How many nodes of both sides are not shared. */
function sizeAbove({ first, second }: Pairs, shared: ReadonlySet<Node>): number {
  const seen = new Set([...first, ...second].filter(node => !shared.has(node)))
  for (const node of seen) for (const input of node.inputs) if (!shared.has(input)) seen.add(input)
  return seen.size
}

type Proved = Extract<Proof, { readonly kind: 'proved' }>

/** Several proofs that all have to hold. */
function together(proofs: readonly Proved[]): Proved {
  return {
    kind: 'proved',
    bits: Math.floor(Math.min(...proofs.map(({ bits }) => bits)) - Math.log2(proofs.length)),
    laws: [...new Set(proofs.flatMap(({ laws }) => laws))].sort(),
    exceptTies: false,
  }
}

/** So many steps below the part that differs are followed, if less is not enough; then everything is. */
const depths = [0, 2, 4, 8]

/**
 * The part that differs, for all values of what both sides share, then with more and more of what these are: a loss of
 * probabilities may need that they are a softmax, and seldom what the softmax is of.
 */
function proveDifference(sides: Pairs, builder: GraphBuilder, options: SharedOptions): Proof {
  const shared = sharedNodes(sides)
  const depthOf = depthsBelow(sides, shared)
  const deepest = Math.max(0, ...depthOf.values())
  for (const depth of depths.filter(each => each < deepest)) {
    const isCut = (node: Node) =>
      shared.has(node) && !isConstant(node) && (depthOf.get(node)! >= depth || !isFollowed(node))
    const found = proveAbove(sides, builder, isCut, options)
    if (found.kind === 'proved') return found
  }
  const isCut = (node: Node) => shared.has(node) && !isFollowed(node)
  return withoutRefutation(proveAbove(sides, builder, isCut, options))
}

/** How many shared nodes are above each shared node, at least, on the way from what is not shared. */
function depthsBelow({ first, second }: Pairs, shared: ReadonlySet<Node>): ReadonlyMap<Node, number> {
  const depths = new Map<Node, number>()
  let level = new Set([...first, ...second].filter(node => shared.has(node)))
  const own = new Set([...first, ...second].filter(node => !shared.has(node)))
  for (const node of own) for (const input of node.inputs) (shared.has(input) ? level : own).add(input)
  for (let depth = 0; level.size > 0; depth++) {
    for (const node of level) depths.set(node, depth)
    level = new Set([...level].flatMap(({ inputs }) => inputs.filter(input => !depths.has(input))))
  }
  return depths
}

/** Different numbers mean nothing where a learned tensor or a draw is paired with another one than it could be. */
function withoutRefutation(decision: Decision): Proof {
  return decision.kind === 'refuted'
    ? {
        kind: 'undecided',
        reason:
          'with numbers of its own for each learned tensor and each draw both differ, as these are paired',
      }
    : decision
}

/** What is above the nodes to cut, for all values of those; where a size may be any, it may be any number as well. */
function proveAbove(
  { first, second }: Pairs,
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
  { mode, budget }: SharedOptions,
  numbers: 'of no size' | 'of any symbol' = 'of no size',
): Decision {
  const nodes = abstracted([...first, ...second], builder, isCut, numbers)
  if (isProblem(nodes)) return { kind: 'undecided', reason: nodes.problem }
  const region = { first: nodes.slice(0, first.length), second: nodes.slice(first.length) }
  const symmetry = new Symmetry(region.first, region.second, isLeaf)
  const { symbols } = symmetry
  const open = symbols.find(name => !symmetry.isCarried(name))
  if (open !== undefined) {
    const general =
      numbers === 'of no size'
        ? proveAbove({ first, second }, builder, isCut, { mode, budget }, 'of any symbol')
        : undefined
    const reason = `what is computed depends on the size \`${open}\`, which may be any`
    return general?.kind === 'proved' ? general : { kind: 'undecided', reason }
  }
  const symbol = (name: string) => mostRepeats + symbols.indexOf(name)
  const leaf = (node: Node) =>
    isLeaf(node) && !isDraw(node) ? { name: `node ${node.id}`, domain: domainOf(node) } : undefined
  const decision = decide(shrunk(region, symmetry, builder) ?? region, { leaf, symbol, mode, budget })
  return decision.kind === 'proved' && decision.exceptTies
    ? { kind: 'undecided', reason: 'they are equal except where the two sides of a comparison are' }
    : decision
}

function sameShape({ type: { shape: a } }: Node, { type: { shape: b } }: Node): boolean {
  return !!a && !!b && a.length === b.length && a.every((size, axis) => equals(size, b[axis]!))
}
