import { isDraw } from '../evaluate/concrete.js'
import { type Partition, partition, uniform } from '../evaluate/partition.js'
import { type Quotient, quotient } from '../evaluate/quotient.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'
import type { Layout } from './layouts.js'
import type { Outer } from './outer.js'

/**
 * Which numbers parameters have. Which parameter of one model is which of the other is not known, so numbers must
 * not depend on it: parameters with as many elements, read in the same way, have the same numbers.
 *
 * - `unordered`: the rows of a matrix are equal. Then nothing depends on the order of the features that it reads, which
 *   another order of its rows would undo.
 * - `equal`: all elements of all parameters are one number, but for those of the last layers, which have one for each
 *   position of the output, and for variances, which have no sign. Then nothing depends on how they are arranged at all.
 *
 * - `distinct`: every parameter has numbers of its own, where both models are known to have the same ones.
 *
 * Random draws have one number at all positions of all places, one that each of them can take: which draw of one model
 * is which of the other is not known either.
 *
 * Along a long axis only a few numbers are different, so that models of any size are computed from few: an input is
 * made of a few pieces, and the columns of a matrix are of a few kinds.
 */
export type PointKind = 'unordered' | 'equal' | 'distinct'

/**
 * Where the numbers of inputs are at a seed: mostly anywhere near 0; once they may be probabilities, of which logarithms
 * are taken; and at the last, sums of them are beyond where activations are cut off.
 */
export const inputRanges = [
  [-1, 1],
  [-1, 1],
  [-1, 1],
  [0.05, 0.95],
  [0, 40],
] as const

/** Rows of a table that indices name. */
const tableRows = 5

/** Along an axis of at most this size every position has numbers of its own. */
const mostDistinct = 16

/** Kinds of columns of wider matrices. */
const columnKinds = 4

/** In how many pieces a longer axis of an input falls at a seed. */
const pieces = [4, 6, 8] as const

/** Numbers for all leaves of two graphs, the same wherever the same is read. */
export class Point {
  readonly #kind: PointKind
  readonly #seed: number
  readonly #layouts: ReadonlyMap<Node, Layout>
  readonly #outer: ReadonlyMap<Node, Outer>
  readonly #symbol: (name: string) => number
  readonly #byWidth = new Map<number, Partition>()
  /** What was asked for, for showing it. */
  readonly asked = new Map<Node, Quotient>()

  constructor(
    kind: PointKind,
    seed: number,
    layouts: ReadonlyMap<Node, Layout>,
    outer: ReadonlyMap<Node, Outer>,
    symbol: (name: string) => number,
  ) {
    this.#kind = kind
    this.#seed = seed
    this.#layouts = layouts
    this.#outer = outer
    this.#symbol = symbol
  }

