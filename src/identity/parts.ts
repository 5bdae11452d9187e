import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { type FingerprintOptions, fingerprints } from './fingerprints.js'
import type { Proof } from './prove.js'
import type { Pairs } from './region.js'
import { mostRepeats } from './symmetry.js'

type Proved = Extract<Proof, { readonly kind: 'proved' }>

export interface PartOptions extends Omit<FingerprintOptions, 'symbol'> {
  /** A proof for one pair of values, for all values of what both sides share. */
  readonly prove: (pair: Pairs) => Proof
}

/** As many pairs of one round are tried. */
const mostTrials = 16

/**
 * Joins parts of two computations that are equal at all sizes, so that what both make of them is one (sweeping, as
 * Kuehlmann and Krohm 1997 do for circuits). Candidates are values with one fingerprint at small sizes, from the results
 * down; each is proved by itself. `shared` is what both sides read. Undefined where no part is.
 */
export function joinEqualParts(
  sides: Pairs,
  shared: ReadonlySet<Node>,
  builder: GraphBuilder,
  { prove, ...options }: PartOptions,
): { readonly sides: Pairs; readonly proofs: readonly Proved[] } | undefined {
  const [left, right] = [own(sides.first, shared), own(sides.second, shared)]
  const symbols = symbolsOfAll([...left, ...right])
  if (symbols.length === 0) return undefined
  const symbol = (name: string) => mostRepeats + symbols.indexOf(name)
  const keys = fingerprints([...left, ...right], builder, node => shared.has(node), { ...options, symbol })
  if (!keys) return undefined
  const keyOf = (node: Node) => `${keys.get(node)} ${shapeText(node.type.shape)}`
  const partners = new Map(left.map(node => [keyOf(node), node]))
  const joined = new Map<Node, Node>()
  const proofs: Proved[] = []
  // Below what is joined nothing is left to join.
  const done = new Set<Node>()
  let trials = 0
  for (const node of right) {
    const partner = partners.get(keyOf(node))
    if (!partner || partner === node || done.has(node) || trials >= mostTrials) continue
    trials++
    const proof = prove({ first: [partner], second: [node] })
    if (proof.kind !== 'proved') continue
    proofs.push(proof)
    joined.set(node, partner)
    for (const inner of own([node], shared)) done.add(inner)
  }
  if (joined.size === 0) return undefined
  const second = rebuild(sides.second, builder, node => joined.get(node) ?? node)
  return isProblem(second) ? undefined : { sides: { first: sides.first, second }, proofs }
}

/** What is below some nodes and not shared, those nodes first. */
function own(roots: readonly Node[], shared: ReadonlySet<Node>): readonly Node[] {
  const seen = new Set(roots.filter(node => !shared.has(node)))
  for (const node of seen) for (const input of node.inputs) if (!shared.has(input)) seen.add(input)
  return [...seen]
}

function symbolsOfAll(nodes: readonly Node[]): readonly string[] {
  const names = new Set<string>()
  for (const { type, inputs } of nodes)
    for (const shape of [type.shape, ...inputs.map(input => input.type.shape)])
      for (const size of shape ?? []) if (isPolynomial(size)) symbolsOf(size, names)
  return [...names]
}
