import { median } from 'simple-statistics'
import { type Instance, reach } from './problem.js'
import type { TrainingRun } from './protocol.js'

/** How often a run is measured in the steps of its problem. */
export const looks = 20

/** A run may take so many times the steps of its problem while its loss falls. */
export const longest = 4

/** The part of the way from bound to baseline that is little to gain from one look to the next. */
const little = 0.02

type Levels = Pick<Instance, 'bound' | 'baseline'>

/**
 * Whether a run has come within reach of the bound and gains little more: further steps would not change what is said of it. The losses
 * are those of all looks so far. Where a loss below the bound means something it never has, since it may be on its way to there.
 */
export function hasArrived(losses: readonly number[], instance: Levels & Pick<Instance, 'below'>): boolean {
  const { bound, baseline, below } = instance
  const [before, last] = losses.slice(-2)
  if (below !== undefined || before === undefined || last === undefined) return false
  return last <= reach(instance) && before - last < little * (baseline.loss - bound.loss)
}

/**
 * The parts of a run, one in so many, of which the last is compared with the one before: long ones see a fall through noise, short ones one that
 * has only begun.
 */
const parts = [4, 8] as const

/**
 * Whether a run would come within reach in as many steps again, if its loss went on to fall as it did from the last but one part of its
 * looks to the last one. Losses mostly fall ever more slowly, so that this is more than it would gain: what is not falling in this sense has
 * settled, or waits on a plateau, of which no rule can tell whether it ends.
 */
export function isFalling(losses: readonly number[], levels: Levels): boolean {
  const within = reach(levels)
  return parts.some(part => {
    const length = Math.floor(losses.length / part)
    if (length === 0) return false
    const before = median(losses.slice(-2 * length, -length))
    const last = median(losses.slice(-length))
    return before > last && last > within && last - part * (before - last) <= within
  })
}

/** Why runs that still fall decide nothing. */
export function fallingText(runs: readonly Pick<TrainingRun, 'falling' | 'steps'>[]): string {
  const falling = runs.filter(run => run.falling)
  const steps = Math.max(...falling.map(run => run.steps))
  return `in ${falling.length} of ${runs.length} runs the loss still falls towards the bound after ${steps} steps: it learns too slowly for this problem, which says nothing of what it would learn in the end; a larger learning rate or smaller initial weights may help`
}
