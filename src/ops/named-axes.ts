import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals } from '../graph/dimension.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { Misfit } from './misfit.js'

/** The name of the axis that counts the examples of a batch, over which an equation is read. */
export const batchAxis = ''

/**
 * A tensor of an equation that is read for one example and one place of each index: its first axes have names, the
 * batch first; the others are its own.
 */
export interface Placed {
  readonly node: Node
  /** Names of the first axes. */
  readonly axes: readonly string[]
  /** Whether a vector stands as a row, as `x^⊤` does. */
  readonly isRow?: boolean
  /** The vector of which this one is a function number by number, so that both stand as one does. */
  readonly alike?: Node
  /** Whether the vector before any `^⊤` is a row by what it is: `x W` of a vector and a matrix. */
  readonly isOfRows?: boolean
}

/** How many axes a value has for one example and one place of each index. */
export function ownRank({ node, axes }: Placed): number {
  return (node.type.shape?.length ?? 0) - axes.length
}

/** Makes nodes of values with named axes. Every failure is a `Misfit`. */
export class AxisBuilder {
  readonly #builder: GraphBuilder
  readonly #inferring: Dimension | undefined

  /** `inferring`: the size of the batch, while values without a shape take that of what they are combined with. */
  constructor(builder: GraphBuilder, inferring?: Dimension) {
    this.#builder = builder
    this.#inferring = inferring
  }

  node(op: string, inputs: readonly Node[], attributes: Attributes = {}): Node {
    const node = this.#builder.node(op, inputs, attributes)
    if (isProblem(node)) throw new Misfit(node.problem)
    return node
  }

  /** The names of several values together: the batch first, the others as they are met. */
  union(values: readonly Placed[]): readonly string[] {
    const names = new Set(values.flatMap(({ axes }) => axes))
    const rest = [...names].filter(name => name !== batchAxis)
    return names.has(batchAxis) ? [batchAxis, ...rest] : rest
  }

  /** An op of each element, where a name stands for the same axis in all operands. */
  elementwise(op: string, operands: readonly Placed[], attributes: Attributes = {}): Placed {
    const inferred = this.#inferring === undefined ? undefined : this.#inferred(operands, this.#inferring)
    if (inferred) return inferred
    const axes = this.union(operands)
    const rank = Math.max(...operands.map(ownRank), 0)
    const aligned = operands.map(operand => this.align(operand, axes, rank))
    const [isRow, isOfRows] = [
      rank === 1 && operands.some(operand => operand.isRow),
      rank === 1 && operands.some(operand => operand.isOfRows),
    ]
    const node = this.node(op, aligned, attributes)
    const alike = rank === 1 ? oneVectorOf(operands) : undefined
    return { node, axes, ...(alike && { alike }), ...(isRow && { isRow }), ...(isOfRows && { isOfRows }) }
  }

