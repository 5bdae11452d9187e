import { symbolsIn } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, divide, equals, isPolynomial, symbol, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { expand } from '../ops/elaborate.js'
import { resolveAxes } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { batch } from './sizes.js'

/**
 * How a value depends on a batch of N examples: not at all; as c N^d; as a row for each example, N^d times one function of
 * that example; or as N^d times the sum of such rows.
 */
type Use = { readonly kind: 'constant' } | { readonly kind: 'size' | 'rows' | 'sum'; readonly degree: number }

const constant: Use = { kind: 'constant' }

/** The highest power of N that is looked for. */
const mostDegree = 3

const count = symbol(batch, true)

/**
 * Whether two values are the same function of any batch if they are of one example: both are the mean over the examples of
 * something that depends on one of them, or N^d times the sum. N = 1 decides for such values.
 */
export function isDecidedByOneExample(first: Node, second: Node, builder: GraphBuilder): boolean {
  const uses = new ExampleUses(builder)
  const [a, b] = [uses.of(first), uses.of(second)]
  if (!a || !b) return false
  const isMean = (use: Use) => use.kind === 'constant' || (use.kind === 'sum' && use.degree === -1)
  return (isMean(a) && isMean(b)) || (a.kind === 'sum' && b.kind === 'sum' && a.degree === b.degree)
}

class ExampleUses {
  readonly #builder: GraphBuilder
  readonly #known = new Map<Node, Use | undefined>()

  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  of(root: Node): Use | undefined {
    const pending = [root]
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const own = this.#known.has(node) ? undefined : this.#meaning(node)
      const needed = own === undefined ? [] : own === node ? node.inputs : [own]
      const missing = needed.filter(input => !this.#known.has(input))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      if (!this.#known.has(node))
        this.#known.set(node, own === node || own === undefined ? this.#use(node) : this.#known.get(own))
      pending.pop()
    }
    return this.#known.get(root)
  }

  /** A derived op as its meaning, where that is the same in every mode. */
  #meaning(node: Node): Node {
    const op = opTable[node.op]
    if (op?.kind !== 'derived' || typeof op.means === 'object') return node
    const next = expand(node, this.#builder, 'inference')
    return isProblem(next) ? node : next
  }

  #use(node: Node): Use | undefined {
    const uses = node.inputs.map(input => this.#known.get(input))
    if (uses.some(use => use === undefined)) return undefined
    const known = uses as readonly Use[]
    const isFree = known.every(use => use.kind === 'constant')
    if (Object.hasOwn(rules, node.op)) return rules[node.op]!(node, known)
    const readsSize = [...Object.values(node.attributes)].some(value => symbolsIn(value).has(batch))
    const axis = axisOf(node)
    if (axis === 'several') return undefined
    if (node.inputs.length === 0 && 'name' in node.attributes) return axis === undefined ? constant : rows(0)
    if (isFree && !readsSize && axis === undefined) return constant
    const op = opTable[node.op]
    if (op?.kind === 'primitive' && op.elementwise && !readsSize) return byElement(node, known)
    return undefined
  }
}

const rows = (degree: number): Use => ({ kind: 'rows', degree })
const sum = (degree: number): Use => ({ kind: 'sum', degree })

/** The axis that counts the examples. */
function axisOf({ type: { shape } }: Node): number | 'several' | undefined {
  const found = (shape ?? []).flatMap((size, axis) => (dependsOnCount(size) ? [axis] : []))
  if (!shape || found.length > 1) return 'several'
  const [axis] = found
  return axis === undefined ? undefined : equals(shape[axis]!, count) ? axis : 'several'
}

const dependsOnCount = (size: Dimension): boolean => symbolsOf(size).has(batch)

/** The power of N that a number is, apart from a factor. */
function degreeOf(value: Dimension): number | undefined {
  for (let degree = -mostDegree; degree <= mostDegree; degree++) {
    let power: Dimension = 1
    for (let i = 0; i < Math.abs(degree); i++)
      power = degree > 0 ? divide(power, divide(1, count)) : divide(power, count)
    if (typeof divide(value, power) === 'number') return degree
  }
  return undefined
}

/** Each element by itself: of one example, where all operands that have an axis of examples have it in the same place. */
function byElement(node: Node, uses: readonly Use[]): Use | undefined {
  const isOf = (kind: Use['kind']) => (use: Use) => use.kind === kind
  if (!uses.every(use => isOf('constant')(use) || (use.kind === 'rows' && use.degree === 0))) return undefined
  return isAligned(node) ? rows(0) : undefined
}

/** Whether the axis that counts examples is one axis of the result, for all operands that have one. */
function isAligned({ inputs, type }: Node): boolean {
  const rank = type.shape!.length
  const axes = new Set(
    inputs.flatMap(input => {
      const axis = axisOf(input)
      return axis === undefined ? [] : [axis === 'several' ? axis : axis + rank - input.type.shape!.length]
    }),
  )
  return axes.size <= 1 && !axes.has('several')
}

