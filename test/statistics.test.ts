import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { quantileSorted } from 'simple-statistics'
import { randomOf } from '../src/experiment/random.js'
import {
  comparisonOf,
  decisionOf,
  evidenceForMost,
  level,
  medianOf,
  rankTest,
} from '../src/experiment/statistics.js'

const samples = (least: number, most: number) =>
  fc.array(fc.integer({ min: 0, max: 6 }), { minLength: least, maxLength: most })

/** All ways to divide the pool into samples of these sizes, for pools of a few. */
function* divisions(
  pool: readonly number[],
  chosen: number,
): Generator<readonly [readonly number[], readonly number[]]> {
  for (let mask = 0; mask < 2 ** pool.length; mask++) {
    const taken = pool.filter((_, i) => (mask >> i) & 1)
    if (taken.length === chosen) yield [taken, pool.filter((_, i) => !((mask >> i) & 1))]
  }
}

/** Cliff's delta by its definition. */
const dominance = (a: readonly number[], b: readonly number[]) =>
  a.flatMap(x => b.map(y => Math.sign(x - y))).reduce((sum, sign) => sum + sign, 0) / (a.length * b.length)

describe('the rank test', () => {
  test('is the permutation test of the dominance of one sample, with ties', () => {
    fc.assert(
      fc.property(samples(1, 4), samples(1, 5), (a, b) => {
        const observed = Math.abs(dominance(a, b))
        const all = [...divisions([...a, ...b], a.length)].map(([x, y]) => Math.abs(dominance(x, y)))
        const p = all.filter(value => value >= observed - 1e-9).length / all.length
        const result = rankTest(a, b)
        expect(result.p).toBeCloseTo(p, 10)
        expect(result.effect).toBeCloseTo(dominance(a, b), 10)
      }),
      { numRuns: 60 },
    )
  })

  test('has the values of published tables', () => {
    // Mann and Whitney 1947, table I: P(U ≤ 1) for n = m = 4 is 0.029, P(U ≤ 2) for 5 and 5 is 0.016.
    expect(rankTest([1, 2, 3, 5], [4, 6, 7, 8]).p / 2).toBeCloseTo(0.029, 3)
    expect(rankTest([1, 2, 3, 4, 7], [5, 6, 8, 9, 10]).p / 2).toBeCloseTo(0.016, 3)
  })

  test('of many samples is near what divisions at random say', () => {
    const random = randomOf(3)
    const draw = (count: number, shift: number) =>
      Array.from({ length: count }, () => Math.round(2 * (random.normal() + shift)))
    for (const shift of [0.2, 0.5]) {
      const [a, b] = [draw(33, 0), draw(30, shift)]
      const pool = [...a, ...b]
      const observed = Math.abs(dominance(a, b))
      const divided = Array.from({ length: 1000 }, () => {
        const order = random.order(pool.length).map(i => pool[i]!)
        return Math.abs(dominance(order.slice(0, a.length), order.slice(a.length)))
      })
      const p = divided.filter(value => value >= observed - 1e-9).length / divided.length
      expect(Math.abs(rankTest(a, b).p - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 1000) + 0.005)
    }
  })

  test('rejects equal distributions as often as it says', () => {
    const random = randomOf(5)
    const normal = (count: number) => Array.from({ length: count }, () => random.normal())
    const runs = 2000
    const rejected = Array.from({ length: runs }, () => rankTest(normal(6), normal(7)).p).filter(
      p => p <= 0.05,
    )
    expect(rejected.length / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs))
  })

  test('takes a run that diverged for the worst', () => {
    expect(rankTest([Number.NaN, Number.POSITIVE_INFINITY], [1, 2]).effect).toBe(1)
  })
})

describe('the median', () => {
  test('is in its interval as often as is said', () => {
    const random = randomOf(11)
    for (const count of [3, 5, 6, 9, 20]) {
      const runs = 2000
      const estimates = Array.from({ length: runs }, () =>
        medianOf(Array.from({ length: count }, () => Math.exp(random.normal()))),
      )
      const inside = estimates.filter(({ from, to }) => from <= 1 && to >= 1).length / runs
      const { confidence } = estimates[0]!
      expect(Math.abs(inside - confidence)).toBeLessThan(
        4 * Math.sqrt((confidence * (1 - confidence)) / runs),
      )
      if (count >= 6) expect(confidence).toBeGreaterThanOrEqual(0.95)
    }
  })

  test('is that of others', () => {
    fc.assert(
      fc.property(samples(1, 12), values => {
        const { median, from, to } = medianOf(values)
        expect(median).toBe(
          quantileSorted(
            [...values].sort((a, b) => a - b),
            0.5,
          ),
        )
        expect(from <= median && median <= to).toBe(true)
      }),
    )
  })
})

/** Runs that have settled where they end. */
const ended = (...losses: readonly number[]) => losses.map(loss => ({ loss }))

const levels = { bound: { loss: 0, of: '' }, baseline: { loss: 1, of: '' } }

/** The answer at the first time that there is one, for runs of which a share reaches the bound. */
function answerFor(reaching: number, seed: number, budget: number) {
  const random = randomOf(seed)
  const losses: number[] = []
  while (losses.length < budget) {
    losses.push(random.uniform() < reaching ? 0.05 : 0.5)
    const { answer } = decisionOf(ended(...losses), levels)
    if (answer !== 'not decided') return { answer, runs: losses.length }
  }
  return { answer: 'not decided' as const, runs: budget }
}

