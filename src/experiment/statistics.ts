import { median, wilcoxonRankSum } from 'simple-statistics'
import { erf } from '../ops/erf.js'
import { integral } from './expectations.js'
import { type Instance, reach } from './problem.js'
import type { TrainingRun } from './protocol.js'

/** The median of samples, and where that of their distribution is. */
export interface MedianEstimate {
  readonly median: number
  readonly from: number
  readonly to: number
  /** With at least this probability the interval holds the median, whatever the distribution. */
  readonly confidence: number
}

/**
 * An interval between two order statistics, the narrowest symmetric one of the confidence that is asked for: the median lies
 * outside of the r-th value from either end if fewer than r fall on one side of it, which is a matter of tossing coins
 * (Thompson 1936). Few samples allow no such interval; then it is that of all of them, with the confidence that this has.
 */
export function medianOf(samples: readonly number[], confidence = 0.95): MedianEstimate {
  const sorted = samples.map(orInfinite).sort((a, b) => a - b)
  const { length } = sorted
  let outside = 2 ** (1 - length)
  let rank = 0
  for (let term = outside; rank + 1 < length / 2; rank++) {
    term *= (length - rank) / (rank + 1)
    if (outside + term > 1 - confidence) break
    outside += term
  }
  return {
    median: median(sorted),
    from: sorted[rank]!,
    to: sorted[length - 1 - rank]!,
    confidence: Math.max(0, 1 - outside),
  }
}

/** A run that diverged has the largest loss of all. */
const orInfinite = (loss: number): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss)

export interface RankTest {
  /** The probability of ranks at least as uneven where both samples are of one distribution, to either side. */
  readonly p: number
  /**
   * How often a value of the first sample is above one of the second, less how often it is below: from −1 to 1 (Cliff
   * 1993). With ties counted half, (1 + effect) / 2 is the probability of superiority (Vargha and Delaney 2000).
   */
  readonly effect: number
}

/** Up to as many samples all ways to divide them are counted; beyond, the normal distribution is close. */
const mostCounted = 60

/**
 * The rank test of Mann and Whitney 1947, by the exact distribution of the sum of ranks, ties having their mean rank; for more than
 * 60 samples by the normal approximation with the correction for ties and continuity.
 */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  const [a, b] = [first.map(orInfinite), second.map(orInfinite)]
  const sum = wilcoxonRankSum(a, b)
  const pairs = a.length * b.length
  const u = sum - (a.length * (a.length + 1)) / 2
  const ranks = ranksOf([...a, ...b])
  const p = ranks.length <= mostCounted ? exactP(ranks, a.length, sum) : normalP(ranks, pairs, u)
  return { p, effect: (2 * u) / pairs - 1 }
}

/** The rank of each value from 1, in increasing order; equal ones share the mean of theirs. */
function ranksOf(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))
  return sorted.map(value => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1)
}

/** Counts the ways to choose as many of the ranks by twice their sum, which is whole, and those as far from the mean. */
function exactP(ranks: readonly number[], chosen: number, sum: number): number {
  const doubled = ranks.map(rank => 2 * rank)
  const total = doubled.reduce((x, y) => x + y, 0)
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(total + 1))
  ways[0]![0] = 1
  for (const rank of doubled)
    for (let count = chosen; count > 0; count--)
      for (let at = total; at >= rank; at--) ways[count]![at]! += ways[count - 1]![at - rank]!
  const mean = (chosen * total) / ranks.length
  const distance = Math.abs(2 * sum - mean)
  const rounding = 1e-9 * total
  const all = ways[chosen]!.reduce((x, y) => x + y, 0)
  const extreme = ways[chosen]!.reduce(
    (x, y, at) => (Math.abs(at - mean) >= distance - rounding ? x + y : x),
    0,
  )
  return extreme / all
}

function normalP(ranks: readonly number[], pairs: number, u: number): number {
  const n = ranks.length
  const tied = [...new Set(ranks)].reduce((sum, rank) => {
    const count = ranks.lastIndexOf(rank) - ranks.indexOf(rank) + 1
    return sum + count ** 3 - count
  }, 0)
  const variance = (pairs / 12) * (n + 1 - tied / (n * (n - 1)))
  if (variance === 0) return 1
  const z = Math.max(0, Math.abs(u - pairs / 2) - 1 / 2) / Math.sqrt(variance)
  return 1 - erf(z / Math.SQRT2)
}

/**
 * How much the tosses of a coin speak for heads having more than half of the probability: what one unit has become that was bet on
 * heads in fair games, by a mixture of the shares θ > ½ with the density 8 (θ − ½), which favours clear cases. While heads
 * has at most half of the probability, it can be expected to shrink, and ever becomes 1/α with a probability of at most
 * α, however often one looks (Ville 1939; Shafer 2021). It grows without bound for any other coin.
 */
