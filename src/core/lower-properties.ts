import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerFunction } from './lower-functions.js'
import type { Lowering } from './names.js'
import type { Element, Entry, Expression } from './program.js'

/** Elements of an array, or arguments of a call. */
export function lowerElements(lowering: Lowering, nodes: readonly ts.Expression[]): readonly Element[] {
  return nodes.map((node): Element => {
    if (ts.isOmittedExpression(node)) return { kind: 'hole' }
    return ts.isSpreadElement(node)
      ? { kind: 'spread', value: lowerExpression(lowering, node.expression) }
      : { kind: 'item', value: lowerExpression(lowering, node) }
  })
}

/** The key that a property is written under; private names keep their sign. */
export function lowerKey(lowering: Lowering, name: ts.PropertyName): Expression {
  if (ts.isComputedPropertyName(name)) return lowerExpression(lowering, name.expression)
  const span = lowering.span(name)
  if (ts.isNumericLiteral(name)) return { kind: 'literal', value: Number(name.text), span }
  const text = ts.isPrivateIdentifier(name) ? lowering.privateKey(name.text) : name.text
  return { kind: 'literal', value: text, span }
}

/** The key that a member is read by. */
export function memberKey(
  lowering: Lowering,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): Expression {
  return ts.isPropertyAccessExpression(node)
    ? lowerKey(lowering, node.name)
    : lowerExpression(lowering, node.argumentExpression)
}

/** The name that a key gives to a function; computed keys give none. */
export function keyName(name: ts.PropertyName): string {
  return ts.isComputedPropertyName(name) ? '' : name.text
}

export function lowerEntries(lowering: Lowering, node: ts.ObjectLiteralExpression): readonly Entry[] {
  // Nothing is inherited from null, and objects of the core language inherit from nothing anyway.
  return node.properties
    .filter(property => !isNullPrototype(property))
    .map(property => lowering.documenting(property, () => lowerEntry(lowering, property)))
}

function isNullPrototype(property: ts.ObjectLiteralElementLike): boolean {
  return (
    ts.isPropertyAssignment(property) &&
    keyName(property.name) === '__proto__' &&
    property.initializer.kind === ts.SyntaxKind.NullKeyword
  )
}

function lowerEntry(lowering: Lowering, property: ts.ObjectLiteralElementLike): Entry {
  const span = lowering.span(property)
  if (ts.isSpreadAssignment(property))
    return { kind: 'spread', value: lowerExpression(lowering, property.expression), span }
  const key = lowerKey(lowering, property.name)
  if (ts.isShorthandPropertyAssignment(property))
    return { kind: 'property', key, value: lowerExpression(lowering, property.name), span }
  const name = keyName(property.name)
  if (ts.isPropertyAssignment(property)) {
    // It sets what the object inherits from instead of a field.
    if (name === '__proto__')
      return {
        kind: 'spread',
        value: { kind: 'unsupported', what: 'an object with `__proto__`', span },
        span,
      }
    return { kind: 'property', key, value: lowerExpression(lowering, property.initializer, name), span }
  }
  const code = lowerFunction(lowering, property, name)
  if (ts.isGetAccessor(property)) return { kind: 'getter', key, function: code, span }
  if (ts.isSetAccessor(property)) return { kind: 'setter', key, function: code, span }
  return { kind: 'property', key, value: { kind: 'function', function: code, span }, span }
}
