import type { StatedValue } from '../graph/model.js'
import type { Node } from '../graph/node.js'

/**
 * The part of a spec of which a value is: the equation that computes it from what it is given, or from what other equations
 * define. Of equations inside of each other, as a function and what applies it, the innermost. Undefined where none does.
 */
export function partOf(value: Node, statements: readonly StatedValue[]): string | undefined {
  const defined = new Set(statements.flatMap(({ node, given }) => (given ? [] : [node])))
  let innermost: { readonly part: string; readonly size: number } | undefined
  for (const { part, node, given } of statements) {
    const ends = new Set(given)
    const own = new Set([node])
    for (const inner of own)
      for (const input of inner.inputs) if (!ends.has(input) && !defined.has(input)) own.add(input)
    const isSmaller = !innermost || own.size < innermost.size || (own.size === innermost.size && given)
    if (own.has(value) && isSmaller) innermost = { part, size: own.size }
  }
  return innermost?.part
}