/** The evidence for heads that there is in the end of few tosses, by their numbers. */
const evidence = Array.from({ length: 101 }, (_, heads) =>
  Array.from({ length: 101 - heads }, (_, tails) => evidenceForMost(heads, tails)),
)

describe('looking after every run', () => {
  test('evidence is a fair bet for a fair coin', () => {
    for (let heads = 0; heads < 8; heads++)
      for (let tails = 0; tails < 8; tails++) {
        const next = (evidenceForMost(heads + 1, tails) + evidenceForMost(heads, tails + 1)) / 2
        expect(next).toBeCloseTo(evidenceForMost(heads, tails), 8)
      }
    expect(evidenceForMost(0, 0)).toBeCloseTo(1, 10)
  })

  test('six runs that agree decide, five do not', () => {
    expect(decisionOf(ended(...Array(6).fill(0.05)), levels)).toMatchObject({ answer: 'reaches', reached: 6 })
    expect(decisionOf(ended(...Array(5).fill(0.05)), levels).answer).toBe('not decided')
    expect(decisionOf(ended(...Array(6).fill(0.9)), levels)).toMatchObject({
      answer: 'stays above',
      reached: 0,
      way: 0.9,
    })
    expect(decisionOf(ended(...Array(6).fill(Number.NaN)), levels).answer).toBe('stays above')
  })

  test('runs that still fall have not settled above', () => {
    const falling = Array(12).fill({ loss: 0.9, falling: true as const })
    expect(decisionOf(falling, levels)).toMatchObject({ answer: 'not decided', falling: 12, reached: 0 })
    expect(decisionOf([...falling.slice(0, 3), ...ended(...Array(20).fill(0.9))], levels).answer).toBe(
      'stays above',
    )
    expect(decisionOf(Array(6).fill({ loss: 0.05, falling: true as const }), levels)).toMatchObject({
      answer: 'reaches',
      falling: 0,
    })
  })

  test('several questions at once ask for more runs each, and their probabilities say so', () => {
    for (const [asked, enough] of [
      [3, 8],
      [10, 10],
    ] as const) {
      expect(decisionOf(ended(...Array(enough).fill(0.05)), levels, asked).answer).toBe('reaches')
      expect(decisionOf(ended(...Array(enough - 1).fill(0.05)), levels, asked).answer).toBe('not decided')
    }
    const [low, high] = [Array(8).fill(0), Array(8).fill(1)]
    const [alone, corrected] = [comparisonOf(low, high), comparisonOf(low, high, { asked: 3 })]
    expect(corrected.p / alone.p).toBeCloseTo(3, 10)
    expect(corrected.sequentialP / alone.sequentialP).toBeCloseTo(3, 10)
    expect(corrected.answer).toBe('better')
    expect(comparisonOf(low.slice(1), high.slice(1), { asked: 3 }).answer).toBe('not decided')
  })

  test('losses that differ by less than counts are equal', () => {
    const losses = [1, 2, 3, 4, 5, 6]
    const above = losses.map(loss => loss + 1e-5)
    expect(comparisonOf(above, losses).answer).toBe('worse')
    expect(comparisonOf(above, losses, { tie: 1e-4 }).answer).toBe('not decided')
  })

  test('losses below the bound are neither', () => {
    expect(decisionOf(ended(...Array(6).fill(-0.2)), levels).answer).toBe('below')
    expect(decisionOf(ended(...Array(6).fill(-0.02)), levels).answer).toBe('reaches')
    expect(decisionOf(ended(-0.2, 0.05, -0.2, -0.2, 0.05, -0.2, -0.2), levels).answer).toBe('not decided')
  })

  test('evidence for what is not so is as rare as it has to be, however long one looks', () => {
    const runs = 4000
    const random = randomOf(17)
    for (const share of [0.5, 0.45]) {
      const wrong = Array.from({ length: runs }, () => {
        let heads = 0
        for (let tosses = 1; tosses <= 100; tosses++) {
          if (random.uniform() < share) heads++
          if (evidence[heads]![tosses - heads]! >= 1 / level) return 1
        }
        return 0
      }).reduce<number>((sum, one) => sum + one, 0)
      expect(wrong / runs).toBeLessThan(level + 3 * Math.sqrt((level * (1 - level)) / runs))
    }
  })

  test('clear cases are decided soon', () => {
    for (const [reaching, expected] of [
      [0.95, 'reaches'],
      [0.05, 'stays above'],
    ] as const) {
      const found = Array.from({ length: 200 }, (_, seed) => answerFor(reaching, seed, 20))
      expect(found.filter(({ answer }) => answer === expected).length).toBeGreaterThan(190)
      expect(found.reduce((sum, { runs }) => sum + runs, 0) / found.length).toBeLessThan(9)
    }
  })

  test('a model is worse than its spec if its runs are, pair by pair', () => {
    const spec = [1, 2, 3, 4, 5, 6]
    expect(
      comparisonOf(
        spec.map(loss => loss + 0.1),
        spec,
      ),
    ).toMatchObject({ answer: 'worse' })
    expect(comparisonOf(spec, spec)).toMatchObject({ answer: 'not decided', sequentialP: 1, p: 1, effect: 0 })
    expect(comparisonOf([0, 1, 2, 3, 4, 5], spec).answer).toBe('better')
  })
})
