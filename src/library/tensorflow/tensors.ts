import { type Dimension, product } from '../../graph/dimension.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { shapeOf } from './declared-shapes.js'

import { readings } from './readings.js'
import { registeredName } from './registered.js'
import { runTimeValue } from './run-time.js'
import type { TensorState } from './state.js'
import { addTensorMethods } from './tensor-functions.js'
import { tensorType } from './types.js'
import { whyUnmodelled } from './unmodelled.js'
import { assign, makeVariable, renewedState } from './variables.js'

type Tensor = HostObject<TensorState>

const property = (get: (tensor: Tensor, trace: Tracer) => Value) => ({ kind: 'property', get }) as const
const method = (call: (tensor: Tensor, call: HostCall) => Value) => ({ kind: 'method', call }) as const

/** How many elements there are; TF.js has no number for it where an axis is open. */
function sizeOf({ state }: Tensor, trace: Tracer): Value {
  const shape = state.node?.type.shape
  return shape ? product(shape as readonly Dimension[]) : trace.fresh('tensor.size')
}

/** Methods without an equation, which are functions as well. */
const unmodelledMethods = ['dilation2d', 'fft', 'ifft', 'irfft', 'rfft', 'unique'] as const

const unmodelled = (name: string, { trace, span }: HostCall): Value =>
  trace.opaque('unmodelled-call', { call: `tensor.${name}`, reason: whyUnmodelled(name)! }, span)

addTensorMethods()

Object.assign(tensorType.members, {
  shape: property((tensor, trace) => shapeOf(trace, tensor.state, 'tensor')),
  rank: property(({ state }, trace) => state.node?.type.shape?.length ?? trace.fresh('tensor.rank')),
  rankType: property(({ state }) => String(state.node?.type.shape?.length)),
  size: property(sizeOf),
  dtype: property(({ state }, trace) => state.node?.type.dtype ?? trace.fresh('tensor.dtype')),
  name: property(({ state }, trace) =>
    state.live
      ? registeredName(trace, state.live.parameter)
      : (state.variable?.name ?? state.inputName ?? 'tensor'),
  ),
  isDisposed: property(() => false),
  dispose: method(() => undefined),
  assign: method(assign),
  print: method(() => undefined),
  throwIfDisposed: method(() => undefined),
  variable: method((tensor, call) =>
    makeVariable({ ...call, arguments: [{ value: tensor }, ...call.arguments] }),
  ),
  toString: method((_, call) => runTimeValue(call, 'tensor.toString')),
  ...Object.fromEntries(unmodelledMethods.map(name => [name, method((_, call) => unmodelled(name, call))])),
  apply: method((_, call) =>
    call.trace.opaque(
      'unmodelled-call',
      { call: 'tensor.apply', reason: 'tensors are not functions' },
      call.span,
    ),
  ),
  ...readings,
})

/** When the last of some ways changed what a variable holds. */
const lastOf = (ways: readonly TensorState[]): number =>
  Math.max(0, ...ways.map(({ assignedAt, renewed }) => assignedAt ?? renewed?.at ?? 0))

/** A tensor that is not known may as well be a list of them. */
tensorType.lookup = ({ state }, key, trace) =>
  state.node || !state.reason ? undefined : trace.fresh(`tensor.${key}`, state.reason)

// A tensor with numbers does not know what made it.
tensorType.shows = state => (state.symbolic ? state : { node: state.node, variable: state.variable?.node })

tensorType.replaced = ({ symbolic, variable, live, origin }) =>
  symbolic || variable || live ? undefined : reason => ({ symbolic, origin, reason })

tensorType.unknownState = (state, { reason }, ways) => {
  if (state.variable && reason) return renewedState(state, { reason, at: lastOf(ways) })
  const { node, ...rest } = state
  return node || !state.reason ? { ...rest, ...(reason && { reason }) } : state
}
