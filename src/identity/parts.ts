import { isDraw } from '../evaluate/concrete.js'
import { type Domain, drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource } from '../evaluate/random.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText } from '../graph/type.js'
import type { Mode } from '../ops/elaborate.js'
import { type Proof, sizesOf } from './prove.js'
import { abstracted, domainOf, isConstant, isLeaf, type Pairs } from './region.js'
import { mostRepeats } from './symmetry.js'

type Proved = Extract<Proof, { readonly kind: 'proved' }>

export interface PartOptions {
  readonly mode: Mode
  /** A proof for one pair of values, for all values of what both read. */
  readonly prove: (pair: Pairs) => Proof
}

/** As many pairs of one round may turn out not to be provable. */
const mostFailures = 6

/** Multiplications and additions of the numbers by which candidates are found. */
const budget = 50_000_000

/**
 * Joins parts of two computations that are equal at all sizes, so that what both make of them is one (sweeping, as
 * Kuehlmann and Krohm 1997 do for circuits). Candidates are values with the same numbers at random points, from the inputs
 * up, so that each proof is about what lies between it and those before; only proofs count. `shared` is what both sides
 * read. Undefined where no part is equal.
 */
export function joinEqualParts(
  sides: Pairs,
  shared: ReadonlySet<Node>,
  builder: GraphBuilder,
  { mode, prove }: PartOptions,
): { readonly sides: Pairs; readonly proofs: readonly Proved[] } | undefined {
  const [left, right] = [own(sides.first, shared), own(sides.second, shared)]
  const keys = numberKeys([...left, ...right], shared, builder, mode)
  if (!keys) return undefined
  const partners = new Map(left.map(node => [keys.get(node)!, node]))
  const joined = new Map<Node, Node>()
  const proofs: Proved[] = []
  let failures = 0
  for (const node of right) {
    const partner = partners.get(keys.get(node)!)
    if (!partner || failures >= mostFailures) continue
    const [now] = joinedIn([node], joined, builder) ?? []
    if (!now) return undefined
    if (now !== partner) {
      const proof = prove({ first: [partner], second: [now] })
      if (proof.kind === 'proved') proofs.push(proof)
      else {
        failures++
        continue
      }
    }
    joined.set(node, partner)
  }
  const second = proofs.length > 0 ? joinedIn(sides.second, joined, builder) : undefined
  return second && { sides: { first: sides.first, second }, proofs }
}

/** Nodes with what is joined replaced. */
function joinedIn(
  nodes: readonly Node[],
  joined: ReadonlyMap<Node, Node>,
  builder: GraphBuilder,
): readonly Node[] | undefined {
  const result = rebuild(nodes, builder, node => joined.get(node) ?? node)
  return isProblem(result) ? undefined : result
}

/** What is below some nodes and not shared, inputs before what reads them. */
function own(roots: readonly Node[], shared: ReadonlySet<Node>): readonly Node[] {
  const seen = new Set(roots.filter(node => !shared.has(node)))
  for (const node of seen) for (const input of node.inputs) if (!shared.has(input)) seen.add(input)
  return [...seen].sort((a, b) => a.id - b.id)
}

/** A text for each node, the same for nodes of one shape and the same numbers where what is shared has random ones. */
function numberKeys(
  nodes: readonly Node[],
  shared: ReadonlySet<Node>,
  builder: GraphBuilder,
  mode: Mode,
): ReadonlyMap<Node, string> | undefined {
  const roots = abstracted(nodes, builder, node => shared.has(node) && !isConstant(node))
  if (isProblem(roots)) return undefined
  const symbols = symbolsOfAll(nodes)
  const symbol = (name: string) => mostRepeats + Math.max(0, symbols.indexOf(name))
  // Functions such as a rectifier differ from others below zero only, and logarithms have numbers above it only.
  const points = [{ kind: 'real' }, { kind: 'interval', low: 0.1, high: 0.9 }] as const
  const values = points.map(domain => {
    const known = new Map<Node, Tensor>()
    const leaf = (node: Node): Tensor | undefined => {
      const shape = isLeaf(node) ? sizesOf(node, { symbol }) : undefined
      if (!shape) return undefined
      const seed = isDraw(node) ? Number(node.attributes.site) + 1 : node.id + 1
      const { dtype } = node.type
      const own = dtype === 'float32' ? domain : wholeNumbers(node)
      const value = known.get(node) ?? drawTensor(shape, dtype, own, randomSource(seed))
      known.set(node, value)
      return value
    }
    return evaluate(roots, { leaf, symbol, mode, budget })
  })
  const found = values.flatMap(all => (isProblem(all) ? [] : [all]))
  if (found.length === 0) return undefined
  return new Map(
    nodes.map((node, i) => [
      node,
      [shapeText(node.type.shape), ...found.map(all => digits(all[i]!))].join(' '),
    ]),
  )
}

/** Indices are whole numbers, as far as it is known up to where. */
function wholeNumbers(node: Node): Domain {
  const own = domainOf(node)
  return own.kind === 'whole' ? own : { kind: 'whole', below: undefined }
}

/** A few sums of the numbers of a tensor, as far as rounding leaves them alone. */
function digits({ data }: Tensor): string {
  let [sum, weighted] = [0, 0]
  for (const [i, value] of data.entries()) {
    sum += value
    weighted += value * Math.sin(i + 1)
  }
  return [sum, weighted].map(value => value.toPrecision(7)).join(',')
}

function symbolsOfAll(nodes: readonly Node[]): readonly string[] {
  const names = new Set<string>()
  for (const { type, inputs } of nodes)
    for (const shape of [type.shape, ...inputs.map(input => input.type.shape)])
      for (const size of shape ?? []) if (isPolynomial(size)) symbolsOf(size, names)
  return [...names]
}
