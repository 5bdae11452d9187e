import type { Dimension } from '../../graph/dimension.js'
import { isProblem } from '../../graph/op.js'
import type { HostCall } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { openSize } from '../open-sizes.js'
import { attributeOf } from './arguments.js'
import { applyToTensors } from './layers.js'
import type { LayerState, TensorState } from './state.js'
import { layerType, tensorType } from './types.js'

/**
 * What `layer.build(shape)` does: the weights are there, and nothing is computed with them. `weights` of the configuration
 * is for layers that their first application builds (`Layer.apply` in tfjs-layers/src/engine/topology.ts).
 */
function buildLayer(layer: HostObject<LayerState>, { trace, arguments: args, span }: HostCall): void {
  const { ports, parameters, definition, firstWeights: __, ...state } = layer.state
  if (!parameters)
    trace.heap.setState(layer, { ...state, ...(ports && { ports }), ...(definition && { definition }) })
  const sizes = attributeOf(trace, args[0]?.value)
  const shape =
    Array.isArray(sizes) && !sizes.some(Array.isArray)
      ? sizes.map((size, axis) => (size === null ? openSize(axis) : (size as Dimension)))
      : undefined
  const node =
    definition && !parameters && shape
      ? trace.builder.node('input', [], { name: 'built', index: -1, shape, dtype: 'float32' })
      : undefined
  if (node && !isProblem(node)) {
    const origin = trace.origin(span)
    const standIn = trace.host<TensorState>(tensorType, { node, symbolic: true, origin })
    applyToTensors(trace, layer, [standIn], span)
  }
  const { ports: _, ...built } = layer.state
  trace.heap.setState(layer, { ...built, ...(ports && { ports }), built: true })
}

Object.assign(layerType.members, {
  build: {
    kind: 'method',
    call: (layer: HostObject<LayerState>, call: HostCall) => {
      buildLayer(layer, call)
      return undefined
    },
  },
})
