import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { equals } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { applyCustomLayer } from './custom-layers.js'
import { applicationsBelow } from './layer-order.js'
import type { LayerState, ModelState, TensorState } from './state.js'
import { isLayer, isModel, tensorType } from './types.js'

type Tensors = readonly HostObject<TensorState>[]

interface Reapplication {
  readonly trace: Tracer
  readonly state: ModelState
  readonly inputs: Tensors
  /** What stands in the place of which node; filled with what the layers of the program give. */
  readonly replaced: Map<Node, Node>
  /** Another computation with the nodes that are replaced so far. */
  readonly rebuild: (node: Node) => Node | undefined
  readonly applyModel: (model: HostObject<ModelState>, inputs: Tensors) => Tensors
  readonly kwargs: Value
  readonly span: Span
}

/**
 * A model on tensors of another shape than its inputs declare calls its layers again. What the layers of the library
 * compute is the same expression in every shape; a layer of the program may read the sizes. Gives the reason if one of
 * them cannot be followed.
 */
export function callLayersAgain(request: Reapplication): Diagnostic | undefined {
  const { trace, state, inputs, replaced, rebuild, span } = request
  if (state.inputs.every((input, i) => sameShape(input, inputs[i]))) return undefined
  const order = applicationsBelow(state.outputs, new Set(state.inputs))
  for (const { layer, inputs: before, outputs } of order) {
    const isCustom = isLayer(layer) && (layer as HostObject<LayerState>).state.custom
    if (!isCustom && !isModel(layer)) continue
    const given: HostObject<TensorState>[] = []
    for (const tensor of before) {
      const node = tensor.state.node && rebuild(tensor.state.node)
      const mask = tensor.state.mask && rebuild(tensor.state.mask)
      if (!node) return undefined
      given.push(
        trace.host<TensorState>(tensorType, {
          node,
          ...(mask && { mask }),
          symbolic: inputs.some(input => input.state.symbolic),
          origin: tensor.state.origin,
        }),
      )
    }
    const results = isModel(layer)
      ? request.applyModel(layer, given)
      : applyCustomLayer({
          trace,
          layer: layer as HostObject<LayerState>,
          inputs: given,
          given: trace.array(given),
          kwargs: request.kwargs,
          span,
        })
    for (const [i, { state: result }] of results.entries()) {
      if (!result.node) return result.reason
      if (outputs[i]) replaced.set(outputs[i]!, result.node)
    }
  }
  return undefined
}

function sameShape(a: HostObject<TensorState>, b: HostObject<TensorState> | undefined): boolean {
  const [left, right] = [a.state.node?.type.shape, b?.state.node?.type.shape]
  if (!left || !right || left.length !== right.length) return false
  return left.every((size, i) => equals(size, right[i]!))
}
