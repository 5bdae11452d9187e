import { isDraw } from '../evaluate/concrete.js'
import type { Selection } from '../evaluate/selection.js'
import { offsetsOf, selectedShape } from '../evaluate/selection.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { opTable } from '../ops/table.js'
import type { Layout } from './layouts.js'
import type { Counterexample } from './verdict.js'

/**
 * Which numbers parameters have. Which parameter of one model is which of the other is not known, so numbers must
 * not depend on it: parameters with as many elements, read in the same way, have the same numbers.
 *
 * - `unordered`: the rows of a matrix are equal. Then nothing depends on the order of the features that it reads, which
 *   another order of its rows would undo.
 * - `equal`: all elements of all parameters are one number. Then nothing depends on how they are arranged at all.
 *
 * Random draws have one number at all positions of all places, one that each of them can take: which draw of one model
 * is which of the other is not known either.
 */
export type PointKind = 'unordered' | 'equal'

/** Rows of a table that indices name. */
const tableRows = 5

/** Numbers for all leaves of two graphs, the same wherever the same is read. */
export class Point {
  readonly #kind: PointKind
  readonly #seed: number
  readonly #layouts: ReadonlyMap<Node, Layout>
  readonly #symbol: (name: string) => number
  /** What was asked for, for showing it. */
  readonly asked = new Map<Node, Tensor>()

  constructor(
    kind: PointKind,
    seed: number,
    layouts: ReadonlyMap<Node, Layout>,
    symbol: (name: string) => number,
  ) {
    this.#kind = kind
    this.#seed = seed
    this.#layouts = layouts
    this.#symbol = symbol
  }

  readonly leaf = (node: Node, selection: Selection): Tensor | undefined => {
    const isDrawn = isDraw(node)
    if (!isDrawn && !isFree(node)) return undefined
    const shape = (node.type.shape ?? []).map(size => this.#size(size))
    const data = offsetsOf(shape, selection)
    const value = isDrawn ? this.#drawn(node) : this.#values(node, shape)
    for (let i = 0; i < data.length; i++) data[i] = value(data[i]!)
    const tensor = { shape: selectedShape(shape, selection), data, dtype: node.type.dtype }
    if (!isDrawn) this.asked.set(node, tensor)
    return tensor
  }

  readonly support = (node: Node, shape: readonly number[]): Selection | undefined =>
    this.#layout(node) === 'table'
      ? shape.map((size, axis) => (axis === 0 ? beginning(Math.min(size, tableRows)) : null))
      : undefined

  readonly isUniform = (node: Node, axis: number): boolean => {
    if (!('identity' in node.attributes) || !isFree(node)) return false
    if (this.#kind === 'equal') return true
    const rank = node.type.shape?.length ?? 0
    const layout = this.#layout(node)
    return (layout === 'rows' && axis !== rank - 1) || (layout === 'columns' && axis !== rank - 2)
  }

  /** The first numbers that a leaf was asked for, in its own shape: along an axis where all are equal, one was asked for. */
  shown(
    node: Node,
    { shape, data }: Tensor,
    most: number,
  ): Pick<Counterexample['inputs'][number], 'shape' | 'values'> {
    const whole = shape.map((size, axis) =>
      size === 1 && this.isUniform(node, axis) ? this.#size(node.type.shape![axis]!) : size,
    )
    const values = Array.from({ length: Math.min(most, count(whole)) }, (_, position) => {
      let offset = 0
      let stride = 1
      for (let axis = whole.length - 1, rest = position; axis >= 0; axis--) {
        if (shape[axis] === whole[axis]) offset += (rest % whole[axis]!) * stride
        rest = Math.floor(rest / whole[axis]!)
        stride *= shape[axis]!
      }
      return data[offset]!
    })
    return { shape: whole, values }
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
    const kept = this.#seed % 2
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
      return offset => Math.floor(fraction(salt, offset) * Math.min(tableRows, this.#indexRange))
    }
    const isParameter = 'identity' in node.attributes
    if (!isParameter) {
      const salt = mix(saltOf(node), seed)
      return offset => 2 * fraction(salt, offset) - 1
    }
    if (this.#kind === 'equal') {
      const value = equalValues[(seed - 1) % equalValues.length]!
      return () => value
    }
    const width = shape.at(-1) ?? 1
    const salt = mix(mix(count(shape), layoutSalts[layout]), seed)
    switch (layout) {
      case 'variance':
        return offset => 0.02 + 0.3 * fraction(salt, offset)
      case 'rows':
        return tabled(width, unorderedScale(count(shape) / width, seed), salt, offset => offset % width)
      case 'columns': {
        const results = shape.at(-2)!
        const scale = unorderedScale(count(shape) / results, seed)
        return tabled(results, scale, salt, offset => Math.floor(offset / width) % results)
      }
      default:
        return offset => weight(salt, offset)
    }
  }

  /** How many rows every table has that is looked up. */
  get #indexRange(): number {
    const heights = [...this.#layouts].flatMap(([node, layout]) =>
      layout === 'table' ? [this.#size(node.type.shape?.[0] ?? 1)] : [],
    )
    return Math.max(1, Math.min(tableRows, ...heights))
  }
}

/** Weights that depend on a part of the offset only. */
function tabled(
  length: number,
  scale: number,
  salt: number,
  place: (offset: number) => number,
): (offset: number) => number {
  const weights = Float64Array.from({ length }, (_, i) => scale * weight(salt, i))
  return offset => weights[place(offset)]!
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

const equalValues = [0.41, 0.83, 0.17] as const

/** Leaves that are given from outside; what could not be followed is not among them. */
function isFree(node: Node): boolean {
  return opTable[node.op]?.inputs.length === 0 && 'name' in node.attributes
}

/** Sums of many equal terms grow with their number, or with its root where the terms have both signs. */
function unorderedScale(rows: number, seed: number): number {
  return 1.5 / rows ** [0.75, 0.5, 1][(seed - 1) % 3]!
}

const saltOf = ({ attributes: { index } }: Node) => (typeof index === 'number' ? index + 7 : 3)

/** A weight in [-0.8, 1]: mostly such that rectifiers pass something on, also through many layers. */
const weight = (salt: number, offset: number) => 1.8 * fraction(salt, offset) - 0.8

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
const beginning = (length: number) => Array.from({ length }, (_, i) => i)

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
