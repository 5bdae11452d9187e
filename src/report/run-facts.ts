import { type BakeoffRun, isContradiction, type RunSide, type WeighedPair } from '../bakeoff/run.js'
import type { JointPair, JointTraining } from '../experiment/joint-training.js'
import type { Backend } from '../experiment/protocol.js'
import type { Comparison } from '../experiment/statistics.js'
import type { Fact } from './facts.js'
import { misreadFact, number, problemFacts, runFacts, sideText, stepFacts, weightFacts } from './toy-facts.js'
import type { NamedTraining } from './training-curves.js'

export const runSigns: Readonly<Record<BakeoffRun['verdict'], string>> = {
  alike: '✓',
  different: '✗',
  'not decided': '?',
}

/** What came of running them, in one sentence without a full stop. */
export function runSummary({ verdict, sides, weights, training }: BakeoffRun): string {
  if (weights.some(isContradiction)) return 'what runs contradicts a proof: a defect of aswritten'
  if (verdict === 'alike') {
    const gradients = weights.every(({ outcome }) => outcome.kind === 'agree' && outcome.gradients)
    return `with the same weights, all have the same outputs${gradients ? ' and gradients' : ''}`
  }
  const failed = sides.filter(({ failure }) => failure).length
  const apart = training?.pairs.filter(isApart).length ?? 0
  const others = weights.filter(({ outcome }) => outcome.kind === 'differ').length
  const parts = [
    others > 0 && `${others} of ${weights.length} comparisons with the same weights show other numbers`,
    apart > 0 && `training tells ${apart} of ${training!.pairs.length} pairs apart`,
    failed > 0 && `${failed} of ${sides.length} cannot be run`,
  ].filter(part => part !== false)
  return parts.length > 0 ? parts.join('; ') : 'not decided'
}

/** All that is known of a run, in the order in which it is told; why sides do not run is told beside it. */
export function bakeoffRunFacts(run: BakeoffRun): readonly Fact[] {
  return [...weighedFacts(run), ...trainingFacts(run), ...machineFacts(run)]
}

/** What comes of the same weights. */
export function weighedFacts({ sides, weights, training }: BakeoffRun): readonly Fact[] {
  return [
    ...sides.flatMap(({ misread, label }) => (misread ? [misreadFact(misread, label)] : [])),
    ...weights.flatMap(pair => pairFacts(pair, sides, training !== undefined)),
  ]
}

function pairFacts(pair: WeighedPair, sides: readonly RunSide[], isTrained: boolean): readonly Fact[] {
  const { outcome } = pair
  const names = { code: sides[pair.side]!.label, other: sides[pair.reference]!.label }
  const note = noteOf(pair, isTrained)
  return weightFacts(outcome, names).map(({ label, text }) => ({
    label: isContradiction(pair) ? 'DEFECT' : label,
    text: `${outcome.kind === 'unmatched' ? `${names.code}: ` : ''}${text}${note}`,
  }))
}

/** What follows from numbers, beside what is known without them. */
function noteOf(pair: WeighedPair, isTrained: boolean): string {
  const { outcome, known } = pair
  if (isContradiction(pair))
    return '. It is proved that both compute the same. Unless rounding moves these numbers far, one of the two is a defect of aswritten: do not rely on what it says of them, and please report it'
  if (outcome.kind === 'unmatched') return isTrained ? '. It starts with weights of its own' : ''
  if (outcome.kind === 'agree')
    return known === 'refuted'
      ? '. They differ all the same, as other numbers show; these few random examples do not'
      : ''
  if (outcome.kind === 'differ' && outcome.difference.of === 'gradient')
    return '. The outputs agree: it computes the same and trains in another way'
  return outcome.kind === 'differ' && known === 'open'
    ? '. That alone does not show that they differ: with their learned tensors paired or arranged in another way they may be equal'
    : ''
}

