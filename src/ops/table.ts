import { activationOps } from './activations.js'
import { arithmetic } from './arithmetic.js'
import { convolutions } from './convolution.js'
import { functions } from './functions.js'
import { joining } from './joining.js'
import { leaves } from './leaves.js'
import { linearAlgebra } from './linear-algebra.js'
import { logic } from './logic.js'
import { lookup } from './lookup.js'
import { modes } from './mode.js'
import { movement } from './movement.js'
import { normalisation } from './normalisation.js'
import type { Op } from './op.js'
import { pooling } from './pooling.js'
import { randomOps } from './random.js'
import { recurrences } from './recurrence.js'
import { reductions } from './reductions.js'
import { trigonometry } from './trigonometry.js'
import { views } from './views.js'

/** Every op, in one table. An entry answers every field of `Op` or does not compile. */
export const ops = {
  ...leaves,
  ...arithmetic,
  ...logic,
  ...functions,
  ...trigonometry,
  ...activationOps,
  ...reductions,
  ...linearAlgebra,
  ...views,
  ...modes,
  ...movement,
  ...joining,
  ...lookup,
  ...convolutions,
  ...pooling,
  ...normalisation,
  ...randomOps,
  ...recurrences,
} as const satisfies Readonly<Record<string, Op>>

export type OpName = keyof typeof ops

/** The table as code sees it that looks ops up by name. */
export const opTable: Readonly<Record<string, Op>> = ops
