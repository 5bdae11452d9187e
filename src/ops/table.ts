import { activationOps } from './activations.js'
import { arithmetic } from './arithmetic.js'
import { convolutions } from './convolutions.js'
import { creation } from './creation.js'
import { functions } from './functions.js'
import { imageOps } from './image.js'
import { joining } from './joining.js'
import { leaves } from './leaves.js'
import { logic } from './logic.js'
import { lookup } from './lookup.js'
import { lossOps } from './losses.js'
import { matrices } from './matrices.js'
import { metricOps } from './metrics.js'
import { modes } from './mode.js'
import { movement } from './movement.js'
import { normalisation } from './normalisation.js'
import type { Op } from './op.js'
import { pooling } from './pooling.js'
import { products } from './products.js'
import { randomOps } from './random.js'
import { recurrences } from './recurrence.js'
import { reductions } from './reductions.js'
import { scans } from './scans.js'
import { trigonometry } from './trigonometry.js'
import { views } from './views.js'

/** Every op, in one table. An entry answers every field of `Op` or does not compile. */
export const ops = {
  ...leaves,
  ...creation,
  ...arithmetic,
  ...logic,
  ...functions,
  ...trigonometry,
  ...activationOps,
  ...reductions,
  ...scans,
  ...products,
  ...matrices,
  ...views,
  ...modes,
  ...movement,
  ...joining,
  ...lookup,
  ...convolutions,
  ...pooling,
  ...imageOps,
  ...normalisation,
  ...lossOps,
  ...metricOps,
  ...randomOps,
  ...recurrences,
} as const satisfies Readonly<Record<string, Op>>

export type OpName = keyof typeof ops

/** The table as code sees it that looks ops up by name. */
export const opTable: Readonly<Record<string, Op>> = ops
