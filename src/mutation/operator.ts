import type { Code } from '../diagnostics/catalogue.js'
import type { Edit } from './edits.js'
import type { Program } from './program.js'

/** One change to a program. */
export interface Change {
  readonly edits: readonly Edit[]
  /** Offsets in the program as it was at whose lines the fault may be shown beside those of the edits. */
  readonly places?: readonly number[]
  /** The setting that a spec has to state to notice it: a key of a layer, `loss`, `optimizer.learningRate`. */
  readonly states?: string
}

/** A way in which a fault comes about. */
export interface Planting {
  /** What it does, in a few words: `drops the activation of a layer`. */
  readonly what: string
  /** What the fault is called where it is found; absent where no one name is to be expected. */
  readonly codes?: readonly Code[]
  /** All places of a program where it applies. */
  readonly changes: (program: Program) => readonly Change[]
}

/** A kind of fault. */
export interface Operator {
  readonly title: string
  /** A public thread in which it was found; absent where none was looked for. */
  readonly thread?: string
  readonly plantings: readonly Planting[]
}