  readonly leaf = (node: Node): Quotient | undefined => {
    const known = this.asked.get(node)
    if (known) return known
    const isDrawn = isDraw(node)
    if (!isDrawn && !isFree(node)) return undefined
    const shape = (node.type.shape ?? []).map(size => this.#size(size))
    const partitions = isDrawn ? shape.map(uniform) : this.#partitions(node, shape)
    const element = isDrawn ? this.#drawn(node) : this.#values(node, shape)
    const value = quotient(shape, partitions, node.type.dtype, element)
    if (!isDrawn) this.asked.set(node, value)
    return value
  }

  /** Which positions of a leaf have the same numbers, along each axis. */
  #partitions(node: Node, shape: readonly number[]): readonly Partition[] {
    if (!('identity' in node.attributes))
      return shape.map((size, axis) => (axis === 0 ? null : inPieces(size, this.#seed)))
    if (this.#kind === 'distinct') return shape.map(() => null)
    if (this.#kind === 'equal') {
      const last = this.#outer.has(node) ? shape.length - 1 : undefined
      return shape.map((size, axis) => (axis === last ? this.#kinds(size) : uniform(size)))
    }
    const layout = this.#layout(node)
    const own = shape.map(size => this.#kinds(size))
    const columns = layout === 'rows' ? shape.length - 1 : layout === 'columns' ? shape.length - 2 : undefined
    if (columns !== undefined)
      return own.map((kinds, axis) => (axis === columns ? kinds : uniform(shape[axis]!)))
    if (layout === 'table') return [partition(shape[0]!, row => Math.min(row, tableRows)), ...own.slice(1)]
    return own
  }

  /** The columns of a matrix by their kinds. */
  #kinds(width: number): Partition {
    const known = this.#byWidth.get(width)
    if (known !== undefined) return known
    const kinds = width <= mostDistinct ? null : partition(width, column => kindOf(column, this.#seed))
    this.#byWidth.set(width, kinds)
    return kinds
  }

  #layout(node: Node): Layout {
    const layout = this.#layouts.get(node) ?? 'plain'
    return (node.type.shape?.length ?? 0) < 2 && (layout === 'rows' || layout === 'columns')
      ? 'plain'
      : layout
  }

  #size(size: Dimension): number {
    return Math.max(0, Math.round(substitute(size, this.#symbol) as number))
  }

  /** The one number of all draws of a kind: an element is kept or dropped, noise is a part of its deviation. */
  #drawn({ attributes: { probability, deviation, low, high } }: Node): () => number {
    const kept = Number(this.#seed % 3 !== 0)
    const value =
      typeof probability === 'number'
        ? Number(probability > 0) * kept
        : typeof deviation === 'number'
          ? 0.7 * deviation
          : Number(low) + 0.7 * (Number(high) - Number(low))
    return () => value
  }

  /** The number at each offset of a leaf. */
  #values(node: Node, shape: readonly number[]): (offset: number) => number {
    const layout = this.#layout(node)
    const seed = this.#seed
    if (layout === 'index' || node.type.dtype === 'int32') {
      const salt = mix(saltOf(node), seed)
      const { below } = node.attributes
      const count = typeof below === 'number' ? below : Math.min(tableRows, this.#indexRange)
      return offset => Math.floor(fraction(salt, offset) * count)
    }
    const isParameter = 'identity' in node.attributes
    if (!isParameter) {
      const salt = mix(saltOf(node), seed)
      const [low, high] = inputRanges[(seed - 1) % inputRanges.length]!
      return offset => low + (high - low) * fraction(salt, offset)
    }
    if (this.#kind === 'distinct') {
      const own = mix(Number(node.attributes.identity) + 11, seed)
      const part = (offset: number) => fraction(own, offset)
      const scale = 2 / Math.sqrt(Math.max(1, count(shape.slice(0, -1))))
      return layout === 'variance'
        ? offset => 0.02 + 0.3 * part(offset)
        : offset => scale * weight(part(offset))
    }
    const width = shape.at(-1) ?? 1
    const outer = this.#outer.get(node)
    const salt = mix(outer ? outer.output : mix(count(shape), layoutSalts[layout]), seed)
    const column = (place: number, columns: number) =>
      weight(columns <= mostDistinct ? fraction(salt, place) : this.#spread(salt, place))
    if (this.#kind === 'equal') {
      const signed = equalValues[(seed - 1) % equalValues.length]! / this.#usualRows
      const value = layout === 'variance' ? Math.abs(signed) : signed
      return outer ? offset => value * column(offset % width, width) : () => value
    }
    switch (layout) {
      case 'variance':
        return offset => 0.02 + 0.3 * fraction(salt, offset)
      case 'rows': {
        const scale = unorderedScale(count(shape) / width, seed)
        return offset => scale * column(offset % width, width)
      }
      case 'columns': {
        const results = shape.at(-2)!
        const scale = unorderedScale(count(shape) / results, seed)
        return offset => scale * column(Math.floor(offset / width) % results, results)
      }
      case 'table': {
        const end = (tableRows * count(shape)) / Math.max(1, shape[0]!)
        return offset => (offset < end ? weight(fraction(salt, offset)) : 0)
      }
      default:
        return shape.length === 1 ? offset => column(offset, width) : offset => weight(fraction(salt, offset))
    }
  }

  /** A part of 1 for each kind of columns, spread evenly, so that there are weights of both signs. */
  #spread(salt: number, column: number): number {
    const kind = kindOf(column, this.#seed)
    return ((kind ^ (salt % columnKinds)) + fraction(salt, kind)) / columnKinds
  }

  /** Of how many terms the sums of both models are, as a geometric mean, so that numbers stay in range through many layers. */
  get #usualRows(): number {
    const rows = [...this.#layouts].flatMap(([node, layout]) => {
      const shape = (node.type.shape ?? []).map(size => this.#size(size))
      const columns = layout === 'rows' ? shape.at(-1) : layout === 'columns' ? shape.at(-2) : undefined
      return columns === undefined || !('identity' in node.attributes) ? [] : [count(shape) / columns]
    })
    const logarithms = rows.reduce((sum, terms) => sum + Math.log(Math.max(1, terms)), 0)
    return Math.exp(logarithms / Math.max(1, rows.length))
  }

  /** How many rows every table has that is looked up. */
  get #indexRange(): number {
    const heights = [...this.#layouts].flatMap(([node, layout]) =>
      layout === 'table' ? [this.#size(node.type.shape?.[0] ?? 1)] : [],
    )
    return Math.max(1, Math.min(tableRows, ...heights))
  }
}

/** A matrix and its transpose have the same numbers for the same result. */
const layoutSalts: Readonly<Record<Layout, number>> = {
  plain: 0,
  rows: 1,
  columns: 1,
  table: 3,
  index: 4,
  variance: 5,
}

/** Of both signs, so that rectifiers pass something on and keep something back. */
const equalValues = [0.83, -0.9, 1.7, -0.3] as const

/** Leaves that are given from outside; what could not be followed is not among them. */
function isFree(node: Node): boolean {
  return opTable[node.op]?.inputs.length === 0 && 'name' in node.attributes
}

/**
 * By what the weights of sums are scaled at a seed: a factor, and an exponent of the number of terms. Sums of equal terms
 * grow with their number, sums of terms of both signs with its root.
 */
const scales = [
  [3, 1],
  [1, 1],
  [1.5, 0.75],
  [1.5, 0.5],
] as const

function unorderedScale(rows: number, seed: number): number {
  const [factor, exponent] = scales[(seed - 1) % scales.length]!
  return factor / rows ** exponent
}

const saltOf = ({ attributes: { index } }: Node) => (typeof index === 'number' ? index + 7 : 3)

/** A weight in [-0.8, 1], for a part of 1: mostly such that rectifiers pass something on, also through many layers. */
const weight = (part: number) => 1.8 * part - 0.8

const kindOf = (column: number, seed: number) => mix(column + 1, seed) % columnKinds

/** The positions of an axis in pieces of different lengths. */
function inPieces(size: number, seed: number): Partition {
  if (size <= mostDistinct) return null
  const starts = Array.from({ length: pieces[(seed - 1) % pieces.length]! - 1 }, (_, i) =>
    Math.floor(fraction(mix(size, seed), i) * size),
  )
  return partition(size, position => starts.filter(start => start <= position).length)
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

function mix(a: number, b: number): number {
  let h = (Math.imul(a ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35)) >>> 0
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39) >>> 0
  return (h ^ (h >>> 15)) >>> 0
}

/** A number in [0, 1) that a salt and a position always give. */
function fraction(salt: number, position: number): number {
  return mix(salt, position) / 4294967296
}
