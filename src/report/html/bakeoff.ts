import type { Element } from 'hast'
import type { BakeoffOutcome } from '../../bakeoff/bakeoff.js'
import { type Column, columnsOf } from '../../bakeoff/columns.js'
import { positionAt } from '../../text/source.js'
import { bakeoffSummary, checkText, membersText, standingText, undecidedText } from '../bakeoff-facts.js'
import { lineFormula, samenessSigns } from '../diff-facts.js'
import { visible } from '../frame.js'
import type { ReportOptions } from '../reporters.js'
import { runSections } from './bakeoff-run.js'
import { caseOf } from './differences.js'
import { document, proofNote } from './document.js'
import { type Child, e, prose } from './elements.js'
import { mathematics } from './mathematics.js'

/** Implementations side by side as one HTML file that loads nothing. */
export function renderBakeoffHtml(outcomes: readonly BakeoffOutcome[], options: ReportOptions): string {
  const title = outcomes.map(bakeoffSummary).join('; ')
  const body = [
    e('header', {}, e('h1', { className: ['question'] }, 'Do all compute the same?')),
    e('main', {}, ...outcomes.map((outcome, i) => article(outcome, `bakeoff${i + 1}`))),
  ]
  return document(title, body, options, outcomes.some(({ run }) => run) ? noteOfRuns : proofNote)
}

const noteOfRuns =
  'The same: proved equal over the real numbers; rounding is left out. Different: shown by numbers, or by values that are stated. These were found without running the code. What is said of runs comes of running it, each implementation in a process of its own: that numbers agree is evidence and no proof.'

const words: Readonly<Record<BakeoffOutcome['verdict'], string>> = {
  same: 'is-as-written',
  different: 'is-differs',
  undecided: 'is-unverified',
  unusable: 'is-unusable',
}

function article(outcome: BakeoffOutcome, id: string): Element {
  const { verdict, classes, undecided, problems, against } = outcome
  return e(
    'article',
    { id, ariaLabelledBy: `${id}-title` },
    e(
      'header',
      { className: ['verdict', words[verdict]] },
      e('h2', { id: `${id}-title` }, `${samenessSigns[verdict]} ${visible(bakeoffSummary(outcome))}`),
    ),
    ...problems.map(({ diagnostic }) =>
      e('section', { className: ['card', 'is-unverified'] }, e('p', {}, prose(diagnostic.message))),
    ),
    classes.length > 0 ? e('div', { className: ['systems'] }, ...columns(outcome)) : undefined,
    ...against.map(({ first, second, outcome: own }) =>
      e(
        'section',
        { className: ['card', words[own.verdict]] },
        e(
          'h3',
          {},
          `${visible(membersText(classes[second]!))} against ${visible(membersText(classes[first]!))}`,
        ),
        ...own.targets.flatMap(({ cases }) => cases.map(caseOf)),
      ),
    ),
    ...undecided.map(pair =>
      e('p', { className: ['remark'] }, `Not known either: ${visible(undecidedText(outcome, pair))}`),
    ),
    ...(outcome.run ? runSections(outcome.run) : []),
  )
}

/** One column for each class: its members, what is known of it, and its equations. */
function columns(outcome: BakeoffOutcome): readonly Element[] {
  const shown = columnsOf(outcome)
  return outcome.classes.map((own, place) => {
    const check = checkText(own)
    const verdict =
      place === outcome.base
        ? 'same'
        : outcome.against.find(({ second }) => second === place)!.outcome.verdict
    return e(
      'section',
      {},
      e(
        'h3',
        {},
        e('span', { className: ['sign', words[verdict]] }, samenessSigns[verdict]),
        ' ',
        ...own.members.flatMap(({ label }, i) => [i > 0 ? ', ' : '', e('code', {}, visible(label))]),
      ),
      e('p', {}, visible(standingText(outcome, place))),
      check ? e('p', {}, visible(check)) : undefined,
      equationsOf(shown.find(column => column.place === place)),
    )
  })
}

function equationsOf(column: Column | undefined): Child {
  if (!column) return e('p', { className: ['remark'] }, 'It was not followed, so there are no equations.')
  return e(
    'ul',
    { className: ['items'] },
    ...column.lines.map(line =>
      e(
        'li',
        line.isOdd ? { className: ['odd'] } : {},
        e('div', { className: ['math'], tabIndex: 0 }, mathematics(lineFormula(line), { display: true })),
        line.isOdd
          ? e(
              'p',
              { className: ['remark'] },
              `not so in all${line.span ? `, line ${positionAt(line.span.file, line.span.start).line}` : ''}`,
            )
          : undefined,
      ),
    ),
  )
}
