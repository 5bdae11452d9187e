import type { Dimension } from './dimension.js'
import type { TensorType } from './type.js'

/** A value that configures an op: data only, so that it can be compared and printed. */
export type Attribute =
  | string
  | boolean
  | null
  | Dimension
  | readonly Attribute[]
  | { readonly kind: 'body'; readonly body: Body }

export type Attributes = Readonly<Record<string, Attribute>>

/** A computation with its own inputs, such as one step of a recurrence. */
export interface Body {
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
}

/**
 * One value of the computation. Immutable and hash-consed by its builder: two nodes of one builder with the same
 * op, inputs and attributes are the same object. Origins and names live in `Provenance`, never here.
 */
export interface Node {
  /** Counts up within a builder: inputs always have smaller ids than the nodes that read them. */
  readonly id: number
  /** A name in the op table. */
  readonly op: string
  readonly inputs: readonly Node[]
  readonly attributes: Attributes
  readonly type: TensorType
}
