import type { Dimension } from '../graph/dimension.js'
import type { Expression, NameExpression } from '../math/expression.js'
import { type Elaborator, isDimension, type Value } from './elaborator.js'
import { Misfit } from './misfit.js'
import { ownRank, type Placed } from './named-axes.js'
import { signs } from './vocabulary.js'

type Binary = Extract<Expression, { kind: 'binary' }>

/** Whether a name that nothing else defines is the vector of ones: `𝟏`, `𝟏_n`. */
export function isOnes({ name, stem, subscripts = [] }: NameExpression): boolean {
  return (stem ?? name) === '𝟏' && subscripts.flat().length <= 1
}

/** `𝟏_n`: n ones. Of a condition, it is 1 where that holds and else 0. */
export function onesOf(elaborator: Elaborator, { subscripts }: NameExpression): Placed {
  const [size] = subscripts?.flat() ?? []
  if (!size) throw unknownSize()
  const value = elaborator.value(size)
  if (isDimension(value)) return vectorOf(elaborator, value)
  const [one, zero] = [1, 0].map(number => elaborator.placed(number))
  return elaborator.axes.elementwise('where', [elaborator.placed(value), one!, zero!])
}

/**
 * The value of `X^⊤ 𝟏`, `𝟏^⊤ X`, `𝟏 − x` and `X − 𝟏 m^⊤`, in which the size of `𝟏` follows from what stands beside it;
 * undefined where no such vector is an operand.
 */
export function onesIn(elaborator: Elaborator, { operator, left, right }: Binary): Value | undefined {
  const [isLeft, isRight] = [left, right].map(side => isOpen(elaborator, side))
  if (operator === 'product') {
    if (isRight && !isLeft) return timesOnes(elaborator, elaborator.tensor(left))
    if (isRowOfOnes(elaborator, left)) return onesTimes(elaborator, elaborator.tensor(right))
    // `c 𝟏^⊤ x` is c (𝟏^⊤ x).
    const isScaled =
      left.kind === 'binary' && left.operator === 'product' && isRowOfOnes(elaborator, left.right)
    const factor = isScaled ? elaborator.tensor(left.left) : undefined
    return factor && ownRank(factor) === 0
      ? elaborator.axes.product(factor, onesTimes(elaborator, elaborator.tensor(right)))
      : undefined
  }
  if (operator === '+' || operator === '-') {
    const [first, second] = [left, right].map(side => repeatedIn(elaborator, side))
    if (first || second) {
      const values = [first ?? elaborator.tensor(left), second ?? elaborator.tensor(right)]
      if (values.every(value => ownRank(value) === 0)) throw unknownSize()
      return elaborator.axes.elementwise(signs[operator]!, values)
    }
  }
  if (isLeft === isRight || !signs[operator] || operator === '^') return undefined
  const values = [left, right].map(side =>
    isOpen(elaborator, side) ? elaborator.placed(1) : elaborator.tensor(side),
  )
  return elaborator.axes.elementwise(signs[operator]!, values)
}

/** Whether it is a vector of ones of which the size is not given. */
function isOpen(elaborator: Elaborator, side: Expression): boolean {
  return side.kind === 'name' && !side.subscripts && isOnes(side) && elaborator.lookup(side) === undefined
}

const isRowOfOnes = (elaborator: Elaborator, side: Expression): boolean =>
  side.kind === 'transpose' && isOpen(elaborator, side.operand)

/**
 * `𝟏 m^⊤` and `m 𝟏^⊤` beside a matrix: the row, or the column, that is the same everywhere; and `c 𝟏` beside a vector, which is c
 * everywhere.
 */
function repeatedIn(elaborator: Elaborator, side: Expression): Placed | undefined {
  if (side.kind !== 'binary' || side.operator !== 'product') return undefined
  const { left, right } = side
  if (isOpen(elaborator, right)) {
    const factor = elaborator.tensor(left)
    return ownRank(factor) === 0 ? factor : undefined
  }
  const isRow = isOpen(elaborator, left)
  const isColumn = isRowOfOnes(elaborator, right)
  if (isRow === isColumn) return undefined
  const vector = elaborator.tensor(isRow ? right : left)
  if (ownRank(vector) !== 1 || Boolean(vector.isRow) !== isRow) throw unknownSize()
  const node = elaborator.axes.node('expandDims', [vector.node], { axes: [isRow ? -2 : -1] })
  return { node, axes: vector.axes }
}

/** `X 𝟏`: as many ones as X has columns. */
function timesOnes(elaborator: Elaborator, left: Placed): Placed {
  const isFactor = ownRank(left) === 2 || (ownRank(left) === 1 && (left.isRow ?? left.isOfRows) === true)
  const size = left.node.type.shape?.at(-1)
  if (!isFactor || size === undefined) throw unknownSize()
  return elaborator.axes.product(left, vectorOf(elaborator, size))
}

/** `𝟏^⊤ X`: as many ones as X has rows. */
function onesTimes(elaborator: Elaborator, right: Placed): Placed {
  const isFactor = ownRank(right) === 2 || (ownRank(right) === 1 && !right.isRow)
  const size = right.node.type.shape?.at(-ownRank(right))
  if (!isFactor || size === undefined) throw unknownSize()
  return elaborator.axes.product({ ...vectorOf(elaborator, size), isRow: true }, right)
}

const vectorOf = ({ axes }: Elaborator, size: Dimension): Placed => ({
  node: axes.node('ones', [], { shape: [size] }),
  axes: [],
})

const unknownSize = () => new Misfit('how many ones there are is not given: write `\\mathbf{1}_n`')
