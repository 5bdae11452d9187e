import { isDraw } from '../evaluate/concrete.js'
import type { Domain } from '../evaluate/domain.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { equals, isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Mode } from '../ops/elaborate.js'
import { decide } from './decide.js'
import { operations } from './operations.js'
import type { Proof } from './prove.js'
import { mostRepeats, Symmetry } from './symmetry.js'

/** Two computations of one graph, output by output. */
export interface Pairs {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

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
    const region = abstracted(sides, builder, isCut)
    last = isProblem(region) ? { kind: 'undecided', reason: region.problem } : proveRegion(region, options)
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
  if (decision.kind === 'refuted') return { kind: 'undecided', reason: 'the numbers differ' }
  return decision.kind === 'proved' && decision.exceptTies
    ? { kind: 'undecided', reason: 'they are equal except where the two sides of a comparison are' }
    : decision
}

/** Booleans are 0 or 1; of other leaves nothing is assumed. */
const domainOf = ({ type }: Node): Domain =>
  type.dtype === 'bool' ? { kind: 'whole', below: 2 } : { kind: 'real' }

const isConstant = ({ op, inputs }: Node): boolean => inputs.length === 0 && op in operations
const isLeaf = (node: Node): boolean => isDraw(node) || (node.inputs.length === 0 && !(node.op in operations))
const isFollowed = (node: Node): boolean => node.op in operations || isLeaf(node)

function sameShape({ type: { shape: a } }: Node, { type: { shape: b } }: Node): boolean {
  return !!a && !!b && a.length === b.length && a.every((size, axis) => equals(size, b[axis]!))
}

/** The nodes that both sides read or are. */
function sharedNodes({ first, second }: Pairs): ReadonlySet<Node> {
  const below = new Set(first)
  for (const node of below) for (const input of node.inputs) below.add(input)
  const shared = new Set<Node>()
  const seen = new Set(second)
  for (const node of seen) {
    if (below.has(node)) shared.add(node)
    for (const input of node.inputs) seen.add(input)
  }
  return shared
}

/** Both sides with leaves in place of the nodes to cut, and in place of numbers that depend on symbols that are no sizes. */
function abstracted(
  { first, second }: Pairs,
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
): Pairs | Problem {
  const sizes = sizeSymbols([...first, ...second])
  const change = (node: Node): Node | Problem => {
    const { value } = node.attributes
    const isNumber =
      node.op === 'scalar' && isPolynomial(value) && ![...symbolsOf(value)].some(name => sizes.has(name))
    if (!isNumber && (isLeaf(node) || !isCut(node))) return node
    if (!node.type.shape) return { problem: `the shape of \`${node.op}\` is not known` }
    const { shape, dtype } = node.type
    return builder.node('input', [], { name: standInName, index: node.id, shape, dtype })
  }
  const nodes = rebuild([...first, ...second], builder, change)
  if (isProblem(nodes)) return nodes
  return { first: nodes.slice(0, first.length), second: nodes.slice(first.length) }
}

/** No program can call an input by this name. */
const standInName = 'shared node'

function sizeSymbols(roots: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set(roots)
  for (const node of seen) {
    for (const size of node.type.shape ?? []) for (const name of symbolsOf(size)) names.add(name)
    for (const input of node.inputs) seen.add(input)
  }
  return names
}
