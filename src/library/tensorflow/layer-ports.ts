import { shapeText } from '../../graph/type.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, ObjectValue, Value } from '../../trace/value.js'
import { shapeOf } from './declared-shapes.js'
import type { LayerPorts, LayerState } from './state.js'
import { layerType } from './types.js'

/** Notes what a layer reads and gives at an application to symbolic tensors: TF.js makes no node for others. */
export function connect(trace: Tracer, layer: HostObject<LayerState>, ports: LayerPorts): void {
  trace.heap.setState(layer, { ...layer.state, ports: [...(layer.state.ports ?? []), ports] })
}

/**
 * What is one thing for all applications of a layer: TF.js throws where it is not, as for a layer that is not applied at all
 * (tfjs-layers/src/engine/topology.ts).
 */
const ofAll = (
  member: string,
  areAlike: (ports: readonly LayerPorts[]) => boolean,
  read: (ports: LayerPorts, trace: Tracer) => readonly Value[],
) =>
  ({
    kind: 'property',
    get: ({ state }: HostObject<LayerState>, trace: Tracer): Value => {
      const { name, reason, ports = [], origin } = state
      const [first] = ports
      if (!first) return reason && trace.fresh(`${name}.${member}`, reason)
      if (areAlike(ports)) return oneOrAll(trace, read(first, trace))
      const why = 'TensorFlow.js throws for a layer that is applied more than once'
      return trace.opaque('unmodelled-call', { call: `${name}.${member}`, reason: why }, origin.span)
    },
  }) as const

const isOnly = (ports: readonly LayerPorts[]): boolean => ports.length === 1

const haveSameShapes = (ports: readonly LayerPorts[]): boolean => new Set(ports.map(shapesText)).size === 1

const shapesText = ({ outputs }: LayerPorts): string =>
  outputs.map(({ state: { declared, node } }) => shapeText(declared ?? node?.type.shape ?? null)).join(' ')

/** `layer.input`, `layer.output`: one tensor, or a list of several (`singletonOrArray`). */
const oneOrAll = (trace: Tracer, values: readonly Value[]): Value =>
  values.length === 1 ? values[0] : trace.array(values)

/** `layer.getInputAt(i)`, `layer.getOutputAt(i)`: of the application with this number. */
const ofNumbered = (read: (ports: LayerPorts) => readonly ObjectValue[]) =>
  ({
    kind: 'method',
    call: ({ state }: HostObject<LayerState>, { trace, arguments: args, span }: HostCall): Value => {
      const index = args[0]?.value
      const ports = typeof index === 'number' ? state.ports?.[index] : undefined
      if (ports) return oneOrAll(trace, read(ports))
      const reason = 'it is not known to be applied so often'
      return state.reason
        ? trace.fresh(state.name, state.reason)
        : trace.opaque('unmodelled-call', { call: state.name, reason }, span)
    },
  }) as const

Object.assign(layerType.members, {
  input: ofAll('input', isOnly, ({ inputs }) => inputs),
  output: ofAll('output', isOnly, ({ outputs }) => outputs),
  outputShape: ofAll('outputShape', haveSameShapes, ({ outputs }, trace) =>
    outputs.map(({ state }) => shapeOf(trace, state, 'output')),
  ),
  getInputAt: ofNumbered(({ inputs }) => inputs),
  getOutputAt: ofNumbered(({ outputs }) => outputs),
})
