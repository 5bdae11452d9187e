import type { Problem } from '../problem.js'
import { classification } from './classification.js'
import { regression } from './regression.js'

/** All problems, in families; the first that fits a model is the one that it is put to where none is named. */
export const families = { regression, classification } as const

type Members<T> = T extends unknown ? keyof T : never

export type ProblemName = Members<(typeof families)[keyof typeof families]>

export const problems = Object.assign({}, ...Object.values(families)) as Readonly<
  Record<ProblemName, Problem>
>
