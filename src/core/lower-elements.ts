import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import type { Lowering } from './names.js'
import type { Element, Entry, Expression } from './program.js'

/** The function that makes elements, under a name that nothing can declare. */
export const elementMaker = '<jsx>'

type Jsx = ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment

export function isJsx(node: ts.Node): node is Jsx {
  return ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)
}

/** `<Chart data={rows}>{label}</Chart>` as a call with what it is an element of, its properties, and its children. */
export function lowerElement(lowering: Lowering, node: Jsx): Expression {
  const span = lowering.span(node)
  const opening = ts.isJsxElement(node) ? node.openingElement : node
  const children = ts.isJsxSelfClosingElement(node) ? [] : node.children
  const properties = ts.isJsxFragment(opening) ? [] : opening.attributes.properties
  const entries = properties.map(attribute => lowerAttribute(lowering, attribute))
  const arguments_: readonly Element[] = [
    {
      kind: 'item',
      value: ts.isJsxFragment(opening) ? nothing(lowering, node) : lowerTag(lowering, opening.tagName),
    },
    { kind: 'item', value: { kind: 'object', entries, span } },
    ...children.flatMap(child => lowerChild(lowering, child)),
  ]
  const callee: Expression = { kind: 'variable', binding: lowering.resolve(elementMaker, node), span }
  return { kind: 'call', callee, arguments: arguments_, optional: false, construct: false, span }
}

/** A name in lower case is one of the page's own elements, any other one is a value. */
function lowerTag(lowering: Lowering, tag: ts.JsxTagNameExpression): Expression {
  const text = tag.getText(lowering.tree)
  if (ts.isJsxNamespacedName(tag) || (ts.isIdentifier(tag) && /^[a-z]/.test(text)))
    return { kind: 'literal', value: text, span: lowering.span(tag) }
  return lowerExpression(lowering, tag)
}

function lowerAttribute(lowering: Lowering, node: ts.JsxAttributeLike): Entry {
  const span = lowering.span(node)
  if (ts.isJsxSpreadAttribute(node))
    return { kind: 'spread', value: lowerExpression(lowering, node.expression), span }
  const key: Expression = {
    kind: 'literal',
    value: node.name.getText(lowering.tree),
    span: lowering.span(node.name),
  }
  const { initializer } = node
  if (!initializer) return { kind: 'property', key, value: { kind: 'literal', value: true, span }, span }
  const inner = ts.isJsxExpression(initializer) ? initializer.expression : initializer
  const value = inner ? lowerExpression(lowering, inner) : nothing(lowering, node)
  return { kind: 'property', key, value, span }
}

function lowerChild(lowering: Lowering, node: ts.JsxChild): readonly Element[] {
  if (ts.isJsxText(node)) {
    const text = node.text.trim()
    return text === ''
      ? []
      : [{ kind: 'item', value: { kind: 'literal', value: text, span: lowering.span(node) } }]
  }
  if (!ts.isJsxExpression(node)) return [{ kind: 'item', value: lowerExpression(lowering, node) }]
  if (!node.expression) return []
  const value = lowerExpression(lowering, node.expression)
  return [{ kind: node.dotDotDotToken ? 'spread' : 'item', value }]
}

const nothing = (lowering: Lowering, node: ts.Node): Expression => ({
  kind: 'literal',
  value: undefined,
  span: lowering.span(node),
})
