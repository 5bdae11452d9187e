import { ts } from 'ts-morph'
import { lowerClass } from './lower-classes.js'
import { isJsx, lowerElement } from './lower-elements.js'
import { lowerFunction } from './lower-functions.js'
import { bare, lowerBinary, lowerIncrement } from './lower-operators.js'
import { lowerElements, lowerEntries, memberKey } from './lower-properties.js'
import type { Lowering } from './names.js'
import { incrementOperators, prefixOperators, unsupportedExpressions } from './operators.js'
import type { Expression } from './program.js'

const { SyntaxKind } = ts

/** Words that are expressions by themselves. */
const constants: ReadonlyMap<ts.SyntaxKind, boolean | null> = new Map([
  [SyntaxKind.TrueKeyword, true],
  [SyntaxKind.FalseKeyword, false],
  [SyntaxKind.NullKeyword, null],
])

/** Lowers an expression; `name` is what a function or class takes from the place that it is assigned to. */
export function lowerExpression(lowering: Lowering, node: ts.Expression, name = ''): Expression {
  return lowering.deeper(
    () => lowerNode(lowering, node, name),
    () => ({ kind: 'unsupported', what: 'code that is nested this deep', span: lowering.span(node) }),
  )
}

function lowerNode(lowering: Lowering, node: ts.Expression, name: string): Expression {
  const span = lowering.span(node)
  const recur = (inner: ts.Expression) => lowerExpression(lowering, inner)
  const literal = (value: string | number | boolean | null | undefined): Expression => ({
    kind: 'literal',
    value,
    span,
  })

  if (ts.isIdentifier(node)) {
    if (node.text === 'undefined') return literal(undefined)
    return { kind: 'variable', binding: lowering.resolve(node.text, node), span }
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
    return lowerExpression(lowering, node.expression, name)
  }
  if (isLink(node)) return lowerChain(lowering, node)
  if (ts.isBinaryExpression(node)) return lowerBinary(lowering, node)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const increment = incrementOperators.get(node.operator)
    if (increment) return lowerIncrement(lowering, node, increment)
    const operator = prefixOperators.get(node.operator) ?? ''
    if (operator === 'negate' && ts.isNumericLiteral(node.operand)) return literal(-Number(node.operand.text))
    return { kind: 'operator', operator, operands: [recur(node.operand)], span }
  }
  if (ts.isObjectLiteralExpression(node)) {
    return { kind: 'object', entries: lowerEntries(lowering, node), span }
  }
  if (ts.isArrayLiteralExpression(node))
    return { kind: 'array', elements: lowerElements(lowering, node.elements), span }
  if (ts.isArrowFunction(node))
    return { kind: 'function', function: lowerFunction(lowering, node, name), span }
  if (ts.isFunctionExpression(node)) return lowerFunctionExpression(lowering, node, name)
  if (ts.isClassExpression(node)) return { kind: 'class', class: lowerClass(lowering, node, name), span }
  if (ts.isConditionalExpression(node)) {
    const condition = recur(node.condition)
    const consequent = recur(node.whenTrue)
    return { kind: 'conditional', condition, consequent, otherwise: recur(node.whenFalse), span }
  }
  if (ts.isTemplateExpression(node)) {
    const pieces = node.templateSpans.flatMap(part => [recur(part.expression), piece(lowering, part.literal)])
    return { kind: 'operator', operator: 'template', operands: [piece(lowering, node.head), ...pieces], span }
  }
  if (ts.isTaggedTemplateExpression(node)) return lowerTagged(lowering, node)
  if (ts.isNewExpression(node)) {
    const callee = recur(node.expression)
    const args = lowerElements(lowering, node.arguments ?? [])
    return { kind: 'call', callee, arguments: args, optional: false, construct: true, span }
  }
  if (ts.isAwaitExpression(node)) return { kind: 'await', value: recur(node.expression), span }
  if (ts.isYieldExpression(node)) {
    const value = node.expression ? recur(node.expression) : literal(undefined)
    return { kind: 'yield', value, delegate: node.asteriskToken !== undefined, span }
  }
  if (ts.isTypeOfExpression(node))
    return { kind: 'operator', operator: 'typeof', operands: [recur(node.expression)], span }
  if (ts.isVoidExpression(node))
    return { kind: 'sequence', expressions: [recur(node.expression), literal(undefined)], span }
  if (ts.isDeleteExpression(node)) return lowerDelete(lowering, node)
  if (isJsx(node)) return lowerElement(lowering, node)
  const constant = constants.get(node.kind)
  if (constant !== undefined) return literal(constant)
  if (node.kind === SyntaxKind.ThisKeyword) return { kind: 'this', span }
  if (node.kind === SyntaxKind.SuperKeyword) return { kind: 'super', span }
  // A dynamic import is a call of the name `import`, which nothing can declare.
  if (node.kind === SyntaxKind.ImportKeyword)
    return { kind: 'variable', binding: lowering.resolve('import', node), span }
  const what = unsupportedExpressions.get(node.kind) ?? `syntax of the kind ${SyntaxKind[node.kind]}`
  return { kind: 'unsupported', what, span }
}

