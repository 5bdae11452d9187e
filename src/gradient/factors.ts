import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals, multiply, product } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { resolveAxes } from '../ops/shape.js'

/** A number, as a fraction of decimals and of sizes. */
interface Factor {
  readonly top: number
  readonly bottom: number
  readonly sizes: Dimension
  readonly overSizes: Dimension
}

/** A tensor as a number times another one; without another one, it is that number everywhere. */
interface Factored {
  readonly factor: Factor
  readonly core?: Node
}

const one: Factor = { top: 1, bottom: 1, sizes: 1, overSizes: 1 }

/** Without what decimals in binary add at the end. */
const rounded = (value: number): number => Number(value.toPrecision(15))

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

function times(a: Factor, b: Factor): Factor {
  let [top, bottom] = [rounded(a.top * b.top), rounded(a.bottom * b.bottom)]
  const common = Number.isInteger(top) && Number.isInteger(bottom) ? divisor(Math.abs(top), bottom) : 1
  if (common > 1) [top, bottom] = [top / common, bottom / common]
  const [sizes, overSizes] = [multiply(a.sizes, b.sizes), multiply(a.overSizes, b.overSizes)]
  return equals(sizes, overSizes)
    ? { top, bottom, sizes: 1, overSizes: 1 }
    : { top, bottom, sizes, overSizes }
}

/** One over a factor; the sign stays on top. */
function inverse({ top, bottom, sizes, overSizes }: Factor): Factor | undefined {
  if (top === 0) return undefined
  const sign = Math.sign(top)
  return { top: sign * bottom, bottom: Math.abs(top), sizes: overSizes, overSizes: sizes }
}

function numberFactor(value: Attribute | undefined): Factor | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return { ...one, top: value }
}

/** The number that a tensor is everywhere, where its op says so. */
function uniformFactor(node: Node): Factor | undefined {
  const { op, attributes, inputs, type } = node
  if (type.dtype !== 'float32') return undefined
  if (op === 'scalar' || op === 'fill') return numberFactor(attributes.value)
  if (op !== 'size') return undefined
  const shape = inputs[0]?.type.shape
  const axes = shape && resolveAxes(attributes.axes, shape.length)
  if (!shape || !axes || isProblem(axes)) return undefined
  const count = product(axes.map(axis => shape[axis]!))
  return typeof count === 'number' ? numberFactor(count) : { ...one, sizes: count }
}

/** Ops that hand on a number that is everywhere. */
const spreading: ReadonlySet<string> = new Set(['expandDims', 'broadcastTo', 'reshape', 'squeeze'])

/** Whether a value can stand for another one: a truth value times a number is a number. */
const sameType = (a: Node, b: Node): boolean => {
  const [left, right] = [a.type.shape, b.type.shape]
  return (
    a.type.dtype === b.type.dtype &&
    left !== null &&
    right !== null &&
    left.length === right.length &&
    left.every((size, i) => equals(size, right[i]!))
  )
}

/**
 * The same gradients with the numbers of each product in one factor in front: `0.2 W` for `1 · 0.1 ⊙ 2 W`. What is `kept`
 * stays as it is, with what it is computed from.
 */
export function gatherFactors(
  gradients: readonly Node[],
  kept: readonly Node[],
  builder: GraphBuilder,
): readonly Node[] | Problem {
  const writer = new FactorWriter(builder, new Set(nodesBelow(kept)))
  for (const node of nodesBelow(gradients)) {
    const problem = writer.visit(node)
    if (problem) return problem
  }
  const results = gradients.map(node => writer.written(node))
  return results.find(isProblem) ?? (results as readonly Node[])
}

class FactorWriter {
  readonly #builder: GraphBuilder
  readonly #kept: ReadonlySet<Node>
  readonly #found = new Map<Node, Factored>()
  readonly #written = new Map<Node, Node | Problem>()

  constructor(builder: GraphBuilder, kept: ReadonlySet<Node>) {
    this.#builder = builder
    this.#kept = kept
  }

