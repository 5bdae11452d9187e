import { type Dimension, dimensionText, isPolynomial, substitute, symbolsOf } from './dimension.js'
import type { Attribute, Body, Node } from './node.js'

/** A text that two attributes share exactly if they are equal. */
export function attributeKey(value: Attribute | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined || typeof value !== 'object')
    return Object.is(value, -0) ? '-0' : String(value)
  if (isPolynomial(value)) return dimensionText(value)
  if (Array.isArray(value)) return `[${value.map(attributeKey).join(',')}]`
  const { body } = value as { readonly body: Body }
  const ids = (nodes: readonly Node[]) => nodes.map(node => node.id).join(',')
  return `body(${ids(body.inputs)})->(${ids(body.outputs)})`
}

export function sameAttribute(a: Attribute | undefined, b: Attribute | undefined): boolean {
  return attributeKey(a) === attributeKey(b)
}

/** A value with the symbols replaced that have a value. */
export function substituteIn(value: Attribute, symbols: (name: string) => Dimension | undefined): Attribute {
  if (Array.isArray(value)) return value.map(item => substituteIn(item, symbols))
  return isPolynomial(value) ? substitute(value, symbols) : value
}

/** The names of the symbols in a value; the nodes of a body are not looked at. */
export function symbolsIn(value: Attribute): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap(item => [...symbolsIn(item)]))
  return isPolynomial(value) ? symbolsOf(value) : new Set()
}
