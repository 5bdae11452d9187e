import { ts } from 'ts-morph'
import { lowerClass, lowerFunction } from './lower-functions.js'
import { lowerAssignmentTarget } from './lower-patterns.js'
import type { Lowering } from './names.js'
import type { Binding, Element, Entry, Expression } from './program.js'

type Kind = ts.SyntaxKind
const { SyntaxKind } = ts

/** Operators that keep their meaning word for word. */
const binaryOperators: ReadonlyMap<Kind, string> = new Map([
  [SyntaxKind.PlusToken, '+'],
  [SyntaxKind.MinusToken, '-'],
  [SyntaxKind.AsteriskToken, '*'],
  [SyntaxKind.SlashToken, '/'],
  [SyntaxKind.PercentToken, '%'],
  [SyntaxKind.AsteriskAsteriskToken, '**'],
  [SyntaxKind.EqualsEqualsToken, '=='],
  [SyntaxKind.EqualsEqualsEqualsToken, '==='],
  [SyntaxKind.ExclamationEqualsToken, '!='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '!=='],
  [SyntaxKind.LessThanToken, '<'],
  [SyntaxKind.LessThanEqualsToken, '<='],
  [SyntaxKind.GreaterThanToken, '>'],
  [SyntaxKind.GreaterThanEqualsToken, '>='],
  [SyntaxKind.AmpersandToken, '&'],
  [SyntaxKind.BarToken, '|'],
  [SyntaxKind.CaretToken, '^'],
  [SyntaxKind.LessThanLessThanToken, '<<'],
  [SyntaxKind.GreaterThanGreaterThanToken, '>>'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '>>>'],
  [SyntaxKind.InKeyword, 'in'],
  [SyntaxKind.InstanceOfKeyword, 'instanceof'],
])

const compoundOperators: ReadonlyMap<Kind, string> = new Map([
  [SyntaxKind.PlusEqualsToken, '+'],
  [SyntaxKind.MinusEqualsToken, '-'],
  [SyntaxKind.AsteriskEqualsToken, '*'],
  [SyntaxKind.SlashEqualsToken, '/'],
  [SyntaxKind.PercentEqualsToken, '%'],
  [SyntaxKind.AsteriskAsteriskEqualsToken, '**'],
  [SyntaxKind.AmpersandEqualsToken, '&'],
  [SyntaxKind.BarEqualsToken, '|'],
  [SyntaxKind.CaretEqualsToken, '^'],
  [SyntaxKind.LessThanLessThanEqualsToken, '<<'],
  [SyntaxKind.GreaterThanGreaterThanEqualsToken, '>>'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, '>>>'],
])

type Logical = Extract<Expression, { kind: 'logical' }>['operator']

const logicalOperators: ReadonlyMap<Kind, Logical> = new Map([
  [SyntaxKind.AmpersandAmpersandToken, 'and'],
  [SyntaxKind.BarBarToken, 'or'],
  [SyntaxKind.QuestionQuestionToken, 'coalesce'],
  [SyntaxKind.AmpersandAmpersandEqualsToken, 'and'],
  [SyntaxKind.BarBarEqualsToken, 'or'],
  [SyntaxKind.QuestionQuestionEqualsToken, 'coalesce'],
])

const prefixOperators: ReadonlyMap<Kind, string> = new Map([
  [SyntaxKind.MinusToken, 'negate'],
  [SyntaxKind.PlusToken, 'number'],
  [SyntaxKind.ExclamationToken, 'not'],
  [SyntaxKind.TildeToken, 'bitnot'],
])