export function evidenceForMost(heads: number, tails: number): number {
  const stake = (share: number) => 8 * (share - 1 / 2) * (2 * share) ** heads * (2 - 2 * share) ** tails
  return integral(stake, [1 / 2, 1], 100)
}

export type Answer = 'reaches' | 'stays above' | 'below' | 'not decided'

export interface Decision {
  readonly answer: Answer
  /**
   * A bound, valid at any time, on the probability of evidence as strong as this against the answer being the other one;
   * of the stronger side while nothing is decided.
   */
  readonly p: number
  /** How many of the runs came within reach of the bound. */
  readonly reached: number
  /** How many did not, but still fell towards it. */
  readonly falling: number
  readonly runs: number
  readonly losses: MedianEstimate
  /** Where the median is between bound, 0, and baseline, 1. */
  readonly way: number
}

/** The probability of a wrong answer that is allowed. */
export const level = 0.05

/** What is read of a run to decide about the model. */
export type EndedRun = Pick<TrainingRun, 'loss' | 'falling'>

/**
 * Whether most runs reach the bound of a problem, from one run for each seed in order. It may be asked after every run and stopped
 * at the first answer: each answer that is wrong is given with a probability of at most 5 %. Six runs that agree are enough. Losses
 * that are below the bound by more than a tenth of the way to the baseline are an answer of their own. A run whose loss still falls
 * towards the bound has not settled above it, and speaks against both. Where `asked` such questions are asked
 * at once, any of the answers is wrong with a probability of at most 5 % (Bonferroni).
 */
export function decisionOf(
  runs: readonly EndedRun[],
  instance: Pick<Instance, 'bound' | 'baseline'>,
  asked = 1,
): Decision {
  const { bound, baseline } = instance
  const within = reach(instance)
  const tooLow = 2 * bound.loss - within
  const isBelow = ({ loss }: EndedRun) => loss < tooLow
  const reaches = ({ loss }: EndedRun) => loss <= within
  const answers: readonly [Exclude<Answer, 'not decided'>, (run: EndedRun) => boolean][] = [
    ['below', isBelow],
    ['reaches', run => reaches(run) && !isBelow(run)],
    ['stays above', run => !reaches(run) && !run.falling],
  ]
  const evidence = answers.map(([answer, holds]) => ({ answer, most: mostEvidence(runs.map(holds)) }))
  const found = evidence.find(({ most }) => most >= asked / level)
  const strongest = Math.max(...evidence.map(({ most }) => most))
  const estimate = medianOf(runs.map(({ loss }) => loss))
  return {
    answer: found?.answer ?? 'not decided',
    p: Math.min(1, asked / (found?.most ?? strongest)),
    reached: runs.filter(reaches).length,
    falling: runs.filter(run => !reaches(run) && run.falling).length,
    runs: runs.length,
    losses: estimate,
    way: (estimate.median - bound.loss) / (baseline.loss - bound.loss),
  }
}

export interface Comparison extends RankTest {
  readonly answer: 'worse' | 'better' | 'not decided'
  /** The same bound for pairs of runs with one seed, which may be looked at after each pair. */
  readonly sequentialP: number
}

/**
 * Whether runs of a model end above those of its spec, both with the same seeds and in order. The answer is by the signs of
 * the pairs and holds at any time; the rank test is of all runs, as if their number had been chosen before. Where `asked` such
 * questions are asked at once, both probabilities are multiplied by it, so that any of the answers is wrong with a probability of at most 5 %
 * (Bonferroni). Losses of a pair that are closer than `tie` are equal.
 */
export function comparisonOf(
  model: readonly number[],
  spec: readonly number[],
  { asked = 1, tie = 0 }: { readonly asked?: number; readonly tie?: number } = {},
): Comparison {
  const pairs = Array.from({ length: Math.min(model.length, spec.length) }, (_, i) => {
    const [a, b] = [orInfinite(model[i]!), orInfinite(spec[i]!)]
    return a === b || Math.abs(a - b) < tie ? 0 : Math.sign(a - b)
  }).filter(sign => sign !== 0)
  const worse = mostEvidence(pairs.map(sign => sign > 0))
  const better = mostEvidence(pairs.map(sign => sign < 0))
  const answer = worse >= asked / level ? 'worse' : better >= asked / level ? 'better' : 'not decided'
  const { p, effect } = rankTest(model, spec)
  return {
    p: Math.min(1, asked * p),
    effect,
    answer,
    sequentialP: Math.min(1, asked / Math.max(worse, better)),
  }
}

/** The most evidence that there ever was: whoever stops looking at it has what counts. */
function mostEvidence(tosses: readonly boolean[]): number {
  let heads = 0
  let most = 1
  for (const [i, toss] of tosses.entries()) {
    if (toss) heads++
    most = Math.max(most, evidenceForMost(heads, i + 1 - heads))
  }
  return most
}
