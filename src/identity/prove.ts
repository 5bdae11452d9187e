import type { Sides } from '../evaluate/difference.js'
import type { Domain } from '../evaluate/domain.js'
import { evaluate, type Interpretation } from '../evaluate/evaluate.js'
import { attributeKey } from '../graph/attribute.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { nodesBelow } from '../graph/walk.js'
import type { Mode } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { Arithmetic } from './arithmetic.js'
import { bitsPerLane } from './field.js'
import { variableTensor } from './inputs.js'
import { operations } from './operations.js'
import { OutOfReach, UnluckyPoints } from './values.js'

/** What a leaf is called and which tensors it may be. The same name on both sides is the same tensor. */
export interface LeafIdentity {
  readonly name: string
  readonly domain: Domain
}

export interface LeafOptions {
  /** Undefined for a node that is computed from others or from its attributes. */
  readonly leaf: (node: Node) => LeafIdentity | undefined
  /** The size that a symbol is tried at. */
  readonly symbol?: (name: string) => number | undefined
  readonly mode?: Mode
  /** Multiplications and additions that the proof may spend. */
  readonly budget?: number
}

/** What exact arithmetic says of two computations. */
export type Proof =
  /** Equal for all inputs of the domains at these sizes; `laws` are those that were used beyond field arithmetic. */
  | {
      readonly kind: 'proved'
      readonly bits: number
      readonly laws: readonly string[]
      /** Comparisons may differ where their two sides tie, which real inputs do by chance only. */
      readonly exceptTies: boolean
    }
  | { readonly kind: 'undecided'; readonly reason: string }

/** Multiplications and additions that one proof may spend unless it is said. */
const usualBudget = 3_000_000

/** Fewer bits are no proof. */
export const fewestBits = 100

/** Random points that do not suit are replaced this often. */
const attempts = 4

/**
 * Computes both sides in prime fields, with one independent variable for each argument of a function that has no
 * meaning there. Equal values are a proof up to an error of 2^−bits; different ones mean nothing. See
 * docs/equality.md.
 */
export function prove(sides: Sides, options: LeafOptions): Proof {
  for (let seed = 1; seed <= attempts; seed++) {
    try {
      return proveAt(seed, sides, options)
    } catch (error) {
      if (error instanceof OutOfReach) return undecided(error.message)
      if (!(error instanceof UnluckyPoints)) throw error
    }
  }
  return undecided('the computation divides by a number that is zero in exact arithmetic')
}

function proveAt(seed: number, sides: Sides, options: LeafOptions): Proof {
  const { first, second } = computedFirst(sides)
  const arithmetic = new Arithmetic(seed, literalsOf([...first, ...second]))
  const variables = new Map<string, Tensor>()
  const interpret: Interpretation = (application, inputs, context) => {
    const operation = operations[application.name]
    if (!operation) return { problem: `the identity test does not know \`${application.name}\`` }
    return operation(application, inputs, arithmetic, context)
  }
  const leaf = (node: Node): Tensor | undefined => {
    const identity = options.leaf(node) ?? drawOf(node)
    if (!identity) return undefined
    const known = variables.get(identity.name)
    if (known) return known
    const shape = sizesOf(node, options)
    if (!shape) return undefined
    const variable = variableTensor(identity.name, shape, node.type.dtype, identity.domain, arithmetic)
    variables.set(identity.name, variable)
    return variable
  }
  const { symbol, mode, budget = usualBudget } = options
  const settings = { leaf, interpret, budget, ...(symbol && { symbol }), ...(mode && { mode }) }
  // One after the other: nodes of different builders must not be mixed.
  const left = evaluate(first, settings)
  if (isProblem(left)) return undecided(left.problem)
  const right = evaluate(second, settings)
  if (isProblem(right)) return undecided(right.problem)
  for (const [i, a] of left.entries()) {
    const b = right[i]!
    if (a.shape.join() !== b.shape.join()) return undecided('the results have different shapes')
    for (const [at, id] of a.data.entries()) {
      if (!arithmetic.comparisons.regions.agree(id, b.data[at]!))
        return undecided('neither numbers nor exact arithmetic tell them apart')
    }
  }
  const bits = arithmetic.values.confidence(bitsPerLane)
  if (bits < fewestBits) return undecided('the degree of the computation is too high for a proof')
  return {
    kind: 'proved',
    bits,
    laws: [...new Set([...arithmetic.functions.laws, ...arithmetic.comparisons.laws])].sort(),
    exceptTies: arithmetic.comparisons.tiesMatter,
  }
}

/** The side that has fewer long numbers comes first: those of the other may be numbers that it computes. */
function computedFirst(sides: Sides): Sides {
  const long = (roots: readonly Node[]) =>
    [...literalsOf(roots)].filter(x => Number(x.toPrecision(12)) !== x).length
  return long(sides.first) > long(sides.second) ? { first: sides.second, second: sides.first } : sides
}

/** The numbers that computations are made with. */
function* literalsOf(roots: readonly Node[]): Generator<number> {
  for (const { attributes } of nodesBelow(roots)) {
    const { value, values } = attributes
    if (typeof value === 'number') yield value
    if (Array.isArray(values)) for (const each of values) if (typeof each === 'number') yield each
  }
}

/** Random draws with one site and one distribution are the same draw, and independent of everything else. */
export function drawOf({ op, attributes }: Node): LeafIdentity | undefined {
  if (!('site' in attributes) || opTable[op]?.kind !== 'primitive') return undefined
  const settings = Object.entries(attributes).map(([key, value]) => `${key}=${attributeKey(value)}`)
  return { name: `${op} ${settings.join(' ')}`, domain: { kind: 'real' } }
}

/** The sizes of a leaf; undefined where one is not known. */
export function sizesOf(node: Node, { symbol }: Pick<LeafOptions, 'symbol'>): readonly number[] | undefined {
  const sizes = node.type.shape?.map((size: Dimension) => substitute(size, name => symbol?.(name)))
  return sizes?.every(size => typeof size === 'number' && Number.isInteger(size) && size >= 0)
    ? (sizes as readonly number[])
    : undefined
}

function undecided(reason: string): Proof {
  return { kind: 'undecided', reason }
}
