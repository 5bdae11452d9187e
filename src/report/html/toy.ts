import type { Element } from 'hast'
import type { NumberDifference } from '../../experiment/number-difference.js'
import type { ToyOutcome } from '../../experiment/outcome.js'
import type { WeightsOutcome } from '../../experiment/same-weights.js'
import { visible } from '../frame.js'
import type { ReportOptions } from '../reporters.js'
import { curvesOfRun, namedSides } from '../toy-curves.js'
import {
  codeAndSpec,
  decisionFacts,
  problemFacts,
  runFacts,
  toySigns,
  toyVerdict,
  weightFacts,
} from '../toy-facts.js'
import { factList } from './cards.js'
import { document } from './document.js'
import { type Child, e } from './elements.js'
import { table } from './table.js'
import { curvesCaption, derivationSection, runTable } from './training-runs.js'

const wordsOfRuns =
  'The code was run, in a process of its own. The bound is the least loss that a right model has on the distribution of the examples, and the baseline that of what misses the point. That numbers agree is evidence and no proof; what is proved, aswritten check says, which runs nothing.'

/** What came of running models as one HTML file that loads nothing. */
export function renderToyHtml(outcomes: readonly ToyOutcome[], options: ReportOptions): string {
  const title = outcomes.map(outcome => `${outcome.target}: ${toyVerdict(outcome)}`).join('; ')
  const body = [
    e('header', {}, e('h1', { className: ['question'] }, 'Does the model compute and learn what it should?')),
    e('main', {}, ...outcomes.map((outcome, i) => article(outcome, `run${i + 1}`))),
  ]
  return document(visible(title), body, options, wordsOfRuns)
}

const looks: Readonly<Record<string, string>> = {
  '✓': 'is-as-written',
  '✗': 'is-differs',
  '?': 'is-unverified',
}

function article(outcome: ToyOutcome, id: string): Element {
  const { verdict, target, spec, weights, training } = outcome
  const sign = toySigns[verdict]
  const curves = curvesOfRun(outcome)
  return e(
    'article',
    { id, ariaLabelledBy: `${id}-title` },
    e(
      'header',
      { className: ['verdict', looks[sign]!] },
      e('h2', { id: `${id}-title` }, `${sign} ${visible(toyVerdict(outcome))}`),
      e(
        'p',
        {},
        e('code', {}, visible(target)),
        spec ? [' against ', e('code', {}, visible(spec.path)), `: ${visible(spec.title)}`] : undefined,
      ),
    ),
    weights
      ? section('The same weights', factList(weightFacts(weights, codeAndSpec)), differenceOf(weights))
      : undefined,
    training
      ? [
          section('The problem', factList(problemFacts(training)), derivationSection(training)),
          section(
            'Training',
            factList(decisionFacts(training)),
            curves
              ? e(
                  'figure',
                  {},
                  curves,
                  e('figcaption', { className: ['remark'] }, curvesCaption(namedSides(training))),
                )
              : undefined,
            runTable(namedSides(training)),
          ),
        ]
      : undefined,
    section('The run', factList(runFacts(outcome))),
  )
}

const section = (title: string, ...children: readonly Child[]): Element =>
  e('section', {}, e('h3', {}, title), ...children)

/** The first numbers in which two computations with the same weights part. */
function differenceOf(weights: WeightsOutcome): Child {
  if (weights.kind !== 'differ' && weights.kind !== 'misread') return undefined
  const other = weights.kind === 'differ' ? 'spec' : 'as it was read'
  const { of, name, index, mode, code, other: value } = weights.difference
  const what: Readonly<Record<NumberDifference['of'], string>> = {
    output: 'the output',
    gradient: 'the gradient of',
  }
  return table(
    'The first numbers that differ',
    ['what', 'element', 'in', 'code', other],
    [
      [
        [what[of], ' ', e('code', {}, visible(name))],
        index.length > 0 ? `[${index.join(', ')}]` : '',
        mode,
        String(Number(code.toPrecision(7))),
        String(Number(value.toPrecision(7))),
      ],
    ],
  )
}
