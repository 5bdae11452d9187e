import type { Problem } from '../problem.js'
import { classification } from './classification.js'
import { decisions } from './decisions.js'
import { generation } from './generation.js'
import { graphs } from './graphs.js'
import { images } from './images.js'
import { latent } from './latent.js'
import { memory } from './memory.js'
import { regression } from './regression.js'
import { representation } from './representation.js'
import { sequences } from './sequences.js'
import { teaching } from './teaching.js'

/** The families of problems, in the order in which a problem is looked for where none is named. */
export const families = {
  regression,
  classification,
  memory,
  sequences,
  images,
  latent,
  graphs,
  decisions,
  representation,
  generation,
  teaching,
} as const

type Members<T> = T extends unknown ? keyof T : never

export type ProblemName = Members<(typeof families)[keyof typeof families]>

/** All problems; the first that fits a model is the one that it is put to where none is named. */
export const problems = Object.assign({}, ...Object.values(families)) as Readonly<
  Record<ProblemName, Problem>
>
