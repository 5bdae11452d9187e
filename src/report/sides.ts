import type { Comparison, Finding } from '../compare/verdict.js'
import { markDifference } from '../equations/difference.js'
import { expressionIn } from '../equations/equations.js'
import type { Formula } from '../equations/formula.js'
import { statedFormula } from '../equations/stated.js'
import { toText } from '../equations/unicode.js'
import { parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { CheckOutcome } from '../pipeline.js'

/** What the paper says and what the code computes, as equations or, for a setting, as values. */
export interface Sides {
  readonly specified?: Formula | string
  readonly implemented?: Formula | string
}

/**
 * The two sides of a finding in the names of the code, with what differs marked. A value of the spec is called as the
 * value of the code in its place is, so that what differs further up is not shown again.
 */
export function sidesOf(finding: Finding, { comparison }: CheckOutcome): Sides {
  if (!comparison) return {}
  const { specified, implemented } = finding
  const { code, partners } = comparison
  const formula = (node: Node | undefined, other: Node | undefined): Formula | undefined =>
    node && expressionIn(code, node, other ? [node, other] : [node], inner => partners.get(inner))
  const [left, right] = [formula(specified, implemented), formula(implemented, specified)]
  if (left && right && toText(left) !== toText(right) && hasOwnNames(specified!, implemented!, comparison)) {
    const [paper, own] = markDifference(left, right)
    return { specified: paper, implemented: own }
  }
  if (right && !specified) return { specified: nothing, implemented: right }
  const words = inWords(finding)
  return right && words.implemented === nothing ? { ...words, implemented: right } : words
}

const nothing = 'nothing here'

/** The sides of a finding that equations do not show: the values of a setting, or what the clause states. */
function inWords({ diagnostic: { values }, clause, evidence }: Finding): Sides {
  const name = values.key ?? values.kind
  const before = evidence?.by === 'shape' ? 'shape ' : name === undefined ? '' : `${name} = `
  const isValue = evidence?.by === 'value' || evidence?.by === 'shape'
  const expected = isValue ? evidence.expected : values.expected
  const actual = isValue ? evidence.actual : values.actual
  const implemented = actual === undefined ? nothing : `${before}${actual}`
  if (expected !== undefined) return { specified: `${before}${expected}`, implemented }
  if (!clause) return {}
  const { equation, statement } = clause
  return { specified: equation ? statedFormula(equation.tree) : `${before}${statement}`, implemented }
}

/** Whether the parameters of both sides are the code's: those of another shape have no name that a reader knows. */
function hasOwnNames(specified: Node, implemented: Node, { code, partners }: Comparison): boolean {
  const owned = parametersOf(code.model).map(({ parameter }) => parameter.node)
  const known = new Set([...parametersBelow(implemented, new Map()), ...owned])
  return parametersBelow(specified, partners).every(node => known.has(node))
}

/** The parameters of an expression that is written down to the values in `named`. */
function parametersBelow(root: Node, named: ReadonlyMap<Node, Node>): readonly Node[] {
  const seen = new Set([root])
  for (const node of seen) {
    if (node !== root && named.has(node)) continue
    for (const input of node.inputs) seen.add(input)
  }
  return [...seen].filter(({ attributes }) => 'identity' in attributes)
}
