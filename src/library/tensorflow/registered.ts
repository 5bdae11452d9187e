import type { Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Moved } from '../../graph/training.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { LayerState } from './state.js'
import { isLayer } from './types.js'
import { parametersOf } from './weights.js'

/** A variable of TF.js: one that the program made, or a weight of a layer. */
export interface Registered extends Moved {
  readonly name: string
  readonly trains: boolean
  readonly isStatistic: boolean
  /** Why it is not known whether it trains. */
  readonly reason?: string
}

/** A weight with the layer that owns it. */
export const ownedBy = (layer: HostObject<LayerState>, parameter: Parameter): Moved => {
  const { name, variable } = layer.state
  return { parameter, layer: { name, ...(variable !== undefined && { variable }) } }
}

/** All variables there are (tfjs-core/src/engine.ts, `registeredVariables`), by node. */
export function registered(trace: Tracer): ReadonlyMap<Node, Registered> {
  const { variables, made } = contextOf(trace)
  const found = new Map<Node, Registered>()
  const names = new Map<string, number>()
  // tfjs-layers/src/common.ts, getUniqueTensorName.
  const unique = (name: string): string => {
    const count = names.get(name) ?? 0
    names.set(name, count + 1)
    return count > 0 ? unique(`${name}_${count}`) : name
  }
  for (const object of variables) {
    const { variable } = object.state
    if (!variable) continue
    const { name, node, trainable } = variable
    names.set(name, 1)
    found.set(node, { name, parameter: variable, trains: trainable, isStatistic: false })
  }
  for (const { object } of made) {
    if (!isLayer(object)) continue
    const { state } = object
    const statistics = new Set(state.definition?.statistics ?? [])
    for (const parameter of parametersOf(state))
      if (!found.has(parameter.node))
        found.set(parameter.node, {
          name: unique(`${state.name}/${parameter.name}`),
          ...ownedBy(object, parameter),
          trains: parameter.trainable,
          isStatistic: statistics.has(parameter.name),
          ...(state.reason && { reason: state.reason.message }),
        })
  }
  return found
}

/** The name of a variable, by which objects of gradients have it. */
export const registeredName = (trace: Tracer, { node, name }: Parameter): string =>
  registered(trace).get(node)?.name ?? name

export const asMoved = ({ parameter, layer }: Registered): Moved => ({
  parameter,
  ...(layer !== undefined && { layer }),
})