function piece(lowering: Lowering, node: ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail): Expression {
  return { kind: 'literal', value: node.text, span: lowering.span(node) }
}

/** `tag` before a template is a call with its texts, as they mean and as they are written, and its values. */
function lowerTagged(lowering: Lowering, node: ts.TaggedTemplateExpression): Expression {
  const span = lowering.span(node)
  const { template } = node
  const spans = ts.isTemplateExpression(template) ? template.templateSpans : []
  const first = ts.isTemplateExpression(template) ? template.head : template
  const texts = [first, ...spans.map(({ literal }) => literal)]
  const list = (read: (text: (typeof texts)[number]) => string): Expression => ({
    kind: 'array',
    elements: texts.map(text => ({
      kind: 'item',
      value: { kind: 'literal', value: read(text), span: lowering.span(text) },
    })),
    span,
  })
  const binding = lowering.temporary(node)
  const strings: Expression = { kind: 'variable', binding, span }
  const raw: Expression = {
    kind: 'assign',
    target: { kind: 'member', object: strings, key: { kind: 'literal', value: 'raw', span }, span },
    value: list(text => written(lowering, text)),
    span,
  }
  const call: Expression = {
    kind: 'call',
    callee: lowerExpression(lowering, node.tag),
    arguments: [strings, ...spans.map(({ expression }) => lowerExpression(lowering, expression))].map(
      value => ({ kind: 'item', value }),
    ),
    optional: false,
    construct: false,
    span,
  }
  const body: Expression = { kind: 'sequence', expressions: [raw, call], span }
  return { kind: 'with', binding, value: list(({ text }) => text), body, span }
}

/** A text of a template as it is written, without what encloses it. */
function written(lowering: Lowering, node: ts.Node): string {
  const { start, end } = lowering.span(node)
  const text = lowering.tree.text.slice(start + 1, end)
  return text.slice(0, text.endsWith('${') ? -2 : -1).replace(/\r\n?/g, '\n')
}

/** A function that uses its own name inside its body binds it around itself. */
function lowerFunctionExpression(lowering: Lowering, node: ts.FunctionExpression, name: string): Expression {
  const span = lowering.span(node)
  if (!node.name) return { kind: 'function', function: lowerFunction(lowering, node, name), span }
  const own = node.name
  const { result } = lowering.inScope(() => {
    const binding = lowering.declare(own.text, own)
    return { binding, function: lowerFunction(lowering, node, own.text) }
  })
  const { binding } = result
  const code: Expression = { kind: 'function', function: result.function, span }
  if (!lowering.isUsed(binding)) return code
  const target = { kind: 'variable', binding, span: binding.span } as const
  const body: Expression = { kind: 'assign', target, value: code, span }
  return { kind: 'with', binding, value: { kind: 'literal', value: undefined, span }, body, span }
}

function lowerDelete(lowering: Lowering, node: ts.DeleteExpression): Expression {
  const span = lowering.span(node)
  const target = bare(node.expression)
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) {
    const value = lowerExpression(lowering, node.expression)
    return { kind: 'sequence', expressions: [value, { kind: 'literal', value: true, span }], span }
  }
  const operands = [lowerExpression(lowering, target.expression), memberKey(lowering, target)]
  return { kind: 'operator', operator: 'delete', operands, span }
}

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression

function isLink(node: ts.Node): node is Link {
  return (
    ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node)
  )
}

/** Member accesses and calls, from the inside out without recursion: chains of `add` can be thousands long. */
function lowerChain(lowering: Lowering, node: Link): Expression {
  const links: Link[] = []
  let inner: ts.Expression = node
  while (isLink(inner) || ts.isNonNullExpression(inner)) {
    if (isLink(inner)) links.push(inner)
    inner = inner.expression
  }
  let expression = lowerExpression(lowering, inner)
  for (const link of links.reverse()) {
    const span = lowering.span(link)
    const optional = link.questionDotToken !== undefined
    if (ts.isCallExpression(link)) {
      const args = lowerElements(lowering, link.arguments)
      expression = { kind: 'call', callee: expression, arguments: args, optional, construct: false, span }
    } else {
      expression = { kind: 'member', object: expression, key: memberKey(lowering, link), optional, span }
    }
  }
  const isOptional = links.some(({ questionDotToken }) => questionDotToken !== undefined)
  return isOptional ? { kind: 'chain', expression, span: lowering.span(node) } : expression
}
