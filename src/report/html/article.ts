import type { Element } from 'hast'
import type { ClauseVerdict, Counterexample } from '../../compare/verdict.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Formula } from '../../equations/formula.js'
import type { CheckOutcome } from '../../pipeline.js'
import { formatPlace } from '../../text/source.js'
import {
  casesText,
  citationText,
  countsText,
  findingSign,
  foldedClauses,
  groundText,
  otherDiagnostics,
  reasonFacts,
  resultText,
  silentText,
  statedText,
  toldReasons,
  toldStatement,
  toldVerdict,
  verdictSigns,
  verdictWords,
} from '../facts.js'
import { type ToldFinding, tellFindings } from '../findings.js'
import { visible } from '../frame.js'
import { factList, section, sentence } from './cards.js'
import { CodeListing } from './code.js'
import { drawing } from './drawing.js'
import { type Child, e, prose, table } from './elements.js'
import { equationsSection, symbolsSection } from './equations.js'
import { mathematics as formulaOf } from './mathematics.js'
import { trainingSection } from './training.js'

/** One check: its verdict, what differs, what is open, both models, the code, and the clauses one by one. */
export function article(outcome: CheckOutcome, id: string): Element {
  const { comparison, reason, verdict } = outcome
  const code = new CodeListing(id, comparison?.code)
  const findings = tellFindings(outcome).map(told => findingCard(told, code))
  const reasons = [
    ...(reason ? [reasonCard(reason, code)] : []),
    ...toldReasons(comparison?.clauses ?? []).map(entry => reasonCard(entry.reason, code, entry.clauses)),
    ...otherDiagnostics(outcome).map(entry => reasonCard(entry, code)),
  ]
  const training = comparison?.training
  const mathematics =
    comparison && training
      ? trainingSection(comparison, training, outcome.target)
      : comparison && equationsSection(comparison, code)
  const remarks = [casesText(outcome), silentText(outcome), statedText(outcome)].flatMap(text => text ?? [])
  return e(
    'article',
    { id, ariaLabelledBy: `${id}-title` },
    heading(outcome, `${id}-title`),
    section('What differs', findings),
    section(verdict === 'unusable' ? 'What has to be mended' : 'What is not verified', reasons),
    mathematics === undefined
      ? code.render()
      : e(
          'div',
          { className: ['panes'] },
          e(
            'section',
            { className: ['mathematics'] },
            e('h3', {}, training ? 'Training' : 'Equations'),
            mathematics,
          ),
          e('section', { className: ['code'] }, e('h3', {}, 'Code'), code.render()),
        ),
    comparison ? section('Clauses', [clauseTable(comparison.clauses, code)]) : undefined,
    comparison && !training
      ? [section('Symbols and parameters', [symbolsSection(comparison.code)]), drawing(comparison.code)]
      : undefined,
    ...remarks.map(text => e('p', { className: ['remark'] }, prose(text))),
  )
}

function heading({ verdict, target, spec, specPath, comparison }: CheckOutcome, id: string): Element {
  const counts = comparison && countsText(comparison)
  return e(
    'header',
    { className: ['verdict', `is-${verdict.replace(' ', '-')}`] },
    e(
      'h2',
      { id },
      e('span', { className: ['word'] }, `${verdictSigns[verdict]} ${verdictWords[verdict]}`),
      ' ',
      e('code', {}, visible(target)),
    ),
    e('p', {}, 'against ', e('code', {}, visible(specPath)), spec ? `: ${visible(spec.title)}` : ''),
    spec?.citation ? e('p', { className: ['cited'] }, visible(citationText(spec.citation))) : undefined,
    counts ? e('p', { className: ['counts'] }, counts) : undefined,
  )
}

function findingCard({ finding, isNewEvidence, sides, facts }: ToldFinding, code: CodeListing): Element {
  const { diagnostic, evidence } = finding
  const { accepted } = diagnostic
  const { specified, implemented } = sides
  const counterexample =
    isNewEvidence && evidence?.by === 'counterexample' ? evidence.counterexample : undefined
  return e(
    'section',
    { className: ['card', accepted ? 'is-accepted' : 'is-differs'] },
    e('h4', {}, `${findingSign(finding)} `, e('code', {}, diagnostic.code), accepted ? ' (accepted)' : ''),
    e('p', {}, sentence(diagnostic.message), ...placeOf(diagnostic, code)),
    specified !== undefined || implemented !== undefined
      ? e(
          'dl',
          { className: ['sides'] },
          ...sideOf('The paper', specified),
          ...sideOf('The code', implemented),
        )
      : undefined,
    factList(facts.filter(({ label }) => !(counterexample && label === 'shown by'))),
    counterexample ? numbers(counterexample) : undefined,
  )
}

