import type { Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { shapeText } from '../../graph/type.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { layersOf } from './layer-order.js'
import type { LayerObject, LayerState } from './state.js'
import { isModel, isTensor } from './types.js'

/** The value of a tensor that never holds another one; variables and weights of layers do. */
export function firstValue(value: Value): Node | undefined {
  if (!isTensor(value)) return undefined
  const { node, variable, live, symbolic } = value.state
  return variable || live || symbolic ? undefined : node
}

/**
 * The weights of a layer that was just built, with what its configuration gives them: those that train come first
 * (`Layer.apply` and `Layer.setWeights` in tfjs-layers/src/engine/topology.ts).
 */
export function withFirstWeights(
  trace: Tracer,
  { firstWeights, definition }: LayerState,
  parameters: readonly Parameter[],
): readonly Parameter[] {
  // Layers around others hand them on in ways of their own (tfjs-layers/src/layers/wrappers.ts).
  if (firstWeights === undefined || firstWeights === null || definition?.wraps) return parameters
  const values = trace.elements(firstWeights)?.map(({ value }) => firstValue(value)) ?? []
  const order = [
    ...parameters.filter(({ trainable }) => trainable),
    ...parameters.filter(({ trainable }) => !trainable),
  ]
  return parameters.map(parameter => {
    const first = values[order.indexOf(parameter)]
    const fits = first && shapeText(first.type.shape) === shapeText(parameter.shape)
    return { ...parameter, initializer: written, ...(fits && { first }) }
  })
}

/** What weights start as into which the program writes. */
export const written: Parameter['initializer'] = { kind: 'value', settings: {} }

/** From here on some values are there that were computed with what the weights hold now. */
export function noteComputed(trace: Tracer, object: LayerObject): void {
  contextOf(trace).computed.add(object)
  if (isModel(object)) for (const layer of layersOf(object.state)) noteComputed(trace, layer)
}

/** An application in training changes the moving statistics of a layer. */
export function noteTrained(trace: Tracer, object: LayerObject): void {
  if (isModel(object)) {
    for (const layer of layersOf(object.state)) noteTrained(trace, layer)
    return
  }
  const layer = object as HostObject<LayerState>
  const { parameters } = layer.state
  if (!parameters?.some(({ trainable, first }) => !trainable && first)) return
  trace.heap.setState(layer, {
    ...layer.state,
    parameters: parameters.map(({ first, ...parameter }) => ({
      ...parameter,
      ...(first && parameter.trainable && { first }),
    })),
  })
}
