import { diagnostic } from '../diagnostics/diagnostic.js'
import { type DiffOutcome, type DiffSide, diff, type Sameness } from '../diff/diff.js'
import { choicesOf, type FoundModel } from '../found.js'
import { type CheckOutcome, checkReading, isInputError, type SpecReading } from '../pipeline.js'
import { severalModels } from '../reading.js'
import type { BakeoffRun } from './run.js'

/** Implementations that are proved to be the same, in the order in which they were given. */
export interface ModelClass {
  readonly members: readonly DiffSide[]
  /** The models of the first member, one for each case. */
  readonly models: readonly FoundModel[]
  /** What the spec says of a member, and so of all. */
  readonly check?: CheckOutcome
}

/** Two classes by their places, and what is known of them. */
export interface ClassPair {
  readonly first: number
  readonly second: number
  readonly outcome: DiffOutcome
}

/** Independent implementations of one model. `unusable`: the input has to be mended first. */
export interface BakeoffOutcome {
  readonly entrants: readonly DiffSide[]
  readonly verdict: Sameness | 'unusable'
  readonly classes: readonly ModelClass[]
  /** The class that the others are told against: the largest, and of several the one that was given first. */
  readonly base: number
  /** Whether more than half of all are in it. */
  readonly hasMajority: boolean
  /** What each of the other classes is against it, in their order. */
  readonly against: readonly ClassPair[]
  /** Pairs of other classes of which it is not known whether they are the same. */
  readonly undecided: readonly ClassPair[]
  readonly spec?: string
  readonly problems: readonly DiffOutcome['diagnostics'][number][]
  /** What came of running them, where that was asked for. */
  readonly run?: BakeoffRun
}

/**
 * Sorts implementations by what is proved of them. Being the same is transitive, so each is compared with one member of
 * each class; where that is not decided, with the others, and where none decides, it stays open.
 */
export function bakeoff(entrants: readonly DiffSide[], spec?: SpecReading): BakeoffOutcome {
  const problems = entrants.flatMap(problemsOf)
  const none = { classes: [], base: 0, hasMajority: false, against: [], undecided: [] }
  const common = { entrants, ...(spec && { spec: spec.path }) }
  if (problems.length > 0) return { ...common, ...none, verdict: 'unusable', problems }
  const known = new Map<string, DiffOutcome>()
  const compared = (first: DiffSide, second: DiffSide): DiffOutcome => {
    const key = `${entrants.indexOf(first)} ${entrants.indexOf(second)}`
    const outcome = known.get(key) ?? diff(first, second)
    known.set(key, outcome)
    return outcome
  }
  const sorted = sortedIntoClasses(entrants, compared)
  const sizes = sorted.map(members => members.length)
  const largest = Math.max(...sizes)
  const base = sizes.indexOf(largest)
  const relations = pairsOf(sorted.length).map(([first, second]): ClassPair => {
    const [from, to] = second === base ? [second, first] : [first, second]
    return { first: from, second: to, outcome: relationOf(sorted[from]!, sorted[to]!, compared) }
  })
  const is = (verdict: Sameness) => relations.some(({ outcome }) => outcome.verdict === verdict)
  return {
    ...common,
    verdict: sorted.length === 1 ? 'same' : is('different') ? 'different' : 'undecided',
    classes: sorted.map(members => classOf(members, spec)),
    base,
    hasMajority: largest * 2 > entrants.length,
    against: relations.filter(({ first }) => first === base),
    undecided: relations.filter(({ first, outcome }) => first !== base && outcome.verdict === 'undecided'),
    problems: [],
  }
}

/** Why an implementation cannot be compared: it has to be one model, that was read. */
function problemsOf(side: DiffSide): BakeoffOutcome['problems'] {
  const { path, target, read } = side
  const shown = target === undefined ? path : `${path}#${target}`
  const errors = read.diagnostics.filter(isInputError)
  const choices = choicesOf(read.models)
  const told =
    errors.length > 0
      ? errors
      : choices.length === 0
        ? [diagnostic('not-a-model', { target: shown })]
        : choices.length > 1
          ? [severalModels(shown, choices)]
          : []
  return told.map(entry => ({ side: 'before' as const, diagnostic: entry }))
}

type Compare = (first: DiffSide, second: DiffSide) => DiffOutcome

function sortedIntoClasses(entrants: readonly DiffSide[], compared: Compare): readonly DiffSide[][] {
  const classes: DiffSide[][] = []
  for (const entrant of entrants) {
    const own = classes.find(members => relationOf(members, [entrant], compared).verdict === 'same')
    if (own) own.push(entrant)
    else classes.push([entrant])
  }
  return classes
}

/** What is known of two classes: what any two members say, if one pair decides it. */
function relationOf(first: readonly DiffSide[], second: readonly DiffSide[], compared: Compare): DiffOutcome {
  let open: DiffOutcome | undefined
  for (const one of first)
    for (const other of second) {
      const outcome = compared(one, other)
      if (outcome.verdict !== 'undecided') return outcome
      open ??= outcome
    }
  return open!
}

const pairsOf = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, first) =>
    Array.from({ length: count - first - 1 }, (_, i) => [first, first + 1 + i] as const),
  ).flat()

function classOf(members: readonly DiffSide[], spec: SpecReading | undefined): ModelClass {
  const [models = []] = choicesOf(members[0]!.read.models)
  if (!spec) return { members, models }
  const checks = members.map(member => () => checkReading(member, spec, member.read))
  let check = checks[0]!()
  for (const next of checks.slice(1)) if (check.verdict === 'unverified') check = next()
  return { members, models, check }
}
