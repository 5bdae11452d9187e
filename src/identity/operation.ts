import type { OpApplication } from '../evaluate/evaluate.js'
import type { Tensor } from '../graph/tensor.js'
import type { EvaluationContext } from '../ops/op.js'
import type { Arithmetic } from './arithmetic.js'

/** A primitive op on numbers of the identity test: tensors hold their ids. */
export type Operation = (
  application: OpApplication,
  inputs: readonly Tensor[],
  arithmetic: Arithmetic,
  context: EvaluationContext,
) => Tensor
