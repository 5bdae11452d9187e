import { type Difference, findDifference, type Sides } from '../evaluate/difference.js'
import { drawnPoints } from '../evaluate/draws.js'
import { tooLarge } from '../evaluate/evaluate.js'
import type { Node } from '../graph/node.js'
import { sizeOf } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { operations } from './operations.js'
import { type LeafOptions, type Proof, prove, sizesOf } from './prove.js'

/** What is known of two computations. */
export type Decision = Proof | { readonly kind: 'refuted'; readonly difference: Difference }

/** Multiplications and additions that one decision may spend in double precision. */
const budget = 50_000_000

/**
 * Decides whether two computations are equal in exact arithmetic, wherever both are defined. Numbers are compared
 * first, since they refute almost every difference; what no numbers refute is computed in prime fields, with one
 * independent variable for each argument of a function that has no meaning there. Equal values are a proof up to an
 * error of 2^−bits; different ones mean nothing. See docs/equality.md.
 */
export function decide(sides: Sides, options: LeafOptions): Decision {
  if (sides.first.length !== sides.second.length)
    return { kind: 'undecided', reason: 'they have different numbers of results' }
  const unknown = unknownLeaf([...sides.first, ...sides.second], options)
  if (unknown) return { kind: 'undecided', reason: `the value of \`${unknown.op}\` is not known` }
  const points = drawnPoints(
    node => {
      const leaf = options.leaf(node)
      const shape = leaf && sizesOf(node, options)
      if (!leaf || !shape) return undefined
      return sizeOf(shape) > budget ? tooLarge : { ...leaf, shape }
    },
    {
      budget: Math.min(budget, 20 * (options.budget ?? budget)),
      ...(options.symbol && { symbol: options.symbol }),
      ...(options.mode && { mode: options.mode }),
    },
  )
  const found = findDifference(sides, points)
  if (found.kind === 'open') return { kind: 'undecided', reason: found.problem }
  if (found.kind === 'different') return { kind: 'refuted', difference: found.difference }
  return prove(sides, options)
}

/** A tensor from outside that has no name: numbers would take it for zero. */
function unknownLeaf(outputs: readonly Node[], { leaf }: LeafOptions): Node | undefined {
  const given = new Set<Node>()
  const seen = new Set<Node>()
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    for (const value of Object.values(node.attributes)) {
      if (typeof value !== 'object' || value === null || !('body' in value)) continue
      for (const input of value.body.inputs) given.add(input)
      pending.push(...value.body.outputs)
    }
    if (
      node.inputs.length === 0 &&
      !given.has(node) &&
      !(node.op in operations) &&
      opTable[node.op]?.kind === 'primitive' &&
      !leaf(node)
    )
      return node
    pending.push(...node.inputs)
  }
  return undefined
}
