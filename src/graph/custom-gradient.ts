import type { Span } from '../text/source.js'
import type { Node } from './node.js'

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
