import type { Element } from 'hast'
import type { BakeoffRun, RunSide } from '../../bakeoff/run.js'
import { curvesElement } from '../../experiment/curves.js'
import type { JointTraining } from '../../experiment/joint-training.js'
import { visible } from '../frame.js'
import {
  endFacts,
  machineFacts,
  namedSidesOf,
  runSigns,
  runSummary,
  trainingFacts,
  weighedFacts,
} from '../run-facts.js'
import { number, problemFacts } from '../toy-facts.js'
import { drawingOf } from '../training-curves.js'
import { factList } from './cards.js'
import { type Child, e, prose } from './elements.js'
import { table } from './table.js'
import { curvesCaption, derivationSection, runTable } from './training-runs.js'

const looks: Readonly<Record<BakeoffRun['verdict'], string>> = {
  alike: 'is-as-written',
  different: 'is-differs',
  'not decided': 'is-unverified',
}

/** What came of running implementations: the same weights, the problem, and where training ends. */
export function runSections(run: BakeoffRun): readonly Element[] {
  const { verdict, sides, training } = run
  const failures = sides.flatMap(({ failure }) => failure ?? [])
  return [
    e(
      'section',
      { className: ['card', looks[verdict]] },
      e('h3', {}, `${runSigns[verdict]} When run: ${visible(runSummary(run))}`),
      ...failures.map(({ message, help }) =>
        e('p', {}, prose(message), help === undefined ? undefined : ['; ', prose(help)]),
      ),
      factList(weighedFacts(run)),
      training ? undefined : factList(trainingFacts(run)),
    ),
    ...(training ? trainingSections(training, run) : []),
    section('The run', factList(machineFacts(run))),
  ]
}

const section = (title: string, ...children: readonly Child[]): Element =>
  e('section', {}, e('h3', {}, title), ...children)

function trainingSections(training: JointTraining, run: BakeoffRun): readonly Element[] {
  const { sides } = run
  const named = namedSidesOf(training, sides)
  const isDrawn = training.sides.some(({ runs }) => runs.length > 0)
  return [
    section('The problem', factList(problemFacts(training)), derivationSection(training)),
    section(
      'Training',
      factList(endFacts(training, sides)),
      isDrawn
        ? e(
            'figure',
            {},
            curvesElement(...drawingOf(named, runSummary(run))),
            e('figcaption', { className: ['remark'] }, curvesCaption(named)),
          )
        : undefined,
      pairTable(training, sides),
      runTable(named),
    ),
  ]
}

/** All sides against each other. */
function pairTable({ pairs }: JointTraining, sides: readonly RunSide[]): Child {
  if (pairs.length === 0) return undefined
  const answers = { worse: 'ends above', better: 'ends below', 'not decided': 'ends like' } as const
  return table(
    `All against each other, p multiplied by ${pairs.length}`,
    ['', '', '', 'p of the rank test', 'effect', 'p by pairs'],
    pairs.map(({ first, second, comparison: { answer, p, effect, sequentialP } }) => [
      e('code', {}, visible(sides[first]!.label)),
      answers[answer],
      e('code', {}, visible(sides[second]!.label)),
      number(p),
      number(effect),
      number(sequentialP),
    ]),
  )
}
