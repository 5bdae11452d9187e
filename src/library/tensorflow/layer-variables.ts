import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { HostType, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, type Value } from '../../trace/value.js'
import { ownedBy, registeredName } from './registered.js'
import type { LayerState, TensorState } from './state.js'
import { isTensor, tensorType } from './types.js'
import { write } from './updates.js'

/** A weight of a layer as an object (tfjs-layers/src/variables.ts). */
export interface LayerVariableState {
  readonly layer: HostObject<LayerState>
  readonly parameter: Parameter
  /** What was written into it, if anything; absent where that is not known. */
  readonly node?: Node
  readonly reason?: Diagnostic
}

const layerVariableType: HostType<LayerVariableState> = {
  name: 'LayerVariable',
  unknownState: (state, { reason }, ways) => {
    const [first] = ways
    if (first && ways.every(way => isAlike(way, first))) return isAlike(state, first) ? state : first
    const { node, ...rest } = state
    return node ? { ...rest, ...(reason && { reason }) } : state
  },
  members: {
    read: { kind: 'method', call: ({ state }, { trace, span }) => tensor(trace, state, trace.origin(span)) },
    val: {
      kind: 'property',
      get: ({ state }, trace, span) => tensor(trace, state, trace.origin(span)),
    },
    write: {
      kind: 'method',
      call: (variable, call) => {
        const { trace, arguments: args } = call
        const value = args[0]?.value
        const moved = ownedBy(variable.state.layer, variable.state.parameter)
        write(call, [{ moved, value }])
        change(trace, variable, { isOverwritten: true })
        if (isTensor(value) && value.state.node)
          trace.heap.setState(variable, { ...variable.state, node: value.state.node })
        return variable
      },
    },
    name: { kind: 'property', get: ({ state }, trace) => registeredName(trace, state.parameter) },
    originalName: {
      kind: 'property',
      get: ({ state: { layer, parameter } }) => `${layer.state.name}/${parameter.name}`,
    },
    shape: {
      kind: 'property',
      get: ({ state }, trace) => trace.array([...state.parameter.shape]),
    },
    dtype: { kind: 'property', get: ({ state }) => state.parameter.node.type.dtype },
    trainable: {
      kind: 'property',
      get: ({ state }, trace) =>
        state.reason
          ? trace.fresh(`${state.parameter.name}.trainable`, state.reason)
          : state.parameter.trainable,
      set: (variable, { value }, trace) => {
        if (typeof value === 'boolean') change(trace, variable, { trainable: value })
      },
    },
  },
}

export const isLayerVariable = (value: Value): value is HostObject<LayerVariableState> =>
  isObject(value) && value.kind === 'host' && (value.type as unknown) === layerVariableType

function isAlike(a: LayerVariableState, b: LayerVariableState): boolean {
  return a.node === b.node && a.reason === b.reason && a.parameter.trainable === b.parameter.trainable
}

/** Changes what is known of a weight, in the variable and in its layer. */
function change(
  trace: Tracer,
  variable: HostObject<LayerVariableState>,
  facts: Partial<Pick<Parameter, 'trainable' | 'isOverwritten'>>,
): void {
  const { layer, parameter } = variable.state
  const changed = { ...parameter, ...facts }
  const parameters = layer.state.parameters?.map(own => (own.node === parameter.node ? changed : own))
  trace.heap.setState(variable, { ...variable.state, parameter: changed })
  trace.heap.setState(layer, { ...layer.state, ...(parameters && { parameters }) })
}

function tensor(
  trace: Tracer,
  { node, reason, layer, parameter }: LayerVariableState,
  origin: TensorState['origin'],
): Value {
  return trace.host<TensorState>(tensorType, {
    live: { layer, parameter },
    ...(node && { node }),
    ...(reason && { reason }),
    symbolic: false,
    origin,
  })
}

export function makeLayerVariable(trace: Tracer, layer: HostObject<LayerState>, parameter: Parameter): Value {
  return trace.host<LayerVariableState>(layerVariableType, { layer, parameter, node: parameter.node })
}
