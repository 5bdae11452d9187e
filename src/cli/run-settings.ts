import type { ProblemName } from '../experiment/problems/table.js'
import type { BackendName } from '../experiment/protocol.js'
import type { Limits } from './laboratory.js'
import { readProblem } from './problem-names.js'
import { UsageError } from './usage.js'
import { usualRun } from './usual-run.js'

/** What can be said of a run on the command line. */
export interface AskedRun {
  readonly problem?: string | undefined
  readonly backend?: BackendName
  readonly seed?: number
  readonly seeds?: number
  readonly budget?: number
  readonly memory?: number
}

/** How code is run. */
export interface RunSettings {
  /** Absent for the first problem that fits. */
  readonly problem?: ProblemName
  readonly backend?: BackendName
  readonly seed: number
  readonly seeds: number
  readonly limits: Limits
}

/** How code is run, as it was asked for. */
export function settingsOf({ problem, backend, seed, seeds, budget, memory }: AskedRun): RunSettings {
  return {
    ...(problem !== undefined && { problem: readProblem(problem) }),
    ...(backend && { backend }),
    seed: seed ?? usualRun.seed,
    seeds: seeds ?? usualRun.seeds,
    limits: { megabytes: memory ?? usualRun.memory, seconds: budget ?? usualRun.budget },
  }
}

/** Refuses to be told how to run code where nothing is run. */
export function refuseSettings(
  { problem, backend, seed, seeds, budget, memory }: AskedRun,
  option: string,
): void {
  const said = Object.entries({ problem, backend, seed, seeds, budget, memory })
  const [name] = said.flatMap(([own, value]) => (value === undefined ? [] : [own]))
  if (name !== undefined)
    throw new UsageError(`\`--${name}\` says how code is run, which \`${option}\` asks for`)
}

/** Says what is run before it is. */
export function announce(shown: readonly string[], { limits }: Pick<RunSettings, 'limits'>): void {
  const [last] = shown.slice(-1)
  const names = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${last}, each` : last
  process.stderr.write(
    `aswritten: runs ${names} in a process of its own, with ${limits.megabytes} MB and ${limits.seconds} s\n`,
  )
}
