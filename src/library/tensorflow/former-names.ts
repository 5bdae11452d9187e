import type { Tracer } from '../../trace/host.js'
import type { Value } from '../../trace/value.js'

/** What TensorFlow.js had below `tf` before version 4, and what it calls that now. */
export const formerNames: Readonly<Record<string, string>> = {
  loadModel: 'loadLayersModel',
  loadFrozenModel: 'loadGraphModel',
  Model: 'LayersModel',
  fromPixels: 'browser.fromPixels',
  toPixels: 'browser.toPixels',
  batchNormalization: 'batchNorm',
  batchNormalization2d: 'batchNorm2d',
  batchNormalization3d: 'batchNorm3d',
  batchNormalization4d: 'batchNorm4d',
  softmaxCrossEntropyWithLogits: 'losses.softmaxCrossEntropy',
  addStrict: 'add',
  divStrict: 'div',
  equalStrict: 'equal',
  greaterEqualStrict: 'greaterEqual',
  greaterStrict: 'greater',
  lessEqualStrict: 'lessEqual',
  lessStrict: 'less',
  maximumStrict: 'maximum',
  minimumStrict: 'minimum',
  modStrict: 'mod',
  mulStrict: 'mul',
  notEqualStrict: 'notEqual',
  powStrict: 'pow',
  squaredDifferenceStrict: 'squaredDifference',
  subStrict: 'sub',
}

/** A function that has another name now: every call is unknown, and the message gives that name. */
export function formerMember(path: string, trace: Tracer): Value | undefined {
  if (!Object.hasOwn(formerNames, path)) return undefined
  const reason = `TensorFlow.js 4.22 calls it \`tf.${formerNames[path]}\``
  return trace.function(`tf.${path}`, ({ trace: tracer, span }) =>
    tracer.opaque('unmodelled-call', { call: `tf.${path}`, reason }, span),
  )
}
