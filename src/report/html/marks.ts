import { type Formula, markTerm } from '../../equations/formula.js'
import type { Item } from '../../equations/system.js'
import { type Expression, partsOf } from '../../math/expression.js'

/** The values of the code that findings are about. */
export interface Marks {
  readonly implemented: ReadonlySet<number>
  /** Those that have an equation: they are marked there, and not where they are read. */
  readonly lines: ReadonlySet<number>
}

/** The ids of the values that an item computes. */
export function nodesOf(item: Item): readonly number[] {
  if (item.node !== undefined) return [item.node]
  return item.kind === 'repetition' ? item.items.flatMap(nodesOf) : []
}

export function markedItem(item: Item, marks: Marks): Item {
  return item.kind === 'equation'
    ? { ...item, right: marked(item.right, marks, item.node) }
    : { ...item, items: item.items.map(inner => markedItem(inner, marks)) }
}

/** The expression that computes `own`, with what findings are about marked. */
export function marked(formula: Formula, { implemented, lines }: Marks, own: number | undefined): Formula {
  return markTerm(formula, id => implemented.has(id) && (id === own || !lines.has(id)))
}

/** Whether a part of an equation as it is written is one of some parts of it as it is read. */
export function isPart(differing: readonly Expression[], read: Expression): (part: Expression) => boolean {
  const own = new Set<Expression>([read])
  for (const part of own) for (const inner of partsOf(part)) own.add(inner)
  const ranges = new Set(differing.filter(part => own.has(part)).map(({ range }) => range.join()))
  return part => ranges.has(part.range.join())
}