  /** Notes what a node is; its inputs have been visited. */
  visit(node: Node): Problem | undefined {
    const found = this.#factored(node)
    if (isProblem(found)) return found
    this.#found.set(node, found)
    return undefined
  }

  #factored(node: Node): Factored | Problem {
    const own = uniformFactor(node)
    if (own) return { factor: own }
    if (this.#kept.has(node) || node.inputs.length === 0) return { factor: one, core: node }
    const inputs = node.inputs.map(input => this.#found.get(input)!)
    const [x, y] = inputs
    if (spreading.has(node.op) && x && !x.core) return x
    if (node.op === 'negate' && x) return this.#product(node, x, { factor: { ...one, top: -1 } })
    if (node.op === 'multiply' && x && y) return this.#product(node, x, y)
    const divisor = node.op === 'divide' && x && y ? inverse(y.factor) : undefined
    if (divisor && !y!.core) return this.#product(node, x!, { factor: divisor })
    if (divisor && x!.core) {
      const core = this.#builder.node('divide', [x!.core, y!.core!])
      return isProblem(core) ? core : { factor: times(x!.factor, divisor), core }
    }
    return this.#plain(node)
  }

  /** A product: of two tensors only where neither was repeated along an axis. */
  #product(node: Node, a: Factored, b: Factored): Factored | Problem {
    const factor = times(a.factor, b.factor)
    if (!a.core && !b.core) return { factor }
    if (a.core && b.core) {
      const core = this.#builder.node('multiply', [a.core, b.core])
      return isProblem(core) ? core : { factor, core }
    }
    const core = a.core ?? b.core!
    return sameType(core, node) ? { factor, core } : this.#plain(node)
  }

  #plain(node: Node): Factored | Problem {
    const inputs: Node[] = []
    for (const input of node.inputs) {
      const own = this.written(input)
      if (isProblem(own)) return own
      inputs.push(own)
    }
    const isSame = inputs.every((input, i) => input === node.inputs[i])
    const core = isSame ? node : this.#builder.node(node.op, inputs, node.attributes)
    return isProblem(core) ? core : { factor: one, core }
  }

  /** A node that was visited, with its factor in front. */
  written(node: Node): Node | Problem {
    const known = this.#written.get(node)
    if (known) return known
    const { factor, core } = this.#found.get(node)!
    const own = core ? this.#scaled(factor, core) : this.#uniform(node, factor)
    this.#written.set(node, own)
    return own
  }

  #scaled(factor: Factor, core: Node): Node | Problem {
    const size = { ...factor, top: Math.abs(factor.top) }
    const isPart = size.top === 1 && equals(size.sizes, 1)
    const number = this.#number(isPart ? (inverse(size) ?? size) : size)
    if (isProblem(number)) return number
    const isOne = number.op === 'scalar' && number.attributes.value === 1
    const scaled = isOne
      ? core
      : this.#builder.node(isPart ? 'divide' : 'multiply', isPart ? [core, number] : [number, core])
    return isProblem(scaled) || factor.top >= 0 ? scaled : this.#builder.node('negate', [scaled])
  }

  /** The same number everywhere: as it was, unless it is one number. */
  #uniform(node: Node, factor: Factor): Node | Problem {
    const { shape, dtype } = node.type
    if (!shape) return node
    if (shape.length === 0) return this.#number(factor)
    const isPlain = factor.bottom === 1 && equals(factor.sizes, 1) && equals(factor.overSizes, 1)
    return isPlain ? this.#builder.node('fill', [], { shape, value: factor.top, dtype }) : node
  }

  /** A factor as a number of the graph: `0.2`, `2 / N`. */
  #number({ top, bottom, sizes, overSizes }: Factor): Node | Problem {
    const above = this.#builder.node('scalar', [], { value: equals(sizes, 1) ? top : multiply(top, sizes) })
    const divisor = equals(overSizes, 1) ? bottom : multiply(bottom, overSizes)
    if (isProblem(above) || divisor === 1) return above
    const below = this.#builder.node('scalar', [], { value: divisor })
    return isProblem(below) ? below : this.#builder.node('divide', [above, below])
  }
}