  /** The shape of an elementwise result of which some operands have none. */
  #inferred(operands: readonly Placed[], batch: Dimension): Placed | undefined {
    const known = operands.filter(({ node }) => node.type.shape !== null)
    if (known.length === operands.length) return undefined
    const shapes = known.map(({ node, axes }) => node.type.shape!.slice(axes.length))
    const [widest] = shapes.sort((a, b) => b.length - a.length)
    if (!widest || widest.length === 0) return operands.find(({ node }) => node.type.shape === null)
    return { node: this.node('zeros', [], { shape: [batch, ...widest] }), axes: [batchAxis] }
  }

  /** A value with its names at their places among `axes` and `rank` own axes, as far as broadcasting needs it. */
  align(operand: Placed, axes: readonly string[], rank: number): Node {
    if (operand.axes.length === 0) return operand.node
    const { node } = this.inOrder(operand, axes)
    const first = axes.findIndex(name => operand.axes.includes(name))
    const absent = axes.flatMap((name, i) => (i > first && !operand.axes.includes(name) ? [i - first] : []))
    const own = ownRank(operand)
    const before = axes.length - first
    const missing = Array.from({ length: rank - own }, (_, i) => before + i)
    const added = [...absent, ...missing]
    return added.length > 0 ? this.node('expandDims', [node], { axes: added }) : node
  }

  /** A value whose named axes stand in the order of `axes`. */
  inOrder(value: Placed, axes: readonly string[]): Placed {
    const wanted = [...axes.filter(name => value.axes.includes(name))]
    if (wanted.every((name, i) => name === value.axes[i])) return value
    const permutation = [
      ...wanted.map(name => value.axes.indexOf(name)),
      ...Array.from({ length: ownRank(value) }, (_, i) => value.axes.length + i),
    ]
    return { ...value, node: this.node('transpose', [value.node], { permutation }), axes: wanted }
  }

  /** A value with one of its named axes as its last own axis. */
  asLast(value: Placed, name: string): Placed {
    const at = value.axes.indexOf(name)
    const rank = value.node.type.shape!.length
    const axes = value.axes.filter(other => other !== name)
    if (at === rank - 1) return { node: value.node, axes }
    const others = Array.from({ length: rank }, (_, i) => i).filter(i => i !== at)
    return { node: this.node('transpose', [value.node], { permutation: [...others, at] }), axes }
  }

  /** The product of two values side by side, or with a dot between them, by how many axes each has for one example. */
  product(left: Placed, right: Placed, isDot = false): Placed {
    const open = [left, right].find(({ node }) => node.type.shape === null)
    if (open) return open
    const [p, q] = [ownRank(left), ownRank(right)]
    if (p === 0 || q === 0) return this.elementwise('multiply', [left, right])
    // `x Φ(x)`: what stands as x does is no factor of a matrix product, whether columns or rows are meant.
    const isSummed = [left, right].some(({ node }) => summedByHabit.has(node.op))
    const isOfOne = p === 1 && q === 1 && !isDot && !isSummed && left.isRow === right.isRow
    if (isOfOne && sourceOf(left) === sourceOf(right)) return this.elementwise('multiply', [left, right])
    if (p === 1 && q === 1) return this.#ofVectors(left, right)
    if (p === 2 && q === 1) requireInner(left, right, 'x A` or `A^⊤ x')
    if (p === 1 && q === 2) requireInner(left, right, 'A x` or `x A^⊤')
    const axes = this.union([left, right])
    if (q === 1) return this.#matrixTimesVector(left, right, axes)
    // `x^⊤ A` is the row of a column, and `x A` says that x is a row.
    const row = left.isRow ? { isRow: true } : { isOfRows: true }
    if (p === 1 && q === 2 && right.axes.length === 0)
      return { node: this.node('matMul', [left.node, right.node]), axes, ...row }
    if (p === 1) {
      const matrix: Placed = {
        node: this.node('expandDims', [left.node], { axes: [left.axes.length] }),
        axes: left.axes,
      }
      const whole = this.#ofMatrices(matrix, right, axes)
      const node = this.node('squeeze', [whole.node], { axes: [-2] })
      return { node, axes, ...row }
    }
    return this.#ofMatrices(left, right, axes)
  }

  /** The inner product of two vectors, however they stand. */
  inner(left: Placed, right: Placed): Placed {
    const both = [left, right]
    if (both.some(value => value.node.type.shape !== null && ownRank(value) !== 1))
      throw new Misfit(
        'an inner product is of two vectors: write that of matrices as `\\sum_{ij} x_{ij} y_{ij}`',
      )
    const { node, axes } = this.elementwise(
      'multiply',
      both.map(({ node, axes }): Placed => ({ node, axes })),
    )
    if (node.type.shape === null) return { node, axes }
    return { node: this.node('sum', [node], { axes: [-1], keepDims: false }), axes }
  }

  #ofVectors(left: Placed, right: Placed): Placed {
    // A vector of one number is a number.
    const isNumber = ({ node }: Placed) => node.type.shape?.at(-1) === 1
    if (!left.isRow && !right.isRow && (isNumber(left) || isNumber(right)))
      return this.elementwise('multiply', [left, right])
    // Of rows, `x y^⊤` is the inner product and `x^⊤ y` the outer one; where only one is known to be a row, the text mixes both.
    const areRows = !left.isRow && right.isRow && (left.isOfRows || right.isOfRows)
    if (left.isRow && !right.isRow && (left.isOfRows || right.isOfRows))
      throw new Misfit(
        'an inner product if these are columns, an outer one if they are rows, as `x W` is: write `⟨x, y⟩`, or `\\sum_i x_i y_i`',
      )
    if (areRows || (left.isRow && !right.isRow)) return this.inner(left, right)
    if (!left.isRow && right.isRow) {
      requireOuter(left, right)
      const column: Placed = { ...left, node: this.node('expandDims', [left.node], { axes: [-1] }) }
      const row: Placed = { axes: right.axes, node: this.node('expandDims', [right.node], { axes: [-2] }) }
      return this.elementwise('multiply', [column, row])
    }
    throw new Misfit(
      'the product of two vectors may be an inner product or one of each element: write `x^⊤ y` or `x ⊙ y`, or say what `·` means: `a · b = ⟨a, b⟩`',
    )
  }

  /** A matrix times a column; where the batch stands in front, the columns are rows of one matrix. */
  #matrixTimesVector(left: Placed, right: Placed, axes: readonly string[]): Placed {
    if (ownRank(left) > 2) throw new Misfit('the product of a tensor of more than two axes and a vector')
    if (right.isRow) throw new Misfit('a row cannot stand behind a matrix: write `x^⊤ A` or `A x`')
    if (left.axes.length === 0)
      return { node: this.node('matMul', [right.node, this.node('transpose', [left.node])]), axes }
    const column: Placed = { axes: right.axes, node: this.node('expandDims', [right.node], { axes: [-1] }) }
    const whole = this.#ofMatrices(left, column, axes)
    return { node: this.node('squeeze', [whole.node], { axes: [-1] }), axes }
  }

  #ofMatrices(left: Placed, right: Placed, axes: readonly string[]): Placed {
    const rank = Math.max(ownRank(left), ownRank(right))
    const inputs = [left, right].map(operand => this.align(operand, axes, operand.axes.length > 0 ? rank : 0))
    return { node: this.node('matMul', inputs), axes }
  }
}