function sideOf(title: string, side: Formula | string | undefined): readonly Child[] {
  if (side === undefined) return []
  const shown =
    typeof side === 'string'
      ? e('code', {}, visible(side))
      : e('div', { className: ['math'], tabIndex: 0 }, formulaOf(side, { display: true }))
  return [e('div', {}, e('dt', {}, title), e('dd', {}, shown))]
}

/** So many numbers of a tensor are shown. */
const mostNumbers = 60

/** Numbers on which the two part, to be tried by hand. */
function numbers(counterexample: Counterexample): Element {
  const rows = counterexample.inputs.map(({ name, shape, values }) => {
    const shown = values.slice(0, mostNumbers).map(value => String(Number(value.toPrecision(6))))
    const total = shape.reduce((product, size) => product * size, 1)
    const more = total > shown.length ? ` … (${total} numbers)` : ''
    return e(
      'tr',
      {},
      e('th', { scope: 'row' }, visible(name)),
      e('td', {}, shape.length > 0 ? shape.join('×') : 'a number'),
      e('td', { className: ['numbers'] }, `${shown.join(', ')}${more}`),
    )
  })
  return e(
    'details',
    { open: true },
    e('summary', {}, `Shown by numbers: ${visible(resultText(counterexample))}`),
    rows.length > 0 ? table('values', ['for', 'shape', 'numbers'], rows) : undefined,
  )
}

function reasonCard(entry: Diagnostic, code: CodeListing, clauses: readonly string[] = []): Element {
  return e(
    'section',
    { className: ['card', 'is-unverified'] },
    e('h4', {}, '? ', e('code', {}, entry.code)),
    e('p', {}, sentence(entry.message), ...placeOf(entry, code)),
    clauses.length > 0
      ? e(
          'p',
          { className: ['clauses'] },
          'clauses ',
          ...clauses.flatMap((id, i) => [i > 0 ? ', ' : '', e('code', {}, visible(id))]),
        )
      : undefined,
    factList(reasonFacts(entry)),
  )
}

function placeOf({ span }: Diagnostic, code: CodeListing): readonly Child[] {
  return span ? [' ', code.note(span, formatPlace(span))] : []
}

/** A clause as the paper states it. */
function statementOf(entry: ClauseVerdict, all: readonly ClauseVerdict[]): Child {
  const { words, equation } = toldStatement(entry, all)
  return [visible(words), equation && e('div', { className: ['math'], tabIndex: 0 }, formulaOf(equation))]
}

function clauseTable(all: readonly ClauseVerdict[], code: CodeListing): Child {
  const { shown: open, folded } = foldedClauses(all)
  const isCited = all.some(({ clause }) => clause.citation)
  return [
    open.length > 0 ? rows(open) : undefined,
    folded.length > 0
      ? e('details', {}, e('summary', {}, `${folded.length} clauses as written`), rows(folded))
      : undefined,
  ]

  function rows(shown: readonly ClauseVerdict[]): Element {
    return table(
      'clauses',
      ['verdict', 'clause', 'statement', ...(isCited ? ['paper'] : []), 'ground'],
      shown.map(entry => {
        const { clause } = entry
        const { sign, word } = toldVerdict(entry)
        return e(
          'tr',
          {},
          e('td', { className: ['sign', `is-${word.replace(' ', '-')}`] }, `${sign} ${word}`),
          e('td', {}, code.link(clause.span, clause.id, 'quiet')),
          e('td', {}, statementOf(entry, all)),
          ...(isCited
            ? [e('td', { dataLabel: 'paper' }, clause.citation ? visible(citationText(clause.citation)) : '')]
            : []),
          e('td', { dataLabel: 'ground' }, prose(groundText(entry))),
        )
      }),
    )
  }
}
