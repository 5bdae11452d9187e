import { factorKinds } from './factors.js'
import { extraKinds, functionKinds } from './functions.js'
import type { Kind } from './kind.js'
import { maskKinds } from './masks.js'
import { reductionKinds } from './reductions.js'
import { structureKinds } from './structure.js'

/**
 * Every kind of difference between two expressions, those that say more before those that say less: where several edits
 * give what was written, the first names it. The codes are those of the catalogue of findings, with a page each.
 */
export const kinds: readonly Kind[] = [
  ...functionKinds,
  ...reductionKinds,
  ...maskKinds,
  ...factorKinds,
  ...structureKinds,
  ...extraKinds,
]