export function lowerExpression(lowering: Lowering, node: ts.Expression): Expression {
  const span = lowering.span(node)
  const recur = (inner: ts.Expression) => lowerExpression(lowering, inner)
  const unsupported = (what: string): Expression => ({ kind: 'unsupported', what, span })
  const literal = (value: string | number | boolean | null | undefined): Expression => ({
    kind: 'literal',
    value,
    span,
  })

  if (ts.isIdentifier(node)) {
    return node.text === 'undefined'
      ? literal(undefined)
      : { kind: 'variable', binding: lowering.resolve(node.text, node), span }
  }
  if (ts.isNumericLiteral(node)) return literal(Number(node.text))
  if (ts.isStringLiteralLike(node)) return literal(node.text)
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isExpressionWithTypeArguments(node)
  ) {
    return recur(node.expression)
  }
  if (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node)
  ) {
    return lowerChain(lowering, node)
  }
  if (ts.isBinaryExpression(node)) return lowerBinary(lowering, node)
  if (ts.isPrefixUnaryExpression(node)) {
    const operator = prefixOperators.get(node.operator)
    if (!operator)
      return lowerIncrement(
        lowering,
        node,
        node.operand,
        node.operator === SyntaxKind.PlusPlusToken ? '+' : '-',
        true,
      )
    if (operator === 'negate' && ts.isNumericLiteral(node.operand)) return literal(-Number(node.operand.text))
    return { kind: 'operator', operator, operands: [recur(node.operand)], span }
  }
  if (ts.isPostfixUnaryExpression(node)) {
    return lowerIncrement(
      lowering,
      node,
      node.operand,
      node.operator === SyntaxKind.PlusPlusToken ? '+' : '-',
      false,
    )
  }
  if (ts.isObjectLiteralExpression(node)) {
    return { kind: 'object', entries: node.properties.map(property => lowerEntry(lowering, property)), span }
  }
  if (ts.isArrayLiteralExpression(node))
    return { kind: 'array', elements: lowerElements(lowering, node.elements), span }
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return { kind: 'function', function: lowerFunction(lowering, node), span }
  }
  if (ts.isClassExpression(node)) return { kind: 'class', class: lowerClass(lowering, node), span }
  if (ts.isConditionalExpression(node)) {
    return {
      kind: 'conditional',
      condition: recur(node.condition),
      consequent: recur(node.whenTrue),
      otherwise: recur(node.whenFalse),
      span,
    }
  }
  if (ts.isTemplateExpression(node)) {
    const pieces = node.templateSpans.flatMap(({ expression, literal: text }) => [
      recur(expression),
      piece(lowering, text),
    ])
    return { kind: 'operator', operator: 'template', operands: [piece(lowering, node.head), ...pieces], span }
  }
  if (ts.isNewExpression(node)) {
    const args = lowerElements(lowering, node.arguments ?? [])
    return {
      kind: 'call',
      callee: recur(node.expression),
      arguments: args,
      optional: false,
      construct: true,
      span,
    }
  }
  if (ts.isAwaitExpression(node)) return { kind: 'await', value: recur(node.expression), span }
  if (ts.isYieldExpression(node)) {
    return {
      kind: 'yield',
      value: node.expression ? recur(node.expression) : literal(undefined),
      delegate: !!node.asteriskToken,
      span,
    }
  }
  if (ts.isTypeOfExpression(node))
    return { kind: 'operator', operator: 'typeof', operands: [recur(node.expression)], span }
  if (ts.isVoidExpression(node))
    return { kind: 'sequence', expressions: [recur(node.expression), literal(undefined)], span }
  if (ts.isDeleteExpression(node)) {
    const target = node.expression
    if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return literal(true)
    return {
      kind: 'operator',
      operator: 'delete',
      operands: [recur(target.expression), memberKey(lowering, target)],
      span,
    }
  }
  if (ts.isOmittedExpression(node)) return literal(undefined)
  switch (node.kind) {
    case SyntaxKind.TrueKeyword:
      return literal(true)
    case SyntaxKind.FalseKeyword:
      return literal(false)
    case SyntaxKind.NullKeyword:
      return literal(null)
    case SyntaxKind.ThisKeyword:
      return { kind: 'this', span }
    case SyntaxKind.SuperKeyword:
      return { kind: 'super', span }
    case SyntaxKind.RegularExpressionLiteral:
      return unsupported('a regular expression')
    case SyntaxKind.BigIntLiteral:
      return unsupported('a big integer')
    case SyntaxKind.TaggedTemplateExpression:
      return unsupported('a tagged template')
    case SyntaxKind.JsxElement:
    case SyntaxKind.JsxSelfClosingElement:
    case SyntaxKind.JsxFragment:
      return unsupported('a JSX element')
    default:
      return unsupported(`\`${SyntaxKind[node.kind]}\``)
  }
}

