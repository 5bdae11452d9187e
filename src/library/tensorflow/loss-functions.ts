import type { LossFunction } from '../../graph/model.js'
import { isProblem } from '../../graph/op.js'
import type { Span } from '../../text/source.js'
import { Thrown } from '../../trace/frame.js'
import type { Tracer } from '../../trace/host.js'
import { type HostObject, isObject, isUnknown, type Value } from '../../trace/value.js'
import { labelsOf } from '../objective.js'
import type { TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'
import { freeVariables } from './variables.js'

/** Why a loss of the program is not known. */
export interface UnknownLoss {
  readonly reason: string
}

/** Whether a value can be called: what `compile` takes for a loss beside the names that it knows. */
export const isFunction = (value: Value): boolean =>
  isObject(value) && (value.kind === 'closure' || value.kind === 'hostFunction')

/**
 * What a function of the program computes of the labels and an output. `fit` calls it later and often, so variables
 * have any values, and what else the call changes does not count.
 */
export function lossFunction(
  trace: Tracer,
  callee: Value,
  output: number,
  { state }: HostObject<TensorState>,
  span: Span,
): LossFunction | UnknownLoss {
  const prediction = state.node
  if (!prediction) return { reason: state.reason?.message ?? 'the output that it is on is not known' }
  const labels = labelsOf(trace.builder, output, prediction)
  if (isProblem(labels)) return { reason: labels.problem }
  const origin = trace.origin(span)
  const tensors: readonly TensorState[] = [
    { node: labels, symbolic: false, origin },
    { node: prediction, symbolic: false, origin, isLent: true },
  ]
  const given = tensors.map(own => ({ value: trace.host<TensorState>(tensorType, own) }))
  const { result } = trace.heap.attempt((): Value | UnknownLoss => {
    freeVariables(trace)
    try {
      return trace.call(callee, given, span)
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      return { reason: 'it throws' }
    }
  })
  return typeof result === 'object' && result !== null && 'reason' in result && !('kind' in result)
    ? result
    : lossIn(trace, result as Value, { labels, prediction })
}

function lossIn(
  trace: Tracer,
  value: Value,
  inputs: Pick<LossFunction, 'labels' | 'prediction'>,
): LossFunction | UnknownLoss {
  if (isUnknown(value)) return { reason: value.reason?.message ?? `its value \`${value.path}\` is not known` }
  if (!isTensor(value)) return { reason: `it gives \`${trace.text(value)}\`, which is no tensor` }
  const { node, reason } = value.state
  if (!node || node.type.shape === null) return { reason: reason?.message ?? 'its value is not known' }
  return { ...inputs, value: node }
}
