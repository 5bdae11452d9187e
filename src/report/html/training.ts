import type { Element } from 'hast'
import { algorithmOf, type Listing } from '../../equations/algorithm.js'
import { glyph, row } from '../../equations/formula.js'
import type { TrainingGraph } from '../../graph/training.js'
import { type Child, e, prose } from './elements.js'
import { itemsOf, symbolTable } from './items.js'
import { mathematics } from './mathematics.js'

/** What a program does when it trains, step by step. */
export function algorithmSection(training: TrainingGraph, title: string): Child {
  const { lines, rules, explanations } = algorithmOf(training, title)
  return [
    steps(lines),
    ...rules.flatMap(({ head, items, explanations: settings }) => [
      e('h4', {}, 'with ', mathematics(row(head, glyph('(\\theta,\\,g)', '(θ, g)')))),
      itemsOf(items),
      settings.length > 0 ? symbolTable(settings) : undefined,
    ]),
    explanations.length > 0 ? symbolTable(explanations) : undefined,
  ]
}

function steps(lines: Listing['lines']): Element {
  return e(
    'ul',
    { className: ['steps'] },
    ...lines.map(line =>
      line.kind === 'block'
        ? e('li', {}, e('p', {}, prose(line.heading), ':'), steps(line.lines))
        : e(
            'li',
            {},
            e('p', {}, e('b', {}, `${line.number}. `), prose(line.remarks.join('; '))),
            line.items.length > 0 ? itemsOf(line.items) : undefined,
          ),
    ),
  )
}
