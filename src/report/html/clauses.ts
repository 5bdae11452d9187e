import type { Element } from 'hast'
import type { ClauseVerdict } from '../../compare/verdict.js'
import { positionAt, type Span } from '../../text/source.js'
import { citationText, toldVerdict } from '../facts.js'
import { visible } from '../frame.js'
import type { CodeListing } from './code.js'
import { type Child, e } from './elements.js'

/** Left and right of every table that shows a paper beside code. */
export const sideTitles = ['The paper', 'The code'] as const

/** A clause by its sign and its id. */
export function clauseSign(entry: ClauseVerdict): Element {
  const { sign, word } = toldVerdict(entry)
  return e(
    'span',
    { className: ['sign', `is-${word.replace(' ', '-')}`], title: word },
    `${sign} ${visible(entry.clause.id)}`,
  )
}

/** Where the paper states what some clauses do, each place once. */
export function citations(clauses: readonly ClauseVerdict[]): Child {
  const cited = clauses.flatMap(({ clause }) => (clause.citation ? [citationText(clause.citation)] : []))
  return cited.length > 0
    ? e('p', { className: ['cited'] }, visible([...new Set(cited)].join('; ')))
    : undefined
}

/** The line of a place, as a link to it. */
export const lineLink = (span: Span, code: CodeListing): Element =>
  code.link(span, `line ${positionAt(span.file, span.start).line}`, 'quiet')