/** What is trained on, where each side ends, and which are told apart; why nothing is trained, where that is so. */
export function trainingFacts({ sides, training, untrained }: BakeoffRun): readonly Fact[] {
  if (training) return [...problemFacts(training), ...endFacts(training, sides)]
  return [
    ...(untrained === undefined ? [] : [{ label: 'training', text: `none: ${untrained}` }]),
    ...leftOut(sides),
  ]
}

const leftOut = (sides: readonly RunSide[]): readonly Fact[] =>
  sides.flatMap(({ label, untrained }) =>
    untrained === undefined ? [] : [{ label: 'left out', text: `${label}: ${untrained}` }],
  )

/** How sides were trained, and where they end. */
export function endFacts(training: JointTraining, sides: readonly RunSide[]): readonly Fact[] {
  const { instance, pairs, open } = training
  const isBelow = training.sides.some(({ decision }) => decision?.answer === 'below')
  return [
    ...stepFacts(
      instance,
      training.sides.flatMap(({ runs }) => runs),
    ),
    ...leftOut(sides),
    ...training.sides.map(own => ({
      label: 'ends',
      text: `${sides[own.side]!.label}: ${sideText(own)}${startText(own)}`,
    })),
    ...comparedFacts(pairs, sides),
    ...correctionFacts(training),
    ...(isBelow && instance.below !== undefined ? [{ label: 'means', text: instance.below }] : []),
    ...(open === undefined ? [] : [{ label: 'open', text: open }]),
  ]
}

const startText = ({ start, runs }: JointTraining['sides'][number]): string =>
  runs.length === 0
    ? ''
    : start === 'shared'
      ? '; starts with the shared weights'
      : '; starts with weights of its own'

const isApart = ({ comparison }: JointPair): boolean => comparison.answer !== 'not decided'

function comparedFacts(pairs: readonly JointPair[], sides: readonly RunSide[]): readonly Fact[] {
  const apart = pairs.filter(isApart)
  const alike = pairs.length - apart.length
  const rest =
    alike === 0
      ? []
      : [
          `${alike} of ${pairs.length} ${pairs.length === 1 ? 'pair ends' : 'pairs end'} alike, as far as these runs say`,
        ]
  return [...apart.map(pair => pairText(pair, sides)), ...rest].map(text => ({ label: 'compared', text }))
}

/** `a.js#f ends above b.js#f (rank test p = …)`. */
export function pairText({ first, second, comparison }: JointPair, sides: readonly RunSide[]): string {
  const [one, other] = [sides[first]!.label, sides[second]!.label]
  const words = { worse: `${one} ends above ${other}`, better: `${one} ends below ${other}` } as const
  const answer =
    comparison.answer === 'not decided' ? `${one} and ${other} end alike` : words[comparison.answer]
  return `${answer} (${testText(comparison)})`
}

/** The numbers of a comparison. */
export const testText = ({ p, effect, sequentialP }: Comparison): string =>
  `rank test p = ${number(p)}, effect ${number(effect)}; by pairs, p = ${number(sequentialP)}`

/** How probabilities are corrected for the number of questions. */
function correctionFacts({ sides, pairs }: JointTraining): readonly Fact[] {
  const ended = sides.filter(({ decision }) => decision).length
  if (pairs.length === 0) return []
  return [
    {
      label: 'corrected',
      text: `p of where each side ends is multiplied by ${ended}, the number of sides, and p of comparisons by ${pairs.length}, their number (Bonferroni)`,
    },
  ]
}

/** What ran them, and how it is done again. */
export function machineFacts({ sides, seed, limits }: BakeoffRun): readonly Fact[] {
  const byText = new Map<string, Backend>()
  for (const { backend } of sides) if (backend) byText.set(JSON.stringify(backend), backend)
  const known = [...byText.values()].map(backend => runFacts({ seed, backend, limits }))
  return [...known.flatMap(([first]) => (first ? [first] : [])), ...(known[0]?.slice(1) ?? [])]
}

/** The sides of a training under the names that they were given. */
export const namedSidesOf = (training: JointTraining, sides: readonly RunSide[]): NamedTraining => ({
  ...training,
  sides: training.sides.map(own => ({ ...own, name: sides[own.side]!.label })),
})
