import { equals } from '../graph/dimension.js'
import type { Expression, NameExpression } from '../math/expression.js'
import { type Elaborator, isPlaced, type Value } from './elaborator.js'
import { Misfit } from './misfit.js'
import { ownRank, type Placed } from './named-axes.js'

/** Whether a name that nothing else defines is the identity matrix: `I`, `I_n`. */
export function isIdentity({ name, stem, subscripts = [], label }: NameExpression): boolean {
  return (stem ?? name) === 'I' && label === undefined && subscripts.flat().length <= 1
}

/** `I_n`: the matrix of n rows with ones on its diagonal. */
export function identityMatrix(elaborator: Elaborator, { subscripts, range }: NameExpression): Placed {
  const size = subscripts?.[0]?.[0]
  if (!size) throw new Misfit('the size of the identity matrix is not given: write `I_n`', range)
  return { node: elaborator.axes.node('eye', [], { rows: elaborator.size(size) }), axes: [] }
}

/** `A + I`: the identity matrix of the size of the matrix beside it. */
export function identityBeside(
  elaborator: Elaborator,
  expression: Expression,
  other: () => Value,
): Placed | undefined {
  if (expression.kind !== 'name' || expression.stem || !isIdentity(expression)) return undefined
  if (elaborator.index(expression.name) || elaborator.lookup(expression)) return undefined
  const beside = other()
  const rows = isPlaced(beside) ? rowsOfSquare(beside) : undefined
  return rows === undefined ? undefined : { node: elaborator.axes.node('eye', [], { rows }), axes: [] }
}

/**
 * `A^{-1}` and `A^{1/2}` of a square matrix, which are no powers of its elements: known where the matrix is diagonal.
 * Undefined for other powers. `A^2` of a matrix by its name may be either.
 */
export function powerOfMatrix(
  elaborator: Elaborator,
  { value: base, written }: { readonly value: Value; readonly written: Expression },
  exponent: Value,
): Placed | undefined {
  if (!isPlaced(base) || typeof exponent !== 'number' || rowsOfSquare(base) === undefined) return undefined
  if (exponent > 0 && Number.isInteger(exponent)) {
    if (written.kind === 'name' && exponent > 1)
      throw new Misfit(
        'a power of a square matrix may be its product with itself or of each element: write `A A` or `A ⊙ A`',
      )
    return undefined
  }
  const { node, axes } = base
  if (node.op !== 'diagonal')
    throw new Misfit(
      'the inverse or the root of a matrix is known only where `D_{ii} = …` or `diag(d)` states it',
    )
  const numbers = elaborator.axes.elementwise('power', [
    { node: node.inputs[0]!, axes: [] },
    elaborator.placed(exponent),
  ])
  return { node: elaborator.axes.node('diagonal', [numbers.node]), axes }
}

function rowsOfSquare(value: Placed) {
  if (ownRank(value) !== 2) return undefined
  const [rows, columns] = value.node.type.shape!.slice(-2)
  return equals(rows!, columns!) ? rows : undefined
}
