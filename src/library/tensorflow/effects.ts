import type { HostCall } from '../../trace/host.js'
import type { Value } from '../../trace/value.js'
import { makeBuffer } from './buffers.js'
import { multiRNNCell } from './cells.js'
import { gradientFunctions } from './training.js'
import { utilities } from './utilities.js'
import { makeVariable } from './variables.js'

/** Calls the function that was passed last, as `tidy(name?, f)` and `time(f)` do. */
const callLast = (call: HostCall): Value => call.trace.call(call.arguments.at(-1)?.value, [], call.span)
const nothing = (): Value => undefined
const first = (call: HostCall): Value => call.arguments[0]?.value

/** Functions of TensorFlow.js that manage memory, state and the surroundings, and compute nothing. */
export const effects: Readonly<Record<string, (call: HostCall) => Value>> = {
  tidy: callLast,
  keep: first,
  dispose: nothing,
  disposeVariables: nothing,
  ready: nothing,
  setBackend: nothing,
  enableProdMode: nothing,
  enableDebugMode: nothing,
  nextFrame: nothing,
  print: nothing,
  variable: makeVariable,
  buffer: makeBuffer,
  multiRNNCell,
  'serialization.registerClass': nothing,
  registerBackend: nothing,
  registerGradient: nothing,
  registerKernel: nothing,
  removeBackend: nothing,
  copyRegisteredKernels: nothing,
  disableDeprecationWarnings: nothing,
  deprecationWarn: nothing,
  ...utilities,
  ...gradientFunctions,
}