/** What papers sum a product with although they do not say so: `-p \\log p` is an entropy. */
const summedByHabit: ReadonlySet<string> = new Set(['log'])

const sourceOf = ({ alike, node }: Placed): Node => alike ?? node

/** The one vector that all operands are, but for numbers and functions of it. */
function oneVectorOf(operands: readonly Placed[]): Node | undefined {
  const [source, ...others] = new Set(operands.filter(operand => ownRank(operand) === 1).map(sourceOf))
  return others.length === 0 ? source : undefined
}

/** `q_i k_j^⊤` is the outer product of columns; where both are places of matrices, papers may mean their rows. */
function requireOuter(left: Placed, right: Placed): void {
  const [of, by] = [left, right].map(({ axes }) => axes.filter(axis => axis !== batchAxis))
  const areApart = of!.length > 0 && by!.length > 0 && of!.every(axis => !by!.includes(axis))
  const [a, b] = [left, right].map(({ node }) => node.type.shape!.at(-1)!)
  if (areApart && equals(a!, b!))
    throw new Misfit(
      'an outer product if these are columns, an inner one if they are rows: write `x_i^⊤ y_j` or `⟨x_i, y_j⟩` for a number',
    )
}

/** A vector beside a matrix is as long as the axis of the matrix that is next to it; `turned` has the other one there. */
function requireInner(left: Placed, right: Placed, turned: string): void {
  const [a, b] = [left, right].map(value => value.node.type.shape!.slice(-ownRank(value)))
  if (equals(a!.at(-1)!, b![0]!)) return
  const fits = equals(a![0]!, b!.at(-1)!)
  throw new Misfit(
    `the product of ${shapeText(a!)} and ${shapeText(b!)} does not exist${fits ? `: write \`${turned}\`` : ''}`,
  )
}
