import type { Attribute, Attributes, Node } from './node.js'
import type { TensorType } from './type.js'

/** Why something cannot be built; a sentence in lower case. */
export interface Problem {
  readonly problem: string
}

export function isProblem(value: object): value is Problem {
  return 'problem' in value
}

/** What a graph needs to know of an op in order to build and verify nodes; the op table knows the rest. */
export interface OpSignature {
  /** Names of the inputs; the last one takes any number of tensors if `variadic`. */
  readonly inputs: readonly string[]
  readonly variadic?: boolean
  /** Every attribute with its default; an attribute without a default is required. */
  readonly attributes: Readonly<Record<string, { readonly default?: Attribute }>>
  /** The type of the result. The builder calls it only when every input's rank is known. */
  readonly type: (
    inputs: readonly TensorType[],
    attributes: Attributes,
    nodes: readonly Node[],
  ) => TensorType | Problem
}

/** The op table as the graph sees it. */
export type OpSignatures = Readonly<Record<string, OpSignature>>
