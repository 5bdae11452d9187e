import type { Element } from 'hast'
import { visible } from '../frame.js'
import { type Child, e } from './elements.js'

/** A table under a caption. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
): Element {
  return e(
    'table',
    {},
    e('caption', {}, visible(caption)),
    e('thead', {}, e('tr', {}, ...heads.map(text => e('th', { scope: 'col' }, text)))),
    e('tbody', {}, ...rows.map(cells => e('tr', {}, ...cells.map(cell => e('td', {}, cell))))),
  )
}
