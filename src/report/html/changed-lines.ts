import type { Element } from 'hast'
import { visible } from '../frame.js'
import type { LineChange } from '../review.js'
import { cutLines } from '../review-facts.js'
import { e } from './elements.js'

/** A page has more room than a comment. */
const mostLines = 400

const elements = { '+': 'ins', '-': 'del' } as const

/** Lines that are gone or new, each with its sign; `title` says of what. */
export function changedLinesList(lines: readonly LineChange[], title: string): Element {
  const { shown, left } = cutLines(lines, mostLines)
  return e(
    'div',
    { className: ['listing'], tabIndex: 0, role: 'group', ariaLabel: title },
    e(
      'ol',
      {},
      ...shown.map(({ sign, text }) => e('li', {}, e(elements[sign], {}, `${sign} ${visible(text)}`))),
      left > 0 ? e('li', { className: ['gap'] }, `… ${left} more lines`) : undefined,
    ),
  )
}
