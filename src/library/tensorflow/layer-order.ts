import type { HostObject } from '../../trace/value.js'
import type { Application, LayerObject, ModelState, TensorState } from './state.js'
import { isModel } from './types.js'

/** All applications between inputs and outputs, each after those that it reads. */
export function applicationsBelow(
  outputs: readonly HostObject<TensorState>[],
  inputs: ReadonlySet<HostObject<TensorState>>,
): readonly Application[] {
  const order: Application[] = []
  const done = new Set<Application>()
  const pending = outputs.flatMap(({ state }) => (state.producer ? [state.producer] : [])).reverse()
  for (let at = pending.at(-1); at; at = pending.at(-1)) {
    const missing = done.has(at)
      ? []
      : at.inputs.flatMap(input =>
          inputs.has(input) || !input.state.producer || done.has(input.state.producer)
            ? []
            : [input.state.producer],
        )
    if (missing.length > 0) {
      pending.push(...missing.reverse())
      continue
    }
    pending.pop()
    if (done.has(at)) continue
    done.add(at)
    order.push(at)
  }
  return order
}

/**
 * The layers of a model as `model.layers` lists them. Those of a functional model come by distance from the outputs,
 * farthest first, then by the order in which a walk from the outputs meets them; its input layers are among them
 * (tfjs-layers/src/engine/container.ts).
 */
export function layersOf(state: ModelState): readonly LayerObject[] {
  if (state.kind === 'functional') return layersByDepth(state)
  const found: LayerObject[] = []
  for (let link = state.chain; link; link = link.before) found.push(link.layer)
  return found.reverse()
}

/**
 * The layers of the model that `build` of a sequential model makes inside of it: it goes on from the outputs of a model
 * that it begins with, so the layers of that one are its own.
 */
export function layersWithin(state: ModelState): readonly LayerObject[] {
  const [first, ...rest] = layersOf(state)
  if (!first) return []
  return state.kind === 'sequential' && isModel(first)
    ? [...layersWithin(first.state), ...rest]
    : [first, ...rest]
}

/** A use of a layer; that of an input layer reads nothing. */
interface Use {
  readonly layer: LayerObject
  readonly inputs: readonly HostObject<TensorState>[]
}

function layersByDepth({ inputs, outputs }: ModelState): readonly LayerObject[] {
  const borders = new Map<HostObject<TensorState>, Use>()
  for (const input of inputs)
    if (input.state.inputLayer) borders.set(input, { layer: input.state.inputLayer, inputs: [] })
  const order = [...borders.values(), ...applicationsBelow(outputs, new Set(inputs))]
  const useOf = (tensor: HostObject<TensorState>): readonly Use[] => {
    const use = borders.get(tensor) ?? tensor.state.producer
    return use ? [use] : []
  }
  const position = positions(outputs.flatMap(useOf), useOf)
  const depth = new Map<Use, number>()
  const layerDepth = new Map<LayerObject, number>()
  for (const use of order.reverse()) {
    const own = Math.max(depth.get(use) ?? 0, layerDepth.get(use.layer) ?? 0)
    layerDepth.set(use.layer, own)
    for (const before of use.inputs.flatMap(useOf))
      depth.set(before, Math.max(depth.get(before) ?? 0, own + 1))
  }
  return [...position.keys()].sort(
    (a, b) => layerDepth.get(b)! - layerDepth.get(a)! || position.get(a)! - position.get(b)!,
  )
}

/** When a walk from the outputs, inputs in order, first meets each layer. */
function positions(
  starts: readonly Use[],
  useOf: (tensor: HostObject<TensorState>) => readonly Use[],
): ReadonlyMap<LayerObject, number> {
  const position = new Map<LayerObject, number>()
  const seen = new Set<Use>()
  const pending = [...starts].reverse()
  for (let use = pending.pop(); use; use = pending.pop()) {
    if (seen.has(use)) continue
    seen.add(use)
    if (!position.has(use.layer)) position.set(use.layer, position.size)
    pending.push(...use.inputs.flatMap(useOf).reverse())
  }
  return position
}