/** Of factors: degrees add up, and at most one of them is a sum. */
function product(node: Node, uses: readonly Use[], sign: 1 | -1 = 1): Use | undefined {
  const [a, b] = uses as readonly [Use, Use]
  if (!isAligned(node)) return undefined
  const degree = (use: Use) => (use.kind === 'constant' ? 0 : use.degree)
  const total = degree(a) + sign * degree(b)
  const kinds = new Set([a.kind, b.kind])
  if (kinds.has('sum')) {
    const isPlain = kinds.has('constant') || kinds.has('size')
    return isPlain && !(sign < 0 && b.kind === 'sum') ? sum(total) : undefined
  }
  if (kinds.has('rows')) return rows(total)
  return kinds.has('size') ? { kind: 'size', degree: total } : constant
}

/** Of summands: a mean and what all examples share are a mean. */
function total(node: Node, uses: readonly Use[]): Use | undefined {
  const [a, b] = uses as readonly [Use, Use]
  if (!isAligned(node)) return undefined
  if (a.kind === 'constant' && b.kind === 'constant') return constant
  if (a.kind === b.kind && 'degree' in a && 'degree' in b) return a.degree === b.degree ? a : undefined
  if (a.kind !== 'constant' && b.kind !== 'constant') return undefined
  const other = a.kind === 'constant' ? b : a
  if (other.kind === 'constant') return undefined
  const isShared =
    (other.kind === 'rows' && other.degree === 0) || (other.kind === 'sum' && other.degree === -1)
  return isShared ? other : undefined
}

/** What an op that combines elements along axes makes of them; over the examples, only a sum adds them up. */
const reduced =
  (isSum: boolean) =>
  (node: Node, [use]: readonly Use[]): Use | undefined => {
    const [input] = node.inputs
    const axis = axisOf(input!)
    const gone = resolveAxes(node.attributes.axes, input!.type.shape!.length)
    if (isProblem(gone) || axis === 'several') return undefined
    if (use!.kind === 'rows' && axis !== undefined && gone.includes(axis))
      return isSum ? sum(use!.degree) : undefined
    if (use!.kind === 'constant') return axis === undefined ? constant : undefined
    return isSum || (use!.kind === 'rows' && use!.degree === 0) ? use : undefined
  }

/** The same elements in other places: each example stays one. */
const moved = (node: Node, [use]: readonly Use[]): Use | undefined => {
  const [before, after] = [axisOf(node.inputs[0]!), axisOf(node)]
  if (use!.kind === 'rows') return typeof before === 'number' && typeof after === 'number' ? use : undefined
  return after === undefined ? use : undefined
}

/** Ops that are more than a function of each element. */
const rules: Readonly<Record<string, (node: Node, uses: readonly Use[]) => Use | undefined>> = {
  scalar: ({ attributes: { value } }) => {
    if (!isPolynomial(value) || !symbolsOf(value).has(batch)) return constant
    const degree = degreeOf(value)
    return degree === undefined ? undefined : { kind: 'size', degree }
  },
  size: ({ inputs: [x], attributes: { axes } }) => {
    const along = resolveAxes(axes, x!.type.shape!.length)
    const axis = axisOf(x!)
    if (isProblem(along) || axis === 'several') return undefined
    return axis !== undefined && along.includes(axis) ? { kind: 'size', degree: 1 } : constant
  },
  fill: node => {
    const { value } = node.attributes
    const axis = axisOf(node)
    if (axis === 'several' || (isPolynomial(value) && symbolsOf(value).has(batch))) return undefined
    return axis === undefined ? constant : rows(0)
  },
  add: total,
  subtract: total,
  multiply: (node, uses) => product(node, uses),
  divide: (node, uses) => product(node, uses, -1),
  negate: (_, [use]) => use,
  sum: reduced(true),
  max: reduced(false),
  min: reduced(false),
  product: reduced(false),
  transpose: moved,
  expandDims: moved,
  squeeze: moved,
  reshape: (node, uses) => {
    const [before, after] = [axisOf(node.inputs[0]!), axisOf(node)]
    // Behind the axis of examples, elements stay with theirs.
    return uses[0]!.kind === 'rows' && !(before === 0 && after === 0) ? undefined : moved(node, uses)
  },
  broadcastTo: (node, [use]) => {
    const after = axisOf(node)
    if (after === 'several') return undefined
    if (after === undefined) return use
    if (use!.kind === 'rows') return isAligned(node) ? use : undefined
    if (use!.kind === 'sum') return undefined
    return rows(use!.kind === 'size' ? use!.degree : 0)
  },
  matMul: ({ inputs: [x, y] }, [a, b]) => {
    const [left, right] = [axisOf(x!), axisOf(y!)]
    if (left === 'several' || right === 'several') return undefined
    const degree = (use: Use) => (use.kind === 'constant' ? 0 : use.degree)
    const both = degree(a!) + degree(b!)
    const [inner, outer] = [x!.type.shape!.length - 1, y!.type.shape!.length - 2]
    const isSummed = left === inner && right === outer
    if (a!.kind === 'rows' && b!.kind === 'rows') return isSummed ? sum(both) : undefined
    const kinds = new Set([a!.kind, b!.kind])
    if (kinds.has('sum')) return kinds.has('constant') ? sum(both) : undefined
    if (a!.kind === 'rows') return left !== inner && b!.kind === 'constant' ? rows(both) : undefined
    if (b!.kind === 'rows') return right !== outer && a!.kind === 'constant' ? rows(both) : undefined
    return kinds.has('size') ? undefined : constant
  },
}
