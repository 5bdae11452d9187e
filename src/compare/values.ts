import { sameAttribute } from '../graph/attribute.js'
import { isPolynomial, subtract } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { initializerNamed } from '../library/initializers.js'

/** Numbers this near to each other, as a part of them, are one: `0.1 + 0.2` is 0.3. */
const rounding = 8 * Number.EPSILON

/** How a stated value and an actual one relate; `open` where it depends on symbols that have no value. */
export type Relation = 'same' | 'different' | 'open'

export function relate(stated: Attribute, actual: Attribute | undefined): Relation {
  if (actual === undefined) return 'different'
  if (sameAttribute(stated, actual)) return 'same'
  if (typeof stated === 'number' && typeof actual === 'number')
    return Math.abs(stated - actual) <= rounding * Math.abs(stated) ? 'same' : 'different'
  if (Array.isArray(stated) && Array.isArray(actual)) {
    if (stated.length !== actual.length) return 'different'
    const parts = stated.map((value, i) => relate(value, (actual as readonly Attribute[])[i]))
    return parts.find(part => part === 'different') ?? parts.find(part => part === 'open') ?? 'same'
  }
  if (isSize(stated) && isSize(actual)) {
    const difference = subtract(stated, actual)
    return typeof difference === 'number' ? (difference === 0 ? 'same' : 'different') : 'open'
  }
  // A symbol may stand for what has a name, too.
  if ([stated, actual].some(isPolynomial)) return 'open'
  return typeof stated === 'string' && typeof actual === 'string' ? relateNamed(stated, actual) : 'different'
}

const isSize = (value: Attribute) => typeof value === 'number' || isPolynomial(value)

/** Initializers of one kind, of which one has a number where the other has a symbol. */
function relateNamed(stated: string, actual: string): Relation {
  const [a, b] = [initializerNamed(stated), initializerNamed(actual)]
  if (!a || !b || a.kind !== b.kind) return 'different'
  const differing = Object.keys(a.settings).filter(name => !sameAttribute(a.settings[name], b.settings[name]))
  const isOpen = (name: string) => typeof a.settings[name] !== typeof b.settings[name]
  return differing.length > 0 && differing.every(isOpen) ? 'open' : 'different'
}
