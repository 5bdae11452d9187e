import type { Element } from 'hast'
import { type Formula, glyph, row } from '../../equations/formula.js'
import type { Explanation, Item } from '../../equations/system.js'
import { meaningText } from '../../equations/system.js'
import { countText } from '../../equations/terminal.js'
import { visible } from '../frame.js'
import { type Child, e, table } from './elements.js'
import { mathematics } from './mathematics.js'

/** How equations are shown. */
interface Showing {
  /** Whether pointing at an equation lights the code that computes it. */
  readonly lit?: boolean
  /** What stands below the equation of a value. */
  readonly beside?: (node: number) => Child
}

/** A formula on a line of its own. */
export function display(formula: Formula): Child {
  return e('div', { className: ['math'], tabIndex: 0 }, mathematics(formula, { display: true }))
}

const signs = { '=': glyph(' = '), '←': glyph(' \\leftarrow ', ' ← '), '~': glyph(' \\sim ', ' ~ ') } as const

export function itemsOf(items: readonly Item[], showing: Showing = {}): Child {
  const { lit = false, beside = () => undefined } = showing
  return e(
    'ul',
    { className: ['items'] },
    ...items.map(item =>
      item.kind === 'equation'
        ? e(
            'li',
            { className: ['item'], ...(lit && item.node !== undefined && { dataN: String(item.node) }) },
            display(row(item.left, signs[item.sign], item.right)),
            item.node === undefined ? undefined : beside(item.node),
          )
        : e(
            'li',
            {},
            e(
              'p',
              { className: ['remark'] },
              'for ',
              mathematics(
                row(glyph(item.variable), glyph(' = '), item.first, glyph(', \\ldots, ', ', …, '), item.last),
              ),
              ':',
            ),
            itemsOf(item.items, showing),
          ),
    ),
  )
}

export function symbolTable(explanations: readonly Explanation[], caption?: string): Element {
  const isCounted = explanations.some(({ count }) => count !== undefined)
  const headings = ['symbol', 'space or value', 'meaning', ...(isCounted ? ['numbers'] : [])]
  const rows = explanations.map(explanation => symbolRow(explanation, isCounted))
  return table('symbols', headings, rows, caption)
}

function symbolRow(explanation: Explanation, isCounted: boolean): Element {
  const { symbol, space, values, count } = explanation
  const value = values ? row(glyph('= '), values) : space ? row(glyph('\\in ', '∈ '), space) : undefined
  return e(
    'tr',
    {},
    e('td', {}, mathematics(symbol)),
    e('td', {}, value ? mathematics(value) : ''),
    e('td', {}, visible(meaningText(explanation))),
    isCounted ? e('td', { className: ['count'] }, count === undefined ? '' : countText(count)) : undefined,
  )
}
