import type { NumberDifference } from '../experiment/number-difference.js'
import type { SideOutcome, ToyOutcome, ToyVerdict, TrainingOutcome } from '../experiment/outcome.js'
import { reach } from '../experiment/problem.js'
import type { SideNames, WeightsOutcome } from '../experiment/same-weights.js'
import type { MedianEstimate } from '../experiment/statistics.js'
import type { Fact } from './facts.js'

export const toySigns: Readonly<Record<ToyVerdict, string>> = {
  reaches: '✓',
  'same numbers': '✓',
  'stays above': '✗',
  differs: '✗',
  below: '✗',
  'not decided': '?',
}

/** The verdict in one sentence without a full stop. */
export function toyVerdict({ verdict, training, weights }: ToyOutcome): string {
  switch (verdict) {
    case 'reaches':
      return `reaches the bound of ${training!.title}`
    case 'stays above':
      return `stays above the bound of ${training!.title}`
    case 'below':
      return `is below the bound of ${training!.title}, which no right model is`
    case 'same numbers':
      return `the same numbers: with the same weights, code and spec have the same outputs${weights?.kind === 'agree' && weights.gradients ? ' and gradients' : ''}`
    case 'differs':
      return differenceText(weights)
    case 'not decided':
      return 'not decided'
  }
}

function differenceText(weights: WeightsOutcome | undefined): string {
  if (weights?.kind !== 'differ') return 'other numbers'
  const { of, code, other } = weights.difference
  const what = of === 'output' ? 'outputs' : 'gradients'
  return `same weights, different ${what}: ${number(code)} against ${number(other)}`
}

/** Numbers with as many digits as say something. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : String(value)
  const text = value.toPrecision(3)
  return /e/.test(text) ? text : String(Number(text))
}

/** All that is known of a run, in the order in which it is told. */
export function toyFacts(outcome: ToyOutcome): readonly Fact[] {
  const { weights, training } = outcome
  return [
    ...(weights ? weightFacts(weights, codeAndSpec) : []),
    ...(training ? [...problemFacts(training), ...decisionFacts(training)] : []),
    ...runFacts(outcome),
  ]
}

/** What ran, and how it is run again. */
export function runFacts({
  seed,
  backend,
  limits,
}: Pick<ToyOutcome, 'seed' | 'backend' | 'limits'>): readonly Fact[] {
  const { name, from, instead } = backend
  return [
    {
      label: 'run with',
      text: `${from}, backend ${name}${instead ? ` (${instead})` : ''}, in a process of its own with ${limits.megabytes} MB and ${limits.seconds} s`,
    },
    { label: 'again', text: `--seed ${seed} gives the same run` },
  ]
}

/** What the sides of a run against a spec are called. */
export const codeAndSpec: SideNames = { code: 'the code', other: 'the spec' }

/** What comes of the same weights on both sides. */
export function weightFacts(weights: WeightsOutcome, names: SideNames): readonly Fact[] {
  const label = 'weights'
  switch (weights.kind) {
    case 'agree':
      return [
        {
          label,
          text: `${sharedText(weights.parameters, names)}, and outputs${weights.gradients ? ' and gradients' : ''} agree in ${weights.modes.join(' and in ')}${weights.gradients ? '' : '. Gradients were not compared: TensorFlow.js takes too long for those of a table of this size'}`,
        },
      ]
    case 'differ':
      return [
        {
          label,
          text: `with the same random weights and inputs, ${placeText(weights.difference, names)}`,
        },
      ]
    case 'unmatched':
      return [{ label, text: `not carried over: ${weights.reason}` }]
    case 'misread':
      return [misreadFact(weights.difference, names.code)]
  }
}

const sharedText = (parameters: number, { code, other }: SideNames): string =>
  parameters === 0
    ? `${code} and ${other} had the same random inputs`
    : `${parameters} learned tensors had the same random numbers in ${code} and in ${other}`

