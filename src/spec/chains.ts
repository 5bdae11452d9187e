import type { Expression } from '../math/expression.js'
import { nameIn } from './statements.js'

/** The equations that a chain `a = b = c` stands for. */
export interface Links {
  /** What defines a value or a function: `y = f(x) = W x + b` defines f and, by it, y. */
  readonly definitions: readonly Expression[]
  /** What has to hold besides: `y = \sigma(x) = 1 / (1 + e^{-x})`, where σ is known. */
  readonly claims: readonly Expression[]
}

/**
 * A line with one equation for each `=`. A side in the middle that names what nothing else defines is defined by the last
 * one; any other is claimed to be equal to it. A line without a chain is its own only definition.
 */
export function linksOf(tree: Expression, isDefined: (side: Expression) => boolean): Links {
  const equation = tree.kind === 'family' ? tree.equation : tree
  const sides = sidesOf(equation)
  const [left, ...others] = sides
  const last = others.at(-1)
  if (!left || !last || others.length < 2) return { definitions: [tree], claims: [] }
  const link = (name: Expression, value: Expression): Expression => {
    const own: Expression = { kind: 'binary', operator: '=', left: name, right: value, range: equation.range }
    return tree.kind === 'family' ? { ...tree, equation: own } : own
  }
  const middle = others.slice(0, -1)
  const named = middle.filter(side => isNaming(side) && !isDefined(side))
  const claimed = middle.filter(side => !named.includes(side))
  return {
    definitions: [...named.map(side => link(side, last)), link(left, named[0] ?? last)],
    claims: claimed.map(side => link(left, side)),
  }
}

/** What a line is about. */
export const firstSide = (tree: Expression): Expression =>
  sidesOf(tree.kind === 'family' ? tree.equation : tree)[0]!

/** What the equals signs of a line stand between, from the left. */
function sidesOf(equation: Expression): readonly Expression[] {
  return equation.kind === 'binary' && equation.operator === '='
    ? [...sidesOf(equation.left), equation.right]
    : [equation]
}

/** Whether a side could stand on the left: a name, or a function of names. */
function isNaming(side: Expression): boolean {
  if (side.kind === 'call') return side.attributes.length === 0 && side.arguments.every(arg => nameIn(arg))
  return nameIn(side) !== undefined
}
