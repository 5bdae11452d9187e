import { diagnostic } from '../../diagnostics/diagnostic.js'
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

/** Those that take the same under their new names, and do the same with it. */
export const renamedOnly: ReadonlySet<string> = new Set(['loadModel', 'fromPixels', 'toPixels'])

/**
 * A function that has another name now. Where nothing but the name is another, it is read as what `current` has under that, with a
 * word about it; of others every call is unknown, and the message gives the name.
 */
export function formerMember(
  path: string,
  trace: Tracer,
  current: (path: string, trace: Tracer) => Value,
): Value | undefined {
  const now = Object.hasOwn(formerNames, path) ? formerNames[path] : undefined
  if (now === undefined) return undefined
  if (renamedOnly.has(path))
    return trace.function(`tf.${path}`, ({ trace: tracer, arguments: args, span }) => {
      tracer.report(diagnostic('former-name', { call: `tf.${path}`, now: `tf.${now}` }, { span }))
      return tracer.call(current(now, tracer), args, span)
    })
  const reason = `TensorFlow.js 4.22 calls it \`tf.${now}\``
  return trace.function(`tf.${path}`, ({ trace: tracer, span }) =>
    tracer.opaque('unmodelled-call', { call: `tf.${path}`, reason }, span),
  )
}
