import { ts } from 'ts-morph'
import { lowerExpression, lowerKey, memberKey } from './lower-expressions.js'
import type { Lowering } from './names.js'
import type { Expression, PatternElement, Target } from './program.js'

/** The left side of a declaration; its names are declared already. */
export function lowerBindingName(lowering: Lowering, name: ts.BindingName): Target {
  const span = lowering.span(name)
  if (ts.isIdentifier(name)) return { kind: 'variable', binding: lowering.resolve(name.text, name), span }
  if (ts.isArrayBindingPattern(name)) {
    const rest = name.elements.find(element => ts.isBindingElement(element) && element.dotDotDotToken)
    const elements = name.elements
      .filter(element => element !== rest)
      .map(element => (ts.isBindingElement(element) ? lowerBindingElement(lowering, element) : null))
    return {
      kind: 'arrayPattern',
      elements,
      ...(rest && ts.isBindingElement(rest) && { rest: lowerBindingName(lowering, rest.name) }),
      span,
    }
  }
  const rest = name.elements.find(({ dotDotDotToken }) => dotDotDotToken)
  const entries = name.elements
    .filter(element => element !== rest)
    .map(element => ({
      key: lowerKey(lowering, element.propertyName ?? (element.name as ts.Identifier)),
      element: lowerBindingElement(lowering, element),
    }))
  return {
    kind: 'objectPattern',
    entries,
    ...(rest && { rest: lowerBindingName(lowering, rest.name) }),
    span,
  }
}

export function lowerBindingElement(
  lowering: Lowering,
  element: ts.BindingElement | ts.ParameterDeclaration,
): PatternElement {
  const target = lowerBindingName(lowering, element.name)
  return element.initializer
    ? { target, default: lowerExpression(lowering, element.initializer) }
    : { target }
}

/** The left side of an assignment: a variable, a member, or a literal read as a pattern. */
export function lowerAssignmentTarget(lowering: Lowering, node: ts.Expression): Target {
  const span = lowering.span(node)
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node)) {
    return lowerAssignmentTarget(lowering, node.expression)
  }
  if (ts.isIdentifier(node)) return { kind: 'variable', binding: lowering.resolve(node.text, node), span }
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return {
      kind: 'member',
      object: lowerExpression(lowering, node.expression),
      key: memberKey(lowering, node),
      span,
    }
  }
  if (ts.isArrayLiteralExpression(node)) {
    const last = node.elements.at(-1)
    const rest = last && ts.isSpreadElement(last) ? last : undefined
    return {
      kind: 'arrayPattern',
      elements: node.elements
        .filter(element => element !== rest)
        .map(element => (ts.isOmittedExpression(element) ? null : lowerPatternElement(lowering, element))),
      ...(rest && { rest: lowerAssignmentTarget(lowering, rest.expression) }),
      span,
    }
  }
  if (ts.isObjectLiteralExpression(node)) {
    const entries: { key: Expression; element: PatternElement }[] = []
    let rest: Target | undefined
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property)) {
        entries.push({
          key: lowerKey(lowering, property.name),
          element: lowerPatternElement(lowering, property.initializer),
        })
      } else if (ts.isShorthandPropertyAssignment(property)) {
        const target = lowerAssignmentTarget(lowering, property.name)
        const fallback = property.objectAssignmentInitializer
        const element = fallback ? { target, default: lowerExpression(lowering, fallback) } : { target }
        entries.push({ key: lowerKey(lowering, property.name), element })
      } else if (ts.isSpreadAssignment(property)) rest = lowerAssignmentTarget(lowering, property.expression)
    }
    return { kind: 'objectPattern', entries, ...(rest && { rest }), span }
  }
  // Not assignable in the source language either: the value goes nowhere.
  return { kind: 'variable', binding: lowering.temporary(node), span }
}

function lowerPatternElement(lowering: Lowering, node: ts.Expression): PatternElement {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return {
      target: lowerAssignmentTarget(lowering, node.left),
      default: lowerExpression(lowering, node.right),
    }
  }
  return { target: lowerAssignmentTarget(lowering, node) }
}
