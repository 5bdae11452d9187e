import { type Expression, type NameExpression, replaceParts } from '../math/expression.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import type { Fail, Statement } from './statements.js'

/** A convention of papers: the same statements in the words that the language has besides. */
export type Convention = (
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  fail: Fail,
) => readonly Statement[]

/** A statement with other parts on its right side. */
export const withRight = (
  statement: Statement,
  replace: (part: Expression) => Expression | undefined,
): Statement => ({
  ...statement,
  right: replaceParts(statement.right, replace),
})

/** A name with another stem and other subscripts. */
export function renamed(
  name: NameExpression,
  stem: string,
  subscripts: readonly (readonly Expression[])[],
): NameExpression {
  const spelled = nameOf(
    stem,
    subscripts.map(items => items.map(subscriptText)),
    name.label,
  )
  const { stem: _, subscripts: __, ...rest } = name
  return subscripts.length > 0 || name.label
    ? { ...rest, name: spelled, stem, subscripts }
    : { ...rest, name: spelled }
}
