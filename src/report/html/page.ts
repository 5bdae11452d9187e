import type { Element } from 'hast'
import type { CheckOutcome } from '../../pipeline.js'
import { summaryText, verdictSigns, verdictWords } from '../facts.js'
import type { ReportOptions } from '../reporters.js'
import { article } from './article.js'
import { document, proofNote } from './document.js'
import { e } from './elements.js'

/** The outcome of checks as one HTML file that loads nothing. */
export function renderHtml(outcomes: readonly CheckOutcome[], options: ReportOptions): string {
  const several = outcomes.length > 1
  const body = [
    several
      ? overview(outcomes)
      : e('header', {}, e('h1', { className: ['question'] }, 'Is the model implemented as written?')),
    e('main', {}, ...outcomes.map((outcome, i) => article(outcome, `check${i + 1}`))),
  ]
  return document(titleOf(outcomes), body, options, proofNote)
}

function titleOf(outcomes: readonly CheckOutcome[]): string {
  const [only, ...others] = outcomes
  if (!only || others.length > 0) return `aswritten: ${summaryText(outcomes) ?? 'no checks'}`
  return `${verdictWords[only.verdict]}: ${only.target}`
}

function overview(outcomes: readonly CheckOutcome[]): Element {
  return e(
    'header',
    { className: ['overview'] },
    e('h1', {}, summaryText(outcomes)),
    e(
      'nav',
      { ariaLabel: 'Checks' },
      e(
        'ul',
        {},
        ...outcomes.map(({ verdict, target, spec, specPath }, i) =>
          e(
            'li',
            {},
            e(
              'span',
              { className: ['sign', `is-${verdict.replace(' ', '-')}`] },
              `${verdictSigns[verdict]} ${verdictWords[verdict]}`,
            ),
            ' ',
            e('a', { href: `#check${i + 1}` }, target),
            ` against ${spec?.title ?? specPath}`,
          ),
        ),
      ),
    ),
  )
}