function piece(lowering: Lowering, node: ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail): Expression {
  return { kind: 'literal', value: node.text, span: lowering.span(node) }
}

export function lowerElements(lowering: Lowering, nodes: readonly ts.Expression[]): readonly Element[] {
  return nodes.map((node): Element => {
    if (ts.isOmittedExpression(node)) return { kind: 'hole' }
    return ts.isSpreadElement(node)
      ? { kind: 'spread', value: lowerExpression(lowering, node.expression) }
      : { kind: 'item', value: lowerExpression(lowering, node) }
  })
}

/** The key of a property as an expression; private names keep their sign. */
export function lowerKey(lowering: Lowering, name: ts.PropertyName): Expression {
  if (ts.isComputedPropertyName(name)) return lowerExpression(lowering, name.expression)
  return {
    kind: 'literal',
    value: ts.isNumericLiteral(name) ? Number(name.text) : name.text,
    span: lowering.span(name),
  }
}

function lowerEntry(lowering: Lowering, property: ts.ObjectLiteralElementLike): Entry {
  const span = lowering.span(property)
  if (ts.isSpreadAssignment(property))
    return { kind: 'spread', value: lowerExpression(lowering, property.expression), span }
  if (ts.isShorthandPropertyAssignment(property)) {
    const key: Expression = { kind: 'literal', value: property.name.text, span: lowering.span(property.name) }
    return { kind: 'property', key, value: lowerExpression(lowering, property.name), span }
  }
  const key = lowerKey(lowering, property.name)
  if (ts.isPropertyAssignment(property))
    return { kind: 'property', key, value: lowerExpression(lowering, property.initializer), span }
  const code = lowerFunction(lowering, property)
  if (ts.isGetAccessor(property)) return { kind: 'getter', key, function: code, span }
  if (ts.isSetAccessor(property)) return { kind: 'setter', key, function: code, span }
  return { kind: 'property', key, value: { kind: 'function', function: code, span }, span }
}

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression

/** Member accesses and calls, from the inside out without recursion: chains of `add` can be thousands long. */
function lowerChain(lowering: Lowering, node: Link): Expression {
  const links: Link[] = []
  let inner: ts.Expression = node
  let isOptional = false
  for (;;) {
    if (
      ts.isPropertyAccessExpression(inner) ||
      ts.isElementAccessExpression(inner) ||
      ts.isCallExpression(inner)
    ) {
      links.push(inner)
      isOptional ||= inner.questionDotToken !== undefined
      inner = inner.expression
    } else if (ts.isNonNullExpression(inner)) inner = inner.expression
    else break
  }
  let expression: Expression =
    inner.kind === SyntaxKind.ImportKeyword
      ? { kind: 'unsupported', what: 'a dynamic import', span: lowering.span(inner) }
      : lowerExpression(lowering, inner)
  for (const link of links.reverse()) {
    const span = lowering.span(link)
    const optional = link.questionDotToken !== undefined
    expression = ts.isCallExpression(link)
      ? {
          kind: 'call',
          callee: expression,
          arguments: lowerElements(lowering, link.arguments),
          optional,
          construct: false,
          span,
        }
      : { kind: 'member', object: expression, key: memberKey(lowering, link), optional, span }
  }
  return isOptional ? { kind: 'chain', expression, span: lowering.span(node) } : expression
}

export function memberKey(
  lowering: Lowering,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): Expression {
  return ts.isPropertyAccessExpression(node)
    ? { kind: 'literal', value: node.name.text, span: lowering.span(node.name) }
    : lowerExpression(lowering, node.argumentExpression)
}

