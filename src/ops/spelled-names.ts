import type { Expression, NameExpression } from '../math/expression.js'
import { printExpression } from '../math/print.js'

/** A subscript as it is spelled within a name, without spaces. */
export function subscriptText(item: Expression): string {
  return printExpression(item).replaceAll(' ', '')
}

/** A name in its one spelling. */
export function nameOf(stem: string, groups: readonly (readonly string[])[], label?: string): string {
  const spelled = groups.map(items =>
    items.length === 1 && /^[\p{L}\p{N}']+$/u.test(items[0]!) ? `_${items[0]}` : `_{${items.join(',')}}`,
  )
  return `${stem}${spelled.join('')}${label ? `^${label}` : ''}`
}

/** The subscripts of a name but for the last group, as they are spelled: `W` of `W_{1}_{ij}` has the first. */
export const outerSubscripts = ({ subscripts = [] }: NameExpression): readonly (readonly string[])[] =>
  subscripts.slice(0, -1).map(items => items.map(subscriptText))

/** The name of the function that a spec says `·` to be between vectors: `a · b = ⟨a, b⟩`. */
export const dot = '·'
