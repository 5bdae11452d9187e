import {
  type Dimension,
  divide,
  equals,
  isPolynomial,
  product,
  symbolsOf,
  termsForPrinting,
} from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import { elementwisePositions, type PositionUse } from '../ops/positions.js'
import { opTable } from '../ops/table.js'

/** An index of the computation: axes that are permuted together, or a factor of an axis that a reshape splits. */
class Index {
  readonly size: Dimension
  /** Set where it is another one. */
  same: Index | undefined
  /** Set where it was split, the outer first. */
  parts: readonly Index[] | undefined
  /** The same is computed at each of its positions, and nothing is taken over all of them. */
  isCarried = true

  constructor(size: Dimension) {
    this.size = size
  }

  mark(): void {
    this.isCarried = false
    for (const part of this.parts ?? []) part.mark()
  }
}

/** Sizes from here on show all that several axes of one index can show. */
export const mostRepeats = 4

/**
 * Along which axes of a computation nothing but the same happens at each position. Two computations that are equal for
 * all values of their leaves at one size of such an axis are then equal at every size.
 */
export class Symmetry {
  /** What is computed, inputs before what reads them. */
  readonly nodes: readonly Node[]
  readonly #axes = new Map<Node, readonly (readonly Index[])[]>()
  /** Indices of which more positions count than are tried. */
  readonly #repeated = new Set<Index>()
  /** Symbols that are sizes, and whether they are of such axes only. */
  readonly #symbols = new Map<string, boolean>()

  constructor(first: readonly Node[], second: readonly Node[], isLeaf: (node: Node) => boolean) {
    const nodes = below([...first, ...second], isLeaf)
    this.nodes = nodes
    for (const node of nodes) this.#declare(node)
    for (const node of nodes) if (!isLeaf(node)) this.#relate(node)
    for (const [i, node] of first.entries()) {
      const [own, other] = [this.#axes.get(node)!, this.#axes.get(second[i]!)!]
      own.forEach((axis, at) => {
        unify(axis, other[at] ?? [])
      })
    }
    for (const node of nodes) this.#noteSymbols(node, isLeaf(node))
    for (const node of first) this.#noteRepeats(node)
  }

  /** Whether a symbol is the size of such axes and nothing else, so that any size is as good as all. */
  isCarried(name: string): boolean {
    return this.#symbols.get(name) ?? true
  }

  get symbols(): readonly string[] {
    return [...this.#symbols.keys()]
  }

  /** The shape of a node with as few positions as show all, along axes of which any number is as good. */
  fewerPositions(node: Node): Shape | undefined {
    return this.#axes.get(node)?.map(axis => {
      const sizes = flat(axis).map(index => {
        const { size, isCarried } = index
        const isFree = isCarried && typeof size === 'number' && !this.#repeated.has(index)
        return isFree ? Math.min(size, mostRepeats) : size
      })
      return product(sizes)
    })
  }

