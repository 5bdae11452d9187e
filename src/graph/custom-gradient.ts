import type { Span } from '../text/source.js'
import type { GraphBuilder } from './builder.js'
import type { Node } from './node.js'
import type { Provenance } from './provenance.js'

/** A function with a gradient of its own, on arguments that stand for any: `tf.customGrad`. */
export interface CustomGradient {
  readonly inputs: readonly Node[]
  readonly value: Node
  /** What flows back to the value, as a leaf of its type. */
  readonly incoming: Node
  /** What the program says flows back to each input, in the shape of the input. */
  readonly given: readonly Node[]
  /** The function that gives the value. */
  readonly span: Span
}

/** Such a function together with what its nodes were built with. */
export interface CustomGradientGraph {
  readonly custom: CustomGradient
  readonly builder: GraphBuilder
  readonly provenance: Provenance
}
