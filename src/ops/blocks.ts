import { type Dimension, equals } from '../graph/dimension.js'
import type { Expression } from '../math/expression.js'
import type { Elaborator } from './elaborator.js'
import { concatenated } from './joined.js'
import { Misfit } from './misfit.js'
import { ownRank, type Placed } from './named-axes.js'
import { isIdentity } from './square.js'

type Matrix = Extract<Expression, { readonly kind: 'matrix' }>

/** A block, or what is as large as its row and column: `0` and `I`. */
type Block = Placed | 'zeros' | 'identity'

const isValue = (block: Block): block is Placed => typeof block === 'object'

/**
 * A matrix of blocks: numbers, vectors as columns or (`x^⊤`) as rows, and matrices; `0` and `I` take the size of what
 * stands beside them. A column of numbers and of columns is a vector, a row of numbers and of rows is a vector that
 * stands as a row, all else is a matrix.
 */
export function blockMatrix(elaborator: Elaborator, { rows: written }: Matrix): Placed {
  const { axes } = elaborator
  const rows = written.map(row => row.map(cell => blockOf(elaborator, cell)))
  const values = rows.flat().filter(isValue)
  const open = values.find(({ node }) => node.type.shape === null)
  if (open) return open
  const isScalars = (block: Block) => (isValue(block) ? ownRank(block) === 0 : block === 'zeros')
  const scalars = (blocks: readonly Block[]) => blocks.map(block => asVector(elaborator, block))
  if (rows[0]!.length === 1 && rows.flat().every(block => isScalars(block) || isVector(block, false)))
    return concatenated(axes, scalars(rows.flat()))
  if (rows.length === 1 && rows.flat().every(block => isScalars(block) || isVector(block, true)))
    return { ...concatenated(axes, scalars(rows.flat())), isRow: true }
  const least = values.every(isScalars) ? 1 : undefined
  const heights = rows.map(row => sizeAlong(elaborator, row, -2))
  const widths = rows[0]!.map((_, column) =>
    sizeAlong(
      elaborator,
      rows.map(row => row[column]!),
      -1,
    ),
  )
  const lines = rows.map((row, i) =>
    concatenated(
      axes,
      row.map((block, column) => {
        const { range } = written[i]![column]!
        if (isValue(block)) return asMatrix(elaborator, block)
        const [height, width] = [heights[i] ?? least, widths[column] ?? least]
        if (height === undefined || width === undefined)
          throw new Misfit('nothing in its row and column says how large this block is', range)
        if (block === 'zeros') return { node: axes.node('zeros', [], { shape: [height, width] }), axes: [] }
        if (!equals(height, width)) throw new Misfit('an identity matrix has as many rows as columns', range)
        return { node: axes.node('eye', [], { rows: height }), axes: [] }
      }),
    ),
  )
  return concatenated(axes, lines, -2)
}

function blockOf(elaborator: Elaborator, cell: Expression): Block {
  if (cell.kind === 'number' && cell.value === 0) return 'zeros'
  const isNamedI = cell.kind === 'name' && !cell.stem && isIdentity(cell)
  if (isNamedI && !elaborator.index(cell.name) && !elaborator.lookup(cell)) return 'identity'
  return elaborator.tensor(cell)
}

const isVector = (block: Block, isRow: boolean) =>
  isValue(block) && ownRank(block) === 1 && (block.isRow ?? false) === isRow

/** Numbers as vectors of one element. */
function asVector({ axes }: Elaborator, block: Block): Placed {
  if (!isValue(block)) return { node: axes.node('zeros', [], { shape: [1] }), axes: [] }
  return ownRank(block) === 0 ? expanded(axes, block, 0) : block
}

/** A number as a matrix of one element, a vector as one of one column or row. */
function asMatrix(elaborator: Elaborator, block: Placed): Placed {
  const rank = ownRank(block)
  if (rank > 2) throw new Misfit('a block of a matrix has at most two axes')
  if (rank === 2) return block
  const vector = asVector(elaborator, block)
  return expanded(elaborator.axes, vector, block.isRow ? 0 : 1)
}

function expanded(axes: Elaborator['axes'], value: Placed, ownAxis: number): Placed {
  const node = axes.node('expandDims', [value.node], { axes: [value.axes.length + ownAxis] })
  return { node, axes: value.axes }
}

/** The rows (−2) or columns (−1) of blocks beside each other; undefined where none of them has any of its own. */
function sizeAlong(elaborator: Elaborator, blocks: readonly Block[], axis: -1 | -2): Dimension | undefined {
  const own = blocks.find(isValue)
  return own && asMatrix(elaborator, own).node.type.shape!.at(axis)
}
