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

/** Every op by family, under the heading of the family. An entry answers every field of `Op` or does not compile. */
export const families = {
  'Leaves and constants': { ...leaves, ...creation },
  'Arithmetic and functions of each element': { ...arithmetic, ...functions, ...trigonometry },
  'Comparison and logic': logic,
  Activations: activationOps,
  'Reductions, searches and scans': { ...reductions, ...scans },
  'Products and matrices': { ...products, ...matrices },
  'Shapes and movement': { ...views, ...movement, ...joining },
  'Lookup by position': lookup,
  'Convolution and pooling': { ...convolutions, ...pooling },
  Images: imageOps,
  Normalisation: normalisation,
  'Losses and metrics': { ...lossOps, ...metricOps },
  'Random draws, training and time': { ...randomOps, ...modes, ...recurrences },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Op>>>>

/** Every op, in one table. */
export const opTable: Readonly<Record<string, Op>> = Object.assign({}, ...Object.values(families))
