import { sameAttribute } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { elaborate } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import type { Rule } from './rules.js'

/** A rule made ready: the op at the root of its left side, and what to do where it matches. */
export interface Rewrite {
  readonly name: string
  readonly op: string
  readonly apply: (node: Node, builder: GraphBuilder) => Node | undefined
}

const signs: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  product: 'multiply',
  '/': 'divide',
  '^': 'power',
}

/** Compiles a rule; an equation that cannot be read is a defect of the table, which a test finds. */
export function compileRule({ name, equation }: Rule): Rewrite | undefined {
  const parsed = parseEquation(equation)
  if (isSyntaxProblem(parsed) || parsed.kind !== 'binary' || parsed.operator !== '=') return undefined
  const { left, right } = parsed
  const op = rootOf(left)
  if (op === undefined) return undefined
  return {
    name,
    op,
    apply: (node, builder) => {
      const bound = new Map<string, Node>()
      if (!match(left, node, bound)) return undefined
      const result = elaborate(right, { value: variable => bound.get(variable) }, builder)
      // A rewrite keeps the type: broadcasting with a scalar must not have changed the shape.
      return isProblem(result) || !sameShape(result, node) ? undefined : result
    },
  }
}

function rootOf(expression: Expression): string | undefined {
  if (expression.kind === 'call') return Object.hasOwn(opTable, expression.name) ? expression.name : undefined
  if (expression.kind === 'binary') return signs[expression.operator]
  return expression.kind === 'negate' ? 'negate' : undefined
}

function operands(expression: Expression): readonly Expression[] {
  if (expression.kind === 'call') return expression.arguments
  if (expression.kind === 'binary') return [expression.left, expression.right]
  return expression.kind === 'negate' ? [expression.operand] : []
}

function match(pattern: Expression, node: Node, bound: Map<string, Node>): boolean {
  if (pattern.kind === 'name') {
    const before = bound.get(pattern.name)
    if (before) return before === node
    bound.set(pattern.name, node)
    return true
  }
  if (pattern.kind === 'number') return node.attributes.value === pattern.value && node.inputs.length === 0
  const inner = operands(pattern)
  if (node.op !== rootOf(pattern) || inner.length !== node.inputs.length || !hasDefaults(node)) return false
  return inner.every((operand, i) => match(operand, node.inputs[i]!, bound))
}

/** Rules are stated for the default attributes; with others the rule says nothing. */
function hasDefaults({ op, attributes }: Node): boolean {
  return Object.entries(opTable[op]?.attributes ?? {}).every(([name, { default: usual }]) =>
    sameAttribute(attributes[name], usual),
  )
}

function sameShape(a: Node, b: Node): boolean {
  return shapeText(a.type.shape) === shapeText(b.type.shape)
}