/** That what runs is not what was read. */
export const misreadFact = (difference: NumberDifference, code: string): Fact => ({
  label: 'WARNING',
  text: `what runs is not what aswritten read: ${placeText(difference, { code, other: 'the graph that was read' })}. Either the code does something else where it runs, or this is a defect of aswritten: then verdicts of \`check\` on this model are not to be trusted. Please report it`,
})

function placeText({ of, name, index, code, other, mode }: NumberDifference, sides: SideNames): string {
  const at = index.length > 0 ? `[${index.join(', ')}]` : ''
  const what = of === 'output' ? `the output \`${name}\`` : `the gradient of \`${name}\``
  return `${what}${at} is ${number(code)} in ${sides.code} and ${number(other)} in ${sides.other}, in ${mode}`
}

/** What is to be learned, and how small its loss can become. */
export function problemFacts({
  instance,
  problem,
  title,
}: Pick<TrainingOutcome, 'instance' | 'problem' | 'title'>): readonly Fact[] {
  const { bound, baseline, sizes, measured } = instance
  return [
    { label: 'problem', text: `${problem}: ${title}, ${sizes}` },
    {
      label: 'bound',
      text: `${number(bound.loss)} (${measured}) has ${bound.of}; ${number(baseline.loss)} has ${baseline.of}; up to ${number(reach(instance))} counts as reached`,
    },
  ]
}

/** How it was trained, and what follows from the runs. */
export function decisionFacts({ instance, model, spec, comparison, open }: TrainingOutcome): readonly Fact[] {
  const { below } = instance
  return [
    ...stepFacts(instance, model.runs),
    ...sideFacts('code', model),
    ...(spec ? sideFacts('spec', spec) : []),
    ...(comparison
      ? [
          {
            label: 'compared',
            text: `${comparisonText[comparison.answer]} (rank test p = ${number(comparison.p)}, effect ${number(comparison.effect)}; by pairs, p = ${number(comparison.sequentialP)})`,
          },
        ]
      : []),
    ...(model.decision?.answer === 'below' && below !== undefined ? [{ label: 'means', text: below }] : []),
    ...(model.decision?.answer === 'stays above' && !spec
      ? [
          {
            label: 'but',
            text: 'whether a right model of this size reaches it is not known: with --spec its spec trains beside it',
          },
        ]
      : []),
    ...(open === undefined ? [] : [{ label: 'open', text: open }]),
  ]
}

/** How all runs are trained: in as many steps as it needed to see where they end. */
export function stepFacts(
  { training: { examples } }: TrainingOutcome['instance'],
  runs: SideOutcome['runs'],
): readonly Fact[] {
  const [first] = runs
  if (!first) return []
  const counts = runs.map(({ steps }) => steps)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const steps = least === most ? `${least} steps` : `${least} to ${most} steps`
  return [{ label: 'training', text: `${steps} on ${examples} new examples each, by ${first.optimizer}` }]
}

const comparisonText = {
  worse: 'the code ends above its spec',
  better: 'the code ends below its spec',
  'not decided': 'the code and its spec end alike, as far as these runs say',
} as const

const sideFacts = (label: string, side: SideOutcome): readonly Fact[] => [{ label, text: sideText(side) }]

/** Where the runs of a side end. */
export function sideText({ decision, runs }: SideOutcome): string {
  if (!decision) return 'no run came to its end'
  const { reached, falling, losses, p, way } = decision
  const diverged = runs.filter(({ loss }) => Number.isNaN(loss)).length
  const lost = diverged > 0 ? `; ${diverged} lost its way to what is not a number` : ''
  const open = falling > 0 ? `, ${falling} still fall` : ''
  return `${reached} of ${runs.length} runs reach the bound${open}; median ${estimateText(losses)}, ${Math.round(100 * way)} % of the way to the baseline; p ≤ ${number(p)}${lost}`
}

const estimateText = ({ median, from, to, confidence }: MedianEstimate): string =>
  `${number(median)} (${number(from)} to ${number(to)}, ${Math.round(100 * confidence)} %)`
