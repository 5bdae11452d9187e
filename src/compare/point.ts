import type { Selection } from '../evaluate/selection.js'
import { offsetsOf, selectedShape } from '../evaluate/selection.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { opTable } from '../ops/table.js'

/**
 * Which numbers parameters have. Which parameter of one model is which of the other is not known, so numbers must
 * not depend on it: parameters with as many elements, read in the same way, have the same numbers.
 *
 * - `sparse`: few rows of a matrix are not zero, so that large models can be evaluated.
 * - `unordered`: the rows of a matrix are equal. Then nothing depends on the order of the features that it reads, which
 *   another order of its rows would undo.
 * - `equal`: all elements of all parameters are one number. Then nothing depends on how they are arranged at all.
 */
export type PointKind = 'sparse' | 'unordered' | 'equal'

/** How a leaf is read. */
type Layout =
  /** `[…, rows, columns]`, contracted along the rows. */
  | 'rows'
  /** `[…, columns, rows]`, contracted along the last axis. */
  | 'columns'
  /** Rows that are looked up. */
  | 'table'
  /** Positions of rows. */
  | 'index'
  | 'variance'
  | 'plain'

/** The operands that are read in a way of their own, by op. */
const layouts: Readonly<Record<string, readonly (Layout | undefined)[]>> = {
  matMul: [undefined, 'rows'],
  conv1d: [undefined, 'rows'],
  conv2d: [undefined, 'rows'],
  conv2dTranspose: [undefined, 'columns'],
  gather: ['table', 'index'],
  oneHot: ['index'],
  batchNormalization: [undefined, undefined, 'variance'],
}

/** How each leaf below the outputs is read: `plain` where it is read in several ways. */
export function layoutsOf(outputs: readonly Node[]): ReadonlyMap<Node, Layout> {
  const seen = new Set<Node>(outputs)
  const pending = [...outputs]
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const next of [...node.inputs, ...bodyOutputs(node)]) {
      if (seen.has(next)) continue
      seen.add(next)
      pending.push(next)
    }
  }
  const found = new Map<Node, Layout>()
  const note = (node: Node, layout: Layout) => {
    found.set(node, (found.get(node) ?? layout) === layout ? layout : 'plain')
  }
  for (const node of [...seen].sort((a, b) => b.id - a.id)) {
    const own = found.get(node)
    const passesOn = own === 'index' && opTable[node.op]?.rearranges
    node.inputs.forEach((input, i) => {
      note(input, passesOn ? 'index' : (layouts[node.op]?.[i] ?? 'plain'))
    })
  }
  return found
}

function bodyOutputs({ attributes }: Node): readonly Node[] {
  return Object.values(attributes).flatMap(value =>
    typeof value === 'object' && value !== null && 'body' in value ? value.body.outputs : [],
  )
}

/** Rows of a matrix that are not zero at a sparse point. */
const sparseRows = 6

/** Rows of a table that indices name. */
const tableRows = 5

/** Numbers for all leaves of two graphs, the same wherever the same is read. */
export class Point {
  readonly #kind: PointKind
  readonly #seed: number
  readonly #layouts: ReadonlyMap<Node, Layout>
  readonly #symbol: (name: string) => number
  readonly #rows = new Map<string, readonly number[]>()
  /** What was asked for, for showing it. */
  readonly asked = new Map<Node, Tensor>()

  constructor(
    kind: PointKind,
    seed: number,
    leaves: ReadonlyMap<Node, Layout>,
    symbol: (name: string) => number,
  ) {
    this.#kind = kind
    this.#seed = seed
    this.#layouts = leaves
    this.#symbol = symbol
  }

  readonly leaf = (node: Node, selection: Selection): Tensor | undefined => {
    if (!isFree(node)) return undefined
    const shape = (node.type.shape ?? []).map(size => this.#size(size))
    const data = offsetsOf(shape, selection)
    const value = this.#values(node, shape)
    for (let i = 0; i < data.length; i++) data[i] = value(data[i]!)
    const tensor = { shape: selectedShape(shape, selection), data, dtype: node.type.dtype }
    this.asked.set(node, tensor)
    return tensor
  }

  readonly support = (node: Node, shape: readonly number[]): Selection | undefined => {
    const layout = this.#layout(node)
    if (layout === 'table')
      return shape.map((size, axis) => (axis === 0 ? beginning(Math.min(size, tableRows)) : null))
    if (this.#kind !== 'sparse' || !isFree(node)) return undefined
    const contracted = layout === 'rows' ? shape.length - 2 : layout === 'columns' ? shape.length - 1 : -1
    const size = shape[contracted]
    if (size === undefined) return undefined
    const rows = this.#chosenRows(layout === 'rows' ? count(shape) / shape.at(-1)! : size)
    const positions = [...new Set(rows.map(row => row % size))].sort((a, b) => a - b)
    return shape.map((_, axis) => (axis === contracted ? positions : null))
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
    const salt = mix(mix(count(shape), layoutSalts.indexOf(layout)), seed)
    switch (layout) {
      case 'variance':
        return offset => 0.02 + 0.3 * fraction(salt, offset)
      case 'rows': {
        const rows = count(shape) / width
        if (this.#kind === 'unordered') {
          const scale = unorderedScale(rows, seed)
          return offset => scale * weight(salt, offset % width)
        }
        const chosen = new Set(this.#chosenRows(rows))
        const scale = Math.sqrt(3 / chosen.size)
        return offset => (chosen.has(Math.floor(offset / width)) ? scale * weight(salt, offset) : 0)
      }
      case 'columns': {
        if (this.#kind === 'unordered') {
          const scale = unorderedScale(width, seed)
          return offset => scale * weight(salt, Math.floor(offset / width))
        }
        const chosen = new Set(this.#chosenRows(width))
        const scale = Math.sqrt(3 / chosen.size)
        return offset => (chosen.has(offset % width) ? scale * weight(salt, offset) : 0)
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

  /** One row of each of a few equal stretches. */
  #chosenRows(rows: number): readonly number[] {
    const key = String(rows)
    const known = this.#rows.get(key)
    if (known) return known
    const many = Math.min(rows, sparseRows)
    const chosen = Array.from({ length: many }, (_, i) => {
      const [from, to] = [Math.floor((i * rows) / many), Math.floor(((i + 1) * rows) / many)]
      return from + Math.floor(fraction(mix(rows, this.#seed), i) * (to - from))
    })
    this.#rows.set(key, chosen)
    return chosen
  }
}

const layoutSalts: readonly Layout[] = ['plain', 'rows', 'columns', 'table', 'index', 'variance']

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
