import type { Attributes, Body, Node } from '../../graph/node.js'
import type { families } from '../../ops/table.js'
import type { RealTensor, TensorFlow } from './framework.js'

type Families = typeof families
type PrimitiveIn<Family> = {
  [Name in keyof Family]: Family[Name] extends { readonly kind: 'primitive' } ? Name : never
}[keyof Family]

/** The names of all ops that are no equation over others. */
export type PrimitiveName = { [Name in keyof Families]: PrimitiveIn<Families[Name]> }[keyof Families]

/** What a kernel may use. */
export interface KernelContext {
  readonly tf: TensorFlow
  /** With numbers for all sizes. */
  readonly attributes: Attributes
  readonly node: Node
  /** The sizes of the result. */
  readonly shape: readonly number[]
  readonly body: (body: Body, inputs: readonly RealTensor[]) => readonly RealTensor[]
}

/** An op in TensorFlow.js: its result for inputs that are those of the graph. The result is cast to the type of the node. */
export type Kernel = (inputs: readonly RealTensor[], context: KernelContext) => RealTensor

/** TensorFlow.js has no such op, or not for these settings. */
export class UncompiledOp extends Error {}