  #declare(node: Node): void {
    const shape = node.type.shape ?? []
    this.#axes.set(
      node,
      shape.map(size => (size === 1 ? [] : [new Index(size)])),
    )
  }

  #relate(node: Node): void {
    const own = this.#axes.get(node)!
    const operands = node.inputs.map(input => this.#axes.get(input)!)
    const { same = [], contracted = [], unread = [], repeated = [], reshaped, uniform } = positionUse(node)
    if (uniform) return
    if (reshaped) {
      unify(own.flat(), operands[0]!.flat())
      return
    }
    // By place, since one node may be read as several inputs.
    const places = new Map(
      [own, ...operands].flatMap((axes, at) =>
        axes.map((axis, i): [string, readonly Index[]] => [`${at} ${i}`, axis]),
      ),
    )
    const open = new Set(places.keys())
    for (const [axis, input, inputAxis] of same) {
      const [a, b] = [`0 ${axis}`, `${input + 1} ${inputAxis}`]
      unify(places.get(a)!, places.get(b)!)
      open.delete(a)
      open.delete(b)
    }
    for (const axis of repeated) open.delete(`0 ${axis}`)
    for (const [input, axis] of unread) open.delete(`${input + 1} ${axis}`)
    for (const group of contracted) {
      const axes = group.map(([input, axis]) => `${input + 1} ${axis}`)
      for (const axis of axes) {
        unify(places.get(axes[0]!)!, places.get(axis)!)
        for (const index of flat(places.get(axis)!)) index.mark()
        open.delete(axis)
      }
    }
    for (const axis of open) for (const index of flat(places.get(axis)!)) index.mark()
  }

  #noteSymbols(node: Node, isLeaf: boolean): void {
    for (const index of flat(this.#axes.get(node)!.flat())) {
      const { size, isCarried } = index
      if (!isPolynomial(size)) continue
      for (const name of symbolsOf(size)) this.#note(name, isCarried && size.key === name)
    }
    if (isLeaf) return
    for (const [key, value] of Object.entries(node.attributes))
      for (const name of symbolsIn(value)) this.#note(name, key === 'shape')
  }

  /** Along several axes of one index, positions are the same or others; that takes as many positions as axes. */
  #noteRepeats(node: Node): void {
    const counts = new Map<Index, number>()
    for (const index of flat(this.#axes.get(node)!.flat())) counts.set(index, (counts.get(index) ?? 0) + 1)
    for (const [index, count] of counts) {
      if (count <= mostRepeats) continue
      this.#repeated.add(index)
      for (const name of symbolsOf(index.size)) this.#note(name, false)
    }
  }

  #note(name: string, isCarried: boolean): void {
    this.#symbols.set(name, this.isCarried(name) && isCarried)
  }
}

/** How the op of a node treats positions; of an op that stands for others only that it is elementwise. */
function positionUse(node: Node): PositionUse {
  const op = opTable[node.op]
  if (!op || [node, ...node.inputs].some(({ type }) => !type.shape)) return {}
  if (op.kind === 'primitive') return op.positions(node)
  return op.elementwise ? elementwisePositions(node) : {}
}

function symbolsIn(value: Attribute | undefined): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap(item => [...symbolsIn(item)]))
  return isPolynomial(value) ? symbolsOf(value) : new Set()
}

function below(roots: readonly Node[], isLeaf: (node: Node) => boolean): readonly Node[] {
  const seen = new Set(roots)
  for (const node of seen) if (!isLeaf(node)) for (const input of node.inputs) seen.add(input)
  return [...seen].sort((a, b) => a.id - b.id)
}

/** The indices that a list stands for, the outer first. */
function flat(list: readonly Index[]): readonly Index[] {
  return list.flatMap(index => {
    let own = index
    while (own.same) own = own.same
    return own.parts ? flat(own.parts) : [own]
  })
}

/** Makes two lists of indices, which count through the same elements in order, one and the same. */
function unify(first: readonly Index[], second: readonly Index[]): void {
  let [a, b] = [flat(first), flat(second)]
  while (a.length > 0 && b.length > 0) {
    const [x, y] = [a[0]!, b[0]!]
    if (x === y || equals(x.size, y.size)) {
      if (x !== y) merge(x, y)
      ;[a, b] = [flat(a.slice(1)), flat(b.slice(1))]
      continue
    }
    const [split, size] = quotient(x.size, y.size) === undefined ? [y, x.size] : [x, y.size]
    const inner = quotient(split.size, size)
    if (inner === undefined) break
    split.parts = [size, inner].map(part => {
      const index = new Index(part)
      index.isCarried = split.isCarried
      return index
    })
    ;[a, b] = [flat(a), flat(b)]
  }
  for (const index of [...a, ...b]) index.mark()
}

function merge(x: Index, y: Index): void {
  y.same = x
  x.isCarried &&= y.isCarried
}

/** How many times one size goes into another, if it does for all values of their symbols. */
function quotient(size: Dimension, divisor: Dimension): Dimension | undefined {
  const result = divide(size, divisor)
  if (typeof result === 'number') return Number.isInteger(result) && result > 1 ? result : undefined
  const [term, ...others] = termsForPrinting(result)
  const isWhole =
    term?.coefficient.denominator === 1n &&
    term.factors.every(({ atom, power }) => atom.kind === 'symbol' && power > 0)
  return isWhole && others.length === 0 ? result : undefined
}