function lowerBinary(lowering: Lowering, node: ts.BinaryExpression): Expression {
  const span = lowering.span(node)
  const { kind } = node.operatorToken
  if (kind === SyntaxKind.CommaToken) {
    return {
      kind: 'sequence',
      expressions: [lowerExpression(lowering, node.left), lowerExpression(lowering, node.right)],
      span,
    }
  }
  if (kind === SyntaxKind.EqualsToken) {
    return {
      kind: 'assign',
      target: lowerAssignmentTarget(lowering, node.left),
      value: lowerExpression(lowering, node.right),
      span,
    }
  }
  const compound = compoundOperators.get(kind)
  const logical = logicalOperators.get(kind)
  const isAssignment = kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment
  if (isAssignment) {
    return updatePlace(lowering, node, node.left, (read, assign) => {
      const right = lowerExpression(lowering, node.right)
      if (logical) return { kind: 'logical', operator: logical, left: read, right: assign(right), span }
      return assign({ kind: 'operator', operator: compound!, operands: [read, right], span })
    })
  }
  return lowerOperatorChain(lowering, node)
}

/** Left-nested operators without recursion, so that sums of thousands of terms do not exhaust the stack. */
function lowerOperatorChain(lowering: Lowering, node: ts.BinaryExpression): Expression {
  const chain: ts.BinaryExpression[] = []
  let inner: ts.Expression = node
  while (
    ts.isBinaryExpression(inner) &&
    (binaryOperators.has(inner.operatorToken.kind) || logicalOperators.has(inner.operatorToken.kind))
  ) {
    const { kind } = inner.operatorToken
    if (kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment) break
    chain.push(inner)
    inner = inner.left
  }
  if (chain.length === 0)
    return {
      kind: 'unsupported',
      what: `\`${node.operatorToken.getText(lowering.tree)}\``,
      span: lowering.span(node),
    }
  let expression = lowerExpression(lowering, inner)
  for (const link of chain.reverse()) {
    const span = lowering.span(link)
    const right = lowerExpression(lowering, link.right)
    const logical = logicalOperators.get(link.operatorToken.kind)
    expression = logical
      ? { kind: 'logical', operator: logical, left: expression, right, span }
      : {
          kind: 'operator',
          operator: binaryOperators.get(link.operatorToken.kind)!,
          operands: [expression, right],
          span,
        }
  }
  return expression
}

/** `x++` and its kin; the postfix form yields the value before. */
function lowerIncrement(
  lowering: Lowering,
  node: ts.Expression,
  operand: ts.Expression,
  operator: string,
  prefix: boolean,
): Expression {
  const span = lowering.span(node)
  const one: Expression = { kind: 'literal', value: 1, span }
  return updatePlace(lowering, node, operand, (read, assign) => {
    if (prefix) return assign({ kind: 'operator', operator, operands: [read, one], span })
    const binding = lowering.temporary(node)
    const before: Expression = { kind: 'variable', binding, span }
    const after = assign({ kind: 'operator', operator, operands: [before, one], span })
    return {
      kind: 'with',
      binding,
      value: read,
      body: { kind: 'sequence', expressions: [after, before], span },
      span,
    }
  })
}

/** Reads and writes one place, evaluating its object and key once. */
function updatePlace(
  lowering: Lowering,
  node: ts.Expression,
  place: ts.Expression,
  build: (read: Expression, assign: (value: Expression) => Expression) => Expression,
): Expression {
  const span = lowering.span(node)
  let bare = place
  while (ts.isParenthesizedExpression(bare) || ts.isNonNullExpression(bare) || ts.isAsExpression(bare))
    bare = bare.expression
  if (ts.isPropertyAccessExpression(bare) || ts.isElementAccessExpression(bare)) {
    const object = lowering.temporary(bare)
    const key = lowering.temporary(bare)
    const reference = (binding: Binding): Expression => ({ kind: 'variable', binding, span })
    const read: Expression = {
      kind: 'member',
      object: reference(object),
      key: reference(key),
      optional: false,
      span: lowering.span(bare),
    }
    const assign = (value: Expression): Expression => ({
      kind: 'assign',
      target: { kind: 'member', object: reference(object), key: reference(key), span: lowering.span(bare) },
      value,
      span,
    })
    const inner: Expression = {
      kind: 'with',
      binding: key,
      value: memberKey(lowering, bare),
      body: build(read, assign),
      span,
    }
    return {
      kind: 'with',
      binding: object,
      value: lowerExpression(lowering, bare.expression),
      body: inner,
      span,
    }
  }
  const target = lowerAssignmentTarget(lowering, bare)
  return build(lowerExpression(lowering, bare), value => ({ kind: 'assign', target, value, span }))
}
