import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerKey, memberKey } from './lower-properties.js'
import type { Lowering } from './names.js'
import type { Expression, PatternElement, Target } from './program.js'

/** The left side of a declaration; its names are declared already. */
export function lowerBindingName(lowering: Lowering, name: ts.BindingName): Target {
  const span = lowering.span(name)
  if (ts.isIdentifier(name)) return { kind: 'variable', binding: lowering.resolve(name.text, name), span }
  if (ts.isArrayBindingPattern(name)) {
    const last = name.elements.at(-1)
    const rest = last && ts.isBindingElement(last) && last.dotDotDotToken ? last : undefined
    return {
      kind: 'arrayPattern',
      elements: name.elements
        .filter(element => element !== rest)
        .map(element => (ts.isBindingElement(element) ? lowerBindingElement(lowering, element) : null)),
      ...(rest && { rest: lowerBindingName(lowering, rest.name) }),
      span,
    }
  }
  const rest = name.elements.find(({ dotDotDotToken }) => dotDotDotToken)
  const entries = name.elements
    .filter(element => element !== rest)
    .map(element => {
      const { propertyName, name: bound } = element
      // Without a property name the bound name is one, and no pattern.
      const key = propertyName ?? (ts.isIdentifier(bound) ? bound : undefined)
      return {
        key: key ? lowerKey(lowering, key) : missingKey(lowering, element),
        element: lowerBindingElement(lowering, element),
      }
    })
  return {
    kind: 'objectPattern',
    entries,
    ...(rest && { rest: lowerBindingName(lowering, rest.name) }),
    span,
  }
}

function missingKey(lowering: Lowering, node: ts.Node): Expression {
  return { kind: 'unsupported', what: 'a pattern without a key', span: lowering.span(node) }
}

export function lowerBindingElement(
  lowering: Lowering,
  element: ts.BindingElement | ts.ParameterDeclaration,
): PatternElement {
  return withDefault(lowering, lowerBindingName(lowering, element.name), element.initializer)
}

/** The left side of an assignment: a variable, a member, or a literal read as a pattern. */
export function lowerAssignmentTarget(lowering: Lowering, node: ts.Expression): Target {
  const span = lowering.span(node)
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  ) {
    return lowering.deeper(
      () => lowerAssignmentTarget(lowering, node.expression),
      () => nowhere(lowering, node),
    )
  }
  if (ts.isIdentifier(node)) return { kind: 'variable', binding: lowering.resolve(node.text, node), span }
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    const object = lowerExpression(lowering, node.expression)
    return { kind: 'member', object, key: memberKey(lowering, node), span }
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
  return ts.isObjectLiteralExpression(node) ? lowerObjectTarget(lowering, node) : nowhere(lowering, node)
}

function lowerObjectTarget(lowering: Lowering, node: ts.ObjectLiteralExpression): Target {
  const entries: { key: Expression; element: PatternElement }[] = []
  let rest: Target | undefined
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) rest = lowerAssignmentTarget(lowering, property.expression)
    else if (ts.isPropertyAssignment(property)) {
      const key = lowerKey(lowering, property.name)
      entries.push({ key, element: lowerPatternElement(lowering, property.initializer) })
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const target = lowerAssignmentTarget(lowering, property.name)
      const element = withDefault(lowering, target, property.objectAssignmentInitializer)
      entries.push({ key: lowerKey(lowering, property.name), element })
    }
  }
  return { kind: 'objectPattern', entries, ...(rest && { rest }), span: lowering.span(node) }
}

function lowerPatternElement(lowering: Lowering, node: ts.Expression): PatternElement {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return withDefault(lowering, lowerAssignmentTarget(lowering, node.left), node.right)
  return { target: lowerAssignmentTarget(lowering, node) }
}

function withDefault(
  lowering: Lowering,
  target: Target,
  initializer: ts.Expression | undefined,
): PatternElement {
  if (!initializer) return { target }
  const name = target.kind === 'variable' ? target.binding.name : ''
  return { target, default: lowerExpression(lowering, initializer, name) }
}

/** Something that cannot be assigned to in the source language either: the value goes nowhere. */
function nowhere(lowering: Lowering, node: ts.Expression): Target {
  const object: Expression = { kind: 'unsupported', what: 'an assignment to this', span: lowering.span(node) }
  const key: Expression = { kind: 'literal', value: '', span: lowering.span(node) }
  return { kind: 'member', object, key, span: lowering.span(node) }
}
