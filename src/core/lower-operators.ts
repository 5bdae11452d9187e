import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerAssignmentTarget } from './lower-patterns.js'
import { memberKey } from './lower-properties.js'
import type { Lowering } from './names.js'
import { binaryOperators, compoundOperators, logicalAssignments, logicalOperators } from './operators.js'
import type { Binding, Expression } from './program.js'

export function lowerBinary(lowering: Lowering, node: ts.BinaryExpression): Expression {
  const span = lowering.span(node)
  const { kind } = node.operatorToken
  if (kind === ts.SyntaxKind.EqualsToken) {
    const target = lowerAssignmentTarget(lowering, node.left)
    const name = target.kind === 'variable' ? target.binding.name : ''
    return { kind: 'assign', target, value: lowerExpression(lowering, node.right, name), span }
  }
  const compound = compoundOperators.get(kind)
  if (compound) {
    return updatePlace(lowering, node, node.left, (read, assign) => {
      const operands = [read, lowerExpression(lowering, node.right)]
      return assign({ kind: 'operator', operator: compound, operands, span })
    })
  }
  const logical = logicalAssignments.get(kind)
  if (logical) {
    return updatePlace(lowering, node, node.left, (read, assign) => {
      const name = read.kind === 'variable' ? read.binding.name : ''
      const right = assign(lowerExpression(lowering, node.right, name))
      return { kind: 'logical', operator: logical, left: read, right, span }
    })
  }
  return kind === ts.SyntaxKind.CommaToken
    ? lowerSequence(lowering, node)
    : lowerOperatorChain(lowering, node)
}

/** `a, b, c` in one sequence. */
function lowerSequence(lowering: Lowering, node: ts.BinaryExpression): Expression {
  const reversed: ts.Expression[] = []
  let inner: ts.Expression = node
  while (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    reversed.push(inner.right)
    inner = inner.left
  }
  const expressions = [inner, ...reversed.reverse()].map(part => lowerExpression(lowering, part))
  return { kind: 'sequence', expressions, span: lowering.span(node) }
}

/** Left-nested operators without recursion, so that sums of thousands of terms do not exhaust the stack. */
function lowerOperatorChain(lowering: Lowering, node: ts.BinaryExpression): Expression {
  const chain: ts.BinaryExpression[] = []
  let inner: ts.Expression = node
  while (ts.isBinaryExpression(inner) && isPlainOperator(inner.operatorToken.kind)) {
    chain.push(inner)
    inner = inner.left
  }
  let expression: Expression = ts.isPrivateIdentifier(inner)
    ? { kind: 'literal', value: lowering.privateKey(inner.text), span: lowering.span(inner) }
    : lowerExpression(lowering, inner)
  for (const link of chain.reverse()) {
    const span = lowering.span(link)
    const right = lowerExpression(lowering, link.right)
    const logical = logicalOperators.get(link.operatorToken.kind)
    const operator = binaryOperators.get(link.operatorToken.kind) ?? ''
    expression = logical
      ? { kind: 'logical', operator: logical, left: expression, right, span }
      : { kind: 'operator', operator, operands: [expression, right], span }
  }
  return expression
}

function isPlainOperator(kind: ts.SyntaxKind): boolean {
  return binaryOperators.has(kind) || logicalOperators.has(kind)
}

/** `x++` and its kin; the postfix form yields the value before, as a number. */
export function lowerIncrement(
  lowering: Lowering,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  operator: string,
): Expression {
  const span = lowering.span(node)
  const one: Expression = { kind: 'literal', value: 1, span }
  return updatePlace(lowering, node, node.operand, (read, assign) => {
    const before: Expression = { kind: 'operator', operator: 'number', operands: [read], span }
    if (ts.isPrefixUnaryExpression(node))
      return assign({ kind: 'operator', operator, operands: [before, one], span })
    const binding = lowering.temporary(node)
    const number: Expression = { kind: 'variable', binding, span }
    const after = assign({ kind: 'operator', operator, operands: [number, one], span })
    const body: Expression = { kind: 'sequence', expressions: [after, number], span }
    return { kind: 'with', binding, value: before, body, span }
  })
}

/** Reads and writes one place, evaluating its object and key once. */
function updatePlace(
  lowering: Lowering,
  node: ts.Expression,
  written: ts.Expression,
  build: (read: Expression, assign: (value: Expression) => Expression) => Expression,
): Expression {
  const span = lowering.span(node)
  const place = bare(written)
  if (!ts.isPropertyAccessExpression(place) && !ts.isElementAccessExpression(place)) {
    const target = lowerAssignmentTarget(lowering, place)
    return build(lowerExpression(lowering, place), value => ({ kind: 'assign', target, value, span }))
  }
  const placeSpan = lowering.span(place)
  const object = once(lowering, place, lowerExpression(lowering, place.expression))
  const key = once(lowering, place, memberKey(lowering, place))
  const member = { object: object.expression, key: key.expression, span: placeSpan }
  const read: Expression = { kind: 'member', ...member, optional: false }
  const body = build(read, value => ({ kind: 'assign', target: { kind: 'member', ...member }, value, span }))
  return object.around(key.around(body))
}

/** An expression that can be used twice and is evaluated once: itself if it is constant, else through a temporary. */
function once(
  lowering: Lowering,
  node: ts.Node,
  value: Expression,
): { readonly expression: Expression; readonly around: (body: Expression) => Expression } {
  if (value.kind === 'literal' || value.kind === 'this' || value.kind === 'super')
    return { expression: value, around: body => body }
  const binding: Binding = lowering.temporary(node)
  return {
    expression: { kind: 'variable', binding, span: value.span },
    around: body => ({ kind: 'with', binding, value, body, span: body.span }),
  }
}

/** An expression without the parentheses and types around it. */
export function bare(node: ts.Expression): ts.Expression {
  let inner = node
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  )
    inner = inner.expression
  return inner
}
