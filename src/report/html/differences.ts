import type { Element } from 'hast'
import type { ChangedLine, EquationChange } from '../../diff/changes.js'
import type { DiffOutcome, ModelDifference, TargetDifference } from '../../diff/diff.js'
import { type Formula, glyph, row } from '../../equations/formula.js'
import { formatPlace } from '../../text/source.js'
import {
  changeText,
  inputFacts,
  lineFormula,
  nameText,
  outputsText,
  parametersText,
  samenessSigns,
  samenessWords,
  settingSigns,
  settingText,
  sharedText,
  spacesOf,
} from '../diff-facts.js'
import { reasonFacts } from '../facts.js'
import { visible } from '../frame.js'
import { factList, sentence } from './cards.js'
import { type Child, e, prose, table } from './elements.js'
import { excerpt } from './excerpt.js'
import { mathematics } from './mathematics.js'

/** What is known of two models, with the numbers on which they part and the settings that are others. */
export function caseOf({ outputs, settings }: ModelDifference): Element {
  const name = nameText(outputs)
  const { smallest, evidence, reason } = outputs
  const numbers = smallest ?? (evidence?.by === 'counterexample' ? evidence.counterexample : undefined)
  return e(
    'div',
    {},
    e('p', {}, prose(`${samenessSigns[outputs.verdict]} ${outputsText(outputs)}`)),
    name ? e('p', {}, 'called ', visible(name)) : undefined,
    reason ? e('p', {}, prose(reason.message)) : undefined,
    numbers
      ? e(
          'details',
          {},
          e('summary', {}, `Numbers: ${visible(changeText(numbers))}`),
          e(
            'dl',
            { className: ['facts'] },
            ...inputFacts(numbers).map(([label, value]) =>
              e('div', {}, e('dt', {}, visible(label)), e('dd', { className: ['numbers'] }, visible(value))),
            ),
          ),
        )
      : undefined,
    ...settings.map(setting => {
      const place = setting.after?.span ?? setting.before?.span
      const text = `${settingSigns[setting.verdict]} ${settingText(setting)}${place ? ` (${formatPlace(place)})` : ''}`
      return e('p', {}, prose(text))
    }),
  )
}

/** One target of both sides: what is known of it, the equations that changed side by side, and what it learns. */
export function targetCard(
  { name, verdict, change, cases }: TargetDifference,
  outcome: DiffOutcome,
): Element {
  const { path } = outcome[change === 'removed' ? 'before' : 'after']
  return e(
    'section',
    { className: ['card', verdict === 'undecided' ? 'is-unverified' : 'is-differs'] },
    e(
      'h4',
      {},
      `${samenessSigns[verdict]} ${samenessWords[verdict]} `,
      e('code', {}, visible(name === path ? path : `${path}#${name}`)),
      change === 'none' ? '' : ` was ${change}`,
    ),
    ...cases.flatMap(entry => [
      entry.where.length > 0 ? e('p', {}, `Where ${visible(entry.where.join(', '))}:`) : undefined,
      caseOf(entry),
      equationTable(entry.equations, outcome),
      ...[parametersText(entry), sharedText(entry)].map(
        text => text && e('p', { className: ['counts'] }, prose(text)),
      ),
    ]),
  )
}

/** Of longer lists of equations, so many are shown; the page says how many are left. */
const mostEquations = 100

function equationTable(equations: readonly EquationChange[], { before, after }: DiffOutcome): Child {
  if (equations.length === 0) return undefined
  const left = equations.length - mostEquations
  const rows = equations.slice(0, mostEquations).map(change => {
    const spaces = spacesOf(change)
    return e('tr', {}, sideOf('Before', change.before, spaces[0]), sideOf('After', change.after, spaces[1]))
  })
  const headings = [`Before: ${visible(before.label)}`, `After: ${visible(after.label)}`]
  return [
    table('equations', headings, rows),
    left > 0
      ? e('p', { className: ['remark'] }, `${left} more equations that changed are left out.`)
      : undefined,
  ]
}

function sideOf(title: string, line: ChangedLine | undefined, space: Formula | undefined): Element {
  if (!line) return e('td', { dataLabel: title }, e('p', { className: ['remark'] }, 'nothing here'))
  const equation = lineFormula(line)
  const whole = space ? row(equation, glyph(' \\in ', ' ∈ '), space) : equation
  return e(
    'td',
    { dataLabel: title },
    e('div', { className: ['math'], tabIndex: 0 }, mathematics(whole, { display: true })),
    line.span ? e('p', { className: ['cited'] }, e('code', {}, visible(formatPlace(line.span)))) : undefined,
  )
}

/** A file of which a side has to be mended before anything can be compared. */
export function unusableCard({ after, diagnostics }: DiffOutcome): Element {
  return e(
    'section',
    { className: ['card', 'is-differs'] },
    e('h4', {}, '! ', e('code', {}, visible(after.path))),
    ...diagnostics.flatMap(({ side, diagnostic }) => [
      e('p', {}, `${side === 'before' ? 'Before' : 'After'}: `, sentence(diagnostic.message)),
      diagnostic.span ? excerpt(diagnostic.span) : undefined,
      factList(reasonFacts(diagnostic)),
    ]),
  )
}
